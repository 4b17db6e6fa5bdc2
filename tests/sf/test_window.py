"""A run reads all records, or those changed since the last watermark minus the lookback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sf.ingest.window import FULL_AFTER, Committed, Window, choose_window
from sf.models import Account, SyncRun
from tests.sf.cache import assert_equal, last_run, sync
from tests.simulated import Simulator

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
LOOKBACK = timedelta(hours=2)
WATERMARK = NOW - timedelta(days=1)


def window(committed: Committed | None, *, forced: bool = False, fingerprint: str = "as declared") -> Window:
    return choose_window(committed, fingerprint=fingerprint, forced=forced, lookback=LOOKBACK, now=NOW)


def committed(*, watermark: datetime | None = WATERMARK, age: timedelta = timedelta(days=1)) -> Committed:
    return Committed(watermark, NOW - age, "as declared")


def test_the_first_run_is_full() -> None:
    assert window(None) == Window(None, "no watermark yet")


def test_a_run_without_a_watermark_is_full() -> None:
    assert window(committed(watermark=None)).is_full


def test_a_forced_run_is_full() -> None:
    assert window(committed(), forced=True) == Window(None, "forced")


def test_a_run_with_other_declared_fields_is_full() -> None:
    assert window(committed(), fingerprint="with a new field").reason == "the declared fields changed"


def test_the_window_of_an_incremental_run_begins_a_lookback_before_the_watermark() -> None:
    assert window(committed()) == Window(WATERMARK - LOOKBACK, "incremental")


@pytest.mark.parametrize(("age", "full"), [(FULL_AFTER, False), (FULL_AFTER + timedelta(seconds=1), True)])
def test_a_run_is_full_when_the_last_finished_read_began_over_fourteen_days_ago(age: timedelta, full: bool) -> None:
    assert timedelta(days=14) == FULL_AFTER
    assert window(committed(age=age)).is_full == full


@given(
    watermark=st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    days=st.integers(0, 30),
    forced=st.booleans(),
    same=st.booleans(),
)
def test_a_window_never_begins_after_the_watermark(
    watermark: datetime | None, days: int, forced: bool, same: bool
) -> None:
    last = Committed(watermark, NOW - timedelta(days=days), "as declared" if same else "another")
    chosen = window(last, forced=forced)
    must_be_full = forced or not same or watermark is None or days > 14
    assert chosen.is_full == must_be_full
    if chosen.since is not None:
        assert watermark is not None
        assert chosen.since == watermark - LOOKBACK


# -- in a sync -------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("age", "mode"), [(13, "incremental"), (15, "full")])
def test_an_object_that_was_not_synced_for_over_14_days_is_read_in_full(
    simulator: Simulator, age: int, mode: str
) -> None:
    sync("sync_accounts")
    purged = simulator.ids("Account")[0]
    simulator.do("delete", "Account", purged)
    simulator.do("purge", "Account", purged)
    run = last_run("accounts")
    SyncRun.objects.update(started=run.started - timedelta(days=age), ended=run.started - timedelta(days=age))
    sync("sync_accounts")
    assert last_run("accounts").mode == mode
    assert Account.objects.filter(id=purged).exists() == (mode == "incremental")


@pytest.mark.django_db(transaction=True)
def test_records_that_share_the_watermarks_stamp_are_all_read(simulator: Simulator, settings: Any) -> None:
    """A record that is committed late may have the same stamp as a record that was read already."""
    settings.SALESFORCE_LOOKBACK_SECONDS = 0
    early, late = simulator.ids("Account")[:2]
    stamp = "2026-12-01T00:00:00.000Z"
    simulator.set_raw("Account", early, touch=False, Name="early", SystemModstamp=stamp)
    sync("sync_accounts")
    simulator.set_raw("Account", late, touch=False, Name="late", SystemModstamp=stamp)
    sync("sync_accounts")
    assert Account.objects.get(id=late).name == "late"
    assert_equal(simulator, Account)


@pytest.mark.django_db(transaction=True)
def test_a_record_with_a_stamp_within_the_lookback_is_read(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_LOOKBACK_SECONDS = 3600
    newest, late, too_late = simulator.ids("Account")[:3]
    simulator.set_raw("Account", newest, touch=False, SystemModstamp="2026-12-01T12:00:00.000Z")
    sync("sync_accounts")
    simulator.set_raw("Account", late, touch=False, Name="late", SystemModstamp="2026-12-01T11:00:00.000Z")
    simulator.set_raw("Account", too_late, touch=False, Name="too late", SystemModstamp="2026-12-01T10:59:59.000Z")
    sync("sync_accounts")
    assert Account.objects.filter(name="late").exists()
    assert not Account.objects.filter(name="too late").exists()
    assert last_run("accounts").watermark == datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_the_watermark_does_not_go_back(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_LOOKBACK_SECONDS = 3600
    newest, late = simulator.ids("Account")[:2]
    simulator.set_raw("Account", newest, touch=False, SystemModstamp="2026-12-01T12:00:00.000Z")
    sync("sync_accounts")
    simulator.do("purge", "Account", newest)
    simulator.set_raw("Account", late, touch=False, SystemModstamp="2026-12-01T11:30:00.000Z")
    sync("sync_accounts")
    run = last_run("accounts")
    assert (run.mode, run.rows_read) == ("incremental", 1)
    assert run.watermark == datetime(2026, 12, 1, 12, tzinfo=UTC)
