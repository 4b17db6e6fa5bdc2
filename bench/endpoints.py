"""Measure the API's reads under load, compared with ``/ping/`` of the same processes."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from bench.callers import Callers
from bench.load import LoadResult
from bench.report import Result
from bench.service import CONNECTIONS, WORKERS, Request, Service, service
from bench.world import World, world

SECONDS = 3.0
SHARE, TAIL = 1 / 4, 5

Load = Sequence[Sequence[Request]]
PING: Load = [[Request("/ping/", {})]] * CONNECTIONS


def endpoints(schools: int, runs: int) -> Iterator[Result]:
    """Yield requests per second with authentication, limiter and audit log, as a ratio to ``/ping/``."""
    with filled(schools) as here, service(here) as running:
        loads = loads_of(here, Callers(here, schools))
        for load in (PING, *loads.values()):
            running.load(load, seconds=1)
        for name, load in loads.items():
            yield _against_ping(running, name, load, runs)


@contextmanager
def filled(schools: int) -> Iterator[World]:
    """Yield the environment of a benchmark, with all Salesforce objects in the cache."""
    with world(schools) as here:
        here.manage("sync_books")
        here.manage("sync_all")
        yield here


def loads_of(here: World, callers: Callers) -> Mapping[str, Load]:
    with here.connect() as connection:
        rows = connection.execute("SELECT id FROM sf_account WHERE NOT is_deleted ORDER BY id LIMIT 100").fetchall()
    return {
        "/contact": callers.users("/api/v1/contact"),
        "/adoptions": callers.users("/api/v1/adoptions"),
        "/books": callers.service(["/api/v1/books"]),
        "/schools/{id}": callers.service([f"/api/v1/schools/{row[0]}" for row in rows]),
    }


def _against_ping(running: Service, name: str, load: Load, runs: int) -> Result:
    pairs: list[tuple[LoadResult, LoadResult]] = [
        (running.load(PING, seconds=SECONDS), running.load(load, seconds=SECONDS)) for _ in range(max(runs, 3))
    ]
    share = statistics.median(result.rate / ping.rate for ping, result in pairs)
    tail = statistics.median(result.percentile(99) / result.percentile(50) for _, result in pairs)
    ping_rate, rate = (statistics.median(pair[which].rate for pair in pairs) for which in (0, 1))
    p50, p99 = (statistics.median(result.percentile(percent) for _, result in pairs) for percent in (50, 99))
    return Result(
        f"{name}, {WORKERS} workers, {CONNECTIONS} connections",
        f"{share:.2f} of /ping/; p99 {tail:.1f} × p50",
        f"{SHARE:g} of /ping/; {TAIL} ×",
        share >= SHARE and tail <= TAIL,
        f"{rate:,.0f}/s against {ping_rate:,.0f}/s; p50 {p50:.1f} ms, p99 {p99:.1f} ms",
    )
