"""A sync never deletes because of an outage.

It deletes many records only with an operator's consent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from sf.connection.clients import make_salesforce_client
from sf.ingest.errors import SyncError
from sf.ingest.guard import ANY_DELETES, check_deletes
from sf.models import Account, CachedRecord, Contact, Opportunity, SyncRun
from sf.salesforce.bulk import BulkQuery
from sf.sync.objects import ACCOUNTS
from sf.sync.usage import UsageCounter
from tests.sf.cache import assert_equal, in_cache, last_run, sync
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

REST, BULK = 10**9, 1
THE_READ = "q=SELECT.Id"
"""Matches the query for the records, but not the earlier query that counts them."""

Loss = Callable[[Simulator, str], None]


def delete(simulator: Simulator, record: str) -> None:
    simulator.do("delete", "Opportunity", record)


def purge(simulator: Simulator, record: str) -> None:
    simulator.do("delete", "Opportunity", record)
    simulator.do("purge", "Opportunity", record)


def leave_the_filter(simulator: Simulator, record: str) -> None:
    simulator.edit("Contact", record, FV_Status__c=None)


def lose(simulator: Simulator, model: type[CachedRecord], loss: Loss, percent: int) -> int:
    """Lose more than ``percent`` of the cached records, and return the number of lost records."""
    ids = sorted(model.objects.values_list("pk", flat=True))
    lost = ids[: len(ids) * percent // 100 + 1]
    for record in lost:
        loss(simulator, record)
    return len(lost)


@pytest.mark.parametrize(
    ("command", "model", "loss", "options"),
    [
        ("sync_opportunities", Opportunity, delete, {}),
        ("sync_opportunities", Opportunity, purge, {"force": True}),
        ("sync_opportunities", Opportunity, purge, {"forcedelete": True}),
        ("sync_contacts", Contact, leave_the_filter, {}),
        ("sync_contacts", Contact, leave_the_filter, {"force": True}),
    ],
    ids=[
        "deleted",
        "missing in a full read",
        "missing in a replacement",
        "left the filter",
        "left the filter, full read",
    ],
)
@pytest.mark.parametrize("threshold", [REST, pytest.param(BULK, marks=pytest.mark.soak)], ids=["rest", "bulk"])
def test_a_mass_deletion_stops_the_run_until_it_is_allowed(
    simulator: Simulator,
    settings: Any,
    command: str,
    model: type[CachedRecord],
    loss: Loss,
    options: dict[str, bool],
    threshold: int,
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    sync(command)
    before = in_cache(model)
    lost = lose(simulator, model, loss, 20)

    with pytest.raises(CommandError, match=f"failed: {command.removeprefix('sync_')}"):
        sync(command, **options)
    assert in_cache(model) == before
    run = last_run(command.removeprefix("sync_"))
    assert (run.state, run.soft_deleted, run.updated, run.watermark) == ("failed", 0, 0, None)
    assert f"{lost} of {len(before)} cached records would be deleted, more than 20%" in run.message
    assert f"--allow-deletes {run.object}={lost}" in run.message

    with pytest.raises(CommandError):
        call_command(command, "--allow-deletes", f"{run.object}={lost - 1}", **options, verbosity=0)
    assert in_cache(model) == before
    assert f"more than the {lost - 1} that were accepted" in last_run(run.object).message
    call_command(command, "--allow-deletes", f"{run.object}={lost}", **options, verbosity=0)
    assert_equal(simulator, model)
    assert last_run(command.removeprefix("sync_")).soft_deleted == lost


def test_a_smaller_share_is_deleted_without_asking(simulator: Simulator) -> None:
    sync("sync_opportunities")
    lost = lose(simulator, Opportunity, delete, 15)
    sync("sync_opportunities")
    assert last_run("opportunities").soft_deleted == lost
    assert_equal(simulator, Opportunity)


def test_the_largest_share_is_a_setting(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_MAX_DELETE_PERCENT = 5
    sync("sync_opportunities")
    lose(simulator, Opportunity, delete, 15)
    with pytest.raises(CommandError):
        sync("sync_opportunities")
    assert "more than 5%" in last_run("opportunities").message


def test_any_number_of_records_is_deleted_when_allow_deletes_has_no_value(simulator: Simulator) -> None:
    sync("sync_opportunities")
    lost = lose(simulator, Opportunity, delete, 90)
    sync("sync_opportunities", allow_deletes=ANY_DELETES)
    assert last_run("opportunities").soft_deleted == lost


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("accounts", "expected a name and a number of records, such as forms=33, not 'accounts'"),
        ("accounts=", "not 'accounts='"),
        ("accounts=many", "not 'accounts=many'"),
        ("accounts=0", "not 'accounts=0'"),
        ("accounts=-5", "not 'accounts=-5'"),
        ("=5", "not '=5'"),
        ("accounts=5,", "not ''"),
        ("forms=5", "--allow-deletes forms: this command syncs accounts"),
    ],
)
def test_allow_deletes_takes_only_numbers_for_objects_of_the_command(db: None, option: str, words: str) -> None:
    with pytest.raises(CommandError, match=re.escape(words)):
        call_command("sync_accounts", f"--allow-deletes={option}")
    assert not SyncRun.objects.exists()


def test_small_tables_have_no_guard(simulator: Simulator) -> None:
    sync("sync_accounts")
    for record in simulator.ids("Account")[5:]:
        simulator.do("delete", "Account", record)
    sync("sync_accounts")
    assert assert_equal(simulator, Account) == 5


@pytest.mark.parametrize(("deleted", "rows"), [(11, 1000), (11, 50)], ids=["a small share", "a small table"])
def test_the_accepted_number_is_a_limit_even_for_small_shares_and_tables(deleted: int, rows: int) -> None:
    check_deletes(name="accounts", deleted=10, live_before=rows, at_most_percent=20, allowed=10)
    with pytest.raises(SyncError, match="more than the 10 that were accepted"):
        check_deletes(name="accounts", deleted=deleted, live_before=rows, at_most_percent=20, allowed=10)


@pytest.mark.parametrize(("deleted", "rows", "stops"), [(20, 100, False), (21, 100, True), (99, 99, False)])
def test_in_tables_of_at_least_a_hundred_rows_the_guard_stops_deletions_above_the_share(
    deleted: int, rows: int, stops: bool
) -> None:
    try:
        check_deletes(name="accounts", deleted=deleted, live_before=rows, at_most_percent=20)
    except SyncError:
        assert stops
    else:
        assert not stops


# -- empty and cut-short answers -------------------------------------------------------------------------------

NOTHING = json.dumps({"totalSize": 0, "done": True, "records": []})


@pytest.mark.parametrize("options", [{"force": True}, {"forcedelete": True, "allow_deletes": ANY_DELETES}])
def test_an_empty_answer_changes_nothing(simulator: Simulator, options: dict[str, bool]) -> None:
    sync("sync_accounts")
    before = in_cache(Account)
    simulator.fail("status", path="query", times=2, status=200, body=NOTHING)
    assert_fails_unchanged("sync_accounts", before, "Salesforce sent no records, but 60 are cached", options)
    sync("sync_accounts", **options)
    assert_equal(simulator, Account)


def test_an_empty_bulk_result_changes_nothing(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = BULK
    sync("sync_accounts")
    before = in_cache(Account)
    job = {"id": "750000000000001AAA", "state": "JobComplete", "numberRecordsProcessed": 0}
    simulator.fail("status", path=r"jobs/query/\w+$", status=200, body=json.dumps(job))
    _answer_with_an_empty_page(simulator)
    assert_fails_unchanged("sync_accounts", before, "Salesforce sent no records, but 60 are cached", {"force": True})
    sync("sync_accounts", force=True)
    assert_equal(simulator, Account)


def test_an_empty_answer_to_an_incremental_read_means_no_changes(simulator: Simulator) -> None:
    sync("sync_accounts")
    simulator.fail("status", path="query", times=2, status=200, body=NOTHING)
    sync("sync_accounts")
    assert last_run("accounts").state == "done"
    assert_equal(simulator, Account)


@pytest.mark.parametrize("options", [{"force": True}, {"forcedelete": True, "allow_deletes": ANY_DELETES}])
def test_a_page_with_fewer_rows_than_announced_changes_nothing(simulator: Simulator, options: dict[str, bool]) -> None:
    sync("sync_accounts")
    before = in_cache(Account)
    simulator.fail("truncate_rows", path=f"{THE_READ}|/results", times=None, fraction=0.9)
    assert_fails_unchanged("sync_accounts", before, "announced 60 records and brought 54", options)
    simulator.post("/reset", {"faults": True})
    sync("sync_accounts", **options)
    assert_equal(simulator, Account)


def test_a_bulk_job_that_sends_fewer_records_than_announced_is_read_again(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = BULK
    sync("sync_accounts")
    before = in_cache(Account)
    _answer_with_an_empty_page(simulator)
    sync("sync_accounts", force=True)
    assert last_run("accounts").soft_deleted == 0
    assert in_cache(Account) == before
    assert_equal(simulator, Account)


@pytest.mark.parametrize("options", [{"force": True}, {"forcedelete": True, "allow_deletes": ANY_DELETES}])
def test_a_record_that_is_sent_twice_fails_the_run_and_changes_nothing(
    simulator: Simulator, options: dict[str, bool]
) -> None:
    sync("sync_accounts")
    before = in_cache(Account)
    client = make_salesforce_client(UsageCounter("test"))
    page = client.request(
        "GET", client.build_query_path(include_deleted=False), params={"q": ACCOUNTS.build_full_query()[1]}
    ).json()
    page["records"][-1] = page["records"][0]
    simulator.fail("status", path=THE_READ, times=None, status=200, body=json.dumps(page))
    simulator.fail("rows_twice", path="/results", times=None)
    assert_fails_unchanged("sync_accounts", before, "announced 60 records and sent 1 of them twice", options)
    simulator.post("/reset", {"faults": True})
    sync("sync_accounts", **options)
    assert_equal(simulator, Account)


@pytest.mark.parametrize("force", [True, False], ids=["full", "incremental"])
def test_a_row_that_bulk_sends_twice_fails_the_run_and_changes_nothing(
    simulator: Simulator, settings: Any, force: bool
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = BULK
    sync("sync_accounts")
    before = in_cache(Account)
    for record in simulator.ids("Account"):
        simulator.edit("Account", record, BillingCity="Elsewhere")
    bulk = BulkQuery(make_salesforce_client(UsageCounter("test")))
    job = bulk.create(ACCOUNTS.build_full_query()[1], include_deleted=False)
    assert bulk.wait(job).rows == 60
    with bulk.page(job, "") as page:
        lines = b"".join(page.chunks).decode().splitlines(keepends=True)
    lines[-1] = lines[1]
    headers = {"Sforce-NumberOfRecords": "60", "Sforce-Locator": "null", "Content-Type": "text/csv"}
    simulator.fail("status", path="/results", times=None, status=200, body="".join(lines), headers=headers)
    simulator.fail("rows_twice", path="q=SELECT.Id", times=None)
    assert_fails_unchanged("sync_accounts", before, "announced 60 records and sent 1 of them twice", {"force": force})
    simulator.post("/reset", {"faults": True})
    sync("sync_accounts")
    assert_equal(simulator, Account)


@pytest.mark.parametrize(
    ("kind", "threshold", "message"),
    [
        ("truncate", REST, "broke off"),
        ("truncate", BULK, "the answer broke off"),
        ("truncate_rows", BULK, "announced 60 records and sent 30"),
    ],
)
def test_an_answer_that_stays_cut_short_changes_nothing(
    simulator: Simulator, settings: Any, kind: str, threshold: int, message: str
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    sync("sync_accounts")
    before = in_cache(Account)
    simulator.fail(kind, path=f"{THE_READ}|/results", times=None)
    assert_fails_unchanged("sync_accounts", before, message, {"force": True})
    simulator.post("/reset", {"faults": True})
    sync("sync_accounts", force=True)
    assert_equal(simulator, Account)


@pytest.mark.parametrize(("kind", "threshold"), [("truncate", REST), ("truncate", BULK), ("truncate_rows", BULK)])
def test_an_answer_cut_short_once_is_requested_again(
    simulator: Simulator, settings: Any, kind: str, threshold: int
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    simulator.fail(kind, path=f"{THE_READ}|/results", times=1)
    sync("sync_accounts")
    assert_equal(simulator, Account)


def assert_fails_unchanged(command: str, before: object, message: str, options: dict[str, bool]) -> None:
    with pytest.raises(CommandError):
        sync(command, **options)
    assert in_cache(Account) == before
    run = last_run("accounts")
    assert (run.state, run.soft_deleted, run.watermark) == ("failed", 0, None)
    assert message in run.message
    assert run.message.count("accounts:") == run.message.count("nothing was changed") == 1


def _answer_with_an_empty_page(simulator: Simulator) -> None:
    """Answer the next request for a page of a Bulk result with an empty page that claims to be the last."""
    header = ",".join(f'"{path}"' for path in ACCOUNTS.paths.values()) + "\n"
    page = {"Sforce-NumberOfRecords": "0", "Sforce-Locator": "null", "Content-Type": "text/csv"}
    simulator.fail("status", path="/results", status=200, body=header, headers=page)
