"""PostgreSQL is killed under load: answers are 503 meanwhile, and no accepted case is lost."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from tests.api.outgoing import CASE, FIELD, cases_in
from tests.api.own_postgresql import OwnPostgreSQL, own_postgresql
from tests.api.served import gunicorn
from tests.api.test_outbox_processes import LONG, wait_for
from tests.in_background import in_background
from tests.simulated import ROOT, Simulator, manage

pytestmark = pytest.mark.slow

WRITERS = 6
SOME = 10
"""The number of answers to wait for before, during and after each stop."""


@pytest.fixture
def postgresql() -> Iterator[OwnPostgreSQL]:
    with own_postgresql(ROOT / ".data" / "tests" / "stops") as server:
        yield server


class Writers:
    """Several clients that create one case after another, and their answers."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._headers = f"{url}/api/v1/case", {"Authorization": f"Bearer {key}"}
        self._ended = threading.Event()
        self.accepted: list[str] = []
        self.statuses: Counter[int] = Counter()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        with in_background([self._work] * WRITERS, self._ended):
            yield

    def wait_for_accepted(self) -> None:
        before = len(self.accepted)
        wait_for(lambda: len(self.accepted) >= before + SOME)

    def wait_for_refused(self) -> None:
        before = self.statuses[503]
        wait_for(lambda: self.statuses[503] >= before + SOME)

    def _work(self) -> None:
        while not self._ended.is_set():
            answer = requests.post(self._url, json=CASE, headers=self._headers, timeout=30)
            self.statuses[answer.status_code] += 1
            if answer.ok:
                self.accepted.append(answer.json()["id"])
            else:
                assert (answer.status_code, answer.json()["code"]) == (503, 503)
                assert int(answer.headers["Retry-After"]) > 0
                time.sleep(0.02)


@pytest.mark.parametrize("stops", [1, LONG])
def test_no_accepted_case_is_lost_when_postgresql_is_killed_under_load(
    postgresql: OwnPostgreSQL, simulator: Simulator, stops: int
) -> None:
    key = migrated_with_a_key(postgresql, simulator)
    variables = {**simulator.served_variables, "SALESFORCE_API_RATE_LIMIT": "1000000/min"}
    with gunicorn(postgresql.url, workers=2, **variables) as url:
        writers = Writers(url, key)
        with writers.at_work():
            writers.wait_for_accepted()
            for number in range(stops):
                postgresql.stop("immediate") if number % 2 else postgresql.kill()
                writers.wait_for_refused()
                postgresql.start()
                writers.wait_for_accepted()
    assert set(writers.statuses) <= {200, 202, 503}
    assert set(writers.accepted) <= stored(postgresql).keys()
    deliver_the_rest(postgresql, simulator)
    assert {case[FIELD]: case["Id"] for case in cases_in(simulator)} == stored(postgresql)
    assert len(cases_in(simulator)) == len(stored(postgresql))
    # Requests during the outage are in the audit log too.
    [[refused]] = postgresql.rows("SELECT count(*) FROM api_requestlog WHERE status = 503")
    assert refused > 0


def migrated_with_a_key(postgresql: OwnPostgreSQL, simulator: Simulator) -> str:
    for command in (["migrate", "--verbosity=0"], ["create_api_key", "--name=test", "--scopes=write:cases"]):
        done = manage(*command, variables=simulator.variables, database=postgresql.url)
        assert done.returncode == 0, done.stderr
    return next(word for word in done.stdout.split() if word.startswith("sfapi_"))


def stored(postgresql: OwnPostgreSQL) -> dict[str, str]:
    """Return the Salesforce id of each case, keyed by SFAPI's own id."""
    return {str(row[0]): row[1] for row in postgresql.rows("SELECT id, salesforce_id FROM api_outboundcase")}


def deliver_the_rest(postgresql: OwnPostgreSQL, simulator: Simulator) -> None:
    """Expire the leases, deliver the cases that are still queued, and require that none is left."""
    postgresql.rows("UPDATE api_outboundcase SET lease_until = now() WHERE lease_until IS NOT NULL RETURNING id")
    done = manage("deliver_pending", variables=simulator.variables, database=postgresql.url)
    assert done.returncode == 0, done.stdout + done.stderr
    [[waiting]] = postgresql.rows("SELECT count(*) FROM api_outboundcase WHERE state <> 'delivered'")
    assert waiting == 0
