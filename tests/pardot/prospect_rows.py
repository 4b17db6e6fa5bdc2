"""Make prospects, their activities and their engagement, and mark entities as read."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from pardot.models import EntityState, Prospect, ProspectEngagement, VisitorActivity
from sf.salesforce.ids import id_of_18

_serial = count(1)


def crm_id(prefix: str = "003") -> str:
    """Return a unique id of 18 characters."""
    whole = id_of_18(f"{prefix}Pr{next(_serial):010d}")
    assert whole is not None
    return whole


def prospect(**values: Any) -> Prospect:
    number = next(_serial)
    return Prospect.objects.create(**{"id": number, "email": f"prospect.{number}@camp.example", "score": 1, **values})


def activity(who: Prospect, *, ago: timedelta = timedelta(days=1), **values: Any) -> VisitorActivity:
    created = timezone.now() - ago
    return VisitorActivity.objects.create(
        **{"id": next(_serial), "type": 2, "prospect_id": who.pk, "created_at": created, **values}
    )


def make_engagement(who: Prospect, activities: int, *, last: datetime | None = None) -> None:
    ProspectEngagement.objects.create(
        prospect_id=who.pk, activity_count=activities, last_activity=last or timezone.now() - timedelta(hours=2)
    )


def mark_read(*entities: str, ago: timedelta = timedelta(hours=1), since: datetime | None = None) -> None:
    """Record that a sync which began ``ago`` before now read the entities completely.

    Only records from ``since`` on are complete; by default all records are.
    """
    for name in entities:
        EntityState.objects.update_or_create(
            name=name, defaults={"complete_until": timezone.now() - ago, "complete_since": since}
        )
