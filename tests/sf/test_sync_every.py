"""``SYNC_EVERY``, the interval of syncs, determines the cron table, the allowed age of copies, and the cost."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from sf.ingest import lease as leases
from sf.ingest.lease import hold_lease
from sf.ingest.schedule import compute_longest_pause
from sf.models import SyncConfig, SyncRun
from sf.status.cost import compose_cost_line, is_affordable
from sf.status.freshness import MAX_AGE, sync_freshness, with_time_to_run
from sf.sync.objects import BOOKS, EVERY_OBJECT, INTERDEPENDENT
from sfapi.cron import CRONJOBS, list_scheduled_jobs
from sfapi.sync_every import parse_sync_every
from tests.conftest import Manage
from tests.sf.cache import sync
from tests.simulated import Simulator

VALUES = ["1d", "5m", "1m", "6h", "1h", "1d,contacts=5m", "12h,adoptions=1h,contacts=20m,books=1h", "1d,books=1d"]


def commands(value: str) -> list[tuple[str, str]]:
    every = parse_sync_every(value)
    return [(when, " ".join(job)) for when, _, job in list_scheduled_jobs(pardot=True, digest=True, every=every)]


def test_every_object_has_an_interval() -> None:
    assert set(parse_sync_every("1d")) == {synced.name for synced in EVERY_OBJECT}


def test_daily_syncs_keep_the_standard_cron_table() -> None:
    assert list_scheduled_jobs(pardot=True, digest=True, every=parse_sync_every("1d")) == CRONJOBS


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ("5m", [("*/5 * * * *", "sync_all --quiet"), ("0 4 * * 0", "sync_all --force --wait 30")]),
        ("1m", [("* * * * *", "sync_all --quiet")]),
        ("6h", [("0 */6 * * *", "sync_all --quiet")]),
        ("1d, contacts=5m", [("0 5 * * *", "sync_all"), ("*/5 * * * *", "sync_contacts --quiet")]),
        ("1d,books=1h", [("0 * * * *", "sync_books --quiet"), ("0 4 * * 0", "sync_all --force --wait 30")]),
        ("books=1d", [("45 23 * * *", "sync_books"), ("0 5 * * *", "sync_all"), ("0 4 * * 0", "sync_all --force")]),
    ],
)
def test_the_cron_table_follows_sync_every(value: str, lines: list[tuple[str, str]]) -> None:
    assert set(lines) <= set(commands(value))


@pytest.mark.parametrize("value", VALUES)
def test_each_object_is_synced_by_the_cron_table_as_often_as_declared(settings: Any, value: str) -> None:
    every = parse_sync_every(value)
    settings.CRONJOBS = list_scheduled_jobs(pardot=False, digest=False, every=every)
    for synced in INTERDEPENDENT:
        pauses = [compute_longest_pause(f"sync_{synced.name}"), compute_longest_pause("sync_all")]
        assert min(pause for pause in pauses if pause) == every[synced.name]
    assert compute_longest_pause("sync_books") == every[BOOKS.name]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("7m", "'7m' is none of 1m, 2m, "),
        ("5", "'5' is none of"),
        ("2d", "'2d' is none of"),
        ("0m", "'0m' is none of"),
        ("5m,", "'' is not of the form 5m or contacts=5m"),
        ("often", "'often' is none of"),
        ("1d,pardot=5m", "'pardot' is none of accounts, contacts"),
        ("1d,contacts=5m,contacts=10m", "contacts is given twice"),
        ("1d,5m", "the value without a name is given twice"),
        ("5m,accounts=1h", "accounts cannot have a longer pause than sync_all"),
    ],
)
def test_an_invalid_interval_is_refused(value: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_sync_every(value)


@pytest.mark.django_db(transaction=True)
def test_the_allowed_age_of_a_copy_follows_sync_every(run_manage: Manage) -> None:
    for synced in EVERY_OBJECT:
        ended = timezone.now() - timedelta(minutes=20)
        SyncRun.objects.create(object=synced.name, state=SyncRun.State.DONE, started=ended, ended=ended)
    output = run_manage("sync_status", SYNC_EVERY="1d,contacts=5m").stdout
    states = dict(line.split()[:2] for line in output.partition("health ")[2].splitlines()[1:6])
    assert states == {
        "books": "fresh", "accounts": "fresh", "contacts": "late", "opportunities": "fresh", "adoptions": "fresh",
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_quiet_sync_says_nothing_unless_something_is_wrong(run_manage: Manage, simulator: Simulator) -> None:
    done = run_manage("sync_all", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    failed = run_manage("sync_books", "--quiet", SALESFORCE_PASSWORD="wrong")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert "books: failed: " in failed.stderr


@pytest.mark.django_db(transaction=True)
def test_an_object_that_is_synced_often_may_be_skipped_repeatedly_during_a_long_run(
    simulator: Simulator, settings: Any
) -> None:
    settings.SYNC_EVERY = parse_sync_every("1d,books=5m")
    with hold_lease("books"):
        for _ in range(3):
            sync("sync_books")
    assert set(SyncRun.objects.values_list("state", flat=True)) == {SyncRun.State.SKIPPED}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "minutes", "state"), [("5m", 6, "fresh"), ("5m", 16, "failing"), ("1d", 6, "failing")]
)
def test_a_failed_run_of_a_frequent_sync_is_no_fault_while_the_copy_is_fresh(
    settings: Any, monkeypatch: pytest.MonkeyPatch, value: str, minutes: int, state: str
) -> None:
    settings.SYNC_EVERY = parse_sync_every(value)
    monkeypatch.setitem(MAX_AGE, "contacts", with_time_to_run(settings.SYNC_EVERY["contacts"]))
    for outcome, ago in ((SyncRun.State.DONE, minutes), (SyncRun.State.FAILED, 1)):
        ended = timezone.now() - timedelta(minutes=ago)
        SyncRun.objects.create(object="contacts", state=outcome, started=ended, ended=ended)
    assert {each.name: each.state for each in sync_freshness()}["contacts"] == state


@pytest.mark.django_db(transaction=True)
def test_a_full_read_waits_until_another_run_of_the_object_ends(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "_WAIT_SECONDS", 0.01)
    other_holds_lease, waited_for = threading.Event(), threading.Event()
    take = leases._take

    def take_and_report(lease: leases.Lease) -> bool:
        held = take(lease)
        if other_holds_lease.is_set() and not held:
            waited_for.set()
        return held

    monkeypatch.setattr(leases, "_take", take_and_report)

    def other() -> None:
        with hold_lease("books"):
            other_holds_lease.set()
            waited_for.wait(60)
        connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    other_holds_lease.wait(60)
    sync("sync_books", force=True, wait=timedelta(minutes=1))
    thread.join()
    assert SyncRun.objects.get().state == SyncRun.State.DONE


@pytest.mark.django_db
def test_costs_of_the_configured_and_shorter_intervals_come_from_earlier_runs(settings: Any) -> None:
    settings.SYNC_EVERY = parse_sync_every("1d,contacts=1h")
    for synced in EVERY_OBJECT:
        for calls in (2, 4):
            SyncRun.objects.create(
                object=synced.name, state=SyncRun.State.DONE, mode=SyncRun.Mode.INCREMENTAL, api_calls=calls
            )
    SyncConfig.objects.update_or_create(defaults={"last_usage_limit": 100_000})
    assert compose_cost_line() == (
        "Salesforce is read every day, contacts every hour, books every 7 days: about 81 calls a day, 0.1% of 100,000; "
        "every 5 minutes (SYNC_EVERY=5m) about 4,320 calls a day, 4.3% of 100,000; "
        "every minute (SYNC_EVERY=1m) about 21,600 calls a day, 21.6% of 100,000"
    )
    assert is_affordable()


@pytest.mark.django_db
def test_an_interval_that_takes_most_of_the_days_calls_is_not_affordable(settings: Any) -> None:
    settings.SYNC_EVERY = parse_sync_every("1m")
    SyncConfig.objects.update_or_create(defaults={"last_usage_limit": 15_000})
    assert not is_affordable()
