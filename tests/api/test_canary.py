"""Canary secrets sent in every way, to the server as developers run it: none is kept anywhere."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from api.models import RequestLog
from api.scopes import Scope
from api.services.api_keys import api_key_create
from tests.api.cookies import CookieMaker
from tests.simulated import ROOT, environment


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_canary_is_in_the_logs_or_the_audit_rows_of_runserver(
    database: str, cookies: CookieMaker, tmp_path: Path, log_format: str
) -> None:
    key = api_key_create(name="canary", scopes=[Scope.READ_BOOKS]).text
    secrets = {"key": key, "cookie": cookies.cookie(), "word": "canary-7c1f3b"}
    log = tmp_path / "server.log"
    variables = {
        "SSO_SIGNATURE_PUBLIC_KEY": cookies.public_pem,
        "SSO_ENCRYPTION_PRIVATE_KEY": cookies.encryption_key,
        "LOGLEVEL": "info",
        "LOG_FORMAT": log_format,
        "PYTHONUNBUFFERED": "1",
    }
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "runserver", "--noreload", "127.0.0.1:0"],
            cwd=ROOT, env=environment(variables, database), stdout=file, stderr=file,
        )  # fmt: skip
    try:
        sent = send_everywhere(address_in(log), secrets)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    lines = log.read_text()
    kept = json.dumps(list(RequestLog.objects.values()), default=str)
    assert RequestLog.objects.count() == sent
    assert lines.count("GET /api/v1/") >= sent
    for name, secret in secrets.items():
        assert secret not in lines, name
        assert secret not in kept, name
    assert secrets["key"].rpartition("_")[0] in kept, "what may be shown of a key helps to find who leaked it"


def address_in(log: Path) -> str:
    """Where the server listens, once it does and says so."""
    deadline = time.monotonic() + 60
    while not (found := re.search(r"development server at (\S+?)/?\s", log.read_text())):
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.05)
    return found[1]


def send_everywhere(url: str, secrets: dict[str, str]) -> int:
    """How many requests were sent to the API."""
    key, cookie, word = secrets["key"], secrets["cookie"], secrets["word"]
    calls: list[tuple[str, dict[str, str]]] = [
        ("books", {"Authorization": f"Bearer {key}"}),
        ("books", {"Authorization": f"Bearer {word}"}),
        ("books", {"Authorization": f"Basic {word}"}),
        ("contact", {"Cookie": f"oxa={cookie}"}),
        ("contact", {"Cookie": f"oxa={word}"}),
        (f"schools?name={key}&api_key={word}", {"User-Agent": f"Example {key}", "X-Request-ID": key}),
        (f"schools?access_token={word}&name={cookie}", {"Referer": f"{url}/?token={word}"}),
        (f"{key}/{cookie}", {}),
    ]
    for path, headers in calls:
        requests.get(f"{url}/api/v1/{path}", headers=headers, timeout=10)
    return len(calls)
