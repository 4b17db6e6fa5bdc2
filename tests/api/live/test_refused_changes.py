"""``PUT /contact`` when Salesforce refuses: 422 for wrong values, 503 for most other reasons."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from api.models import FieldChangeLog
from sf.salesforce.refusals import REFUSALS, Group
from tests.api.live.changes import PATCH, contact, in_salesforce, put
from tests.sampling import sampled
from tests.simulated import Simulator

__all__ = ["contact"]

GONE = {"NOT_FOUND", "ENTITY_IS_DELETED"}
NOT_THE_VALUES = [
    code
    for code, refusal in REFUSALS.items()
    if refusal.group is not Group.RECORD and code not in GONE and code != "UNABLE_TO_LOCK_ROW"
]


def assert_nothing_was_changed(user: Client, salesforce: Simulator, contact: str) -> None:
    answer = put(user, {"first_name": "Inés"})
    assert answer.status_code == 503, answer.json()
    assert "nothing was changed" in answer.json()["message"]
    assert int(answer["Retry-After"]) >= 10
    assert in_salesforce(salesforce, contact)["FirstName"] == "Ines"
    assert not FieldChangeLog.objects.exists()


# ``make soak`` runs the codes that this sample leaves out.
@pytest.mark.parametrize(
    ("code", "status"),
    sampled(*((code, (400, 403, 503)[index % 3]) for index, code in enumerate(NOT_THE_VALUES)), each=7),
)
def test_when_a_refusal_does_not_concern_the_values_nothing_is_changed_and_the_answer_is_503(
    user: Client, salesforce: Simulator, contact: str, code: str, status: int
) -> None:
    salesforce.fail("error", path=PATCH, times=None, code=code, status=status)
    assert_nothing_was_changed(user, salesforce, contact)


@pytest.mark.parametrize("name", ["maintenance", "trigger_lock", "flow_lock", "trigger_limit", "expired_password",
                                  "storage_full", "client_blocked", "no_right", "unknown"])  # fmt: skip
def test_a_realistic_refusal_for_other_reasons_than_the_values_means_503(
    user: Client, salesforce: Simulator, contact: str, name: str
) -> None:
    salesforce.fail("refusal", path=PATCH, times=None, name=name)
    assert_nothing_was_changed(user, salesforce, contact)


@pytest.mark.parametrize(("status", "body"), [(301, ""), (302, "Moved"), (403, "<html>Blocked</html>"), (400, "")])
def test_an_answer_that_does_not_come_from_salesforce_means_503(
    user: Client, salesforce: Simulator, contact: str, status: int, body: str
) -> None:
    salesforce.fail("status", path=PATCH, times=None, status=status, body=body)
    assert_nothing_was_changed(user, salesforce, contact)


@pytest.mark.parametrize(
    ("code", "fields", "locations"),
    [
        ("STRING_TOO_LONG", ["FirstName"], [["body", "first_name"]]),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", ["LastName", "Role__c"], [["body", "last_name"], ["body", "role"]]),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", ["LMS__c"], [["body", "lms"]]),
        ("DUPLICATES_DETECTED", [], []),
    ],
)
def test_a_refusal_of_the_values_is_422_and_names_the_fields_of_the_api(
    user: Client, salesforce: Simulator, contact: str, code: str, fields: list[str], locations: list[Any]
) -> None:
    body = json.dumps([{"errorCode": code, "message": "in Salesforce's words", "fields": fields}])
    salesforce.fail("status", path=PATCH, times=None, status=400, body=body)
    answer = put(user, {"first_name": "Inés"})
    assert (answer.status_code, answer.json()["salesforce_code"]) == (422, code)
    assert [error["loc"] for error in answer.json()["errors"]] == locations
    assert "in Salesforce's words" in answer.json()["message"]
