"""Measure how long a change takes from Salesforce to the cache while ``sf follow`` runs.

Contacts are changed in the simulator at a steady pace, each once. The clock of a change starts before it is sent to
the simulator, and stops when another connection first sees its row with the new value.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import requests

from bench.endpoints import filled
from bench.report import Result
from bench.world import ROOT, World

PER_SECOND = 50
SECONDS = 30
AT_MOST = 3.0
"""The p95 to stay below, in seconds."""
_POLL_SECONDS = 0.02
_READY_SECONDS = 120
_LAST_SECONDS = 60
_SEEN = "SELECT id FROM sf_contact WHERE local_update_date > %s AND title LIKE 'bench %%'"


def follow(schools: int, runs: int) -> Iterator[Result]:
    """Yield one line. ``runs`` is not used: one run has 1,500 changes."""
    with filled(schools) as here, _following(here):
        ids = _contacts(here)[: PER_SECOND * SECONDS]
        began = _change(here, ids)
        seen = _watch(here, set(ids), began)
    took = sorted(seen[key] - began[key] for key in seen)
    missing = len(ids) - len(took)
    p95 = took[len(took) * 95 // 100] if took else float("inf")
    yield Result(
        f"a change in Salesforce is in the cache, {PER_SECOND} changes a second (`sf follow`)",
        f"p95 {p95:.1f} s",
        f"{AT_MOST:g} s",
        p95 < AT_MOST and not missing,
        f"p50 {took[len(took) // 2]:.1f} s, longest {took[-1]:.1f} s, {len(took):,} changes, {missing} missing",
    )


@contextmanager
def _following(here: World) -> Iterator[None]:
    """Run ``sf follow``; the block begins when all objects are followed."""
    requests.post(f"{here.control}/pubsub", json={"keepalive_seconds": 1}, timeout=30).raise_for_status()
    process = subprocess.Popen([sys.executable, "manage.py", "sf", "follow"], cwd=ROOT, env=dict(here.environment))
    try:
        deadline = time.monotonic() + _READY_SECONDS
        with here.connect() as connection:
            while _followed(connection) < 5:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("sf follow did not get ready")
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


def _change(here: World, ids: list[str]) -> dict[str, float]:
    """Change the contacts in a thread, evenly; return the growing dictionary of the moments."""
    began: dict[str, float] = {}

    def run() -> None:
        session, start = requests.Session(), time.monotonic()
        for number, key in enumerate(ids):
            time.sleep(max(0.0, start + number / PER_SECOND - time.monotonic()))
            began[key] = time.monotonic()
            session.patch(f"{here.control}/records/Contact/{key}", json={"Title": f"bench {number}"}, timeout=30)

    threading.Thread(target=run).start()
    return began


def _watch(here: World, wanted: set[str], began: dict[str, float]) -> dict[str, float]:
    """Return the moment at which each changed row was first seen."""
    seen: dict[str, float] = {}
    with here.connect() as connection:
        row = connection.execute("SELECT clock_timestamp()").fetchone()
        deadline = time.monotonic() + SECONDS + _LAST_SECONDS
        while wanted - seen.keys() and time.monotonic() < deadline:
            rows = connection.execute(_SEEN, row).fetchall()
            now = time.monotonic()
            for (key,) in rows:
                seen.setdefault(str(key), now)
            time.sleep(_POLL_SECONDS)
    return {key: moment for key, moment in seen.items() if key in began}
