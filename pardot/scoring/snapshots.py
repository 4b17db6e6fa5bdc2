"""Store each day's figures for trends.

A later sync on the same day updates the day's row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from pardot.catalog.complete_reads import complete_reads
from pardot.catalog.entities import ACTIVITIES, CAMPAIGN_MEMBERS, FOLDERS, TAGGED_OBJECTS, Tier
from pardot.domain.areas import Area
from pardot.domain.days import get_today
from pardot.models import AuditSummary, DailySnapshot, OrphanRun, SalesforceHealth
from pardot.scoring.scorecard import Scorecard, load_current_scorecard

HEALTH_FIGURES = ("total_leads", "total_contacts", "leads_with_pardot", "contacts_with_pardot")
ROWS = tuple(entity.name for entity in (FOLDERS, TAGGED_OBJECTS, ACTIVITIES, CAMPAIGN_MEMBERS))
"""The columns that count the rows of entities without an audit. Each is named after its entity."""
COUNTS = (
    *(area.value for area in Area),
    *ROWS,
    *HEALTH_FIGURES,
    "prospects_linked",
    "prospects_active",
    "orphans",
)
"""The columns of a snapshot that contain counts."""


def write_snapshot(tier: Tier | None, now: datetime | None = None) -> DailySnapshot:
    """Create or update today's row.

    ``tier`` is the highest tier that this sync read completely. It is ``None`` if the sync completed no tier, or if the
    operator chose the entities.

    Scores and issue counts are always computed again. The columns in ``COUNTS`` stay null until they have data.
    Figures that this sync did not read keep their last value: from the tables, or else from the latest snapshot.
    """
    now = now or timezone.now()
    day = get_today(now)
    latest = DailySnapshot.objects.filter(day__lte=day).last()
    values = {
        "tier": max(int(tier or 0), latest.tier if latest and latest.day == day else 0),
        "updated_at": now,
        **({name: getattr(latest, name) for name in COUNTS} if latest else {}),
        **_count_figures(),
        **_build_score_figures(load_current_scorecard(now)),
    }
    return DailySnapshot.objects.update_or_create(day=day, defaults=values)[0]


def _build_score_figures(card: Scorecard) -> dict[str, Any]:
    return {
        "health_score": card.overall,
        "area_scores": {area.value: score.score for area, score in card.grading.areas.items()},
        "person_scores": {person.name: person.score for person in card.people},
        "issue_counts": {key: as_number(counted.count) for key, counted in card.issues.items()},
    }


def as_number(count: int | Decimal | None) -> int | float | None:
    """Return the count as a JSON number. Integers stay integers."""
    return float(count) if isinstance(count, Decimal) else count


def _count_figures() -> dict[str, Any]:
    """Return the values of those ``COUNTS`` for which the tables have data."""
    read = complete_reads()
    summaries = {Area(summary.area): summary for summary in AuditSummary.objects.filter(is_complete=True)}
    values: dict[str, Any] = {area.value: summaries[area].items for area in Area if area in summaries}
    values |= {name: read[name].rows for name in ROWS if name in read}
    health = SalesforceHealth.objects.first()
    if health is not None:
        values |= {name: getattr(health, name) for name in HEALTH_FIGURES}
    orphans = OrphanRun.objects.first()
    if orphans is not None:
        values["orphans"] = orphans.total
    return values | _get_prospect_figures(summaries)


def _get_prospect_figures(summaries: Mapping[Area, AuditSummary]) -> dict[str, Any]:
    if Area.PROSPECTS not in summaries:
        return {}
    figures = summaries[Area.PROSPECTS].figures
    values = {"prospects_linked": figures["linked"], "prospects_active": figures["active_30d"]}
    return {name: value for name, value in values.items() if value is not None}
