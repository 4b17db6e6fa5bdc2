"""Make copied records and team members, as a sync and the staff would leave them."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from pardot.models import Campaign, EntityState, Form, List, TeamMember
from tests.api.records import salesforce_id

__all__ = ["campaign", "form", "mark_read", "member", "salesforce_id", "unchanged_list"]

_serial = count(1)


def form(name: str | None = "Contact us", **values: Any) -> Form:
    return Form.objects.create(**{"id": next(_serial), "name": name, "campaign_id": 1, **values})


def campaign(name: str = "Spring", **values: Any) -> Campaign:
    return Campaign.objects.create(**{"id": next(_serial), "name": name, **values})


def unchanged_list(months: float) -> List:
    """Make a list that was last changed this many months (of 30.5 days) ago."""
    changed = timezone.now() - timedelta(days=months * 30.5)
    return List.objects.create(id=next(_serial), name=f"List of {months} months ago", updated_at=changed)


def member(name: str, **values: Any) -> TeamMember:
    return TeamMember.objects.create(name=name, **values)


def mark_read(*entities: str, at: datetime | None = None) -> None:
    """Mark these entities as completely read."""
    for entity in entities:
        EntityState.objects.create(name=entity, complete_until=at or timezone.now())
