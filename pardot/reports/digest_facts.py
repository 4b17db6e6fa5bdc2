"""Gather the facts of the morning digest, in a few queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q

from pardot.catalog.complete_reads import prospects_were_sampled
from pardot.domain.areas import Area
from pardot.domain.days import get_today
from pardot.models import (
    AuditSummary,
    DailySnapshot,
    Folder,
    OrphanRun,
    Prospect,
    ProspectEngagement,
    Task,
)
from pardot.planning.triage import load_action_tags
from pardot.scoring.camp_days import CampDay, find_camp_day
from pardot.scoring.history import load_baselines
from pardot.scoring.salesforce_coverage import Coverage, load_current_coverage
from pardot.scoring.scorecard import Scorecard, load_current_scorecard

TOP = 5


@dataclass(frozen=True)
class TopProspect:
    name: str
    score: int
    activities: int


@dataclass(frozen=True)
class OpenTasks:
    """The open tasks of a person. ``person`` is empty for unassigned tasks."""

    person: str
    count: int
    overdue: int


@dataclass(frozen=True)
class DigestFacts:
    """All facts of the digest."""

    day: date
    camp: CampDay | None
    card: Scorecard
    before: DailySnapshot | None
    """The snapshot to compare with: the last one before today."""
    summaries: Mapping[Area, AuditSummary]
    """The summaries of the areas that were read completely."""
    sampled_prospects: AuditSummary | None
    """The summary of the stored prospects when they are only a sample."""
    coverage: Coverage
    orphans: OrphanRun | None
    top: tuple[TopProspect, ...]
    folders: int
    triage: Mapping[str, int] | None
    """The number of tagged objects by action; ``None``: tagged objects were never read completely."""
    tasks: tuple[OpenTasks, ...]


def digest_facts(now: datetime | None = None) -> DigestFacts:
    """Return the facts as of now."""
    day = get_today(now)
    card = load_current_scorecard(now)
    summaries = {Area(summary.area): summary for summary in AuditSummary.objects.all()}
    complete = {area: summary for area, summary in summaries.items() if summary.is_complete}
    sampled = summaries.get(Area.PROSPECTS) if Area.PROSPECTS not in complete else None
    return DigestFacts(
        day=day,
        camp=find_camp_day(card.configuration.camp, day),
        card=card,
        before=load_baselines(day).last,
        summaries=complete,
        sampled_prospects=sampled if sampled is not None and (sampled.items or prospects_were_sampled()) else None,
        coverage=load_current_coverage(),
        orphans=OrphanRun.objects.first(),
        top=tuple(_load_top_prospects()),
        folders=Folder.objects.count(),
        triage=_load_triage_counts(card),
        tasks=tuple(_count_open_tasks(day)),
    )


def _load_top_prospects() -> list[TopProspect]:
    rows = (
        Prospect.objects.filter(score__gt=0)
        .exclude(is_deleted=True)
        .order_by("-score", "id")
        .values("id", "email", "first_name", "last_name", "score")[:TOP]
    )
    counts = _load_activity_counts([row["id"] for row in rows])
    return [TopProspect(_format_name(row), row["score"], counts.get(row["id"], 0)) for row in rows]


def _load_activity_counts(prospects: list[int]) -> dict[int, int]:
    engagement = ProspectEngagement.objects.filter(prospect_id__in=prospects)
    return dict(engagement.values_list("prospect_id", "activity_count"))


def _format_name(row: Mapping[str, Any]) -> str:
    name = " ".join(part for part in (row["first_name"], row["last_name"]) if part)
    return name or row["email"] or f"prospect {row['id']}"


def _load_triage_counts(card: Scorecard) -> dict[str, int] | None:
    counts = {tag.action: tag.count for tag in load_action_tags(card.configuration, items=0)}
    known = {action: count for action, count in counts.items() if count is not None}
    return known if len(known) == len(counts) else None


def _count_open_tasks(day: date) -> list[OpenTasks]:
    counted = (
        Task.objects.filter(status=Task.Status.OPEN)
        .order_by()
        .values("assignee__name")
        .annotate(count=Count("id"), overdue=Count("id", filter=Q(due_date__lt=day)))
        .order_by(F("assignee__order").asc(nulls_last=True), "assignee__name")
    )
    return [OpenTasks(row["assignee__name"] or "", row["count"], row["overdue"]) for row in counted]
