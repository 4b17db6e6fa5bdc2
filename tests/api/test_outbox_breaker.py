"""While the breaker is open, cases are queued at once, and only a rare probe calls Salesforce."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from api.models import CircuitBreaker, OutboundCase
from api.outbox import delivery
from api.protection import breaker
from sf.connection import clients as sf_connection
from sf.models import RefusedLogin
from sf.salesforce import login
from sf.salesforce.login import SessionKeeper
from tests.api.outgoing import (
    break_salesforce,
    cases_in,
    deliver,
    make_queued_cases,
    post_case,
    restore_salesforce,
    writer,
)
from tests.simulated import Simulator

__all__ = ["writer"]


def test_a_case_is_queued_at_once_while_the_breaker_is_open(writer: Client, simulator: Simulator) -> None:
    break_salesforce(simulator, status=503)
    for _ in range(breaker.THRESHOLD):
        post_case(writer)
    calls = simulator.calls()
    began = time.monotonic()
    assert post_case(writer).status_code == 202
    assert time.monotonic() - began < 2
    assert simulator.calls() == calls
    restore_salesforce(simulator)
    assert post_case(writer).status_code == 202
    assert deliver() == "5 delivered, 0 refused for good, 0 still queued\n"
    assert post_case(writer).status_code == 200
    assert len(cases_in(simulator)) == 6


def test_a_success_in_between_keeps_the_breaker_closed(writer: Client, simulator: Simulator) -> None:
    for _ in range(breaker.THRESHOLD + 1):
        break_salesforce(simulator, status=503, times=1)
        assert post_case(writer).status_code == 202
        assert post_case(writer).status_code == 200


@pytest.mark.parametrize("kind", ["quota", "login"])
def test_an_error_that_lasts_opens_the_breaker_at_once(
    writer: Client, simulator: Simulator, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In production, deliver_pending is another process, without this process's memory of the refusal.
    monkeypatch.setattr(login, "REFUSAL_HOLDS_SECONDS", 0)
    if kind == "quota":
        break_salesforce(simulator, "quota")
    else:
        simulator.fail("error", path="oauth2/token", times=None, code="invalid_grant", status=400)
    assert post_case(writer).status_code == 202
    assert breaker.load_breaker_state().open
    restore_salesforce(simulator)
    assert deliver(*(["--all"] if kind == "login" else [])).startswith("1 delivered")


# -- refused logins: each further refusal brings the API user nearer to being locked out -------------------------------

REFUSALS = [
    ("invalid_grant", "authentication failure"),
    ("inactive_user", "user is inactive"),
    ("PASSWORD_LOCKOUT", ""),
]


@pytest.fixture
def another_process(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Forget the session: each run of ``deliver_pending`` by cron starts without a session."""
    return lambda: monkeypatch.setattr(sf_connection, "_keeper", SessionKeeper())


def refuse_logins(simulator: Simulator, code: str = "invalid_grant", message: str = "") -> None:
    simulator.fail("error", path="oauth2/token", times=None, code=code, message=message, status=400)


@pytest.mark.parametrize(("code", "message"), REFUSALS)
def test_a_refused_login_is_tried_again_after_half_an_hour_and_then_less_often(
    writer: Client, simulator: Simulator, another_process: Callable[[], None], code: str, message: str
) -> None:
    refuse_logins(simulator, code, message)
    assert post_case(writer).status_code == 202
    pauses = [minutes_to_next_try()]
    for _ in range(3):
        another_process()
        assert "refused logins: 1. The next automatic try is at " in deliver()
        CircuitBreaker.objects.update(last_failure=Now() - 2 * breaker.LONGEST_SILENCE)
        assert post_case(writer).status_code == 202
    assert simulator.calls_to("oauth2/token") == 1
    for _ in range(3):
        RefusedLogin.objects.update(next_try=Now())
        another_process()
        with pytest.raises(CommandError, match="nothing is lost"):
            deliver()
        pauses.append(minutes_to_next_try())
    assert simulator.calls_to("oauth2/token") == 4
    assert pauses == [30, 60, 120, 120]


def minutes_to_next_try() -> int:
    return round((RefusedLogin.objects.get().next_try - timezone.now()) / timedelta(minutes=1))


