"""Run the service with gunicorn, as in production."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = STOP_SECONDS = 60
SECRET_KEY = "only-for-this-test-" * 3


AS_SHIPPED = ("--config=python:sfapi.gunicorn",)


def gunicorn(database: str, *, workers: int = 4, **environment: str) -> AbstractContextManager[str]:
    """Run gunicorn in a ``with`` block and yield its URL; ``environment`` adds environment variables."""
    return gunicorn_of(ROOT, AS_SHIPPED, database, workers, environment)


@contextmanager
def gunicorn_of(
    checkout: Path, options: Sequence[str], database: str, workers: int, environment: Mapping[str, str]
) -> Iterator[str]:
    """Run the service of a checkout with these options of gunicorn, and yield its URL."""
    variables = {
        "PATH": os.environ["PATH"],
        "SFAPI_ENV_FILE": "",
        "SECRET_KEY": SECRET_KEY,
        "SECURE_SSL_REDIRECT": "off",
        "DATABASE_URL": database,
        "WEB_THREADS": "4",
        **environment,
    }
    # gunicorn inherits an open port: another process may take a port number that was free a moment ago.
    with socket.create_server(("127.0.0.1", 0), backlog=128) as port:
        url = f"http://127.0.0.1:{port.getsockname()[1]}"
        process = subprocess.Popen(
            [
                sys.executable, "-m", "gunicorn", *options, f"--bind=fd://{port.fileno()}",
                f"--workers={workers}", "--log-level=warning",
            ],
            cwd=checkout,
            env=variables,
            pass_fds=[port.fileno()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        # The request waits in the open port until a process accepts it. It fails if gunicorn ends and the port closes.
        requests.get(f"{url}/ping/", timeout=START_SECONDS)
        yield url
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)
