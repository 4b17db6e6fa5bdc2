"""Helpers for tests of the asset endpoints: a Super User's requests, and audits as of now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pardot.models import Exemption
from tests.api.conftest import cookies, super_user, user
from tests.pardot.audit_factories import READ, audit, mark_read

__all__ = ["ask", "assert_documented", "audit_now", "cookies", "exempt", "names", "super_user", "user"]

Ask = Callable[..., Any]


@pytest.fixture
def ask(super_user: Client) -> Ask:
    """Return an endpoint's JSON: ``ask("assets/forms", flag="dormant")``.

    The status must be 200, or ``status``.
    """

    def ask_endpoint(path: str, *, status: int = 200, **query: Any) -> Any:
        answer = super_user.get(f"/api/v1/pardot/{path}", query)
        assert answer.status_code == status, answer.json()
        return answer.json()

    return ask_endpoint


def audit_now(*unread: str, activity_age: timedelta = timedelta(hours=1)) -> datetime:
    """Mark the entities in ``READ``, except ``unread``, as read until ``activity_age`` ago.

    Then run the audits. Return the time until which the entities were read.
    """
    now = timezone.now()
    mark_read(*(name for name in READ if name not in unread), until=now - activity_age)
    audit(now)
    return now - activity_age


def exempt(area: str, issue: str, asset: int, **values: Any) -> None:
    Exemption.objects.create(asset_type=area, issue=issue, asset_id=asset, reason="Known.", **values)


def names(answer: Any) -> list[Any]:
    return [record["name"] for record in answer["records"]]


def assert_documented(schema: Any, body: Any) -> None:
    """Require that ``schema`` documents every name and type in ``body``."""
    assert _shape(body) == _shape(schema.model_validate(body).model_dump(mode="json", exclude_unset=True))


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape(each) for name, each in value.items()}
    return [_shape(each) for each in value] if isinstance(value, list) else type(value)
