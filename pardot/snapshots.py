"""The day's snapshot: how things stand, kept for trends. Later runs of a day replace what they know better."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from pardot.areas import Area
from pardot.models import (
    AuditSummary,
    CampaignMember,
    DailySnapshot,
    Folder,
    OrphanRun,
    SalesforceHealth,
    TaggedObject,
    VisitorActivity,
)
from pardot.scorecard import Scorecard, current_scorecard, today
from pardot.sync.entities import (
    ACTIVITIES,
    CAMPAIGN_MEMBERS,
    FOLDERS,
    SF_HEALTH,
    TAGGED_OBJECTS,
    Tier,
)
from pardot.sync.state import complete_reads


def write_snapshot(tier: Tier | None) -> DailySnapshot:
    """Today's row, brought up to date; ``tier`` is ``None`` when only some entities were synced.

    What was never read stays null. What this run did not read keeps its last value: the tables still hold it.
    """
    day = today()
    known = DailySnapshot.objects.filter(day=day).first()
    highest = max(int(tier or 0), known.tier if known else 0)
    values = {"tier": highest, "updated_at": timezone.now(), **_graded(current_scorecard()), **_counted()}
    return DailySnapshot.objects.update_or_create(day=day, defaults=values)[0]


def _graded(card: Scorecard) -> dict[str, Any]:
    return {
        "health_score": card.overall,
        "area_scores": {area.value: score.score for area, score in card.grading.areas.items()},
        "person_scores": {person.name: person.score for person in card.people},
        "issue_counts": {key: as_number(found.count) for key, found in card.issues.items()},
    }


def as_number(count: int | Decimal | None) -> int | float | None:
    """For JSON: whole numbers stay whole."""
    return float(count) if isinstance(count, Decimal) else count


def _counted() -> dict[str, Any]:
    read = complete_reads()
    summaries = {Area(summary.area): summary for summary in AuditSummary.objects.filter(is_complete=True)}
    values: dict[str, Any] = {area.value: summaries[area].items for area in Area if area in summaries}
    if FOLDERS.name in read:
        values["folders"] = Folder.objects.count()
    if TAGGED_OBJECTS.name in read:
        values["tagged_objects"] = TaggedObject.objects.count()
    if SF_HEALTH.name in read:
        health = SalesforceHealth.objects.latest()
        values |= {name: getattr(health, name) for name in HEALTH_FIGURES}
    if CAMPAIGN_MEMBERS.name in read:
        values["campaign_members"] = CampaignMember.objects.filter(is_deleted=False).count()
    if ACTIVITIES.name in read:
        values["activities"] = VisitorActivity.objects.count()
    orphans = OrphanRun.objects.first()
    if orphans is not None:
        values["orphans"] = orphans.total
    return values | _of_prospects(summaries)


HEALTH_FIGURES = ("total_leads", "total_contacts", "leads_with_pardot", "contacts_with_pardot")


def _of_prospects(summaries: Mapping[Area, AuditSummary]) -> dict[str, Any]:
    if Area.PROSPECTS not in summaries:
        return {}
    figures = summaries[Area.PROSPECTS].figures
    values = {"prospects_linked": figures["linked"], "prospects_active": figures["active_30d"]}
    return {name: value for name, value in values.items() if value is not None}
