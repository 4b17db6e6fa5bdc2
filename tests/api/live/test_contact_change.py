"""``PUT /contact`` changes the user's contact in Salesforce, then in the cache, or reports that nothing changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from api.domain.scopes import Scope
from api.models import CircuitBreaker, FieldChangeLog
from api.protection.breaker import LIVE, LIVE_SILENCE, THRESHOLD
from sf.models import Contact, SFAPIUsageLog, SyncConfig
from tests.api.cookies import UUID
from tests.api.live.changes import PATCH, QUERY, contact, in_salesforce, is_as_in_salesforce, patches, put
from tests.api.live.people import CONTACT, new_contact
from tests.sf.cache import assert_equal, sync
from tests.simulated import Simulator

__all__ = ["contact"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_change_is_made_in_salesforce_and_in_the_cache_and_logged(
    user: Client, salesforce: Simulator, contact: str
) -> None:
    before = salesforce.calls()
    answer = put(user, {"first_name": " Inés ", "role": "instructor", "subject_interest": "Biology;Algebra", "lms": ""})
    body = answer.json()
    assert answer.status_code == 200, body
    assert salesforce.calls() - before == 3, "find the contact, change it, and read it back"
    there = in_salesforce(salesforce, contact)
    assert (there["FirstName"], there["Role__c"], there["LMS__c"]) == ("Inés", "Instructor", None)
    assert (body["first_name"], body["full_name"], body["role"], body["lms"]) == (
        "Inés", "Inés Example", "Instructor", None,
    )  # fmt: skip
    assert user.get(CONTACT).json() == body
    assert is_as_in_salesforce(salesforce, contact)
    changes = {change.field: (change.old, change.new) for change in FieldChangeLog.objects.all()}
    assert changes == {
        "first_name": ("Ines", "Inés"),
        "role": ("Student", "Instructor"),
        "subject_interest": (None, there["Subject_Interest__c"]),
        "lms": ("Moodle", None),
    }
    change = FieldChangeLog.objects.filter(request_id=answer["X-Request-ID"])[0]
    assert (change.object, change.record_id, change.source) == ("Contact", contact, "PUT /api/v1/contact")
    assert change.identity == f"user:{UUID}"
    assert SFAPIUsageLog.objects.get(source="api contact").call_count == 4


def test_a_contact_that_was_given_to_somebody_else_is_not_changed(
    user: Client, salesforce: Simulator, contact: str
) -> None:
    salesforce.edit("Contact", contact, Accounts_UUID__c="11111111-1111-4111-8111-111111111111")
    assert put(user, {"last_name": "Changed"}).status_code == 404
    assert in_salesforce(salesforce, contact)["LastName"] == "Example"
    assert patches(salesforce) == 0
    assert user.get(CONTACT, {"expire": "false"}).status_code == 404, "the former user must not get the contact"


def test_the_master_contact_is_changed_after_a_merge_in_salesforce(
    user: Client, salesforce: Simulator, contact: str
) -> None:
    master = new_contact(salesforce, LastName="Master")
    salesforce.merge("Contact", master, contact)
    answer = put(user, {"first_name": "Inés"})
    assert (answer.status_code, answer.json()["id"], answer.json()["last_name"]) == (200, master, "Master")
    assert in_salesforce(salesforce, master)["FirstName"] == "Inés"
    assert user.get(CONTACT).json() == answer.json()


def test_a_contact_whose_uuid_is_in_capitals_is_changed(user: Client, salesforce: Simulator) -> None:
    made = new_contact(salesforce, Accounts_UUID__c=UUID.upper())
    answer = put(user, {"first_name": "Inés"})
    assert (answer.status_code, answer.json()["first_name"], answer.json()["accounts_uuid"]) == (200, "Inés", UUID)
    assert in_salesforce(salesforce, made)["FirstName"] == "Inés"
    assert user.get(CONTACT).json() == answer.json()


def test_the_last_modified_contact_is_changed_when_several_have_the_same_uuid(
    user: Client, salesforce: Simulator, contact: str, caplog: pytest.LogCaptureFixture
) -> None:
    later = new_contact(salesforce, LastName="Later")
    salesforce.set_raw("Contact", contact, LastModifiedDate="2026-02-01T00:00:00.000+0000")
    salesforce.set_raw("Contact", later, LastModifiedDate="2026-03-01T00:00:00.000+0000")
    assert put(user, {"first_name": "Inés"}).json()["id"] == later
    assert "several contacts with one accounts_uuid" in caplog.text
    assert in_salesforce(salesforce, contact)["FirstName"] == "Ines"


def test_the_change_log_has_the_old_value_of_salesforce_and_not_of_the_cache(
    user: Client, salesforce: Simulator, contact: str
) -> None:
    salesforce.edit("Contact", contact, Role__c="Instructor")
    assert put(user, {"role": "Student"}).status_code == 200
    change = FieldChangeLog.objects.get()
    assert (change.field, change.old, change.new) == ("role", "Instructor", "Student")


@pytest.mark.parametrize("fault", ["drop", "hang", "status", "quota"])
def test_an_outage_of_salesforce_before_the_change_means_503_and_no_change_is_sent(
    user: Client, salesforce: Simulator, contact: str, fault: str, hurry: None
) -> None:
    salesforce.fail(fault, path=QUERY, times=None, **({"seconds": 1} if fault == "hang" else {}))
    answer = put(user, {"first_name": "Inés"})
    assert answer.status_code == 503
    assert "nothing was changed" in answer.json()["message"]
    assert int(answer["Retry-After"]) >= 10
    assert patches(salesforce) == 0


def test_null_leaves_a_field_as_it_is(user: Client, salesforce: Simulator, contact: str) -> None:
    """A client of SFAPI's predecessor sends its whole form, with null for unchanged fields."""
    before = in_salesforce(salesforce, contact)
    body = {"first_name": "Imani", "last_name": None, "role": None, "subject_interest": None, "lms": None}
    answer = put(user, body)
    assert answer.status_code == 200
    after = in_salesforce(salesforce, contact)
    for field in ("LastName", "Role__c", "Subject_Interest__c", "LMS__c"):
        assert after[field] == before[field] == (before[field] or None), field
    assert after["FirstName"] == answer.json()["first_name"] == "Imani"
    assert [change.field for change in FieldChangeLog.objects.all()] == ["first_name"]


