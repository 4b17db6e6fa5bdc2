"""``migrate`` does not block the site: it gives up on a lock, retries, and names the lock's holder."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from django.core.management import call_command

from api.management.one_migrate import LOCK
from tests.api.test_outbox_processes import wait_for
from tests.conftest import Manage
from tests.sf.processes import start_process
from tests.simulated import Simulator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

BACK = ("migrate", "api", "0004", "--lock-seconds=1")
"""Reverse all migrations after 0004; 0005 alters ``TABLE``."""
TABLE = "api_ratecount"


@pytest.fixture(autouse=True)
def migrate_forward_afterwards(transactional_db: None) -> Iterator[None]:
    yield
    call_command("migrate", verbosity=0)


@contextmanager
def forgotten_transaction(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database, application_name="psql of somebody") as other:
        other.execute(f"SELECT count(*) FROM {TABLE}".encode())
        yield other


def waits(database: str) -> bool:
    with psycopg.connect(database, autocommit=True) as other:
        cursor = other.execute(
            "SELECT 1 FROM pg_stat_activity WHERE application_name = 'sfapi migrate' AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone() is not None


def test_a_migration_that_gets_no_lock_says_who_holds_it(database: str, run_manage: Manage) -> None:
    with forgotten_transaction(database):
        done = run_manage(*BACK, "--lock-attempts=1")
    assert done.returncode == 1
    [line] = [line for line in done.stderr.splitlines() if line]
    assert "A table stayed locked by another connection" in line
    assert "psql of somebody (idle in transaction" in line


def test_a_migration_tries_again_until_the_lock_is_free(database: str, run_manage: Manage) -> None:
    with ThreadPoolExecutor(1) as pool:
        with forgotten_transaction(database):
            running = pool.submit(run_manage, *BACK)
            wait_for(lambda: waits(database))
            wait_for(lambda: not waits(database))
        done = running.result()
    assert done.returncode == 0, done.stderr
    assert "trying again" in done.stderr


def test_a_migrate_command_waits_for_another_and_says_so(database: str, simulator: Simulator) -> None:
    with psycopg.connect(database) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        waiting = start_process(simulator, database, "migrate", "--verbosity=0")
        assert waiting.stderr is not None
        assert waiting.stderr.readline() == "Another migrate is under way on this database; waiting for its end.\n"
        assert waiting.poll() is None
    assert waiting.communicate(timeout=60) == ("", "")
    assert waiting.returncode == 0


def test_two_migrate_commands_at_once_both_succeed(database: str, run_manage: Manage) -> None:
    call_command("migrate", "api", "0005", verbosity=0)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: run_manage("migrate", "--verbosity=0"), range(2)))
    assert [done.returncode for done in both] == [0, 0], [done.stderr for done in both]
