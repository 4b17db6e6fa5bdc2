"""PostgreSQL fails during a run: one line of error, no partial result, and the next run succeeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError
from django.db import OperationalError, connection

from sf.ingest.jobs import recorded_job
from sf.models import Account, RefusedRecord, SyncRun
from tests.sf.cache import assert_equal, in_cache, last_run, sync
from tests.sf.processes import wait_for
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

REST, BULK = 10**9, 1


@pytest.mark.parametrize(("threshold", "path"), [(REST, "/limits"), (REST, "q=SELECT.Id"), (BULK, "/results")])
def test_a_lost_database_connection_fails_the_run_in_one_line(
    simulator: Simulator,
    settings: Any,
    database: str,
    capsys: pytest.CaptureFixture[str],
    threshold: int,
    path: str,
) -> None:
    """PostgreSQL closes the connection while Salesforce is slow to answer."""
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    rule = simulator.post("/faults", {"match": {"path": path}, "action": {"kind": "delay", "seconds": 1}})["id"]
    with ThreadPoolExecutor() as elsewhere:
        termination = elsewhere.submit(_end_backend, database, _backend(), lambda: _was_used(simulator, rule))
        with pytest.raises(CommandError, match="failed: accounts"):
            sync("sync_accounts")
        termination.result()
    (error,) = capsys.readouterr().err.splitlines()
    assert error.startswith("accounts: failed: PostgreSQL: ")
    run = last_run("accounts")
    assert (run.state, f"accounts: failed: {run.message}") == ("failed", error)
    assert not Account.all_objects.exists()
    sync("sync_accounts")
    assert_equal(simulator, Account)


def test_a_job_that_loses_its_database_connection_is_recorded_with_the_reason(database: str) -> None:
    backend = _backend()

    def job() -> None:
        with recorded_job("cleanup_logs"):
            _end_backend(database, backend, lambda: True)
            SyncRun.objects.count()

    with pytest.raises(OperationalError, match="terminating connection"):
        job()
    run = last_run("cleanup_logs")
    assert (run.state, run.message) == ("failed", "terminating connection due to administrator command")


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        row = cursor.fetchone()
    assert row
    return int(row[0])


def _was_used(simulator: Simulator, rule: int) -> bool:
    return any(fault["id"] == rule and fault["used"] for fault in simulator.get("/state")["faults"])


def _end_backend(database: str, backend: int, when: Callable[[], bool]) -> None:
    with psycopg.connect(database, autocommit=True) as other:
        wait_for(when)
        other.execute("SELECT pg_terminate_backend(%s)", [backend])


def test_a_merge_that_is_not_committed_leaves_no_watermark(simulator: Simulator) -> None:
    with refused_commit(), pytest.raises(CommandError):
        sync("sync_accounts")
    run = last_run("accounts")
    assert (run.state, run.watermark, run.inserted) == ("failed", None, 0)
    assert "no commit today" in run.message
    assert not Account.all_objects.exists()
    sync("sync_accounts")
    assert_equal(simulator, Account)


def test_a_full_disk_fails_the_run_and_changes_nothing(simulator: Simulator) -> None:
    sync("sync_accounts")
    before = in_cache(Account)
    simulator.edit("Account", simulator.ids("Account")[0], Name="one change")
    with full_disk(), pytest.raises(CommandError):
        sync("sync_accounts")
    run = last_run("accounts")
    assert run.message.startswith("PostgreSQL: could not extend file: No space left on device")
    assert (run.state, run.watermark, in_cache(Account)) == ("failed", None, before)
    assert not RefusedRecord.objects.exists(), "the record is not the cause"
    sync("sync_accounts")
    assert_equal(simulator, Account)


@contextmanager
def full_disk() -> Iterator[None]:
    """Make writes to ``sf_account`` fail as on a full disk."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
            END $$;
            CREATE TRIGGER no_space BEFORE INSERT OR UPDATE ON sf_account FOR EACH ROW EXECUTE FUNCTION no_space()
            """
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER no_space ON sf_account; DROP FUNCTION no_space")


@contextmanager
def refused_commit() -> Iterator[None]:
    """Make the next commit of a watermark fail."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE SEQUENCE commits;
            CREATE FUNCTION refuse_once() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF nextval('commits') = 1 THEN RAISE 'no commit today'; END IF;
                RETURN NULL;
            END $$;
            CREATE CONSTRAINT TRIGGER refuse_once AFTER UPDATE ON sf_syncrun DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (NEW.watermark IS NOT NULL) EXECUTE FUNCTION refuse_once()
            """
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER refuse_once ON sf_syncrun; DROP FUNCTION refuse_once; DROP SEQUENCE commits")