def test_a_body_of_nulls_changes_nothing_and_returns_the_contact(
    user: Client, salesforce: Simulator, contact: str
) -> None:
    before = in_salesforce(salesforce, contact)
    answer = put(user, {"role": None, "lms": None})
    assert (answer.status_code, answer.json()["id"], answer.json()["lms"]) == (200, contact, "Moodle")
    assert in_salesforce(salesforce, contact) == before
    assert put(user, {}).json()["type"] == "nothing_given"


def test_a_value_that_stays_the_same_is_not_logged(user: Client, salesforce: Simulator, contact: str) -> None:
    assert put(user, {"role": "Student", "lms": "Canvas"}).status_code == 200
    assert [change.field for change in FieldChangeLog.objects.all()] == ["lms"]
    assert in_salesforce(salesforce, contact)["LMS__c"] == "Canvas"


def test_all_cached_contacts_equal_salesforce_after_a_change(user: Client, salesforce: Simulator, contact: str) -> None:
    sync()
    put(user, {"first_name": "Inés"})
    assert assert_equal(salesforce, Contact)
    assert Contact.objects.get(pk=contact).first_name == "Inés"


@pytest.mark.parametrize(
    "body",
    [
        {"email": "a@b.example"},
        {"role": "Instructor", "OwnerId": "005Ux0000000001AAA"},
        {"role": "Instructor", "verification_status": "confirmed_faculty"},
        {},
        [],
        {"first_name": 7},
        {"first_name": "a\0b"},
        {"first_name": "x" * 5000},
    ],
)
def test_an_invalid_change_is_refused_and_not_sent(
    user: Client, salesforce: Simulator, contact: str, body: Any
) -> None:
    answer = put(user, body)
    assert answer.status_code == 422
    assert answer.json()["code"] == 422
    assert patches(salesforce) == 0
    assert not FieldChangeLog.objects.exists()


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"role": "Astronaut"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "role"),
        ({"last_name": ""}, "REQUIRED_FIELD_MISSING", "last_name"),
        ({"first_name": "x" * 41}, "STRING_TOO_LONG", "first_name"),
    ],
)
def test_a_refusal_by_salesforce_is_422_with_its_code_and_field(
    user: Client, salesforce: Simulator, contact: str, body: dict[str, str], code: str, field: str
) -> None:
    before = in_salesforce(salesforce, contact)
    answer = put(user, body)
    refusal = answer.json()
    assert (answer.status_code, refusal["salesforce_code"]) == (422, code)
    assert refusal["errors"][0]["loc"] == ["body", field]
    assert "/services/" not in answer.text
    assert in_salesforce(salesforce, contact) == before
    assert not FieldChangeLog.objects.exists()


