"""Failed syncs are retried: 5, 10 and 15 minutes after the first, second and third failure in a row."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from sf.models import SyncConfig, SyncRun
from sf.sync.again import find_due_commands, find_next_tries
from tests.conftest import SCHOOLS, Manage
from tests.sf.processes import Start, kill, wait_for
from tests.simulated import Simulator

State, Cause = SyncRun.State, SyncRun.Cause
NOW = timezone.now()


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def make_failed_run(ago: float, name: str = "accounts", command: str = "sync_accounts", **values: str) -> SyncRun:
    """Make a run that ended this many minutes ago, half a minute after it began."""
    ended = NOW - minutes(ago)
    defaults = {"state": State.FAILED, "retry_command": command, **values}
    return SyncRun.objects.create(object=name, started=ended - minutes(0.5), ended=ended, **defaults)


def let_pass(time: timedelta) -> None:
    SyncRun.objects.update(started=F("started") - time, ended=F("ended") - time)


def due() -> list[datetime]:
    return [each.due for each in find_next_tries(NOW)]


@pytest.mark.django_db
def test_a_failed_sync_is_retried_after_5_10_and_15_minutes_and_then_no_more() -> None:
    for ago, pause in ((31, 5), (25, 10), (14, 15)):
        last = make_failed_run(ago)
        assert last.ended is not None
        assert due() == [last.ended + minutes(pause)]
    make_failed_run(0)
    assert due() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "ago"),
    [
        ({"state": State.DONE}, 1),
        ({"cause": Cause.LIMIT}, 1),
        ({"state": State.PAUSED, "cause": Cause.LIMIT}, 1),
        ({"cause": Cause.LASTING}, 1),
        ({"command": ""}, 1),
        ({}, 61),
    ],
    ids=["done", "limit", "paused by the limit", "a refused login", "no retry command", "over an hour ago"],
)
def test_only_recent_failures_that_a_retry_may_fix_are_retried(values: dict[str, str], ago: float) -> None:
    make_failed_run(ago, **values)
    assert due() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values", [{"state": State.INTERRUPTED}, {"state": State.PAUSED, "cause": Cause.SWITCH}, {"state": State.FAILED}]
)
def test_interrupted_failed_and_switched_off_runs_are_retried(values: dict[str, str]) -> None:
    make_failed_run(1, **values)
    assert due() == [NOW + minutes(4)]


@pytest.mark.django_db
def test_long_runs_are_retried_as_often_as_short_runs(settings: Any) -> None:
    hours = settings.SYNC_MAX_HOURS
    for number in range(3, -1, -1):
        run = make_failed_run(number * (hours * 60 + 15))
        assert run.ended is not None
        SyncRun.objects.filter(pk=run.pk).update(started=run.ended - timedelta(hours=hours))
    assert due() == []


@pytest.mark.django_db
def test_failures_many_hours_ago_do_not_count_as_tries() -> None:
    for ago in (23 * 60, 22.9 * 60, 22.8 * 60, 22.7 * 60):
        make_failed_run(ago)
    make_failed_run(2)
    assert due() == [NOW + minutes(3)]


@pytest.mark.django_db
def test_a_skipped_run_does_not_count_and_a_running_one_stops_retries() -> None:
    make_failed_run(6)
    make_failed_run(1, state=State.SKIPPED)
    make_failed_run(1, cause=Cause.BUSY)
    assert due() == [NOW - minutes(1)]
    SyncRun.objects.create(object="accounts")
    assert due() == []


@pytest.mark.django_db
def test_each_command_is_due_once_with_its_entities_combined() -> None:
    make_failed_run(7, "contacts", "sync_contacts --force")
    make_failed_run(6, "forms", "camp_sync --entities forms,lists")
    make_failed_run(6, "lists", "camp_sync --entities lists")
    make_failed_run(6, "tags", "camp_sync --entities tags --full")
    make_failed_run(6, "prospects", "camp_sync --scout")
    make_failed_run(6, "accounts", "sync_all")
    make_failed_run(1, "books", "sync_books")
    assert sorted(find_due_commands(NOW)) == [
        ["camp_sync", "--entities", "forms,lists"],
        ["camp_sync", "--entities", "tags", "--full"],
        ["camp_sync", "--scout"],
        ["sync_all"],
        ["sync_contacts", "--force"],
    ]


@pytest.mark.django_db(transaction=True)
def test_a_sync_that_salesforce_refused_succeeds_five_minutes_later(simulator: Simulator, run_manage: Manage) -> None:
    simulator.fail("error", path="FROM.Account", times=None, code="INSUFFICIENT_ACCESS", message="now", status=403)
    first = run_manage("sync_all")
    assert first.returncode == 1
    assert "next try in 5 min" in run_manage("sync_status").stdout
    assert run_manage("sync_retry").stdout == ""
    let_pass(minutes(5))
    simulator.reset()
    again = run_manage("sync_retry")
    assert again.returncode == 0, again.stderr
    assert again.stdout.startswith("trying again: sync_accounts\n")
    assert f"{SCHOOLS} inserted" in again.stdout
    assert find_next_tries() == []


@pytest.mark.django_db(transaction=True)
def test_the_retry_of_sync_all_reads_every_object_after_a_kill(
    simulator: Simulator, start: Start, run_manage: Manage
) -> None:
    simulator.fail("hang", path="q=SELECT.Id", seconds=120)
    process = start("sync_all", "--force")
    wait_for(lambda: simulator.calls_to("query") == 2)
    kill(process)
    assert run_manage("sync_retry").stdout == ""
    run = SyncRun.objects.get(object="accounts")
    assert (run.state, run.retry_command) == (State.INTERRUPTED, "sync_all --force")
    let_pass(minutes(6))
    again = run_manage("sync_retry")
    assert again.stdout.startswith("trying again: sync_all --force\n")
    assert "adoptions: Full by REST" in again.stdout


@pytest.mark.django_db(transaction=True)
def test_the_kill_switch_delays_retries(simulator: Simulator, run_manage: Manage) -> None:
    make_failed_run(6)
    SyncConfig.load()
    SyncConfig.objects.update(sync_enabled=False)
    assert run_manage("sync_retry").stdout == ""
    assert SyncRun.objects.get(object="sync_retry").state == State.SKIPPED
    SyncConfig.objects.update(sync_enabled=True)
    assert "trying again: sync_accounts" in run_manage("sync_retry").stdout


@pytest.mark.django_db(transaction=True)
def test_a_failed_retry_is_reported_and_a_wrong_password_is_not_retried(
    simulator: Simulator, run_manage: Manage
) -> None:
    make_failed_run(6)
    again = run_manage("sync_retry", SALESFORCE_PASSWORD="wrong")
    assert again.returncode == 1
    assert "failed again: sync_accounts" in again.stderr
    let_pass(minutes(20))
    assert run_manage("sync_retry").stdout == "", "each retry would be a failed login"
