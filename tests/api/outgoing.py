"""Helpers for the tests of cases and forms: request bodies, faults, and the records in Salesforce."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from api.domain.scopes import Scope
from api.models import OutboundCase
from tests.simulated import Simulator

CASE = {"subject": "Grades do not arrive", "description": "Since Monday.", "product": "Assignable"}
FIELD = "SFAPI_Id__c"


@pytest.fixture
def writer(simulator: Simulator, service: Callable[..., Client]) -> Client:
    """A client whose key may create cases."""
    return service(Scope.WRITE_CASES)


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    token = client.get("/api/v1/me").json()["csrf_token"] if client.cookies else ""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(
        f"/api/v1/{path}", content, content_type="application/json", headers={"X-CSRFToken": token, **headers}
    )


def post_case(client: Client, body: Any = None, **headers: str) -> Any:
    return post(client, "case", CASE if body is None else body, **headers)


def deliver(*arguments: str) -> str:
    """Run ``deliver_pending`` and return its output."""
    output = StringIO()
    call_command("deliver_pending", *arguments, stdout=output)
    return output.getvalue()


def deliver_refused(*arguments: str) -> str:
    """Run ``deliver_pending``, expect that accepted cases need an operator, and return its output."""
    output = StringIO()
    with pytest.raises(CommandError, match="cases that need an operator"):
        call_command("deliver_pending", *arguments, stdout=output, stderr=output)
    return output.getvalue()


def cases_in(simulator: Simulator, where: str = f"{FIELD} != null") -> list[dict[str, Any]]:
    """Return the cases in Salesforce that match ``where``: usually those that SFAPI created."""
    return simulator.query(f"SELECT Id, Subject, Description, Product__c, {FIELD} FROM Case WHERE {where}")


def break_salesforce(simulator: Simulator, kind: str = "status", *, times: int | None = None, **action: Any) -> None:
    """Apply a fault to the next ``times`` writes of a Case; without ``times``, to all of them."""
    simulator.fail(kind, path="sobjects/Case|composite/sobjects", times=times, **action)


def restore_salesforce(simulator: Simulator) -> None:
    simulator.post("/reset", {"faults": True})


def make_queued_cases(count: int, **values: Any) -> list[OutboundCase]:
    """Create cases that were accepted but not delivered yet."""
    usual = {"identity": "key:test", "source": "case"}
    return [
        OutboundCase.objects.create(**{**usual, "values": {"Subject": f"Number {number}"}, **values})
        for number in range(count)
    ]
