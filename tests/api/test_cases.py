"""``POST /case`` and ``GET /case/{id}``."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.models.functions import Now
from django.test import Client

from api.domain.scopes import Scope
from api.models import IdempotencyKey, OutboundCase, SuperUser
from api.outbox import queue as outbox
from api.v1.cases import CaseDetail
from sf.models import SFAPIUsageLog, SyncConfig
from tests.api.conftest import bearer
from tests.api.cookies import UUID
from tests.api.outgoing import CASE, FIELD, break_salesforce, cases_in, deliver, post_case, restore_salesforce, writer
from tests.api.test_openapi import assert_fits
from tests.simulated import Simulator

__all__ = ["writer"]

Services = Callable[..., Client]


def test_a_case_is_in_salesforce_when_the_answer_comes(writer: Client, simulator: Simulator) -> None:
    answer = post_case(writer)
    assert answer.status_code == 200
    body = answer.json()
    (made,) = cases_in(simulator)
    assert body == {
        **CASE,
        "feature": None,
        "issue": None,
        "id": made[FIELD],
        "salesforce_id": made["Id"],
        "status": "delivered",
        "salesforce_code": None,
        "message": None,
        "created_at": body["created_at"],
    }
    assert made["Product__c"] == "Assignable"
    assert writer.get(answer["Location"]).json() == body
    assert simulator.calls_to("sobjects/Case") == 1
    assert SFAPIUsageLog.objects.get(source="api case").call_count == simulator.calls()


def test_answers_are_as_documented(writer: Client, simulator: Simulator) -> None:
    made = post_case(writer)
    assert_fits(CaseDetail, made.json())
    assert_fits(CaseDetail, writer.get(made["Location"]).json())
    break_salesforce(simulator, status=503)
    assert_fits(CaseDetail, post_case(writer).json())


def test_only_callers_with_the_scope_may_make_a_case(
    writer: Client, anonymous: Client, user: Client, service: Services
) -> None:
    assert post_case(anonymous).status_code == 401
    assert post_case(bearer("wrong")).status_code == 401
    assert post_case(user).status_code == 403
    refused = post_case(service(Scope.READ_BOOKS))
    assert (refused.status_code, "write:cases" in refused.json()["message"]) == (403, True)
    SuperUser.objects.create(accounts_uuid=UUID)
    assert post_case(user).status_code == 200
    no_token = user.post("/api/v1/case", CASE, content_type="application/json")
    assert (no_token.status_code, "CSRF" in no_token.json()["message"]) == (403, True)


def test_a_case_is_visible_only_to_its_maker(
    writer: Client, service: Services, super_user: Client, anonymous: Client
) -> None:
    path = f"/api/v1/case/{post_case(writer).json()['id']}"
    assert writer.get(path).status_code == 200
    assert service(Scope.WRITE_CASES).get(path).status_code == 404
    assert super_user.get(path).status_code == 404
    assert anonymous.get(path).status_code == 401
    assert service(Scope.READ_BOOKS).get(path).status_code == 403
    assert writer.get(f"/api/v1/case/{uuid.uuid4()}").status_code == 404
    assert writer.get("/api/v1/case/1").status_code == 422


def test_messages_about_long_texts_give_the_limit_in_characters(writer: Client) -> None:
    answer = post_case(writer, {"subject": "", "description": "a" * 10_001})
    messages = [error["message"] for error in answer.json()["errors"]]
    assert messages == ["Must not be empty", "Must have at most 10,000 characters"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, ["body", "subject"]),
        ({**CASE, "subject": ""}, ["body", "subject"]),
        ({**CASE, "subject": " \n"}, ["body", "subject"]),
        ({**CASE, "subject": "a" * 256}, ["body", "subject"]),
        ({**CASE, "subject": None}, ["body", "subject"]),
        ({**CASE, "subject": 7}, ["body", "subject"]),
        ({**CASE, "subject": "a\0b"}, ["body", "subject"]),
        ({**CASE, "description": "a" * 10_001}, ["body", "description"]),
        ({**CASE, "product": "a" * 256}, ["body", "product"]),
        ({**CASE, "issue": ["Bug"]}, ["body", "issue"]),
        ({**CASE, "OwnerId": "005000000000000AAA"}, ["body", "OwnerId"]),
        ({**CASE, "is_staff": True}, ["body", "is_staff"]),
        ({**CASE, "salesforce_id": "500000000000000AAA"}, ["body", "salesforce_id"]),
    ],
)
def test_an_invalid_case_is_refused_and_not_stored(writer: Client, body: Any, where: list[str]) -> None:
    answer = post_case(writer, body)
    assert answer.status_code == 422
    assert where in [error["loc"] for error in answer.json()["errors"]]
    assert not OutboundCase.objects.exists()


def test_bodies_that_are_not_json_objects_are_refused(writer: Client) -> None:
    assert post_case(writer, b"{").status_code == 400
    assert post_case(writer, []).status_code == 422
    assert writer.post("/api/v1/case", CASE).status_code == 415
    assert post_case(writer, b'"' + b"a" * 3_000_000 + b'"').status_code == 413
    assert writer.get("/api/v1/case").status_code == 405
    assert not OutboundCase.objects.exists()


@pytest.mark.parametrize("text", ["’; DROP TABLE", "100 % _ \\", "שלום", "🦊" * 255, "a" * 255, "<b>&amp;", "\x07"])
def test_odd_text_arrives_unchanged(writer: Client, simulator: Simulator, text: str) -> None:
    answer = post_case(writer, {"subject": text, "description": text})
    assert answer.status_code == 200, answer.json()
    (made,) = cases_in(simulator)
    assert (made["Subject"], made["Description"]) == (text, text)


def test_a_case_that_salesforce_refuses_gets_422_with_the_reason(writer: Client, simulator: Simulator) -> None:
    answer = post_case(writer, {**CASE, "product": "Nonsense"}, **{"Idempotency-Key": "k"})
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, 422)
    assert body["salesforce_code"] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    assert body["type"] == "salesforce_refused"
    assert [error["loc"] for error in body["errors"]] == [["body", "product"]]
    assert "Nonsense" in body["message"]
    assert "/services/" not in body["message"]
    again = post_case(writer, {**CASE, "product": "Nonsense"}, **{"Idempotency-Key": "k"})
    assert (again.status_code, again.json()) == (422, body)
    case = OutboundCase.objects.get()
    assert case.state == "refused"
    shown = writer.get(f"/api/v1/case/{case.pk}").json()
    assert (shown["status"], shown["salesforce_code"]) == ("failed", body["salesforce_code"])
    assert outbox.load_queue_depth() == outbox.QueueDepth(queued=0, oldest_seconds=None, failed=0)
    deliver()
    assert not cases_in(simulator)


@pytest.mark.django_db(transaction=True)
def test_a_stored_refusal_gets_422_even_if_postgresqls_confirmation_is_lost(
    writer: Client, simulator: Simulator
) -> None:
    def lose_the_answer(execute: Any, statement: str, values: Any, many: bool, context: Any) -> Any:
        result = execute(statement, values, many, context)
        if statement.startswith("UPDATE") and values and "refused" in values:
            raise OperationalError("the connection is lost")
        return result

    with connection.execute_wrapper(lose_the_answer):
        answer = post_case(writer, {**CASE, "product": "Nonsense"})
    assert OutboundCase.objects.get().state == "refused"
    assert (answer.status_code, answer.json()["type"]) == (422, "salesforce_refused")


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 500, "body": "<html>proxy</html>"},
        {"kind": "status", "status": 302},
        {"kind": "drop"},
        {"kind": "truncate"},
        {"kind": "error", "code": "UNABLE_TO_LOCK_ROW", "status": 400},
        {"kind": "quota"},
        {"kind": "concurrent"},
        {"kind": "error", "code": "NOT_FOUND", "status": 404},
    ],
)
def test_a_case_whose_first_delivery_attempt_fails_gets_202_and_is_delivered_later(
    writer: Client, simulator: Simulator, fault: Any
) -> None:
    break_salesforce(simulator, **fault)
    answer = post_case(writer)
    body = answer.json()
    assert (answer.status_code, body["status"], body["salesforce_id"]) == (202, "queued", None)
    restore_salesforce(simulator)
    assert deliver().startswith("1 delivered, 0 refused for good, 0 still queued")
    (made,) = cases_in(simulator)
    shown = writer.get(answer["Location"]).json()
    assert (shown["status"], shown["salesforce_id"], shown["id"]) == ("delivered", made["Id"], body["id"])


@pytest.mark.parametrize("path", ["sobjects/Case", "oauth2/token"])
def test_no_caller_waits_longer_than_three_seconds(writer: Client, simulator: Simulator, path: str) -> None:
    writer.get("/api/v1/me")  # load every module before the time is measured
    simulator.fail("hang", path=path, times=1, seconds=30)
    began = time.monotonic()
    assert post_case(writer).status_code == 202
    assert 2 < time.monotonic() - began < 6  # leaves room for a busy machine


def test_a_case_gets_202_when_salesforce_refuses_the_login(writer: Client, settings: Any) -> None:
    settings.SALESFORCE_LOGIN = {**settings.SALESFORCE_LOGIN, "SALESFORCE_PASSWORD": "wrong"}
    assert post_case(writer).status_code == 202
    settings.SALESFORCE_LOGIN = dict.fromkeys(settings.SALESFORCE_LOGIN, "")
    assert post_case(writer).status_code == 202


def test_neither_kill_switch_nor_api_budget_stops_a_write(writer: Client, simulator: Simulator) -> None:
    SyncConfig.load()
    SyncConfig.objects.update(sync_enabled=False, api_limit=1, pause_threshold=0.01)
    assert post_case(writer).status_code == 200
    break_salesforce(simulator, status=503, times=1)
    assert post_case(writer).status_code == 202
    assert deliver().startswith("1 delivered")


def test_the_rate_limit_counts_cases(writer: Client, settings: Any) -> None:
    settings.SALESFORCE_API_RATE_LIMIT = "2/min"
    assert [post_case(writer).status_code for _ in range(3)] == [200, 200, 429]
    assert OutboundCase.objects.count() == 2


# -- Idempotency-Key --------------------------------------------------------------------------------------------------

KEY = {"Idempotency-Key": "8f0c-1"}


def test_the_same_key_and_body_return_one_case_in_its_current_state(writer: Client, simulator: Simulator) -> None:
    break_salesforce(simulator, status=503)
    first = post_case(writer, **KEY)
    second = post_case(writer, dict(reversed(CASE.items())), **KEY)
    assert (first.status_code, second.status_code) == (202, 202)
    restore_salesforce(simulator)
    deliver()
    third = post_case(writer, **KEY)
    assert (third.status_code, third.json()["status"]) == (200, "delivered")
    assert {answer.json()["id"] for answer in (first, second, third)} == {cases_in(simulator)[0][FIELD]}
    assert [answer.headers.get("Idempotent-Replayed") for answer in (first, second, third)] == [None, "true", "true"]
    assert len(cases_in(simulator)) == 1


def test_a_retry_says_that_an_operator_ended_the_delivery(writer: Client, simulator: Simulator) -> None:
    break_salesforce(simulator, status=503)
    assert post_case(writer, **KEY).status_code == 202
    OutboundCase.objects.update(state="failed", settled_at=Now())  # as the admin does
    again = post_case(writer, **KEY)
    assert (again.status_code, "An operator of this service ended" in again.json()["message"]) == (422, True)


@pytest.mark.parametrize("quoted", ['"8f0c-1"', r'"8f0c\-1"'])
def test_an_idempotency_key_in_quotes_is_the_same_key(writer: Client, simulator: Simulator, quoted: str) -> None:
    first, second = post_case(writer, **KEY), post_case(writer, **{"Idempotency-Key": quoted})
    assert second.json()["id"] == first.json()["id"]
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(cases_in(simulator)) == 1


def test_another_body_with_the_same_idempotency_key_is_refused(writer: Client, simulator: Simulator) -> None:
    post_case(writer, **KEY)
    other = post_case(writer, {**CASE, "subject": "Other"}, **KEY)
    assert other.status_code == 422
    assert "another body" in other.json()["message"]
    assert len(cases_in(simulator)) == 1


def test_two_callers_may_use_the_same_idempotency_key(writer: Client, service: Services, simulator: Simulator) -> None:
    mine, theirs = post_case(writer, **KEY), post_case(service(Scope.WRITE_CASES), **KEY)
    assert mine.json()["id"] != theirs.json()["id"]
    assert len(cases_in(simulator)) == 2


def test_an_idempotency_key_is_remembered_for_24_hours(writer: Client, simulator: Simulator) -> None:
    first = post_case(writer, **KEY)
    age_keys(timedelta(hours=23, minutes=59))
    assert post_case(writer, **KEY).json()["id"] == first.json()["id"]
    age_keys(timedelta(minutes=2))
    assert post_case(writer, {**CASE, "subject": "Other"}, **KEY).status_code == 200
    assert len(cases_in(simulator)) == 2
    age_keys(timedelta(hours=25))
    deliver()
    assert not IdempotencyKey.objects.exists()


def age_keys(span: timedelta) -> None:
    for key in IdempotencyKey.objects.all():
        IdempotencyKey.objects.update(created_at=key.created_at - span)


def test_a_repeated_request_gets_409_while_the_first_request_runs(writer: Client, simulator: Simulator) -> None:
    first = post_case(writer, **KEY)
    running = {"state": "queued", "lease_holder": "request 1", "lease_until": Now() + timedelta(seconds=5)}
    OutboundCase.objects.update(**running)
    second = post_case(writer, **KEY)
    assert (second.status_code, int(second["Retry-After"]) > 0) == (409, True)
    OutboundCase.objects.update(lease_until=Now() - timedelta(seconds=1))
    third = post_case(writer, **KEY)
    assert (third.status_code, third.json()["id"]) == (202, first.json()["id"])
    OutboundCase.objects.update(**{**running, "lease_holder": "deliver_pending 1"})
    assert post_case(writer, **KEY).status_code == 202


@pytest.mark.parametrize("key", ["", " ", "a" * 256, "two words", "é", '""', '"two words"'])
def test_an_invalid_idempotency_key_is_refused(writer: Client, key: str) -> None:
    answer = post_case(writer, **{"Idempotency-Key": key})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"] == ["header", "Idempotency-Key"]
    assert not OutboundCase.objects.exists()
