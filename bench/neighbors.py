"""Measure how a slow or hanging Salesforce or Accounts slows down users who need neither.

The service runs with gunicorn's default workers and threads, and a rate limit that is never reached. 20 clients use a
route that needs the failing system. Three routes that do not need it have one visitor each. For each system and
failure, all routes are measured twice: while the system is healthy, and while it hangs or answers after three seconds.
Clients and visitors behave like people: each waits a moment between two requests.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection

import requests

from bench.callers import Callers
from bench.endpoints import filled
from bench.report import Result
from bench.service import HOST, UNLIMITED, gunicorn
from bench.world import DATA, World
from simulator.sso import Identity

CLIENTS = 20
SECONDS = 12.0
"""The length of one measurement: three times the time limit for Salesforce.
It includes the first seconds, while the circuit breaker is still closed."""
STRANGERS = 1_000
"""More users than one measurement needs.
Each of them comes once, and is neither in the cache nor in Accounts."""
THINKING_SECONDS, VISITING_SECONDS = 0.25, 0.05
MOST = 2.0
ILLNESSES = {"hanging": ("hang", 60), "answering after 3 s": ("delay", 3)}
NEIGHBORS = {"Salesforce": ("/api/v1/contact", "/query"), "Accounts": ("/api/v1/me", "/oauth/token|/api/users")}
VISITED = ("/ping/", "/api/v1/books", "/api/v1/schools?name=college&limit=10")

Headers = Mapping[str, str]


@dataclass
class Visits:
    """The seconds that answers took, and their statuses."""

    took: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def p95(self) -> float:
        ordered = sorted(self.took)
        return ordered[len(ordered) * 95 // 100]


def neighbors(schools: int, runs: int) -> Iterator[Result]:
    """Yield one result for each system and failure.

    ``runs`` is not used: one run is long and has many requests.
    """
    with filled(schools) as here:
        crowd = Crowd(here, schools)
        with gunicorn(
            "sfapi.wsgi:application", ["--config=python:sfapi.gunicorn"], _environment(here), quiet=True
        ) as port:
            crowd.measure(port, "/api/v1/contact", seconds=3)
            for name, (path, calls) in NEIGHBORS.items():
                for illness, (kind, seconds) in ILLNESSES.items():
                    _make_well(here)
                    well = crowd.measure(port, path, seconds=SECONDS)
                    _make_ill(here, calls, kind, seconds)
                    ill = crowd.measure(port, path, seconds=SECONDS)
                    yield _result(f"{name} {illness}", well, ill)
            _make_well(here)


def _environment(here: World) -> dict[str, str]:
    return {
        **{name: value for name, value in here.environment.items() if name != "SIMULATOR_URL"},
        "DEBUG": "off",
        "SECRET_KEY": "only-for-the-benchmark-" * 3,
        "SECURE_SSL_REDIRECT": "off",
        "LOGLEVEL": "critical",
        "SALESFORCE_API_RATE_LIMIT": UNLIMITED,
        "TRUSTED_PROXY_COUNT": "1",
    }


class Crowd:
    """Users who are neither in the cache nor in Accounts, and visitors of ``VISITED`` with a key."""

    def __init__(self, here: World, schools: int) -> None:
        self._identity = Identity.open(DATA / str(schools) / "simulator")
        self._key = {"Authorization": f"Bearer {Callers(here, schools).key}"}

    def measure(self, port: int, path: str, *, seconds: float) -> dict[str, Visits]:
        """Measure the visits of each route of ``VISITED``, and of ``path``."""
        seen = {name: Visits() for name in (*VISITED, path)}
        # Created in advance: signing cookies would take processor time from the measurement.
        strangers = iter([_stranger(self._identity) for _ in range(STRANGERS)])
        start = threading.Barrier(CLIENTS + len(VISITED))

        def come(name: str, pause: float, headers: Callable[[], Headers]) -> None:
            start.wait()
            _ask(port, name, headers, pause, time.monotonic() + seconds, seen[name])

        with ThreadPoolExecutor(CLIENTS + len(VISITED)) as pool:
            working = [pool.submit(come, name, VISITING_SECONDS, lambda: self._key) for name in VISITED]
            crowd = [(path, THINKING_SECONDS, lambda: next(strangers))] * CLIENTS
            working += [pool.submit(come, *each) for each in crowd]
            for each in working:
                each.result()
        return seen


def _stranger(identity: Identity) -> Headers:
    user = uuid.uuid4()
    cookie = identity.cookie({"id": 1, "uuid": str(user), "name": "Bench"})
    return {"Cookie": f"oxa={cookie}", "X-Forwarded-For": f"198.18.{user.int % 256}.{(user.int >> 8) % 256}"}


_noting = threading.Lock()


def _ask(port: int, path: str, headers: Callable[[], Headers], pause: float, end: float, seen: Visits) -> None:
    while time.monotonic() < end:
        chosen = {"Host": "localhost", **headers()}
        began = time.perf_counter()
        with closing(HTTPConnection(HOST, port, timeout=60)) as connection:
            connection.request("GET", path, headers=chosen)
            response = connection.getresponse()
            response.read()
        with _noting:
            seen.took.append(time.perf_counter() - began)
            seen.statuses[response.status] += 1
        time.sleep(pause)


def _make_ill(here: World, path: str, kind: str, seconds: float) -> None:
    fault = {"match": {"path": path}, "times": None, "action": {"kind": kind, "seconds": seconds}}
    requests.post(f"{here.control}/faults", json=fault, timeout=30).raise_for_status()


def _make_well(here: World) -> None:
    requests.post(f"{here.control}/reset", json={"faults": True}, timeout=30).raise_for_status()
    with here.connect() as connection:
        connection.execute("DELETE FROM api_circuitbreaker")
        connection.execute("DELETE FROM sf_lookupmiss")


def _result(what: str, well: Mapping[str, Visits], ill: Mapping[str, Visits]) -> Result:
    ratios = {name: ill[name].p95 / well[name].p95 for name in VISITED}
    wrong = [name for name in VISITED if set(ill[name].statuses) != {200}]
    [needing] = set(ill) - set(VISITED)
    detail = "; ".join(
        [
            *(f"{name}: p95 {well[name].p95 * 1000:.0f} → {ill[name].p95 * 1000:.0f} ms" for name in VISITED),
            f"{needing}: {dict(ill[needing].statuses)}, p95 {ill[needing].p95 * 1000:.0f} ms",
        ]
    )
    figure = ", ".join(f"{name.split('?')[0]} {ratio:.1f} ×" for name, ratio in ratios.items())
    reached = max(ratios.values()) <= MOST and not wrong
    return Result(
        f"{what}, {CLIENTS} clients that need it: p95 of other requests", figure, f"{MOST:g} × at most", reached, detail
    )
