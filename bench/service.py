"""Run the service with gunicorn, as in production, and put load on it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException

from bench.load import LoadResult, Plan
from bench.world import ROOT, World

HOST = "127.0.0.1"
WORKERS, CONNECTIONS = 2, 8
START_SECONDS = 60
UNLIMITED = "600000/min"


@dataclass(frozen=True)
class Request:
    """A GET request with its path and headers."""

    path: str
    headers: Mapping[str, str]

    def text(self) -> str:
        lines = [f"GET {self.path} HTTP/1.1", "Host: localhost", "User-Agent: Mozilla/5.0 (X11; Linux) bench/1.0"]
        return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in self.headers.items()), "", ""])


@dataclass(frozen=True)
class Service:
    """A running web server."""

    port: int

    def load(
        self, requests: Sequence[Sequence[Request]], *, seconds: float = 0, allowed: Set[str] = frozenset({"200"})
    ) -> LoadResult:
        """Send requests from a separate process. Each item of ``requests`` is for one connection.

        A connection repeats its requests for ``seconds``; with 0 it sends each request once. A status that is not in
        ``allowed`` ends the benchmark.
        """
        plan = Plan(HOST, self.port, [[each.text() for each in several] for several in requests], seconds)
        done = subprocess.run(
            [sys.executable, "-m", "bench.load"],
            cwd=ROOT,
            input=json.dumps(asdict(plan)),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        result = LoadResult(**json.loads(done.stdout))
        if set(result.statuses) - allowed:
            raise SystemExit(f"{requests[0][0].path}: unexpected answers: {result.statuses}")
        return result


@contextmanager
def service(here: World, *, settings: str = "sfapi.settings.base", workers: int = WORKERS) -> Iterator[Service]:
    """Run the service as in production, but with configured rate limits that are never reached."""
    environment = {
        **{name: value for name, value in here.environment.items() if name != "SIMULATOR_URL"},
        "DEBUG": "off",
        "SECRET_KEY": "only-for-the-benchmark-" * 3,
        "SECURE_SSL_REDIRECT": "off",
        "LOGLEVEL": "error",  # each worker would log that static files are not collected
        "SALESFORCE_API_RATE_LIMIT": UNLIMITED,
        "SALESFORCE_SCHOOLS_RATE_LIMIT": UNLIMITED,
        "DJANGO_SETTINGS_MODULE": settings,
    }
    arguments = [f"--workers={workers}", f"--threads={CONNECTIONS // WORKERS}"]
    with gunicorn("sfapi.wsgi:application", arguments, environment) as port:
        yield Service(port)


@contextmanager
def gunicorn(
    application: str, arguments: Sequence[str], environment: Mapping[str, str], *, quiet: bool = False
) -> Iterator[int]:
    """Yield gunicorn's port as soon as it answers ``/ping/``. ``quiet`` drops its log lines."""
    port = free_port()
    command = ["-m", "gunicorn", application, f"--bind={HOST}:{port}", "--log-level=warning", *arguments]
    with answering(command, environment, port, quiet=quiet):
        yield port


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def answering(
    command: Sequence[str], environment: Mapping[str, str], port: int, *, quiet: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the Python program ``command``, a web server on ``port``.

    The block begins once the server answers ``/ping/``.
    """
    log = subprocess.DEVNULL if quiet else None
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=dict(environment), stderr=log)
    try:
        _wait(port, process)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("the server did not start")
        time.sleep(0.005)


def _answers(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=START_SECONDS)
    try:
        connection.request("GET", "/ping/")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
