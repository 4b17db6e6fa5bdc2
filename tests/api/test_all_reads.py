"""Fifty clients at once read every ``GET`` endpoint of a service with several processes.

``make soak`` reads for a minute.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.api.cookies import CookieMaker
from tests.api.served import gunicorn
from tests.api.world import SUPER_USER, World, table, world
from tests.simulated import Simulator

__all__ = ["world"]

CLIENTS = 50
LONG = pytest.param(60, marks=[pytest.mark.soak, pytest.mark.timeout(300)])
NO_LIMIT = "1000000/sec"

Answers = Counter[tuple[str, int]]


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [3, LONG])
def test_fifty_clients_read_every_route_without_a_5xx(
    database: str, world: World, simulator: Simulator, cookies: CookieMaker, seconds: int
) -> None:
    lines = [line for line in table().values() if line["method"] == "GET"]
    paths = [world.address(line) for line in lines]
    successful = {world.address(line) for line in lines if line["super_user"] == "200"}
    variables: dict[str, str] = {
        **simulator.served_variables,
        "SALESFORCE_API_RATE_LIMIT": NO_LIMIT,
        "SALESFORCE_SCHOOLS_RATE_LIMIT": NO_LIMIT,
        "SSO_SIGNATURE_PUBLIC_KEY": cookies.public_pem,
        "SSO_ENCRYPTION_PRIVATE_KEY": cookies.encryption_key,
    }
    service = gunicorn(database, workers=4, **variables)
    with service as url, ThreadPoolExecutor(CLIENTS) as pool:
        end = time.monotonic() + seconds
        share = len(paths) // CLIENTS + 1
        clients = [
            pool.submit(read, url, cycle_from(paths, by=number * share), cookies.cookie(uuid=SUPER_USER), end, share)
            for number in range(CLIENTS)
        ]
        answers = sum((client.result() for client in clients), Answers())
    assert {path for path, status in answers if status == 200} == successful
    assert max(status for _, status in answers) < 500


def cycle_from(paths: Sequence[str], *, by: int) -> Iterator[str]:
    """Yield the paths in an endless cycle, beginning with the one at index ``by``."""
    return itertools.islice(itertools.cycle(paths), by, None)


def read(url: str, paths: Iterator[str], cookie: str, end: float, least: int) -> Answers:
    """Read until the time is over, but at least ``least`` times, even on a slow machine."""
    answers = Answers()
    while answers.total() < least or time.monotonic() < end:
        path = next(paths)
        answer = requests.get(f"{url}{path}", headers={"Cookie": f"oxa={cookie}"}, timeout=60)
        answers[path, answer.status_code] += 1
    return answers
