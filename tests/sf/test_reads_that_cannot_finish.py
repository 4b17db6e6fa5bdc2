"""A read that cannot be finished is restarted in the same run, by another transport if necessary."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from sf.ingest.progress import LineProgress
from sf.models import Account, Adoption, Contact, Opportunity, SyncRun
from sf.sync import attempts
from sf.sync.again import find_next_tries
from tests.sampling import sampled
from tests.sf.cache import assert_equal, last_run, sync
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

NEW_JOB = "POST /services/data/jobs/query"


@pytest.fixture
def bulk(settings: Any) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = 1


# -- answers that cannot be used --------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["missing_columns", "garble", "truncate_rows", "cut_gzip"])
def test_a_bulk_page_that_cannot_be_used_leads_to_rest(simulator: Simulator, bulk: None, fault: str) -> None:
    simulator.fail(fault, path="/results", times=None)
    sync("sync_accounts")
    run = last_run("accounts")
    assert (run.state, run.transport) == ("done", "rest")
    assert run.message.startswith("read by REST")
    assert simulator.calls_to("results") <= 4, "two tries; each may request the page once more, to read it row by row"
    assert_equal(simulator, Account)


def test_a_missing_column_is_not_taken_as_empty(simulator: Simulator, bulk: None) -> None:
    sync("sync_accounts")
    simulator.fail("missing_columns", path="/results|q=SELECT.Id", times=None)
    with pytest.raises(CommandError):
        sync("sync_accounts", force=True)
    assert "Neither REST nor Bulk could read it" in last_run("accounts").message
    assert_equal(simulator, Account)


LOCATOR_FAULTS = ("garble", "missing_columns", "job_lost", "drop", "truncate")


@pytest.mark.parametrize(
    ("fault", "force"),
    [
        *sampled(*((fault, False) for fault in LOCATOR_FAULTS), each=2),
        *sampled(*((fault, True) for fault in LOCATOR_FAULTS), each=2, first=1),
    ],
)
def test_an_unfinished_read_of_an_earlier_run_does_not_block_the_next(
    simulator: Simulator, bulk: None, fault: str, force: bool
) -> None:
    simulator.post("/bulk", {"largest_page": 100})
    simulator.fail("quota", path="/results", times=1, skip=1)
    sync("sync_adoptions")
    assert last_run("adoptions").resume_state
    simulator.fail(fault, path="/results.*locator", times=None)
    sync("sync_adoptions", force=force)
    assert last_run("adoptions").state == "done"
    assert_equal(simulator, Adoption)


def test_pages_that_were_read_are_kept_while_salesforce_is_away(simulator: Simulator, bulk: None) -> None:
    simulator.post("/bulk", {"largest_page": 100})
    simulator.fail("drop", path="/results.*locator|limits", times=None, skip=1)
    with pytest.raises(CommandError):
        sync("sync_adoptions")
    run = last_run("adoptions")
    assert run.state == "failed"
    assert run.resume_state
    assert run.resume_state["rows"] == 100


@pytest.mark.parametrize("fault", ["truncate_rows", "rows_twice"])
def test_rest_pages_that_do_not_add_up_are_read_again(simulator: Simulator, fault: str) -> None:
    simulator.fail(fault, path="q=SELECT.Id", times=1)
    sync("sync_accounts")
    assert last_run("accounts").transport == "rest"
    assert_equal(simulator, Account)


# -- Bulk jobs --------------------------------------------------------------------------------------------------------

TRANSIENT = [
    "InternalServerError : Retried more than 15 times",
    "Unexpected exception encountered in query processing. Please contact support",
    "InvalidBatch : Failed to process query: QUERY_TIMEOUT: Your query request was running for too long.",
    "",
]


@pytest.mark.parametrize("message", TRANSIENT)
@pytest.mark.parametrize("times", [1, 3])
def test_a_job_that_fails_in_salesforce_is_started_again(
    simulator: Simulator, bulk: None, message: str, times: int
) -> None:
    simulator.fail("job_fails", path="jobs/query$", times=times, message=message, code="" if message else "Aborted")
    sync("sync_accounts")
    assert last_run("accounts").transport == "bulk"
    assert simulator.calls_to(NEW_JOB) == times + 1
    assert_equal(simulator, Account)


@pytest.mark.parametrize(
    "message",
    [
        "InvalidBatch : Failed to process query: INVALID_FIELD: No such column 'X' on entity 'Account'",
        "FeatureNotEnabled : Binary field not supported",
        "InvalidEntity : Entity 'Account' is not supported by the Bulk API.",
    ],
)
def test_a_job_that_is_refused_is_not_started_again(simulator: Simulator, bulk: None, message: str) -> None:
    simulator.fail("job_fails", path="jobs/query$", times=None, message=message)
    sync("sync_accounts")
    assert (last_run("accounts").state, last_run("accounts").transport) == ("done", "rest")
    assert simulator.calls_to(NEW_JOB) == 1


def test_a_job_that_always_fails_leads_to_rest(simulator: Simulator, bulk: None) -> None:
    simulator.fail("job_fails", path="jobs/query$", times=None)
    sync("sync_accounts")
    assert last_run("accounts").transport == "rest"
    assert simulator.calls_to(NEW_JOB) == 4
    assert_equal(simulator, Account)


@pytest.mark.parametrize("used_up", ["by a fault", "by the simulator's limit"])
def test_only_one_job_is_requested_when_the_daily_bulk_jobs_are_used_up(
    simulator: Simulator, bulk: None, monkeypatch: pytest.MonkeyPatch, used_up: str
) -> None:
    monkeypatch.setattr(attempts, "REST_INSTEAD", 100)
    if used_up == "by a fault":
        simulator.fail("jobs_used_up", path="jobs/query$", times=None)
    else:
        simulator.post("/bulk", {"daily_jobs": 0})
    sync("sync_all")
    runs = {run.object: run for run in SyncRun.objects.all()}
    assert (runs["accounts"].state, runs["accounts"].transport) == ("done", "rest")
    assert runs["adoptions"].state == "paused"
    assert "LIMIT_EXCEEDED" in runs["adoptions"].message
    assert simulator.calls_to(NEW_JOB) == 1
    assert_equal(simulator, Account)


def test_a_job_that_does_not_end_is_aborted(simulator: Simulator, bulk: None, settings: Any) -> None:
    settings.SALESFORCE_BULK_JOB_MINUTES = 0.002
    simulator.fail("job_stuck", path="jobs/query$", times=None)
    sync("sync_accounts", "sync_opportunities")
    assert {run.state for run in SyncRun.objects.all()} == {"done"}
    assert simulator.calls_to("PATCH /services/data/jobs/query") >= 1
    assert_equal(simulator, Account, Opportunity)


def test_an_object_that_waits_because_a_job_did_not_end_will_be_retried(
    simulator: Simulator, bulk: None, settings: Any
) -> None:
    settings.SALESFORCE_BULK_JOB_MINUTES = 0.002
    simulator.fail("job_stuck", path="jobs/query$", times=None)
    simulator.fail("garble", path="/query.*FROM.Opportunity", times=None)
    sync("sync_all")
    run = last_run("opportunities")
    assert (run.state, run.cause) == ("paused", "")
    assert "was still InProgress when its time was up" in run.message
    assert [each.name for each in find_next_tries()] == ["opportunities"]


# -- requests that are too large, and invalid cursors -----------------------------------------------------------------


def test_an_object_that_cannot_be_counted_is_read_by_bulk(simulator: Simulator) -> None:
    simulator.fail("size_timeout", path="COUNT", times=None)
    sync("sync_adoptions")
    assert last_run("adoptions").transport == "bulk"
    assert simulator.calls_to("query") <= 5
    assert_equal(simulator, Adoption)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("threshold", [1, 10**9], ids=["Bulk", "REST"])
def test_an_invalid_cursor_error_of_a_count_causes_no_endless_loop(
    simulator: Simulator, settings: Any, threshold: int
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    simulator.fail(
        "error", path="q=SELECT.COUNT", times=None, code="INVALID_QUERY_LOCATOR", status=400, message="invalid"
    )
    sync("sync_accounts")
    assert last_run("accounts").state == "done"
    assert_equal(simulator, Account)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("threshold", [1, 10**9], ids=["Bulk", "REST"])
def test_invalid_cursor_errors_to_every_query_fail_the_run_after_a_few_calls(
    simulator: Simulator, settings: Any, threshold: int
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    simulator.fail(
        "error", path="/query|/jobs/", times=None, code="INVALID_QUERY_LOCATOR", status=400, message="invalid"
    )
    with pytest.raises(CommandError):
        sync("sync_accounts")
    assert last_run("accounts").state == "failed"
    assert simulator.calls_to("q=SELECT") <= 12


@pytest.mark.parametrize(("rows", "transport", "message"), [(600, "rest", "pages of 500"), (0, "bulk", "read by Bulk")])
def test_a_query_that_is_too_large_is_read_in_smaller_pages_or_by_bulk(
    simulator: Simulator, rows: int, transport: str, message: str
) -> None:
    simulator.fail("size_timeout", path="q=SELECT.Id(?!.*Organization)", times=None, rows=rows)
    sync("sync_adoptions")
    run = last_run("adoptions")
    assert (run.state, run.transport) == ("done", transport)
    assert message in run.message
    assert run.api_calls < 15
    assert_equal(simulator, Adoption)


def test_records_with_long_texts_come_in_small_pages(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = 10**9
    simulator.fail("size_timeout", path="q=SELECT.Id(?!.*Organization)", times=None, rows=200)
    sync("sync_accounts", "sync_contacts", "sync_opportunities")
    assert {run.transport for run in SyncRun.objects.all()} == {"rest"}
    assert "".join(run.message for run in SyncRun.objects.all()) == ""
    assert_equal(simulator, Account, Contact, Opportunity)


# -- gzip -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threshold", [1, 10**9], ids=["Bulk", "REST"])
@pytest.mark.parametrize("fault", ["gzip_members", "cut_gzip"])
def test_compressed_answers_are_read_completely_or_requested_again(
    simulator: Simulator, settings: Any, threshold: int, fault: str
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    simulator.fail(fault, path="results|q=SELECT.Id", times=1)
    sync("sync_adoptions")
    assert_equal(simulator, Adoption)


@pytest.mark.parametrize("threshold", [1, 10**9], ids=["Bulk", "REST"])
@pytest.mark.parametrize("fault", ["crlf", "bom"])
def test_other_line_ends_and_a_byte_order_mark_lose_nothing(
    simulator: Simulator, settings: Any, threshold: int, fault: str
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    simulator.fail(fault, path="results|q=SELECT.Id", times=None)
    sync("sync_accounts", "sync_opportunities")
    assert_equal(simulator, Account, Opportunity)


def test_progress_counts_rows_not_bytes(simulator: Simulator, bulk: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sf.ingest.progress.LINE_SECONDS", 0.0)
    monkeypatch.setattr("sf.salesforce.bulk._CHUNK_BYTES", 1_000)
    counts: list[int] = []
    monkeypatch.setattr(LineProgress, "show_rows", _record_in(counts))
    call_command("sync_adoptions", stdout=io.StringIO(), stderr=io.StringIO())
    totals = [sum(counts[: place + 1]) for place in range(len(counts))]
    assert len(totals) > 5
    assert max(totals) == totals[-1] == Adoption.objects.count()


def _record_in(counts: list[int]) -> Any:
    def show_rows(_: LineProgress, rows: int) -> None:
        counts.append(rows)

    return show_rows
