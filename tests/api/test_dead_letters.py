"""Failed and stuck cases in the admin: read, correct and resend them, or mark them as dealt with.

A dead letter is a failed case. A stuck case is a queued case that will probably not be delivered before an operator
acts.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from api.models import OutboundCase, User
from tests.api.outgoing import (
    break_salesforce,
    cases_in,
    deliver,
    deliver_refused,
    make_queued_cases,
    restore_salesforce,
    writer,
)
from tests.simulated import Simulator

__all__ = ["writer"]

BAD = {"Subject": "Bad", "Description": "Long story.", "Product__c": "Nonsense", "SuppliedEmail": "ann@example.org"}


def page_of(case: OutboundCase) -> str:
    return f"/admin/api/outboundcase/{case.pk}/change/"


@pytest.fixture
def dead_letter(simulator: Simulator, db: None) -> OutboundCase:
    (case,) = make_queued_cases(1, values=BAD)
    deliver_refused()
    return case


def outbox_of(client: Client) -> Any:
    return client.get("/healthz/").json()["outbox"]


def test_an_operator_reads_corrects_and_resends_a_dead_letter(
    dead_letter: OutboundCase, simulator: Simulator, admin_client: Client
) -> None:
    page = admin_client.get(page_of(dead_letter)).text
    for shown in ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "bad value for restricted picklist", "Long story."):
        assert shown in page
    assert "Choose a value of the picklist" in page
    assert '{"Subject"' not in page.replace("&quot;", '"'), "the page must show no raw JSON"
    answer = admin_client.post(page_of(dead_letter), {**BAD, "Product__c": "Assignable"}, follow=True)
    assert "Queued again" in answer.text
    assert deliver() == "1 delivered, 0 refused for good, 0 still queued\n"
    [made] = cases_in(simulator)
    assert (made["Subject"], made["Product__c"], made["Description"]) == ("Bad", "Assignable", "Long story.")
    history = admin_client.get(f"/admin/api/outboundcase/{dead_letter.pk}/history/").text
    assert "Corrected Product__c; queued again." in history
    assert outbox_of(admin_client)["ok"]


def test_line_breaks_of_a_browser_do_not_count_as_a_correction(
    simulator: Simulator, writer: Client, admin_client: Client
) -> None:
    (case,) = make_queued_cases(1, values={**BAD, "Description": "Two\nlines."})
    deliver_refused()
    # A browser sends each line break of a text area as CR and LF.
    admin_client.post(page_of(case), {**BAD, "Description": "Two\r\nlines.", "Product__c": "Assignable"})
    history = admin_client.get(f"/admin/api/outboundcase/{case.pk}/history/").text
    assert "Corrected Product__c; queued again." in history
    deliver()
    [made] = cases_in(simulator)
    assert made["Description"] == "Two\nlines."


def test_a_value_may_be_removed(dead_letter: OutboundCase, simulator: Simulator, admin_client: Client) -> None:
    admin_client.post(page_of(dead_letter), {**BAD, "Product__c": ""})
    deliver()
    [made] = cases_in(simulator)
    assert made["Product__c"] is None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"Subject": ""}, "This field is required"),
        ({"Subject": "a" * 256}, "at most 255 characters"),
        ({"Subject": "a\0b"}, "Null characters are not allowed"),
        ({"SuppliedEmail": "nobody"}, "Enter a valid email address"),
        ({"Description": "a" * 32_001}, "at most 32000 characters"),
    ],
)
def test_values_that_salesforce_would_refuse_are_not_queued(
    dead_letter: OutboundCase, admin_client: Client, values: dict[str, str], message: str
) -> None:
    answer = admin_client.post(page_of(dead_letter), {**BAD, **values})
    assert message in answer.text
    dead_letter.refresh_from_db()
    assert (dead_letter.state, dead_letter.values) == ("failed", BAD)


def test_a_dead_letter_marked_as_dealt_with_is_no_longer_reported(
    dead_letter: OutboundCase, admin_client: Client
) -> None:
    check = outbox_of(admin_client)
    assert (check["ok"], check["failed"]) == (False, 1)
    assert "correct and send them again, or mark them as dealt with" in check["message"]
    address = f"/admin/api/outboundcase/{dead_letter.pk}/settle/"
    assert "Nothing was changed." in admin_client.get(address, follow=True).text
    assert not outbox_of(admin_client)["ok"]
    answer = admin_client.post(address, follow=True)
    assert "Marked as dealt with: 1" in answer.text
    assert outbox_of(admin_client)["ok"]
    assert deliver() == ""
    dead_letter.refresh_from_db()
    assert (dead_letter.state, dead_letter.settled_by) == ("failed", "admin")
    assert "Marked as dealt with." in admin_client.get(f"/admin/api/outboundcase/{dead_letter.pk}/history/").text


def test_several_dead_letters_can_be_dealt_with_or_sent_again_at_once(
    simulator: Simulator, admin_client: Client
) -> None:
    cases = make_queued_cases(3, values=BAD)
    deliver_refused()
    keys = [str(case.pk) for case in cases]
    admin_client.post("/admin/api/outboundcase/", {"action": "deal_with", "_selected_action": keys[:2]})
    assert outbox_of(admin_client)["failed"] == 1
    admin_client.post("/admin/api/outboundcase/", {"action": "retry", "_selected_action": keys})
    assert set(OutboundCase.objects.values_list("state", "settled_at")) == {("queued", None)}


def test_a_queued_case_with_an_unknown_error_can_be_corrected(simulator: Simulator, admin_client: Client) -> None:
    (case,) = make_queued_cases(1, values={"Subject": "New"})
    break_salesforce(simulator, "refusal", name="unknown")
    deliver_refused()
    restore_salesforce(simulator)
    assert "SOMETHING_NEW_IN_THIS_RELEASE" in admin_client.get(page_of(case)).text
    admin_client.post(page_of(case), {"Subject": "Newer"})
    deliver()
    assert [made["Subject"] for made in cases_in(simulator)] == ["Newer"]


def test_a_case_that_is_being_sent_cannot_be_changed(simulator: Simulator, admin_client: Client) -> None:
    (case,) = make_queued_cases(1, error_group="unknown", error_code="NEW")
    OutboundCase.objects.update(lease_holder="deliver_pending 1", lease_until="2100-01-01T00:00:00Z")
    assert admin_client.post(page_of(case), {"Subject": "Other"}).status_code == 403
    admin_client.post(f"/admin/api/outboundcase/{case.pk}/settle/")
    case.refresh_from_db()
    assert (case.state, case.values) == ("queued", {"Subject": "Number 0"})


@pytest.mark.parametrize("state", ["queued", "delivered", "refused"])
def test_a_case_that_is_neither_failed_nor_stuck_cannot_be_changed(
    simulator: Simulator, admin_client: Client, state: str
) -> None:
    (case,) = make_queued_cases(1, state=state)
    page = admin_client.get(page_of(case))
    assert (page.status_code, "Number 0" in page.text, "send again" in page.text) == (200, True, False)
    assert admin_client.post(page_of(case), {"Subject": "Other"}).status_code == 403


def test_a_user_with_view_permission_cannot_change_a_dead_letter(dead_letter: OutboundCase, client: Client) -> None:
    looker = User.objects.create_user("looker", password="x", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_outboundcase"))
    client.force_login(looker)
    assert "Long story." in client.get(page_of(dead_letter)).text
    assert client.post(page_of(dead_letter), BAD).status_code == 403
    assert client.post(f"/admin/api/outboundcase/{dead_letter.pk}/settle/").status_code == 403
    dead_letter.refresh_from_db()
    assert (dead_letter.state, dead_letter.settled_at) == ("failed", None)
