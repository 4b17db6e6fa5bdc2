"""Salesforce's answer decides: retry, log in again, pause, or fail at once with Salesforce's message."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.management import CommandError

from sf.models import Account, Adoption, SyncRun
from sf.salesforce.errors import (
    DailyLimitReached,
    OrgUnavailable,
    QueryLocatorGone,
    RequestRefused,
    SalesforceError,
    SessionExpired,
    TransientError,
    make_error_from_answer,
)
from sf.salesforce.http import Patience, retrying
from sf.sync import source
from sf.sync.objects import ACCOUNTS
from tests.sampling import sampled
from tests.sf.cache import assert_equal, last_run, sync
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

REST, BULK = 10**9, 1
READS = [(REST, "q=SELECT.Id"), (BULK, "/results"), (BULK, r"jobs/query/\w+$"), (REST, "/limits"), (REST, "COUNT")]
CALLS = ["a page", "a result", "a job's state", "the limits", "the count"]


def answer(code: str, status: int, message: str = "said by Salesforce") -> dict[str, Any]:
    return {"kind": "error", "code": code, "status": status, "message": message}


TRANSIENT: dict[str, dict[str, Any]] = {
    "dropped": {"kind": "drop"},
    "dropped after the work": {"kind": "drop_after"},
    "406": {"kind": "status", "status": 406},
    "420": {"kind": "status", "status": 420},
    "429": {"kind": "status", "status": 429},
    "503 in HTML": {"kind": "status", "status": 503, "body": "<html><b>Down for maintenance</b></html>"},
    "500": answer("UNKNOWN_EXCEPTION", 500),
    "locked row": answer("UNABLE_TO_LOCK_ROW", 400),
    "too many at once": {"kind": "concurrent"},
    "query timeout": answer("QUERY_TIMEOUT", 400),
}


@pytest.mark.parametrize(
    ("fault", "threshold", "path"),
    [
        *sampled(*((fault, *READS[0]) for fault in TRANSIENT), each=2),
        *sampled(*((fault, *READS[1]) for fault in TRANSIENT), each=2, first=1),
    ],
)
def test_a_transient_error_is_retried(
    simulator: Simulator, settings: Any, fault: str, threshold: int, path: str
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    simulator.fail(path=path, times=2, **TRANSIENT[fault])
    sync("sync_accounts")
    assert_equal(simulator, Account)


@pytest.mark.parametrize(("threshold", "path"), READS, ids=CALLS)
def test_each_kind_of_request_in_a_read_is_retried(
    simulator: Simulator, settings: Any, threshold: int, path: str
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    simulator.fail("status", path=path, times=2, status=503)
    sync("sync_accounts")
    assert last_run("accounts").state == "done"
    assert_equal(simulator, Account)


@pytest.mark.parametrize("times", [1, 2])
def test_creating_a_job_is_retried_after_a_lost_answer(simulator: Simulator, settings: Any, times: int) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = BULK
    simulator.fail("drop_after", path="jobs/query$", times=times)
    sync("sync_accounts")
    assert_equal(simulator, Account)


def test_an_error_that_lasts_fails_the_run_and_the_next_run_succeeds(simulator: Simulator) -> None:
    simulator.fail(path="query|limits", times=None, skip=1, **answer("SERVER_UNAVAILABLE", 503, "busy"))
    with pytest.raises(CommandError):
        sync("sync_all")
    assert list(SyncRun.objects.values_list("object", "state")) == [("accounts", "failed")], "no other object was tried"
    assert "503 SERVER_UNAVAILABLE" in last_run("accounts").message
    simulator.post("/reset", {"faults": True})
    sync()
    assert_equal(simulator)


def test_an_action_is_given_up_when_salesforce_demands_a_pause_beyond_the_deadline() -> None:
    calls: list[float] = []
    error = TransientError("busy")
    error.retry_after = 3600.0

    def refused() -> None:
        calls.append(error.retry_after)
        raise error

    with pytest.raises(TransientError):
        retrying(refused, Patience(deadline=60, first_pause=0.001))
    assert len(calls) == 1, "an hour exceeds the deadline"


def test_an_outer_retry_does_not_repeat_an_action_that_an_inner_retry_gave_up() -> None:
    rounds: list[int] = []

    def login() -> None:
        rounds.append(1)
        retrying(busy, Patience(deadline=0.02, first_pause=0.001))

    with pytest.raises(TransientError):
        retrying(login, Patience(deadline=5, first_pause=0.001))
    assert len(rounds) == 1


def busy() -> None:
    raise TransientError("busy")


def test_pauses_grow_up_to_the_longest_with_jitter() -> None:
    patience = Patience(first_pause=1, longest_pause=8)
    for attempt, whole in enumerate([1, 2, 4, 8, 8, 8]):
        assert all(whole / 2 <= patience.pause(attempt) <= whole for _ in range(20))
    assert len({patience.pause(3) for _ in range(20)}) > 1


# -- sessions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["rest", "bulk"])
@pytest.mark.parametrize("path", ["jobs/query$", r"jobs/query/\w+$", "/results", "/results.*locator"])
def test_a_session_that_ends_in_the_middle_of_a_bulk_read_is_renewed(
    simulator: Simulator, settings: Any, form: str, path: str
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = BULK
    simulator.post("/bulk", {"session_form": form, "largest_page": 100})
    simulator.fail("expire_session", path=path)
    sync("sync_adoptions")
    assert_equal(simulator, Adoption)
    assert simulator.calls_to("oauth2/token") == 2
    assert simulator.calls_to("results") == 4 + ("results" in path), (
        "no page is read twice; a refused request is repeated"
    )


@pytest.mark.parametrize("path", ["/limits", "COUNT", "q=SELECT.Id", "/query/"])
def test_a_session_that_ends_in_the_middle_of_a_rest_read_is_renewed(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(source, "REST_PAGE_ROWS", 200)
    simulator.fail("expire_session", path=path)
    sync("sync_adoptions")
    assert_equal(simulator, Adoption)
    assert simulator.calls_to("oauth2/token") == 2


@pytest.mark.parametrize(("threshold", "path"), READS, ids=CALLS)
def test_a_session_that_is_refused_twice_fails_the_run_at_once(
    simulator: Simulator, settings: Any, threshold: int, path: str
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    simulator.fail(path=path, times=None, **answer("INVALID_SESSION_ID", 401, "Session expired or invalid"))
    with pytest.raises(CommandError):
        sync("sync_accounts")
    assert simulator.calls_to("oauth2/token") == 2
    assert "INVALID_SESSION_ID" in last_run("accounts").message
    assert "refused again" in last_run("accounts").message


# -- final errors ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "status"), [("INSUFFICIENT_ACCESS", 403), ("MALFORMED_QUERY", 400)])
def test_a_refusal_fails_the_run_at_once_with_salesforces_message(
    simulator: Simulator, settings: Any, code: str, status: int
) -> None:
    threshold, path = READS[0]
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    simulator.fail(path=path, times=1, **answer(code, status, "the object Account is not yours"))
    with pytest.raises(CommandError, match="failed: accounts"):
        sync("sync_accounts")
    assert f"Salesforce answered {status} {code}" in last_run("accounts").message
    assert "the object Account is not yours" in last_run("accounts").message
    sync("sync_accounts")
    assert_equal(simulator, Account)


@pytest.mark.parametrize("path", ["/results", "jobs/query$"])
@pytest.mark.parametrize(("code", "status"), [("INSUFFICIENT_ACCESS", 403), ("FUNCTIONALITY_NOT_ENABLED", 400)])
def test_an_object_that_only_bulk_refuses_is_read_by_rest(
    simulator: Simulator, settings: Any, path: str, code: str, status: int
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = BULK
    simulator.fail(path=path, times=None, **answer(code, status, "no Bulk for you"))
    sync("sync_accounts")
    assert (last_run("accounts").state, last_run("accounts").transport) == ("done", "rest")
    assert_equal(simulator, Account)


def test_a_failure_of_one_object_does_not_stop_the_others(simulator: Simulator) -> None:
    simulator.fail(path="FROM.Contact", times=1, **answer("INSUFFICIENT_ACCESS", 403))
    with pytest.raises(CommandError, match=r"failed: contacts$"):
        sync("sync_all")
    states = dict(SyncRun.objects.values_list("object", "state"))
    assert states == {"accounts": "done", "contacts": "failed", "opportunities": "done", "adoptions": "done"}


@pytest.mark.parametrize("threshold", [REST, BULK])
@pytest.mark.parametrize(("sobject", "field"), [("Account", "LMS__c"), ("Opportunity", "Contact__c")])
def test_a_field_that_was_never_readable_fails_the_run_before_anything_is_read(
    simulator: Simulator, settings: Any, threshold: int, sobject: str, field: str
) -> None:
    command = {"Account": "sync_accounts", "Opportunity": "sync_adoptions"}[sobject]
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    simulator.post(f"/fields/{sobject}/{field}/hide")
    simulator.post("/counters/reset")
    with pytest.raises(CommandError):
        sync(command)
    message = last_run(command.removeprefix("sync_")).message
    assert "INVALID_FIELD" in message
    assert f"'{field}'" in message
    assert simulator.calls_to("results") == 0
    simulator.post(f"/fields/{sobject}/{field}/show")
    sync(command)
    assert_equal(simulator, Account if sobject == "Account" else Adoption)


@pytest.mark.parametrize("threshold", [BULK, 50_000], ids=["Bulk first", "REST first"])
def test_a_run_fails_when_neither_bulk_nor_rest_works(simulator: Simulator, settings: Any, threshold: int) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    simulator.post("/bulk", {"failure": "InternalServerError: the query ran out of luck."})
    simulator.fail("missing_columns", path="q=SELECT.Id", times=None)
    with pytest.raises(CommandError):
        sync("sync_accounts")
    run = last_run("accounts")
    assert re.search(r"[^.]\. Neither REST nor Bulk could read it; nothing was changed$", run.message)
    assert run.resume_state is None, "the next run has nothing to resume"
    simulator.post("/bulk", {"failure": ""})
    simulator.post("/reset", {"faults": True})
    sync("sync_accounts")
    assert_equal(simulator, Account)


# -- Bulk jobs and results -------------------------------------------------------------------------------------


def test_a_sync_waits_for_its_bulk_job(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = BULK
    simulator.post("/bulk", {"polls_until_complete": 3})
    sync("sync_accounts")
    assert simulator.calls_to("jobs/query/{id}") - simulator.calls_to("results") == 4
    assert_equal(simulator, Account)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ('"Id","Name"\n"001","a school"\n', {"Sforce-NumberOfRecords": "1"}),
        (f"{','.join(ACCOUNTS.paths.values())}\n001,a school\n", {"Sforce-NumberOfRecords": "1"}),
        ("<html>a proxy's page</html>", {}),
        ("", {}),
    ],
    ids=["other columns", "a short row", "no CSV", "nothing"],
)
def test_a_sync_succeeds_after_two_invalid_results(
    simulator: Simulator, settings: Any, body: str, headers: dict[str, str]
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = BULK
    simulator.fail("status", path="/results", times=2, status=200, body=body, headers=headers)
    sync("sync_accounts")
    assert_equal(simulator, Account)


# -- the type of each error ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b'[{"errorCode": "INVALID_SESSION_ID", "message": "Session expired or invalid"}]', SessionExpired),
        (400, b'[{"errorCode": "InvalidSessionId", "message": "Invalid session id"}]', SessionExpired),
        (400, b'{"exceptionCode": "InvalidSessionId", "exceptionMessage": "Invalid session id"}', SessionExpired),
        (400, b'[{"errorCode": "INVALID_QUERY_LOCATOR", "message": "gone"}]', QueryLocatorGone),
        (
            403,
            b'[{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]',
            DailyLimitReached,
        ),
        (
            403,
            b'[{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "ConcurrentRequests Limit exceeded."}]',
            TransientError,
        ),
        (400, b'[{"errorCode": "UNABLE_TO_LOCK_ROW", "message": "try later"}]', TransientError),
        (502, b"<html>Bad gateway</html>", TransientError),
        (404, b'[{"errorCode": "NOT_FOUND", "message": "no such thing"}]', RequestRefused),
        (302, b"", TransientError),
        (403, b'[{"errorCode": "INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "message": "expired"}]', OrgUnavailable),
        (401, b'[{"errorCode": "INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "message": "expired"}]', OrgUnavailable),
        (401, b'[{"errorCode": "SOMETHING_NEW", "message": "?"}]', SessionExpired),
        (400, b'[{"errorCode": "SOMETHING_NEW", "message": "?"}]', RequestRefused),
        (500, b'[{"errorCode": "SOMETHING_NEW", "message": "?"}]', TransientError),
        (400, b"\xff\xfe", RequestRefused),
        (400, b"[]", RequestRefused),
        (400, b'[{"errorCode": null}]', RequestRefused),
    ],
)
def test_an_answer_becomes_the_right_kind_of_error(status: int, body: bytes, kind: type[SalesforceError]) -> None:
    error = make_error_from_answer(status, body, call_name="GET /x")
    assert type(error) is kind
    assert f"Salesforce answered {status}" in str(error)


def test_an_error_names_the_fields() -> None:
    body = b'[{"errorCode": "REQUIRED_FIELD_MISSING", "message": "Required", "fields": ["LastName", "Email"]}]'
    error = make_error_from_answer(400, body, call_name="POST /x")
    assert error.fields == ("LastName", "Email")
    assert "REQUIRED_FIELD_MISSING to POST /x (LastName, Email)" in str(error)
    assert error.in_full.endswith("Fill in the field. Original message: Required")


def test_the_error_names_the_fields_of_all_errors_in_the_answer() -> None:
    body = (
        b'[{"errorCode": "STRING_TOO_LONG", "message": "a", "fields": ["FirstName"]},'
        b' {"errorCode": "STRING_TOO_LONG", "message": "b", "fields": ["LastName", "FirstName"]}]'
    )
    assert make_error_from_answer(400, body, call_name="PATCH /x").fields == ("FirstName", "LastName")
