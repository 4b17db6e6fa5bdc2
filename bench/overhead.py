"""Measure the cost of the audit log and the limiter: the same endpoint with and without them, in turns."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import ExitStack

from bench.callers import Callers
from bench.endpoints import Load, filled, loads_of
from bench.report import Result
from bench.service import Service, service

SECONDS = 2.0
MOST = 0.15
TWINS = {
    "audit log": "bench.twins.without_audit",
    "limiter": "bench.twins.without_limiter",
    "audit log and limiter": "bench.twins.without_both",
}


def overhead(schools: int, runs: int) -> Iterator[Result]:
    """Yield the additional time of a request as a share; all twins run at once and are asked in turns."""
    with filled(schools) as here, ExitStack() as stack:
        loads = loads_of(here, Callers(here, schools))
        whole = stack.enter_context(service(here))
        twins = {name: stack.enter_context(service(here, settings=module)) for name, module in TWINS.items()}
        for running in (whole, *twins.values()):
            for load in loads.values():
                running.load(load, seconds=1)
        for part, twin in twins.items():
            shares = {name: _share(whole, twin, load, runs) for name, load in loads.items()}
            yield _result(part, shares)


def _share(whole: Service, twin: Service, load: Load, runs: int) -> float:
    """Measure in pairs; every second pair begins with the twin."""
    ratios = []
    for pair in range(max(2 * runs, 6)):
        order = (whole, twin) if pair % 2 else (twin, whole)
        rates = {running: running.load(load, seconds=SECONDS).rate for running in order}
        ratios.append(rates[twin] / rates[whole])
    return statistics.median(ratios) - 1


def _result(part: str, shares: dict[str, float]) -> Result:
    middle = statistics.median(shares.values())
    detail = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
    return Result(f"{part}, against the same without", f"{middle:.0%}", f"{MOST:.0%} at most", middle <= MOST, detail)
