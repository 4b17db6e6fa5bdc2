"""A record that PostgreSQL cannot store is set aside alone, and retried until it can be stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from sf.ingest.errors import SyncSkipped
from sf.ingest.lease import hold_lease
from sf.models import Account, Opportunity, RefusedRecord
from sf.sync import source
from sf.sync.objects import ACCOUNTS, OPPORTUNITIES
from sf.sync.retry import retry_refused
from tests.sf.cache import assert_equal, in_cache, in_salesforce, last_run, sync
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

BAD_VALUES: dict[str, tuple[str, Any, str]] = {
    "NUL": ("Description", "before\0after", "description: a NUL character"),
    "year 0001": ("CloseDate", "0001-01-01", "close_date: "),
    "year 10000": ("LastStageChangeDate", "10000-01-01T00:00:00.000Z", "last_stage_change_date: "),
    "too large": ("Amount", 1e17, "amount: numeric field overflow"),
    "integer too large": ("FiscalYear", 1e30, "fiscal_year: bigint out of range"),
}


def spoil(simulator: Simulator) -> dict[str, str]:
    """Give each bad value to an opportunity, and return the ids by the value's name."""
    ids = dict(zip(BAD_VALUES, simulator.ids("Opportunity"), strict=False))
    for name, record in ids.items():
        field, value, _ = BAD_VALUES[name]
        simulator.set_raw("Opportunity", record, **{field: value})
    return ids


def fix_values(simulator: Simulator, ids: dict[str, str]) -> None:
    for name, record in ids.items():
        nothing: dict[str, Any] = {BAD_VALUES[name][0]: None}
        simulator.set_raw("Opportunity", record, **nothing)


