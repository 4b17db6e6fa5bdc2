"""SFAPI works through a PgBouncer in transaction mode, where clients share sessions."""

from __future__ import annotations

import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
import requests
from django.db import connection

from pardot.models import OrphanRun
from sf.models import Account, SyncLease, SyncRun
from tests.api.served import gunicorn
from tests.conftest import SCHOOLS
from tests.pooled import pgbouncer
from tests.sf.cache import assert_equal
from tests.simulated import Simulator, manage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

READS = 120
PAUSE = 0.05
LIMIT = "100000/min"
"""The readers send more than a caller's usual five requests a minute."""


@pytest.fixture
def pooled(database: str) -> Iterator[str]:
    with pgbouncer(database) as url:
        yield url


def advisory_locks() -> int:
    """Return the number of advisory locks in this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return int(cursor.fetchone()[0])


@contextmanager
def read_all_the_time(url: str, key: str, threads: int = 4) -> Iterator[Counter[int]]:
    """Send ``GET /books`` repeatedly and collect the statuses."""
    statuses: Counter[int] = Counter()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            answer = requests.get(f"{url}/api/v1/books", headers={"Authorization": f"Bearer {key}"}, timeout=30)
            statuses[answer.status_code] += 1
            time.sleep(PAUSE)

    readers = [threading.Thread(target=read) for _ in range(threads)]
    for reader in readers:
        reader.start()
    try:
        yield statuses
        while statuses.total() < READS:
            time.sleep(0.05)
    finally:
        stop.set()
        for reader in readers:
            reader.join()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("syncs", [2, pytest.param(20, marks=pytest.mark.soak)])
def test_syncs_under_web_load_skip_nothing_break_no_answer_and_leave_no_lock(
    simulator: Simulator, pooled: str, syncs: int
) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return manage(*arguments, variables=simulator.variables, database=pooled)

    key = run("create_api_key", "--name=load", "--scopes=read:books").stdout.splitlines()[-1]
    run("sync_books")
    with gunicorn(pooled, workers=2, SALESFORCE_API_RATE_LIMIT=LIMIT) as url, read_all_the_time(url, key) as statuses:
        for number in range(syncs):
            simulator.edit("Account", simulator.ids("Account")[number], Name=f"Renamed {number}")
            done = run("sync_all")
            assert (done.returncode, done.stderr.count("failed")) == (0, 0), done.stderr
            assert "skipped" not in done.stdout
            assert "1 updated" in done.stdout or number == 0
    assert set(statuses) == {200}
    assert statuses.total() >= READS
    assert advisory_locks() == 0
    assert not SyncLease.objects.exists()
    assert set(SyncRun.objects.values_list("state", flat=True)) == {"done"}
    assert_equal(simulator, Account)


@pytest.mark.timeout(400)
def test_migrations_syncs_deliveries_and_reports_work_through_pgbouncer(simulator: Simulator, pooled: str) -> None:
    for command in (
        ["migrate", "--verbosity=0"], ["sync_all", "--forcedelete"], ["camp_sync", "--survey"], ["camp_sync"],
        ["deliver_pending"], ["cleanup_logs"], ["sync_status"], ["sf", "check"], ["camp_digest"],
    ):  # fmt: skip
        done = manage(*command, variables=simulator.variables, database=pooled)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        assert "skipped" not in done.stdout, command
    assert Account.objects.count() == SCHOOLS
    assert OrphanRun.objects.count() == 1, "the survey must check for orphans, which takes several transactions"
    assert advisory_locks() == 0
    assert not SyncLease.objects.exists()


def test_the_check_says_that_there_is_a_pooler(simulator: Simulator, pooled: str, database: str) -> None:
    message = "DATABASE_URL leads to a pooler such as PgBouncer: no statement is prepared"
    assert message in manage("sf", "check", variables=simulator.variables, database=pooled).stdout
    assert "pooler" not in manage("sf", "check", variables=simulator.variables, database=database).stdout


def test_sessions_are_really_shared(pooled: str) -> None:
    """Without sharing, the tests above would prove nothing."""
    with psycopg.connect(pooled, autocommit=True) as one, psycopg.connect(pooled, autocommit=True) as other:
        first, second = (client.execute("SELECT pg_backend_pid()", prepare=False).fetchone() for client in (one, other))
    assert first == second
