"""Under load, kill web hosts, the leading worker, PostgreSQL and a replica in turn (``make soak``)."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.api.outgoing import FIELD, cases_in
from tests.api.own_postgresql import OwnPostgreSQL, own_postgresql
from tests.api.test_outbox_processes import wait_for
from tests.api.test_postgresql_stops import stored
from tests.chaos import Clients, Watcher
from tests.hosts import Host, WebHost, all_running
from tests.pooled import pgbouncer
from tests.simulated import ROOT, Simulator, environment, manage
from tests.standby import Standby, standby_of

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]

SECONDS = 120
DOWN_SECONDS = 3
REST_SECONDS = 6
PROMISED_MINUTES = 1
STALEST = (PROMISED_MINUTES + 1) * 60
"""The greatest allowed age of an answer, in seconds: ``SYNC_EVERY`` plus a minute."""
LEADER = "SELECT pid FROM sf_synclease WHERE name = 'work'"
# Runs of the same object that overlapped, although each reported success.
TWICE_AT_ONCE = """
    SELECT one.object, one.started, other.started FROM sf_syncrun one JOIN sf_syncrun other
        ON one.object = other.object AND one.id < other.id AND other.started < one.ended AND one.started < other.ended
     WHERE one.state = 'done' AND other.state = 'done' AND one.object <> 'deliver_pending'
"""
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
STARTED = re.compile(r"(?P<job>.+): started, due (?P<due>.+)")


FOLDER = ROOT / ".data" / "tests" / "chaos"


@pytest.fixture
def primary(simulator: Simulator) -> Iterator[OwnPostgreSQL]:
    with own_postgresql(FOLDER / "primary") as server:
        for command in (["migrate", "--verbosity=0"], ["sync_books"], ["sync_all"]):
            done = manage(*command, variables=simulator.variables, database=server.url)
            assert done.returncode == 0, done.stderr
        yield server


@pytest.fixture
def standby(primary: OwnPostgreSQL) -> Iterator[Standby]:
    with standby_of(primary, FOLDER / "standby") as server:
        yield server


class Deployment:
    """All hosts, and the ways to kill them."""

    def __init__(self, primary: OwnPostgreSQL, standby: Standby, simulator: Simulator, pooled: str, logs: Path) -> None:
        more = {
            "SYNC_EVERY": f"{PROMISED_MINUTES}m,books={PROMISED_MINUTES}m", "LOG_FORMAT": "json",
            "SALESFORCE_API_RATE_LIMIT": "1000000/min",
            "SALESFORCE_SCHOOLS_RATE_LIMIT": "1000000/min", "SECRET_KEY": "only-for-this-test-" * 3,
            "DATABASE_REPLICA_URL": standby.url,
        }  # fmt: skip
        variables = environment(simulator.variables, pooled, **more)
        self.primary, self.standby = primary, standby
        self.web = [WebHost(variables, logs / f"web{number}") for number in range(2)]
        self.workers = [Host(["manage.py", "work"], variables, logs / f"worker{number}") for number in range(2)]

    @contextmanager
    def running(self) -> Iterator[None]:
        with all_running([*self.web, *self.workers]):
            wait_for(lambda: self.find_leader() is not None)
            yield

    def find_leader(self) -> Host | None:
        rows = self.primary.rows(LEADER)
        return next((host for host in self.workers if rows == [(host.pid,)]), None)

    def kill_the_leader(self, number: int) -> None:
        wait_for(lambda: self.find_leader() is not None)
        leader = self.find_leader()
        assert leader is not None
        leader.kill()
        wait_for(lambda: self.find_leader() not in {None, leader})
        leader.start()

    def stop_the_primary(self, number: int) -> None:
        _restart(self.primary, hard=number % 2 == 0)

    def stop_the_replica(self, number: int) -> None:
        assert self.standby.rows(CONNECTIONS) != [(0,)], "the web hosts do not use the replica"
        _restart(self.standby, hard=number % 2 == 1)

    def kill_a_web_host(self, number: int) -> None:
        host = self.web[number % 2]
        host.kill()
        time.sleep(DOWN_SECONDS)
        host.start()

    def jobs_started(self) -> Counter[str]:
        """Return how often each scheduled run of each job was started, from the workers' logs."""
        starts: Counter[str] = Counter()
        for host in self.workers:
            lines = [json.loads(line)["message"] for line in host.log.read_text().splitlines() if line.startswith("{")]
            starts.update(line for line in lines if STARTED.fullmatch(line))
        return starts


def _restart(server: OwnPostgreSQL, *, hard: bool) -> None:
    server.kill() if hard else server.stop("immediate")
    time.sleep(DOWN_SECONDS)
    server.start()


def test_no_accepted_case_is_lost_and_no_job_runs_twice_while_hosts_are_killed_in_turn(
    primary: OwnPostgreSQL, standby: Standby, simulator: Simulator, tmp_path: Path
) -> None:
    key = a_key(primary, simulator)
    watcher = Watcher(simulator, simulator.ids("Account")[0])
    with pgbouncer(primary.url, connections=20) as pooled:
        deployment = Deployment(primary, standby, simulator, pooled, tmp_path)
        clients = Clients([host.url for host in deployment.web], key)
        with deployment.running():
            with clients.at_work(watcher):
                blows = beat(deployment, clients)
            wait_for_all_to_arrive(primary, watcher, clients)
    print(blows, dict(clients.statuses), f"stalest {watcher.stalest:.0f} s, {len(clients.accepted)} accepted")  # noqa: T201
    assert clients.unexpected == []
    assert blows >= 4
    in_salesforce = Counter(case[FIELD] for case in cases_in(simulator))
    assert set(in_salesforce.values()) == {1}
    assert set(clients.accepted.values()) <= in_salesforce.keys()
    assert set(Counter(case["Subject"] for case in cases_in(simulator)).values()) == {1}
    assert in_salesforce.keys() == stored(primary).keys()
    started = deployment.jobs_started()
    assert len(started) > 4
    assert [job for job, times in started.items() if times > 1] == []
    assert primary.rows(TWICE_AT_ONCE) == []
    assert watcher.stalest <= STALEST


def a_key(primary: OwnPostgreSQL, simulator: Simulator) -> str:
    scopes = "--scopes=write:cases,read:books,read:info,read:records"
    done = manage("create_api_key", "--name=test", scopes, variables=simulator.variables, database=primary.url)
    return next(word for word in done.stdout.split() if word.startswith("sfapi_"))


def beat(deployment: Deployment, clients: Clients) -> int:
    """Strike hosts and servers in rounds of four until the time is over; return the number of strikes."""
    end, number = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        for strike in (
            deployment.kill_the_leader, deployment.stop_the_primary, deployment.kill_a_web_host,
            deployment.stop_the_replica,
        ):  # fmt: skip
            clients.wait_for_accepted()
            strike(number)
            clients.wait_for_accepted()
            time.sleep(REST_SECONDS)
        number += 1
    return 4 * number


def wait_for_all_to_arrive(primary: OwnPostgreSQL, watcher: Watcher, clients: Clients) -> None:
    """Wait until the workers have delivered all cases and synced the last changes."""
    deadline = time.monotonic() + 3 * 60 * PROMISED_MINUTES
    while time.monotonic() < deadline:
        watcher.look(clients.ask)
        [[waiting]] = primary.rows("SELECT count(*) FROM api_outboundcase WHERE state <> 'delivered'")
        if watcher.has_seen_all and not waiting:
            return
        time.sleep(1)
    raise AssertionError(f"{waiting} cases wait, change {watcher.seen} of {len(watcher.changed)} is shown")