@pytest.mark.parametrize(("named", "locs"), [(["Email", "AccountId", "LMS__c"], [["body", "lms"]]), (["Email"], [])])
def test_a_refusal_names_only_fields_that_a_request_may_contain(
    user: Client, salesforce: Simulator, contact: str, named: list[str], locs: list[list[str]]
) -> None:
    refused = {"errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "Not with this LMS", "fields": named}
    salesforce.fail("status", path=PATCH, times=1, status=400, body=json.dumps([refused]))
    answer = put(user, {"role": "Instructor"})
    assert answer.status_code == 422
    assert [error["loc"] for error in answer.json().get("errors", [])] == locs


def test_a_duplicate_is_refused(user: Client, salesforce: Simulator, contact: str) -> None:
    salesforce.fail(
        "error", path=PATCH, errorCode="DUPLICATES_DETECTED", message="Use one of these records?", status=400
    )
    answer = put(user, {"last_name": "Other"})
    assert (answer.status_code, answer.json()["salesforce_code"]) == (422, "DUPLICATES_DETECTED")
    assert answer.json()["message"] == "Salesforce refused the change: Use one of these records?"
    assert patches(salesforce) == 1


@pytest.mark.parametrize("fault", ["quota", "concurrent", "status"])
def test_an_outage_of_salesforce_during_the_change_means_503_and_no_change(
    user: Client, salesforce: Simulator, contact: str, fault: str
) -> None:
    salesforce.fail(fault, path=PATCH, times=None)
    answer = put(user, {"first_name": "Inés"})
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) >= 10
    assert "nothing was changed" in answer.json()["message"]
    assert patches(salesforce) == 1
    assert not FieldChangeLog.objects.exists()
    assert Contact.objects.get().first_name == "Ines"


def test_a_locked_record_is_tried_again(user: Client, salesforce: Simulator, contact: str) -> None:
    locked: dict[str, Any] = {
        "errorCode": "UNABLE_TO_LOCK_ROW",
        "message": "unable to obtain exclusive access",
        "status": 400,
    }
    salesforce.fail("error", path=PATCH, times=2, **locked)
    assert put(user, {"first_name": "Inés"}).status_code == 200
    assert patches(salesforce) == 3
    CircuitBreaker.objects.update_or_create(name=LIVE, defaults={"failures": 1, "last_failure": Now()})
    salesforce.fail("error", path=PATCH, times=None, **locked)
    answer = put(user, {"first_name": "Ines"})
    assert (answer.status_code, patches(salesforce)) == (503, 6)
    assert "nothing was changed" in answer.json()["message"]
    assert not CircuitBreaker.objects.filter(failures__gt=0).exists(), "Salesforce has answered"


