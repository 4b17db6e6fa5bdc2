"""Make a small data set for the score: assets as a sync would leave them, at a fixed time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from pardot.catalog.entities import ALL, Tier
from pardot.configuration.values import set_value
from pardot.domain.issues import BY_KEY
from pardot.models import (
    Campaign,
    DailySnapshot,
    EntityState,
    Exemption,
    Form,
    List,
    PardotRecord,
    Prospect,
    SalesforceHealth,
    TeamMember,
)
from pardot.pipeline.after_sync import finish

NOW = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)
TODAY = date(2026, 6, 30)

_ids = count(1)


def mark_read(*names: str, until: datetime = NOW, **more: Any) -> None:
    """Mark these entities, or parts of entities, as completely read."""
    for name in names:
        EntityState.objects.update_or_create(name=name, defaults={"complete_until": until, **more})


def read_everything(until: datetime = NOW) -> None:
    mark_read(*(part for entity in ALL for part in entity.parts), until=until)


def make(model: type[PardotRecord], **values: Any) -> int:
    """Make a row and return its id."""
    return int(model._default_manager.create(id=next(_ids), **values).pk)


def campaign(**values: Any) -> int:
    return make(Campaign, **{"name": "Spring", "salesforce_id": "701000000000001AAA", **values})


def form(**values: Any) -> int:
    """Make a form, by default without a campaign, which is an issue."""
    return make(Form, **{"name": "Contact us", **values})


def mailing_list(months_old: int = 0, **values: Any) -> int:
    return make(List, **{"name": "Teachers", "updated_at": NOW - timedelta(days=31 * months_old), **values})


def prospect(*, linked: bool = True, **values: Any) -> int:
    lead = "00Q000000000001AAA" if linked else None
    return make(Prospect, salesforce_lead_id=lead, is_deleted=False, **values)


def weigh(**weights: float) -> None:
    """Set these weights, and all others to 0, so that scores can be computed by hand."""
    set_value("score_weights", {**dict.fromkeys(BY_KEY, 0), **weights}, by="test")


def member(name: str, *areas: str, **values: Any) -> TeamMember:
    return TeamMember.objects.create(name=name, areas=list(areas), **values)


def exempt(form: int, issue: str = "forms_no_campaign", until: date | None = None, area: str = "forms") -> Exemption:
    return Exemption.objects.create(
        asset_type=area, asset_id=form, issue=issue, reason="Shown on a partner's site", until=until
    )


def health(leads: int, contacts: int, leads_linked: int, contacts_linked: int, when: datetime = NOW) -> None:
    SalesforceHealth.objects.create(
        captured_at=when,
        total_leads=leads,
        total_contacts=contacts,
        leads_with_pardot=leads_linked,
        contacts_with_pardot=contacts_linked,
    )


def snapshot(day: date, **values: Any) -> DailySnapshot:
    return DailySnapshot.objects.create(day=day, **{"tier": 1, **values})


def finish_sync(tier: Tier | None = Tier.SET_UP, now: datetime = NOW) -> DailySnapshot:
    return finish(tier, now)