@pytest.fixture(params=[(10**9, 200), (1, 200)], ids=["rest", "bulk"])
def pages(request: pytest.FixtureRequest, simulator: Simulator, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use each transport, with two pages of opportunities."""
    settings.SALESFORCE_BULK_THRESHOLD, size = request.param
    monkeypatch.setattr(source, "REST_PAGE_ROWS", size)
    simulator.post("/bulk", {"largest_page": size})


@pytest.mark.usefixtures("pages")
def test_bad_records_of_a_first_run_are_set_aside_alone(simulator: Simulator) -> None:
    expected = in_salesforce(simulator, Opportunity)
    bad = spoil(simulator)
    sync("sync_opportunities")
    run = last_run("opportunities")
    assert (run.state, run.set_aside, run.inserted) == ("done", len(bad), run.rows_read - len(bad))
    assert in_cache(Opportunity) == {key: row for key, row in expected.items() if key not in bad.values()}
    assert_set_aside(bad)


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize(
    "options", [{}, {"force": True}, {"forcedelete": True}], ids=["incremental", "full", "replacement"]
)
def test_the_cached_version_of_a_bad_record_stays_as_it_was(simulator: Simulator, options: dict[str, bool]) -> None:
    sync("sync_opportunities")
    before = in_cache(Opportunity)
    bad = spoil(simulator)
    other = simulator.ids("Opportunity")[-1]
    simulator.edit("Opportunity", other, Name="changed beside bad ones")

    sync("sync_opportunities", **options)
    after = in_cache(Opportunity)
    assert after.pop(other)["name"] == "changed beside bad ones"
    assert after == {key: values for key, values in before.items() if key != other}
    assert_set_aside(bad)
    assert last_run("opportunities").soft_deleted == 0


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize(
    "options", [{}, {"force": True}, {"forcedelete": True}], ids=["incremental", "full", "replacement"]
)
@pytest.mark.parametrize("cached", [False, True], ids=["never cached", "cached before"])
def test_a_record_that_became_good_is_stored_and_no_longer_set_aside(
    simulator: Simulator, options: dict[str, bool], cached: bool
) -> None:
    if cached:
        sync("sync_opportunities")
    bad = spoil(simulator)
    sync("sync_opportunities")
    fix_values(simulator, bad)
    sync("sync_opportunities", **options)
    assert not RefusedRecord.objects.exists()
    assert last_run("opportunities").set_aside == 0
    assert_equal(simulator, Opportunity)


@pytest.mark.parametrize("option", [{}, {"force": True}], ids=["incremental", "full"])
def test_records_set_aside_before_postgresqls_clock_was_set_back_are_stored_once_they_are_good(
    simulator: Simulator, option: dict[str, bool]
) -> None:
    bad = spoil(simulator)
    sync("sync_opportunities")
    RefusedRecord.objects.update(last_tried=Now() + timedelta(days=1))
    fix_values(simulator, bad)
    sync("sync_opportunities", **option)
    assert not RefusedRecord.objects.exists()
    assert_equal(simulator, Opportunity)


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize(
    "options", [{}, {"force": True}, {"forcedelete": True}], ids=["incremental", "full", "replacement"]
)
def test_a_bad_record_that_was_fixed_and_deleted_is_no_longer_set_aside(
    simulator: Simulator, options: dict[str, bool]
) -> None:
    sync("sync_opportunities")
    bad = spoil(simulator)
    sync("sync_opportunities")
    fix_values(simulator, bad)
    for record in bad.values():
        simulator.do("delete", "Opportunity", record)
    sync("sync_opportunities", **options)
    assert not Opportunity.objects.filter(id__in=bad.values()).exists()
    assert not RefusedRecord.objects.exists()


@pytest.mark.usefixtures("pages")
def test_each_run_retries_bad_records_and_counts_the_tries_per_record(simulator: Simulator) -> None:
    bad = spoil(simulator)
    for _ in range(3):
        sync("sync_opportunities")
    assert set(RefusedRecord.objects.values_list("attempts", flat=True)) == {3}
    assert last_run("opportunities").set_aside == len(bad)


@pytest.mark.usefixtures("pages")
def test_a_full_run_forgets_a_bad_record_that_was_purged(simulator: Simulator) -> None:
    bad = spoil(simulator)
    sync("sync_opportunities")
    for record in bad.values():
        simulator.do("delete", "Opportunity", record)
        simulator.do("purge", "Opportunity", record)
    sync("sync_opportunities", force=True)
    assert not RefusedRecord.objects.exists()
    assert_equal(simulator, Opportunity)


def test_a_record_that_was_set_aside_is_retried_without_being_read_again(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_LOOKBACK_SECONDS = 0
    sync("sync_accounts")
    refused, newest = simulator.ids("Account")[:2]
    simulator.edit("Account", refused, Name="forbidden here")
    simulator.set_raw("Account", newest, touch=False, SystemModstamp="2027-01-01T00:00:00.000Z")
    with forbidden_name():
        sync("sync_accounts")
    assert RefusedRecord.objects.get().record_id == refused
    assert Account.objects.get(id=refused).name != "forbidden here"

    sync("sync_accounts")
    assert last_run("accounts").rows_read == 1, "only the newest record"
    assert Account.objects.get(id=refused).name == "forbidden here"
    assert not RefusedRecord.objects.exists()


def test_an_older_payload_does_not_overwrite_a_newer_version(simulator: Simulator) -> None:
    sync("sync_accounts")
    record = simulator.ids("Account")[0]
    simulator.edit("Account", record, Name="forbidden here")
    with forbidden_name():
        sync("sync_accounts")
    simulator.edit("Account", record, Name="the newest")
    sync("sync_accounts")
    assert Account.objects.get(id=record).name == "the newest"
    assert not RefusedRecord.objects.exists()


# -- the admin's retry -----------------------------------------------------------------------------------------


def test_retry_stores_what_can_be_stored_and_keeps_the_rest(simulator: Simulator) -> None:
    bad, good = simulator.ids("Account")[:2]
    simulator.set_raw("Account", bad, Name="with\0NUL")
    simulator.set_raw("Account", good, Name="forbidden here")
    with forbidden_name():
        sync("sync_accounts")
    calls = simulator.calls()
    assert retry_refused(ACCOUNTS) == (1, 1)
    assert Account.objects.get(id=good).name == "forbidden here"
    assert not Account.objects.filter(id=bad).exists()
    assert RefusedRecord.objects.get().attempts == 2
    assert simulator.calls() == calls, "Salesforce is not called"


def test_retry_leaves_an_unfinished_read_alone(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = 1
    simulator.post("/bulk", {"largest_page": 100})
    spoil(simulator)
    simulator.fail("quota", path="/results", skip=2)
    sync("sync_opportunities")
    assert last_run("opportunities").state == "paused"
    retry_refused(OPPORTUNITIES)
    simulator.post("/counters/reset")
    sync("sync_opportunities")
    assert simulator.calls_to("POST /services/data/jobs/query") == 1, (
        "one job, for the changes after the unfinished read"
    )
    assert last_run("opportunities").mode == "incremental", "the read was resumed, not restarted"
    assert last_run("opportunities").inserted == len(simulator.ids("Opportunity")) - len(BAD_VALUES)


def test_retry_gives_way_to_a_sync(simulator: Simulator, database: str) -> None:
    def retry_elsewhere() -> str:
        try:
            retry_refused(ACCOUNTS)
        except SyncSkipped as skipped:
            return str(skipped)
        finally:
            connection.close()
        return "tried"

    with hold_lease("accounts"), ThreadPoolExecutor() as elsewhere:
        assert "a sync of accounts is under way" in elsewhere.submit(retry_elsewhere).result()


def test_retry_takes_no_session_lock(simulator: Simulator) -> None:
    """Behind PgBouncer, the next transaction may use another session, which could not release the lock."""
    spoil(simulator)
    sync("sync_opportunities")
    own_locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"

    def unlock_what_the_session_holds(_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")  # keeps the transaction's locks
            cursor.execute(own_locks)
            lock_counts.append(cursor.fetchone())

    lock_counts: list[Any] = []
    with connection.cursor() as cursor:
        retry_refused(OPPORTUNITIES, after_merge=unlock_what_the_session_holds)
        cursor.execute(own_locks)
        lock_counts.append(cursor.fetchone())
    assert lock_counts == [(1,), (0,)], "the table's lock, which each merge takes; none afterward"


def assert_set_aside(bad: dict[str, str]) -> None:
    """Require that each record is set aside with its reason, and with all values that Salesforce sent."""
    assert set(RefusedRecord.objects.values_list("record_id", flat=True)) == set(bad.values())
    for name, record in bad.items():
        field, value, reason = BAD_VALUES[name]
        note = RefusedRecord.objects.get(record_id=record)
        assert note.object == "opportunities"
        assert note.reason.startswith(reason), name
        payload = json.loads(note.payload)
        assert payload.keys() == OPPORTUNITIES.paths.keys()
        assert payload["id"] == record
        column = next(column for column, path in OPPORTUNITIES.paths.items() if path == field)
        assert _same(payload[column], value), name


def _same(sent: str, value: Any) -> bool:
    return float(sent) == value if isinstance(value, float) else sent[:16] == str(value)[:16]


@contextmanager
def forbidden_name() -> Iterator[None]:
    """Make PostgreSQL refuse a name for a while. Afterward the same record can be stored."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sf_account ADD CONSTRAINT forbidden CHECK (name <> 'forbidden here')")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE sf_account DROP CONSTRAINT forbidden")
