"""``PUT /contact`` reports the truth when Salesforce's answer is lost or late, or PostgreSQL fails."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from api.contact import change as service_module
from api.models import CircuitBreaker, FieldChangeLog
from api.protection import breaker
from sf.live import records as live
from sf.live import write_through
from sf.models import Contact, UnreadableField
from sf.salesforce.client import SalesforceClient
from tests.api.live.changes import PATCH, QUERY, contact, in_salesforce, patches, put
from tests.api.live.locks import merging
from tests.api.live.people import CONTACT
from tests.simulated import Simulator

__all__ = ["contact"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_change_whose_answer_is_lost_is_looked_up(user: Client, salesforce: Simulator, contact: str) -> None:
    salesforce.fail("drop_after", path=PATCH)
    answer = put(user, {"first_name": "Inés", "subject_interest": "Biology;Algebra"})
    assert answer.status_code == 200
    assert patches(salesforce) == 1
    assert answer.json()["first_name"] == in_salesforce(salesforce, contact)["FirstName"] == "Inés"
    assert FieldChangeLog.objects.count() == 2


def test_a_change_that_is_made_after_the_time_limit_counts_as_slow(
    user: Client, salesforce: Simulator, contact: str, monkeypatch: pytest.MonkeyPatch, hurry: None
) -> None:
    def client_after_the_change(source: str) -> SalesforceClient:
        _wait_for(salesforce, contact, "Inés")
        return live.read_back_client(source)

    monkeypatch.setattr(write_through, "read_back_client", client_after_the_change)
    monkeypatch.setattr(breaker, "SLOW_SECONDS", 0.6)
    salesforce.fail("delay", path=PATCH, seconds=2.5)
    assert put(user, {"first_name": "Inés"}).status_code == 200
    state = CircuitBreaker.objects.get(name=breaker.LIVE)
    assert (state.failures, state.reason.startswith("the answer took ")) == (1, True)


@pytest.mark.parametrize("fault", ["drop", "hang", "error"])
def test_a_change_that_salesforce_does_not_show_is_reported_as_not_shown(
    user: Client, salesforce: Simulator, contact: str, fault: str, hurry: None
) -> None:
    salesforce.fail(fault, path=PATCH, **({"seconds": 3} if fault == "hang" else {}))
    answer = put(user, {"first_name": "Inés"})
    assert answer.status_code == 503
    assert "does not show it so far" in answer.json()["message"]
    assert answer["Retry-After"]
    assert patches(salesforce) == 1
    assert not FieldChangeLog.objects.exists()
    assert put(user, {"first_name": "Inés"}).status_code == 200


@pytest.mark.parametrize("status", [502, 504, 520, 524, 598])
def test_a_gateway_that_gave_up_leaves_open_whether_the_change_was_made(
    user: Client, salesforce: Simulator, contact: str, status: int
) -> None:
    salesforce.fail("status", path=PATCH, status=status, body="<html>a timeout occurred</html>")
    answer = put(user, {"first_name": "Inés"})
    assert (answer.status_code, "does not show it so far" in answer.json()["message"]) == (503, True)


@pytest.mark.parametrize(
    ("before", "change"), [({"FirstName": "anna"}, {"first_name": "Anna"}), ({"LastName": "b;a"}, {"last_name": "a;b"})]
)
def test_a_name_in_other_capitals_or_another_order_is_a_change(
    user: Client, salesforce: Simulator, contact: str, before: dict[str, str], change: dict[str, str]
) -> None:
    salesforce.edit("Contact", contact, **before)
    salesforce.fail("drop", path=PATCH)
    assert put(user, change).status_code == 503
    assert {name: in_salesforce(salesforce, contact)[name] for name in before} == before
    assert put(user, change).status_code == 200


def test_a_change_whose_answer_is_lost_is_recognized_in_the_spelling_that_salesforce_stores(
    user: Client, salesforce: Simulator, contact: str
) -> None:
    salesforce.fail("drop_after", path=PATCH)
    answer = put(user, {"role": "instructor", "subject_interest": " Biology ;Algebra", "first_name": " Inés "})
    assert (answer.status_code, answer.json()["role"], answer.json()["first_name"]) == (200, "Instructor", "Inés")


def test_a_change_that_arrived_late_may_be_sent_again(
    user: Client, salesforce: Simulator, contact: str, hurry: None
) -> None:
    salesforce.fail("delay", path=PATCH, seconds=2.5)
    assert put(user, {"first_name": "Inés"}).status_code == 503
    _wait_for(salesforce, contact, "Inés")
    assert put(user, {"first_name": "Inés"}).json()["first_name"] == "Inés"


def _wait_for(salesforce: Simulator, contact: str, first_name: str) -> None:
    deadline = time.monotonic() + 60
    while in_salesforce(salesforce, contact)["FirstName"] != first_name:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("fault", ["drop_after", "drop"])
def test_the_answer_says_that_the_change_may_have_been_made_when_reading_back_fails_too(
    user: Client, salesforce: Simulator, contact: str, fault: str
) -> None:
    salesforce.fail(fault, path=PATCH)
    salesforce.fail("status", path=QUERY, times=None, skip=1)
    answer = put(user, {"first_name": "Inés"})
    assert answer.status_code == 503
    assert "may have been made" in answer.json()["message"]
    assert answer["Retry-After"]
    assert patches(salesforce) == 1
    assert Contact.objects.get().first_name == "Ines"


def test_a_change_that_cannot_be_read_back_is_still_shown(user: Client, salesforce: Simulator, contact: str) -> None:
    stamp = Contact.objects.get().system_modstamp
    salesforce.fail("status", path=QUERY, skip=1)
    answer = put(user, {"first_name": "Inés"})
    assert (answer.status_code, answer.json()["first_name"]) == (200, "Inés")
    assert user.get(CONTACT).json()["first_name"] == "Inés"
    assert Contact.objects.get().system_modstamp == stamp, "only Salesforce sets the stamp"
    assert FieldChangeLog.objects.get().new == "Inés"
    assert user.get(CONTACT, {"expire": "true"}).json()["full_name"] == "Inés Example"


def test_a_lost_change_of_a_field_that_cannot_be_read_back_is_called_uncertain(
    user: Client, salesforce: Simulator, contact: str
) -> None:
    UnreadableField.objects.create(object="contacts", column="role", field="Contact.Role__c")
    salesforce.fail("drop_after", path=PATCH)
    answer = put(user, {"role": "Instructor"})
    assert in_salesforce(salesforce, contact)["Role__c"] == "Instructor"
    assert (answer.status_code, answer.json()["type"]) == (503, "change_uncertain")


def test_reading_a_change_back_has_its_own_time_limit(
    user: Client, salesforce: Simulator, contact: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "READ_BACK_SECONDS", 0.3)
    salesforce.fail("drop_after", path=PATCH)
    salesforce.fail("delay", path=QUERY, skip=1, seconds=1)
    answer = put(user, {"first_name": "Inés"})
    assert (answer.status_code, "may have been made" in answer.json()["message"]) == (503, True)


def test_the_answer_is_complete_while_a_sync_locks_the_table(
    user: Client, salesforce: Simulator, contact: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_LOCK_TIMEOUT", "300ms")
    cached = user.get(CONTACT).json()
    salesforce.set_raw("Contact", contact, LastModifiedDate="2026-02-01T00:00:00.000+0000")
    with merging("sf_contact"):
        answer = put(user, {"first_name": "Inés"})
    body = answer.json()
    assert (answer.status_code, body["full_name"]) == (200, "Inés Example")
    assert user.get(CONTACT).json() == cached, "the change could not be stored yet"
    assert user.get(CONTACT, {"expire": "true"}).json() == body


def test_the_answer_says_that_the_change_was_made_when_postgresql_fails_afterward(
    user: Client, salesforce: Simulator, contact: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(service_module, "build_contacts_query", away)
    answer = put(user, {"first_name": "Inés"})
    assert (answer.status_code, answer.json()["type"]) == (503, "change_made")
    assert "The change was made in Salesforce" in answer.json()["message"]
    assert in_salesforce(salesforce, contact)["FirstName"] == "Inés"
