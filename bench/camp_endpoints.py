"""Measure every ``GET`` under ``/api/v1/pardot/`` at full size, and at a tenth of the size."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.request import urlopen

from bench.camp_data import WHOLE, CampSize, fill_camp
from bench.report import Result
from bench.service import HOST, WORKERS, Request, Service, service
from bench.world import DATA, world
from simulator.sso import Identity

SECONDS = 2.0
MOST_MILLISECONDS, MOST_GROWTH = 100, 1.5
NOISE_MILLISECONDS = 2.0
"""If the p50 at full size and at a tenth differ by no more than this, their ratio means nothing."""
PREFIX = "/api/v1/pardot/"
USER = "7c1d9f04-0000-4000-8000-0000000050d0"

IN_BRACES: Mapping[str, str] = {"type": "forms", "asset_id": "1", "prospect_id": "17", "sf_id": "701Bb0000000001IAA"}
TODAY = datetime.now(UTC).date()
QUERIES: Mapping[str, str] = {
    "compare": f"?from={TODAY - timedelta(days=30)}&to={TODAY}",
    "goal": "?target=90",
    "search": "?q=form+17",
}
"""The query strings by endpoint. ``goal`` and ``search`` require one.

``compare`` gets two days that are a month apart.
"""
MORE = (
    "assets/forms?issues=true&sort=-activity_count&limit=200",
    "campaigns?limit=200",
    "engagement?group=as_lead&sort=name",
    "engagement?q=school+17",
)
"""Common views besides the defaults.
``MOST_GROWTH`` does not apply to them: they find more rows in more data, so their times may grow."""


@dataclass(frozen=True)
class Times:
    """Times in milliseconds."""

    p50: float
    p95: float


def camp_endpoints(divisor: int, runs: int) -> Iterator[Result]:
    """Compare the full size with a tenth. ``divisor`` shrinks both, to check that the benchmark works."""
    whole = WHOLE.part(divisor)
    small = _measure(whole.part(10), runs)
    yield from small.results
    large = _measure(whole, runs)
    yield from large.results
    for path, times in large.times.items():
        yield _compare(path, small.times[path], times)


@dataclass(frozen=True)
class _Measured:
    times: Mapping[str, Times]
    results: list[Result]


def _measure(size: CampSize, runs: int) -> _Measured:
    with world(200) as here:
        finished = fill_camp(here, size)
        here.manage("create_super_user", f"--uuid={USER}", "--name=Bench")
        survey = Result(
            f"after a survey of {size.prospects:,} prospects and {size.activities:,} activities",
            f"roll-ups of all days {finished.rolling:.1f} s, audits and snapshot {finished.auditing:.1f} s",
            "–",
            True,
        )
        cookie = Identity.open(DATA / "200" / "simulator").cookie({"id": 1, "uuid": USER, "name": "Bench"})
        with service(here) as running:
            paths = _paths(running)
            return _Measured({path: _times(running, path, cookie, runs) for path in paths}, [survey])


def _paths(running: Service) -> list[str]:
    with urlopen(f"http://{HOST}:{running.port}/api/v1/openapi.json") as answer:
        document = json.load(answer)
    paths = [path for path, operations in document["paths"].items() if path.startswith(PREFIX) and "get" in operations]
    return sorted([_fill_in(path) for path in paths] + [PREFIX + view for view in MORE])


def _fill_in(path: str) -> str:
    for name, value in IN_BRACES.items():
        path = path.replace("{" + name + "}", value)
    return path + QUERIES.get(path.removeprefix(PREFIX), "")


def _times(running: Service, path: str, cookie: str, runs: int) -> Times:
    load = [[Request(path, {"Cookie": f"oxa={cookie}"})]] * WORKERS
    running.load(load, seconds=0.3)
    results = [running.load(load, seconds=SECONDS) for _ in range(runs)]
    return Times(
        p50=statistics.median(each.percentile(50) for each in results),
        p95=statistics.median(each.percentile(95) for each in results),
    )


def _compare(path: str, small: Times, large: Times) -> Result:
    growth = large.p50 / small.p50
    more = path.removeprefix(PREFIX) in MORE
    steady = more or growth <= MOST_GROWTH or large.p50 - small.p50 <= NOISE_MILLISECONDS
    return Result(
        path,
        f"p95 {large.p95:.0f} ms; p50 {growth:.2f} × the p50 at a tenth",
        f"under {MOST_MILLISECONDS} ms" + ("" if more else f"; {MOST_GROWTH} ×"),
        large.p95 < MOST_MILLISECONDS and steady,
        f"p50 {large.p50:.1f} ms against {small.p50:.1f} ms",
    )
