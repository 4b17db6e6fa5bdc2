"""The service as it runs: gunicorn with several processes on the test database."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30


@contextmanager
def gunicorn(database: str, *, workers: int = 4, **environment: str) -> Iterator[str]:
    """Its URL. ``environment`` are more variables of the settings."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    variables = {
        "PATH": os.environ["PATH"],
        "SFAPI_ENV_FILE": "",
        "SECRET_KEY": "only-for-this-test-" * 3,
        "SECURE_SSL_REDIRECT": "off",
        "DATABASE_URL": database,
        **environment,
    }
    process = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "sfapi.wsgi:application", "--bind", address, f"--workers={workers}",
            "--threads=4", "--log-level=warning",
        ],
        cwd=ROOT,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(f"http://{address}/ping/", process)
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(15)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert process.poll() is None, "gunicorn did not start"
        try:
            requests.get(url, timeout=2)
        except (requests.ConnectionError, requests.Timeout):
            assert time.monotonic() < deadline, "gunicorn does not answer"
            time.sleep(0.1)
        else:
            return
