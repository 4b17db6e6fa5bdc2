"""Measure the cost of the audit log and the limiter: endpoints with and without them, in turns.

The service is compared with its twins: the same service without the audit log, without the limiter, or without both.
The twin "nothing" is equal to the service, so its figure is the noise of the run.

Each service has one worker. With several workers, the result would depend more on the division of connections between
them than on the measured cost.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import ExitStack

from bench.callers import Callers
from bench.endpoints import Load, filled, loads_of
from bench.report import Result
from bench.service import CONNECTIONS, WORKERS, Service, service

SECONDS = 0.7
PAIRS = 4
"""The number of measured pairs, service and twin, for each of the ``--runs``."""
MOST = 0.15
TWINS = {
    "nothing": "sfapi.settings.base",
    "audit log": "bench.twins.without_audit",
    "limiter": "bench.twins.without_limiter",
    "audit log and limiter": "bench.twins.without_both",
}


def overhead(schools: int, runs: int) -> Iterator[Result]:
    """Yield the time that each part adds to a request, as a share.

    The service and a twin are measured in turns.
    """
    with filled(schools) as here, ExitStack() as stack:
        loads = {name: load[: CONNECTIONS // WORKERS] for name, load in loads_of(here, Callers(here, schools)).items()}
        whole = stack.enter_context(service(here, workers=1))
        twins = {name: stack.enter_context(service(here, settings=module, workers=1)) for name, module in TWINS.items()}
        for running in (whole, *twins.values()):
            for load in loads.values():
                running.load(load, seconds=1)
        for part, twin in twins.items():
            shares = {name: _share(whole, twin, load, runs) for name, load in loads.items()}
            yield _result(part, shares)


def _share(whole: Service, twin: Service, load: Load, runs: int) -> float:
    """Return the median additional time. Every second pair begins with the twin."""
    ratios = []
    for pair in range(PAIRS * runs):
        order = (whole, twin) if pair % 2 else (twin, whole)
        rates = {running: running.load(load, seconds=SECONDS).rate for running in order}
        ratios.append(rates[twin] / rates[whole])
    return statistics.median(ratios) - 1


def _result(part: str, shares: dict[str, float]) -> Result:
    middle = statistics.median(shares.values())
    detail = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
    return Result(f"time added by {part}", f"{middle:.0%}", f"{MOST:.0%} at most", middle <= MOST, detail)