def test_a_refused_login_is_tried_again_after_postgresqls_clock_was_set_back(
    simulator: Simulator, another_process: Callable[[], None], db: None
) -> None:
    refuse_logins(simulator)
    make_queued_cases(1)
    with pytest.raises(CommandError):
        deliver()
    another_process()
    restore_salesforce(simulator)
    RefusedLogin.objects.update(next_try=Now() + timedelta(days=1))
    assert deliver().startswith("1 delivered")


@pytest.mark.parametrize("change", ["other settings", "deliver_pending --all", "sf limits"])
def test_a_refused_login_is_tried_at_once_when_its_cause_may_be_gone(
    simulator: Simulator, settings: Any, another_process: Callable[[], None], change: str, db: None
) -> None:
    login = settings.SALESFORCE_LOGIN
    if change == "other settings":
        settings.SALESFORCE_LOGIN = login | {"SALESFORCE_SECURITY_TOKEN": "of yesterday"}
    refuse_logins(simulator)
    make_queued_cases(2)
    with pytest.raises(CommandError):
        deliver()
    another_process()
    restore_salesforce(simulator)
    settings.SALESFORCE_LOGIN = login
    if change == "sf limits":
        call_command("sf", "limits", stdout=StringIO())
    assert deliver(*(["--all"] if change == "deliver_pending --all" else [])).startswith("2 delivered")


def test_the_deliverer_probes_with_one_case_and_pauses_after_two_failed_probes(
    writer: Client, simulator: Simulator
) -> None:
    make_queued_cases(5)
    break_salesforce(simulator, status=503)
    for _ in range(breaker.THRESHOLD):
        breaker.note_failure("away")
    calls = simulator.calls()
    assert [("not tried again" in deliver()) for _ in range(4)] == [False, False, True, True]
    assert simulator.calls() - calls == 3  # a login, and two probes
    assert sorted(OutboundCase.objects.values_list("attempts", flat=True)) == [0, 0, 0, 1, 1]
    restore_salesforce(simulator)
    CircuitBreaker.objects.update(last_failure=Now() - breaker.FIRST_PAUSE)
    assert deliver().startswith("5 delivered")


def test_a_case_that_always_fails_does_not_keep_the_breaker_open(writer: Client, simulator: Simulator) -> None:
    (poison,) = make_queued_cases(1, values={"Subject": "Poison"})
    make_queued_cases(3)
    simulator.post("/faults", {"match": {"body": "Poison"}, "times": None, "action": {"kind": "status", "status": 500}})
    for _ in range(breaker.THRESHOLD):
        breaker.note_failure("away")
    assert "Delivery is paused" in deliver()
    deliver("--all")
    deliver("--all")
    assert OutboundCase.objects.filter(state="delivered").count() >= 1
    assert OutboundCase.objects.get(pk=poison.pk).state == "queued"
    assert not breaker.load_breaker_state().open


def test_a_request_is_the_probe_after_a_while_where_cron_does_not_run(writer: Client, simulator: Simulator) -> None:
    for _ in range(breaker.THRESHOLD):
        breaker.note_failure("away")
    assert post_case(writer).status_code == 202
    CircuitBreaker.objects.update(last_failure=Now() - breaker.LONGEST_SILENCE - timedelta(seconds=1))
    assert post_case(writer).status_code == 200
    assert post_case(writer).status_code == 200
    assert deliver().startswith("1 delivered")


def test_no_request_is_the_probe_where_cron_runs_every_minute(writer: Client, simulator: Simulator) -> None:
    """Test the worst case: the longest pause ends just after cron ran, and the probe of cron's next run hangs."""
    breaker.note_failure("away", for_good=True)
    latest = breaker.LONGEST_PAUSE + timedelta(minutes=1) + timedelta(seconds=delivery.DELIVERER_SECONDS)
    CircuitBreaker.objects.update(last_failure=Now() - latest, failed_probes=100)
    assert post_case(writer).status_code == 202
    assert simulator.calls() == 0


def test_probes_are_due_after_postgresqls_clock_was_ahead(writer: Client, simulator: Simulator) -> None:
    (waiting,) = make_queued_cases(1)
    breaker.note_failure("away", for_good=True)
    CircuitBreaker.objects.update(last_failure=Now() + timedelta(days=1), failed_probes=100)
    assert deliver().startswith("1 delivered")
    assert OutboundCase.objects.get(pk=waiting.pk).state == "delivered"
    breaker.note_failure("away", for_good=True)
    CircuitBreaker.objects.update(last_failure=Now() + timedelta(days=1))
    assert post_case(writer).status_code == 200
