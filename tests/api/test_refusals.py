"""Salesforce refuses accepted cases: none is lost, and only errors in the record make a dead letter."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError
from django.test import Client
from django.utils import timezone

from api.models import OutboundCase
from api.outbox import queue as outbox
from api.protection import breaker
from sf.salesforce.refusals import REFUSALS, Group
from simulator.salesforce.refusals import NAMED
from tests.api.outgoing import (
    CASE,
    break_salesforce,
    cases_in,
    deliver,
    deliver_refused,
    make_queued_cases,
    post_case,
    restore_salesforce,
    writer,
)
from tests.sampling import sampled
from tests.simulated import Simulator

__all__ = ["writer"]

# Samples of the codes are enough here: ``tests/sf/test_refusals.py`` tests every code.
STATUSES = (400, 403, 503)
PASSING = sorted(code for code, refusal in REFUSALS.items() if refusal.group in {Group.MOMENT, Group.ORG})
RECORDS = sorted(code for code, refusal in REFUSALS.items() if refusal.group is Group.RECORD)
OF_THE_RECORD = ["validation_rule", "trigger_refuses"]


def deliver_during_the_fault(*arguments: str) -> None:
    """Deliver once, and ignore exit status and output, which depend on the fault."""
    with contextlib.suppress(CommandError):
        deliver(*arguments)


def assert_survives(writer: Client, simulator: Simulator) -> None:
    """Require that three accepted cases are delivered exactly once after the active fault."""
    answers = [post_case(writer) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 202]
    deliver_during_the_fault("--all")
    assert outbox.load_queue_depth().queued == 3
    restore_salesforce(simulator)
    assert deliver("--all").startswith("3 delivered, 0 refused for good, 0 still queued")
    made = [case["Id"] for case in cases_in(simulator)]
    shown = [writer.get(answer["Location"]).json() for answer in answers]
    assert sorted(case["salesforce_id"] for case in shown) == sorted(made)
    assert len(made) == 3


@pytest.mark.parametrize(
    ("code", "status"),
    sampled(*((code, STATUSES[index % len(STATUSES)]) for index, code in enumerate(PASSING)), each=7),
)
def test_accepted_cases_survive_each_refusal_that_does_not_concern_the_record(
    writer: Client, simulator: Simulator, code: str, status: int
) -> None:
    break_salesforce(simulator, "error", code=code, status=status)
    assert_survives(writer, simulator)


@pytest.mark.parametrize("name", sampled(*((name,) for name in sorted(NAMED.keys() - set(OF_THE_RECORD))), each=4))
def test_accepted_cases_survive_without_an_external_id_field_when_the_refusal_is_not_about_the_record(
    writer: Client, simulator: Simulator, settings: Any, name: str
) -> None:
    settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD = ""
    break_salesforce(simulator, "refusal", name=name)
    for _ in range(3):
        assert post_case(writer).status_code == 202
    deliver_during_the_fault("--all")
    restore_salesforce(simulator)
    assert deliver("--all").startswith("3 delivered")
    assert len(cases_in(simulator, f"Subject = '{CASE['subject']}'")) == 3


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirection_is_not_a_refusal(writer: Client, simulator: Simulator, status: int) -> None:
    break_salesforce(simulator, status=status, body="<html>Moved</html>")
    assert_survives(writer, simulator)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 410, 422])
def test_an_html_page_of_a_proxy_is_not_a_refusal(writer: Client, simulator: Simulator, status: int) -> None:
    break_salesforce(simulator, status=status, body="<html>Blocked by policy</html>")
    assert_survives(writer, simulator)


@pytest.mark.parametrize("code", sampled(*((code,) for code in RECORDS), each=5))
def test_an_error_in_the_record_is_returned_at_once_or_becomes_a_dead_letter(
    writer: Client, simulator: Simulator, code: str
) -> None:
    break_salesforce(simulator, status=503)
    queued_case = post_case(writer)
    restore_salesforce(simulator)
    break_salesforce(simulator, "error", code=code, status=400, message="said by Salesforce")
    direct = post_case(writer)
    assert (direct.status_code, direct.json()["salesforce_code"]) == (422, code)
    assert code in deliver_refused("--all")
    shown = writer.get(queued_case["Location"]).json()
    assert (shown["status"], shown["salesforce_code"]) == ("failed", code)
    assert outbox.load_queue_depth() == outbox.QueueDepth(queued=0, oldest_seconds=None, failed=1)
    assert not cases_in(simulator)


def test_a_refusal_names_the_fields_of_the_api(writer: Client, simulator: Simulator) -> None:
    break_salesforce(simulator, "refusal", name="trigger_refuses")
    [error] = post_case(writer).json()["errors"]
    assert error["loc"] == ["body", "product"]
    assert "choose a product" in error["message"]


@pytest.mark.parametrize("external_id", [True, False])
@pytest.mark.parametrize("name", ["storage_full", "trigger_lock", "unknown", "no_right", "maintenance"])
def test_the_other_cases_of_a_batch_are_not_made_twice_when_one_case_is_refused(
    writer: Client, simulator: Simulator, settings: Any, external_id: bool, name: str
) -> None:
    if not external_id:
        settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD = ""
    make_queued_cases(4)
    break_salesforce(simulator, "refusal", name=name, only="Number 2")
    deliver_during_the_fault()
    states = {case.values["Subject"]: case.state for case in OutboundCase.objects.all()}
    assert states == {"Number 0": "delivered", "Number 1": "delivered", "Number 2": "queued", "Number 3": "delivered"}
    assert not breaker.load_breaker_state().open
    restore_salesforce(simulator)
    deliver("--all")
    assert len(cases_in(simulator, "Subject LIKE 'Number %'")) == 4


def test_cases_sent_one_by_one_before_a_failure_are_not_made_twice(
    writer: Client, simulator: Simulator, settings: Any
) -> None:
    settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD = ""
    make_queued_cases(4)
    simulator.fail("error", path="composite/sobjects", code="JSON_PARSER_ERROR", status=400)
    simulator.fail("status", path="sobjects/Case", skip=2, times=None, status=503)
    deliver_during_the_fault()
    assert outbox.load_queue_depth().queued == 2
    restore_salesforce(simulator)
    deliver("--all")
    assert len(cases_in(simulator, "Subject LIKE 'Number %'")) == 4


def test_an_unknown_code_is_retried_with_growing_pauses_and_reported(writer: Client, simulator: Simulator) -> None:
    break_salesforce(simulator, "refusal", name="unknown")
    case_id = post_case(writer).json()["id"]
    pauses = []
    for _ in range(3):
        output = deliver_refused("--all")
        waits = OutboundCase.objects.get().next_attempt_at - timezone.now()
        pauses.append(round(waits.total_seconds(), -1))
    assert f"{case_id}: queued, but refused so far: SOMETHING_NEW_IN_THIS_RELEASE" in output
    assert pauses == [10, 20, 40]
    assert not breaker.load_breaker_state().open, "the error may concern only this case"
    shown = writer.get("/healthz/").json()["outbox"]
    assert (shown["ok"], shown["queued"], shown["stuck"]) == (False, 1, 1)


@pytest.mark.parametrize("name", ["trigger_lock", "running_too_long"])
def test_a_case_that_a_transient_error_stops_for_a_day_needs_an_operator(
    writer: Client, simulator: Simulator, name: str
) -> None:
    break_salesforce(simulator, "refusal", name=name)
    case_id = post_case(writer).json()["id"]
    deliver("--all")
    assert writer.get("/healthz/").json()["outbox"]["stuck"] == 0, "the error may still be transient"
    OutboundCase.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert f"{case_id}: queued, but refused so far: {NAMED[name].code}" in deliver_refused("--all")
    shown = writer.get("/healthz/").json()["outbox"]
    assert (shown["ok"], shown["stuck"]) == (False, 1)
    restore_salesforce(simulator)
    assert deliver("--all").startswith("1 delivered")
    assert writer.get("/healthz/").json()["outbox"]["ok"]


@pytest.mark.parametrize("name", ["expired_password", "storage_full", "org_locked"])
def test_an_error_for_the_administrator_is_reported_with_its_remedy(
    writer: Client, simulator: Simulator, name: str
) -> None:
    break_salesforce(simulator, "refusal", name=name)
    post_case(writer)
    outbox_check = writer.get("/healthz/").json()["outbox"]
    assert (outbox_check["ok"], outbox_check["stuck"], outbox_check["salesforce_is_away"]) == (False, 1, True)
    assert "org" in outbox_check["message"]
    assert REFUSALS[NAMED[name].code].remedy.rstrip(".") in OutboundCase.objects.get().error_message
    restore_salesforce(simulator)
    deliver("--all")
    assert writer.get("/healthz/").json()["outbox"]["ok"]
