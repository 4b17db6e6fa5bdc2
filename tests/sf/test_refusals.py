"""Refusals are classified by Salesforce's code, then by the cause in the message, then by HTTP status."""

from __future__ import annotations

import json

import pytest

from sf.salesforce.errors import OrgUnavailable, RequestRefused, SalesforceError, TransientError, make_error_from_answer
from sf.salesforce.refusals import REFUSALS, Group

LOCKED = "first error: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access to this record: []"


def refused(code: str, message: str = "no", *, status: int = 400, call_name: str = "PATCH /x") -> SalesforceError:
    body = json.dumps([{"errorCode": code, "message": message, "fields": []}]).encode()
    return make_error_from_answer(status, body, call_name=call_name)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 503])
@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", Group.MOMENT),
        ("UNABLE_TO_LOCK_ROW", Group.MOMENT),
        ("ORG_IN_MAINTENANCE", Group.MOMENT),
        ("INVALID_OPERATION_WITH_EXPIRED_PASSWORD", Group.ORG),
        ("CLIENT_NOT_ACCESSIBLE_FOR_USER", Group.ORG),
        ("STORAGE_LIMIT_EXCEEDED", Group.ORG),
        ("INVALID_FIELD", Group.ORG),
        ("STRING_TOO_LONG", Group.RECORD),
        ("DUPLICATES_DETECTED", Group.RECORD),
    ],
)
def test_the_code_decides_before_the_status(code: str, group: Group, status: int) -> None:
    assert refused(code, status=status).group is group


@pytest.mark.parametrize(
    "code",
    ["CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER", "FIELD_CUSTOM_VALIDATION_EXCEPTION"],
)
@pytest.mark.parametrize(
    ("message", "group"),
    [
        (f"CaseTrigger: AfterInsert caused by: System.DmlException: {LOCKED}", Group.MOMENT),
        ("CaseTrigger: System.LimitException: Apex CPU time limit exceeded", Group.MOMENT),
        ("CaseTrigger: System.LimitException: Too many SOQL queries: 101", Group.MOMENT),
        ("first error: STORAGE_LIMIT_EXCEEDED, storage limit exceeded: []", Group.ORG),
        ("first error: INSUFFICIENT_ACCESS_OR_READONLY, insufficient access rights on object id: []", Group.ORG),
        ("first error: REQUIRED_FIELD_MISSING, Required fields are missing: [Origin]: [Origin]", Group.RECORD),
        ("Please choose a product.", Group.RECORD),
    ],
)  # fmt: skip
def test_the_cause_inside_a_trigger_or_flow_error_decides(code: str, message: str, group: Group) -> None:
    assert refused(code, message).group is group


def test_an_unknown_code_is_never_the_records_fault() -> None:
    for status in (400, 403, 404, 409, 422):
        error = refused("SOMETHING_NEW", status=status)
        assert (type(error), error.group) == (RequestRefused, Group.UNKNOWN)
    assert refused("SOMETHING_NEW", status=500).group is Group.MOMENT


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_the_message_for_the_log_never_quotes_a_record(code: str) -> None:
    error = refused(code, "data value too large: canary (max length=40)")
    assert "canary" not in str(error)
    assert code in str(error)
    assert "canary" in error.in_full


@pytest.mark.parametrize("code", ["UNKNOWN_EXCEPTION", "SOMETHING_NEW", "STRING_TOO_LONG", "APEX_ERROR"])
def test_the_message_of_a_read_never_quotes_a_record(code: str) -> None:
    assert "canary" not in str(refused(code, "canary", status=500, call_name="GET /services/data/v62.0/query"))


def test_the_message_of_a_read_keeps_a_sentence_about_the_schema() -> None:
    error = refused("INVALID_FIELD", "No such column 'LMS__c' on entity 'Account'", call_name="GET /x")
    assert "No such column 'LMS__c'" in str(error)


def test_an_error_tells_if_a_pause_helps_and_if_other_calls_would_fail_too() -> None:
    assert type(refused("TOO_MANY_REQUESTS", status=429)) is TransientError
    assert type(refused("USER_INACTIVE", status=403)) is OrgUnavailable
    assert refused("SERVER_UNAVAILABLE", status=503).concerns_everything
    assert not refused("UNABLE_TO_LOCK_ROW").concerns_everything
    assert not refused("INSUFFICIENT_ACCESS", status=403).concerns_everything
