"""The error for a refused picklist value lists the allowed values, if SFAPI can read them in time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from sf.models import SyncConfig
from simulator.schema import picklists
from tests.api.live.changes import PATCH, contact, put
from tests.api.outgoing import CASE, post_case, writer
from tests.simulated import Simulator

__all__ = ["contact", "writer"]

REFUSED_CASE = {**CASE, "product": "Assignables"}
CASE_DESCRIBE = "sobjects/Case/describe"
CONTACT_DESCRIBE = "sobjects/Contact/describe"


def only_error(answer: Any) -> dict[str, Any]:
    """Return the only entry of ``errors``."""
    assert answer.status_code == 422, answer.text
    assert answer.json()["salesforce_code"] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    [error] = answer.json()["errors"]
    return dict(error)


def test_a_refused_case_lists_the_active_values(writer: Client) -> None:
    error = only_error(post_case(writer, REFUSED_CASE))
    assert (error["loc"], error["allowed"]) == (["body", "product"], list(picklists.PRODUCTS))


def test_an_inactive_value_is_refused_and_not_listed(writer: Client) -> None:
    [former] = picklists.FORMER_PRODUCTS
    assert former not in only_error(post_case(writer, {**CASE, "product": former}))["allowed"]


def test_a_refused_contact_lists_the_values(user: Client, contact: str) -> None:
    error = only_error(put(user, {"role": "Astronaut"}))
    assert (error["loc"], error["allowed"]) == (["body", "role"], list(picklists.ROLES))


@pytest.mark.parametrize("code", ["INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "BAD_VALUE_FOR_RESTRICTED_PICKLIST"])
def test_each_picklist_among_several_refused_fields_lists_its_values(
    user: Client, salesforce: Simulator, contact: str, code: str
) -> None:
    fields = ["FirstName", "Subject_Interest__c", "LMS__c"]
    body = json.dumps([{"errorCode": code, "message": "in Salesforce's words", "fields": fields}])
    salesforce.fail("status", path=PATCH, times=1, status=400, body=body)
    errors = put(user, {"subject_interest": "Algebra;Astrology"}).json()["errors"]
    assert {error["loc"][-1]: error.get("allowed") for error in errors} == {
        "first_name": None,
        "subject_interest": list(picklists.SUBJECTS),  # a multi-select picklist
        "lms": list(picklists.LMS),
    }


def test_a_refusal_of_another_kind_lists_no_values(user: Client, salesforce: Simulator, contact: str) -> None:
    answer = put(user, {"first_name": "x" * 41})
    assert answer.status_code == 422
    assert "allowed" not in answer.json()["errors"][0]
    assert salesforce.calls_to(CONTACT_DESCRIBE) == 0


def test_a_second_refusal_uses_the_values_that_were_read_for_the_first_refusal(
    writer: Client, simulator: Simulator
) -> None:
    first, second = (only_error(post_case(writer, {**CASE, "product": wrong})) for wrong in ("Wrong", "Wrong too"))
    assert first["allowed"] == second["allowed"]
    assert simulator.calls_to(CASE_DESCRIBE) == 1


def test_reading_the_values_may_take_only_the_rest_of_the_requests_time(writer: Client, simulator: Simulator) -> None:
    writer.get("/api/v1/me")  # load every module before the time is measured
    simulator.fail("delay", path="sobjects/Case/SFAPI", seconds=1.3)
    simulator.fail("delay", path=CASE_DESCRIBE, seconds=2)
    assert "allowed" not in only_error(post_case(writer, REFUSED_CASE))
    assert simulator.calls_to(CASE_DESCRIBE) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error", "code": "INSUFFICIENT_ACCESS", "status": 403},
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 200, "body": "[]"},
        {"kind": "drop"},
    ],
)
def test_a_failed_describe_call_is_not_repeated_at_once_and_refusals_list_no_values(
    user: Client, salesforce: Simulator, contact: str, fault: dict[str, Any]
) -> None:
    salesforce.fail(path=CONTACT_DESCRIBE, **fault)
    for _ in range(2):
        assert only_error(put(user, {"role": "Astronaut"})).keys() == {"loc", "message"}
    assert salesforce.calls_to(CONTACT_DESCRIBE) == 1


def test_the_kill_switch_stops_the_describe_call_but_not_the_refusal(writer: Client, simulator: Simulator) -> None:
    SyncConfig.load()
    SyncConfig.objects.update(sync_enabled=False)
    assert "allowed" not in only_error(post_case(writer, REFUSED_CASE))
    assert simulator.calls_to(CASE_DESCRIBE) == 0
