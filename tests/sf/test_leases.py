"""A lease excludes other processes while its holder lives. A process that lost its lease writes nothing."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connection, transaction
from django.db.models import F
from django.test import Client

from sf.ingest import lease as leases
from sf.ingest.errors import SyncSkipped
from sf.ingest.jobs import recorded_job
from sf.ingest.lease import LeaseLost, RanTooLong, check_held, fence, hold_lease, is_running
from sf.ingest.load import Stage
from sf.ingest.lock import lock_table_for_write
from sf.ingest.under_way import find_dead_runs
from sf.models import Account, SyncLease, SyncRun
from sf.sync.objects import ACCOUNTS
from sf.sync.retry import retry_refused
from tests.conftest import SCHOOLS, Manage
from tests.sf.cache import assert_equal, sync
from tests.sf.processes import Start, kill, wait_for
from tests.simulated import Simulator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ELSEWHERE = "another-host 0d8f 4026531836"


def move_to_another_machine(name: str = "accounts") -> None:
    """Pretend that the holder is on another machine, where its process cannot be checked."""
    SyncLease.objects.filter(name=name).update(place=ELSEWHERE)


def expire_lease(name: str = "accounts") -> None:
    SyncLease.objects.filter(name=name).update(renewed_at=F("renewed_at") - leases.LEASE_DURATION)


@contextmanager
def held_elsewhere(name: str) -> Iterator[None]:
    with hold_lease(name):
        move_to_another_machine(name)
        yield


def test_a_lease_from_a_time_when_postgresqls_clock_was_ahead_can_be_taken() -> None:
    with hold_lease("accounts"):
        move_to_another_machine()
        SyncLease.objects.update(renewed_at=F("renewed_at") + timedelta(days=365))
        SyncRun.objects.create(object="accounts")
        assert not is_running("accounts")
        assert [run.name for run in find_dead_runs()] == ["accounts"]
        with hold_lease("accounts") as lease:
            assert lease is not None


def states(client: Client) -> dict[str, str]:
    objects = client.get("/healthz/").json()["syncs"]["objects"]
    return {name: each["state"] for name, each in objects.items()}


def test_heartbeats_that_fail_one_after_another_are_one_line_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.01)
    caplog.set_level("INFO", leases.logger.name)
    with hold_lease("accounts"), connection.cursor() as cursor:
        for _ in range(2):
            cursor.execute("ALTER TABLE sf_synclease RENAME TO aside")
            time.sleep(0.3)
            cursor.execute("ALTER TABLE aside RENAME TO sf_synclease")
            renewed_at = SyncLease.objects.get().renewed_at
            wait_for(lambda: SyncLease.objects.get().renewed_at > renewed_at)  # noqa: B023 - called in this iteration
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [
        "the lease of accounts could not be renewed, trying again"
    ] * 2


def test_a_lease_survives_missed_heartbeats_for_less_than_a_minute() -> None:
    assert timedelta(seconds=2 * leases.BEAT_SECONDS) < leases.LEASE_DURATION < timedelta(minutes=1)
    with held_elsewhere("accounts"):
        SyncLease.objects.update(renewed_at=F("renewed_at") - leases.LEASE_DURATION + timedelta(seconds=10))
        assert is_running("accounts")
        with hold_lease("accounts") as second:
            assert second is None
        expire_lease()
        assert not is_running("accounts")
        with hold_lease("accounts") as third:
            assert third is not None
            assert is_running("accounts")
    assert not SyncLease.objects.exists()


def test_a_long_statement_keeps_the_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.05)
    with held_elsewhere("accounts"), connection.cursor() as cursor:
        expire_lease()
        cursor.execute("SELECT pg_sleep(1)")
        assert is_running("accounts")


def test_a_merge_that_is_under_way_keeps_the_lease_even_without_a_heartbeat() -> None:
    """The merge's transaction locks the lease's row, so the lease stays with its holder until the commit."""

    def take() -> bool:
        with hold_lease("accounts") as mine:
            taken = mine is not None
        connection.close()
        return taken

    with ThreadPoolExecutor() as elsewhere, held_elsewhere("accounts"):
        expire_lease()
        with transaction.atomic():
            lock_table_for_write("sf_account")
            assert not elsewhere.submit(take).result()
        assert elsewhere.submit(take).result()


@pytest.mark.parametrize(
    "write",
    [
        fence,
        lambda: lock_table_for_write("sf_account"),
        lambda: Stage(ACCOUNTS.target).create(),
        lambda: Stage(ACCOUNTS.target).drop(),
        lambda: Stage(ACCOUNTS.target).copy_rows([]),
        lambda: Stage(ACCOUNTS.target).copy_csv([b"Id\n"], ["Id"]),
    ],
    ids=["fence", "merge", "create", "drop", "rows", "csv"],
)
@pytest.mark.parametrize("lost", ["camp_sync", "accounts"])
def test_a_process_that_lost_a_lease_writes_nothing_and_its_error_names_the_lease(
    lost: str, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stage, "_order", lambda stage, header, paths: [stage.target.columns[0]])
    Stage(ACCOUNTS.target).create()
    with hold_lease("camp_sync"), hold_lease("accounts"):
        write()
        Stage(ACCOUNTS.target).create()
        SyncLease.objects.filter(name=lost).update(holder="another")
        with pytest.raises(LeaseLost, match=f"another process took over the lease of {lost}"):
            write()
    Stage(ACCOUNTS.target).drop()


def test_the_heartbeat_tells_a_run_that_it_lost_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.05)
    with hold_lease("accounts") as held:
        check_held()
        SyncLease.objects.update(holder="another")
        wait_for(lambda: held is not None and held.lost)
        with pytest.raises(LeaseLost):
            check_held()
    assert SyncLease.objects.get().holder == "another"


def test_a_paused_process_that_lost_its_lease_does_not_merge(
    simulator: Simulator, start: Start, run_manage: Manage
) -> None:
    """The first process is paused while it waits for rows. Meanwhile a run on another machine completes."""
    stale = simulator.ids("Account")[0]
    simulator.fail("hang", path="q=SELECT.Id", seconds=3)
    paused = start("sync_accounts")
    wait_for(lambda: simulator.calls_to("query") == 2)
    paused.send_signal(signal.SIGSTOP)
    move_to_another_machine()
    expire_lease()
    simulator.edit("Account", stale, Name="Edited while the first process was paused")
    second = run_manage("sync_accounts", "--force")
    assert second.returncode == 0, second.stderr
    assert f"{SCHOOLS} inserted" in second.stdout
    changed = Account.objects.order_by("id").values_list("id", "local_update_date")
    before = list(changed)
    paused.send_signal(signal.SIGCONT)
    _, errors = paused.communicate(timeout=60)
    assert paused.returncode == 1
    assert "accounts: interrupted: another process took over the lease" in errors
    assert list(changed) == before
    assert sorted(SyncRun.objects.values_list("state", flat=True)) == ["done", "interrupted"]
    assert not SyncLease.objects.exists()
    assert_equal(simulator, Account)


def test_a_killed_sync_is_shown_as_interrupted_at_once_and_frees_its_lease(
    simulator: Simulator, start: Start, client: Client, run_manage: Manage
) -> None:
    simulator.fail("hang", path="q=SELECT.Id", seconds=120)
    process = start("sync_accounts")
    wait_for(lambda: simulator.calls_to("query") == 2)
    assert states(client)["accounts"] == "never"
    kill(process)
    assert states(client)["accounts"] == "interrupted"
    assert client.get("/healthz/").status_code == 503
    output = run_manage("sync_status").stdout
    assert "its process ended without recording a result" in output
    assert "running" not in output
    assert run_manage("sync_accounts").returncode == 0
    assert states(client)["accounts"] == "fresh"


def test_a_sync_whose_machine_is_gone_is_shown_as_interrupted_within_a_minute(
    simulator: Simulator, start: Start, client: Client, run_manage: Manage
) -> None:
    simulator.fail("hang", path="q=SELECT.Id", seconds=120)
    process = start("sync_accounts")
    wait_for(lambda: simulator.calls_to("query") == 2)
    kill(process)
    move_to_another_machine()
    assert states(client)["accounts"] == "never", "the process may still live"
    expire_lease()
    assert states(client)["accounts"] == "interrupted"
    assert run_manage("sync_accounts").returncode == 0


def test_a_killed_job_that_is_not_a_sync_is_reported_too(client: Client) -> None:
    with recorded_job("cleanup_logs") as run:
        assert client.get("/healthz/").json()["jobs"]["failing"] == []
        SyncLease.objects.filter(name=f"cleanup_logs {run.pk}").update(place=ELSEWHERE)
        expire_lease(f"cleanup_logs {run.pk}")
        assert client.get("/healthz/").json()["jobs"]["failing"] == ["cleanup_logs"]
    assert client.get("/healthz/").json()["jobs"]["failing"] == []


def let_a_minute_pass() -> None:
    minute = timedelta(minutes=1)
    SyncRun.objects.update(started=F("started") - minute, ended=F("ended") - minute)


def test_commands_that_start_within_seconds_of_each_other_are_skipped_and_not_failed(run_manage: Manage) -> None:
    with held_elsewhere("books"):
        for _ in range(2):
            assert run_manage("sync_books").stdout == "books: skipped: another run of it is under way\n"


def test_a_run_that_was_skipped_twice_in_a_row_has_failed(run_manage: Manage, client: Client) -> None:
    with held_elsewhere("books"):
        first = run_manage("sync_books")
        assert (first.returncode, first.stdout) == (0, "books: skipped: another run of it is under way\n")
        assert states(client)["books"] == "never"
        let_a_minute_pass()
        second = run_manage("sync_books")
    assert second.returncode == 1
    assert "books: failed: another run of it is under way, for at least the second time in a row" in second.stderr
    assert "on another-host has run since" in second.stderr
    assert states(client)["books"] == "failing"
    assert run_manage("sync_books").returncode == 0
    assert states(client)["books"] == "fresh"


def test_a_camp_sync_that_was_skipped_twice_in_a_row_has_failed(run_manage: Manage) -> None:
    with held_elsewhere("camp_sync"):
        assert run_manage("camp_sync", "--entities", "forms").returncode == 0
        let_a_minute_pass()
        second = run_manage("camp_sync", "--entities", "forms")
    assert second.returncode == 1
    assert "forms: failed: another camp_sync is under way, for at least the second time" in second.stderr
    assert "score:" not in second.stdout, "without a read there is no audit"


def test_a_run_ends_itself_after_its_longest_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.05)
    with hold_lease("accounts", longest=timedelta(hours=6)) as held:
        assert held is not None
        check_held()
        held.ends = time.monotonic() - 1
        with pytest.raises(RanTooLong, match=r"more than 6 hours \(SYNC_MAX_HOURS\)"):
            check_held()
        move_to_another_machine()
        wait_for(lambda: not any(thread.name == "lease of accounts" for thread in threading.enumerate()))
        expire_lease()
        assert not is_running("accounts"), "a run that hangs this long does not block others"


def test_the_wait_for_a_lease_does_not_count_toward_the_longest_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def end_other() -> None:
        time.sleep(0.5)
        SyncLease.objects.all().delete()
        connection.close()

    monkeypatch.setattr(leases, "_WAIT_SECONDS", 0.05)
    with ThreadPoolExecutor() as elsewhere, held_elsewhere("accounts"):
        elsewhere.submit(end_other)
        with hold_lease("accounts", longest=timedelta(seconds=0.4), patience=timedelta(minutes=1)) as held:
            assert held is not None
            check_held()


def test_a_bulk_job_that_never_ends_does_not_hold_the_lease_for_ever(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = 1
    settings.SYNC_MAX_HOURS = 1 / 3600
    answer = {"id": "750000000000001AAA", "state": "InProgress", "numberRecordsProcessed": 0}
    simulator.fail("status", path="/jobs/query/", times=None, status=200, body=json.dumps(answer))
    with pytest.raises(CommandError, match="failed: accounts"):
        sync("sync_accounts")
    run = SyncRun.objects.get()
    assert "(SYNC_MAX_HOURS) and was stopped" in run.message
    assert run.resume_state is not None, "the next run waits for the same job"
    assert not SyncLease.objects.exists()


def test_refused_records_are_not_retried_while_a_sync_is_under_way() -> None:
    with held_elsewhere("accounts"), pytest.raises(SyncSkipped, match="a sync of accounts is under way"):
        retry_refused(ACCOUNTS)


def test_a_full_survey_waits_for_another_command_instead_of_being_skipped(
    start: Start, simulator: Simulator, run_manage: Manage
) -> None:
    """The full survey runs monthly. On some Sundays it begins half an hour after the weekly survey."""
    with held_elsewhere("camp_sync"):
        skipped = run_manage("camp_sync", "--survey")
        assert "another camp_sync is under way" in skipped.stdout
        assert "waiting" not in skipped.stdout
        survey = start("camp_sync", "--survey", "--full", PYTHONUNBUFFERED="1")
        assert survey.stdout is not None
        assert "waiting for its end, at most 3:00:00" in survey.stdout.readline()
        assert survey.poll() is None
    output, _ = survey.communicate(timeout=120)
    assert survey.returncode == 0
    assert "prospects: Full by Pardot API" in output
    assert "another camp_sync is under way" not in output
