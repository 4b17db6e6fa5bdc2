"""Run SFAPI against simple-mockforce, a mock of Salesforce that others have written.

The mock runs as a server. It knows logins, queries of plain fields, and single records. It has no ``/limits``, no
describe calls and no ``COUNT()``, so a sync must fail with the mock's refusal.

SFAPI needs the id of a new case from the answer. The mock answers an upsert with 204 and a body, but HTTP clients read
no body after 204. ``SALESFORCE_CASE_EXTERNAL_ID_FIELD`` is therefore not set: the case is created, not upserted.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

from simulator.tls import certificates
from tests.conformance.clients import calls
from tests.conformance.clients.calls import attempt, expect
from tests.conformance.environments import Client
from tests.environments import ROOT
from tests.fresh_database import fresh_database
from tests.ports import free_ports

DATA = ROOT / ".data" / "conformance"
MOCK = Client("simple-mockforce", "mockforce_server")
BOOK = {"Name": "A book of the mock", "Active__c": True}
START_SECONDS = 120


class Ours:
    """SFAPI's commands, configured for one Salesforce."""

    def __init__(self, host: str, bundle: Path, database: str) -> None:
        self.host = host
        self.bundle = str(bundle)
        self.environment = {
            **{name: value for name, value in os.environ.items() if name in {"PATH", "LANG"}},
            "SFAPI_ENV_FILE": "",
            "DEBUG": "on",
            "DATABASE_URL": database,
            "SFAPI_DATA_DIR": str(DATA),
            "LOGLEVEL": "error",
            "SALESFORCE_HOST": host,
            "SALESFORCE_CLIENT_ID": "any",
            "SALESFORCE_CLIENT_SECRET": "any",
            "SALESFORCE_USERNAME": "any",
            "SALESFORCE_PASSWORD": "any",
            "REQUESTS_CA_BUNDLE": str(bundle),
        }

    def manage(self, *arguments: str) -> tuple[int, str]:
        """Run a command and return its exit status and all output."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    @contextmanager
    def served(self) -> Iterator[str]:
        address = f"127.0.0.1:{free_ports(1)[0]}"
        command = [sys.executable, "manage.py", "runserver", "--noreload", address]
        with subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as server:
            try:
                _wait_for(f"http://{address}/ping/")
                yield f"http://{address}"
            finally:
                server.terminate()


def main() -> None:
    made = certificates(DATA / "mock")
    with _mock(made.server) as host:
        ours = Ours(host, made.bundle, fresh_database(DATA, "conformance"))
        attempt("database", lambda: _works(ours.manage("migrate", "--verbosity", "0")))
        book = requests.post(f"{host}/services/data/v64.0/sobjects/Book__c", json=BOOK, verify=ours.bundle, timeout=60)
        _commands(ours, book.json()["id"])
        attempt("POST /case, delivered", lambda: _case(ours))
    calls.finish()


def _commands(ours: Ours, book: str) -> None:
    soql = f"SELECT Id, Name FROM Book__c WHERE Name = '{BOOK['Name']}'"
    attempt("sf query", lambda: _shows(ours.manage("sf", "query", soql), book))
    attempt("sf get", lambda: _shows(ours.manage("sf", "get", "Book__c", book), str(BOOK["Name"])))
    attempt("sf get with an unknown id", lambda: _refuses(ours.manage("sf", "get", "Book__c", "a0B" + "0" * 15)))
    attempt("sf check signs in", lambda: expect("signed in", "ok   login" in ours.manage("sf", "check")[1]))
    attempt("sync_books fails with the mock's refusal", lambda: _refuses(ours.manage("sync_books")))


def _case(ours: Ours) -> str:
    output = ours.manage("create_api_key", "--name", "conformance", "--scopes", "write:cases")[1]
    key = output.split()[-1]
    with ours.served() as address:
        case = {"subject": "A case for the mock", "description": "It takes anything."}
        answer = requests.post(
            f"{address}/api/v1/case", json=case, headers={"Authorization": f"Bearer {key}"}, timeout=60
        )
    expect(f"status 200 (it is {answer.status_code}: {answer.text[:200]})", answer.status_code == 200)
    cases = ours.manage("sf", "query", "SELECT Id, Subject FROM Case")[1]
    expect("the case in the mock", case["subject"] in cases)
    return str(answer.json()["status"])


def _works(done: tuple[int, str]) -> None:
    expect(f"status 0: {done[1][-300:]}", done[0] == 0)


def _shows(done: tuple[int, str], text: str) -> None:
    _works(done)
    expect(f"{text!r} in {done[1][-300:]}", text in done[1])


def _refuses(done: tuple[int, str]) -> str:
    """Require that the command fails without a traceback, and return the line with the refusal."""
    expect(f"status 1 without a traceback: {done[1][-300:]}", done[0] == 1 and "Traceback" not in done[1])
    line = next((line for line in done[1].splitlines() if "Salesforce answered 4" in line), "")
    expect(f"the refusal in {done[1][-300:]}", line)
    return line


@contextmanager
def _mock(certificate: Path) -> Iterator[str]:
    environment: Mapping[str, str] = {"PATH": os.environ.get("PATH", "")}
    with subprocess.Popen(
        [*MOCK.command, str(certificate)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            assert server.stdout
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            requests.get(url, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{url} does not answer")


if __name__ == "__main__":
    main()
