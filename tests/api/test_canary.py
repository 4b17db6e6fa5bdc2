"""Send canary secrets through the service, and look for them.

No secret may be stored, logged, or reported to Sentry.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from api.auth.api_keys import create_api_key
from api.domain.scopes import Scope
from api.models import RequestLog
from tests.api.cookies import UUID, CookieMaker
from tests.api.live.people import new_contact
from tests.conftest import Manage
from tests.sentry import listening_sentry
from tests.simulated import ROOT, Simulator, environment

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_canary_is_in_the_logs_or_the_audit_rows_of_runserver(
    database: str, cookies: CookieMaker, tmp_path: Path, log_format: str
) -> None:
    key = create_api_key(name="canary", scopes=[Scope.READ_BOOKS]).text
    secrets = {"key": key, "cookie": cookies.cookie(), "word": "canary-7c1f3b"}
    log = tmp_path / "server.log"
    variables = {
        "SSO_SIGNATURE_PUBLIC_KEY": cookies.public_pem,
        "SSO_ENCRYPTION_PRIVATE_KEY": cookies.encryption_key,
        "LOGLEVEL": "info",
        "LOG_FORMAT": log_format,
        "PYTHONUNBUFFERED": "1",
    }
    with server(environment(variables, database), log) as url:
        count = send_everywhere(url, secrets)
    lines = log.read_text()
    rows = json.dumps(list(RequestLog.objects.values()), default=str)
    assert RequestLog.objects.count() == count
    assert lines.count("GET /api/v1/") >= count
    for name, secret in secrets.items():
        assert secret not in lines, name
        assert secret not in rows, name
    assert secrets["key"].rpartition("_")[0] in rows, "the public part of a key helps to find who leaked it"


def test_sentry_receives_no_canary_and_no_person(run_manage: Manage) -> None:
    with listening_sentry() as sentry:
        done = run_manage("shell", "-v0", "-c", EVENTS, SENTRY_DSN=sentry.dsn, ACCOUNTS_TOKEN_IN_QUERY="on")
    assert done.returncode == 0, done.stderr
    assert [message.partition(" ")[0] for message in sentry.messages] == ["first", "second"]
    assert len(sentry.events[-1]["breadcrumbs"]["values"]) >= 3, "each call must leave a breadcrumb"
    assert "canary" not in sentry.received
    assert "00000000cafe" not in sentry.received
    assert "access_token=" not in sentry.received.replace("access_token=***", "")
    assert not re.search("FROM.{1,3}Contact", sentry.received)


EVENTS = """
import logging
from accounts_client.connection import make_accounts_client
from sf.connection.clients import make_salesforce_client
from sf.sync.usage import UsageCounter

make_accounts_client().user("00000000-0000-4000-8000-00000000cafe")
list(make_salesforce_client(UsageCounter("test")).query("SELECT Id FROM Contact WHERE Email = 'canary@sfapi.example'"))
log = logging.getLogger("test")
log.error("first https://h.example/?access_token=canary-message and %s", "sfapi_abcd1234_" + "canary" * 5)
try:
    raise ValueError("https://h.example/?api_key=canary-exception")
except ValueError:
    log.exception("second")
"""


def test_neither_the_query_string_nor_the_user_of_a_request_is_sent_to_sentry(
    database: str, simulator: Simulator, cookies: CookieMaker, tmp_path: Path
) -> None:
    for _ in range(2):
        new_contact(simulator)
    variables = {
        **simulator.variables,
        "SSO_SIGNATURE_PUBLIC_KEY": cookies.public_pem,
        "SSO_ENCRYPTION_PRIVATE_KEY": cookies.encryption_key,
    }
    with (
        listening_sentry() as sentry,
        server(environment({**variables, "SENTRY_DSN": sentry.dsn}, database), tmp_path / "server.log") as url,
    ):
        answer = requests.get(
            f"{url}/api/v1/contact?expire=true&utm_email=canary@sfapi.example",
            headers={"Cookie": f"oxa={cookies.cookie()}", "Referer": f"{url}/?email=canary@sfapi.example"},
            timeout=20,
        )
    assert answer.status_code == 200
    (event,) = sentry.events
    assert "several contacts" in sentry.messages[0]
    assert event["tags"]["request_id"] == answer.headers["X-Request-ID"]
    assert event["request"]["url"].endswith("/api/v1/contact")
    assert "canary" not in sentry.received
    assert UUID not in sentry.received


@contextmanager
def server(variables: dict[str, str], log: Path) -> Iterator[str]:
    """Run ``runserver`` on a free port, and yield its address."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "runserver", "--noreload", "127.0.0.1:0"],
            cwd=ROOT, env={**variables, "PYTHONUNBUFFERED": "1"}, stdout=file, stderr=file,
        )  # fmt: skip
    try:
        yield address_in(log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def address_in(log: Path) -> str:
    """Return the address that the server prints once it listens."""
    deadline = time.monotonic() + 60
    while not (match := re.search(r"development server at (\S+?)/?\s", log.read_text())):
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.05)
    return match[1]


def send_everywhere(url: str, secrets: dict[str, str]) -> int:
    """Send the secrets in headers, cookies, paths and query strings, and return the number of requests."""
    key, cookie, word = secrets["key"], secrets["cookie"], secrets["word"]
    calls: list[tuple[str, dict[str, str]]] = [
        ("books", {"Authorization": f"Bearer {key}"}),
        ("books", {"Authorization": f"Bearer {word}"}),
        ("books", {"Authorization": f"Basic {word}"}),
        ("contact", {"Cookie": f"oxa={cookie}"}),
        ("contact", {"Cookie": f"oxa={word}"}),
        (f"schools?name={key}&api_key={word}", {"User-Agent": f"Example {key}", "X-Request-ID": key}),
        (f"schools?access_token={word}&name={cookie}", {"Referer": f"{url}/?token={word}"}),
        (f"schools/{key}", {}),
        (f"case/{cookie}", {}),
    ]
    for path, headers in calls:
        requests.get(f"{url}/api/v1/{path}", headers=headers, timeout=10)
    return len(calls)