def test_a_refusal_before_the_change_does_not_count_as_an_outage(
    user: Client, salesforce: Simulator, contact: str
) -> None:
    CircuitBreaker.objects.create(name=LIVE, failures=THRESHOLD, last_failure=Now() - LIVE_SILENCE)
    salesforce.fail("error", path=QUERY, code="INVALID_FIELD", message="No such column", status=400)
    answer = put(user, {"first_name": "Inés"})
    assert (answer.status_code, "nothing was changed" in answer.json()["message"]) == (503, True)
    assert CircuitBreaker.objects.get(name=LIVE).failures == 0
    assert put(user, {"first_name": "Inés"}).status_code == 200


def test_an_expired_session_is_renewed(user: Client, salesforce: Simulator, contact: str) -> None:
    salesforce.post("/sessions/expire")
    assert put(user, {"first_name": "Inés"}).status_code == 200


def test_a_contact_that_was_deleted_in_salesforce_is_404(user: Client, salesforce: Simulator, contact: str) -> None:
    salesforce.do("delete", "Contact", contact)
    assert put(user, {"first_name": "Inés"}).status_code == 404


def test_a_user_who_is_not_cached_is_looked_up_first(user: Client, salesforce: Simulator) -> None:
    assert put(user, {"first_name": "Inés"}).status_code == 404
    made = new_contact(salesforce)
    Contact.objects.all().delete()
    user.get(CONTACT, {"expire": "true"})
    Contact.objects.all().delete()
    assert put(user, {"first_name": "Inés"}).status_code == 200
    assert in_salesforce(salesforce, made)["FirstName"] == "Inés"


def test_the_kill_switch_does_not_stop_a_write(user: Client, salesforce: Simulator, contact: str) -> None:
    SyncConfig.load()
    SyncConfig.objects.update(sync_enabled=False)
    assert put(user, {"first_name": "Inés"}).status_code == 200


def test_only_a_user_with_a_csrf_token_may_change_a_contact(
    anonymous: Client, user: Client, service: Callable[..., Client], salesforce: Simulator, contact: str
) -> None:
    assert put(anonymous, {"role": "Instructor"}).status_code == 401
    assert put(user, {"role": "Instructor"}, token=False).status_code == 403
    answer = service(*Scope).put(CONTACT, {"role": "Instructor"}, content_type="application/json")
    assert answer.status_code == 403
    foreign = user.put(
        CONTACT,
        {"role": "Instructor"},
        content_type="application/json",
        headers={"Origin": "https://elsewhere.example", "X-CSRFToken": user.get("/api/v1/me").json()["csrf_token"]},
    )
    assert foreign.status_code == 403
    assert patches(salesforce) == 0


def test_a_change_counts_for_the_rate_limit_and_needs_json(
    user: Client, salesforce: Simulator, contact: str, settings: Any
) -> None:
    token = user.get("/api/v1/me").json()["csrf_token"]
    form = user.put(CONTACT, "role=Instructor", content_type="text/plain", headers={"X-CSRFToken": token})
    assert form.status_code == 415
    broken = user.put(CONTACT, "{", content_type="application/json", headers={"X-CSRFToken": token})
    assert broken.status_code == 400
    # The GET in the fixture ``contact`` and the two PUTs count already; GET /me has its own limit.
    settings.SALESFORCE_API_RATE_LIMIT = "4/day"
    assert user.get(CONTACT).status_code == 200
    assert put(user, {"role": "Instructor"}).status_code == 429
    assert patches(salesforce) == 0


def test_a_field_that_the_api_user_may_no_longer_read_does_not_stop_a_change(
    user: Client, salesforce: Simulator, contact: str
) -> None:
    salesforce.edit("Contact", contact, Position__c="Full-time faculty")
    sync("sync_contacts")
    salesforce.post("/fields/Contact/Position__c/hide")
    answer = put(user, {"first_name": "Inés"})
    assert (answer.status_code, answer.json()["first_name"]) == (200, "Inés"), answer.json()
    assert answer.json()["position"] == "Full-time faculty"
