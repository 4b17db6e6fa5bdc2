"""Measure how long a change takes from Salesforce to the API's answer while ``sf follow`` runs.

Contacts are changed in the simulator at a steady rate, each once, each to a different title. The clock of a change
starts before the change is sent to the simulator, and stops when a client has received the new title. The client reads
as if it kept a copy: ``/records/contacts/`` with a key, from the ``as_of`` of its last request. It sends at most two
requests a second, because the limit of the records API allows no more. The measured time includes the client's wait
between two requests.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import requests

from bench.callers import Callers
from bench.endpoints import filled
from bench.report import Result
from bench.service import HOST, Service, service
from bench.world import ROOT, World

PER_SECOND = 50
SECONDS = 30
AT_MOST = 3.0
"""The limit of the p95, in seconds."""
_ASK_SECONDS = 0.5
_READY_SECONDS = 120
_LAST_SECONDS = 60


def follow(schools: int, runs: int) -> Iterator[Result]:
    """Yield one result. ``runs`` is not used, because one run has 1,500 changes."""
    with filled(schools) as here, service(here) as running, _following(here):
        copy = Copy(running, Callers(here, schools, scopes="read:records").key)
        titles = {key: f"bench {number}" for number, key in enumerate(_contacts(here)[: PER_SECOND * SECONDS])}
        began = _change(here, titles)
        seen = copy.watch(titles)
    if not seen:
        raise SystemExit("no change arrived")
    yield _result(sorted(seen[key] - began[key] for key in seen), list(began.values()))


def _result(took: list[float], began: list[float]) -> Result:
    p50, p95 = (took[len(took) * percent // 100] for percent in (50, 95))
    missing, rate = len(began) - len(took), len(began) / (began[-1] - began[0])
    return Result(
        f"from a change in Salesforce to the API's answer, {PER_SECOND} changes a second (`sf follow`)",
        f"p95 {p95:.1f} s",
        f"{AT_MOST:g} s",
        p95 < AT_MOST and not missing,
        f"p50 {p50:.1f} s, longest {took[-1]:.1f} s, {len(took):,} changes at {rate:.0f} a second, {missing} missing",
    )


class Copy:
    """A client of the records API. It reads as if it kept a copy of the contacts."""

    def __init__(self, running: Service, key: str) -> None:
        self._address = f"http://{HOST}:{running.port}/api/v1/records/contacts/"
        self._session = requests.Session()
        self._session.headers.update({"Authorization": f"Bearer {key}", "Host": "localhost"})
        self._as_of = self._get(self._address, {"limit": 1, "fields": "id"})["as_of"]

    def watch(self, wanted: dict[str, str]) -> dict[str, float]:
        """Return the time at which each contact was first received with the wanted title."""
        seen: dict[str, float] = {}
        deadline = time.monotonic() + SECONDS + _LAST_SECONDS
        while wanted.keys() - seen.keys() and time.monotonic() < deadline:
            time.sleep(_ASK_SECONDS)
            rows = self._changed()
            now = time.monotonic()
            for row in rows:
                if (row["id"], row["title"]) in wanted.items():  # other contacts may change too
                    seen.setdefault(row["id"], now)
        return seen

    def _changed(self) -> list[dict[str, str]]:
        """Return the contacts that changed since the last request. They fit on one page."""
        body = self._get(self._address, {"limit": 5000, "fields": "id,title", "modified_since": self._as_of})
        if body["next"]:
            raise SystemExit("more contacts changed than this benchmark changes")
        self._as_of = body["as_of"]
        return list(body["results"])

    def _get(self, address: str, query: dict[str, Any]) -> dict[str, Any]:
        answer = self._session.get(address, params=query, timeout=60)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}: {answer.text[:300]}")
        return dict(answer.json())


@contextmanager
def _following(here: World) -> Iterator[None]:
    """Run ``sf follow``, and enter the block when all objects are followed."""
    requests.post(f"{here.control}/pubsub", json={"keepalive_seconds": 1}, timeout=30).raise_for_status()
    process = subprocess.Popen([sys.executable, "manage.py", "sf", "follow"], cwd=ROOT, env=dict(here.environment))
    try:
        deadline = time.monotonic() + _READY_SECONDS
        with here.connect() as connection:
            while _followed(connection) < 5:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("sf follow did not start to follow all objects")
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _followed(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    row = connection.execute("SELECT count(*) FROM sf_followedobject").fetchone()
    assert row is not None
    return int(str(row[0]))


def _contacts(here: World) -> list[str]:
    with here.connect() as connection:
        rows = connection.execute("SELECT id FROM sf_contact WHERE NOT is_deleted ORDER BY id").fetchall()
    return [str(row[0]) for row in rows]


def _change(here: World, titles: dict[str, str]) -> dict[str, float]:
    """Change the contacts in a thread at a steady rate.

    Return a dictionary, to which the thread adds the start times.
    """
    began: dict[str, float] = {}

    def run() -> None:
        session, start = requests.Session(), time.monotonic()
        for number, (key, title) in enumerate(titles.items()):
            time.sleep(max(0.0, start + number / PER_SECOND - time.monotonic()))
            began[key] = time.monotonic()
            session.patch(f"{here.control}/records/Contact/{key}", json={"Title": title}, timeout=30).raise_for_status()

    threading.Thread(target=run).start()
    return began
