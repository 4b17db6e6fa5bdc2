"""Gather a team member's areas, changes and open tasks, for the dashboard and the morning message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from pardot.domain.areas import Area
from pardot.domain.days import get_today
from pardot.models import Task, TeamMember
from pardot.planning.tasks import TaskFilter, filter_tasks
from pardot.scoring.changes import Changes, IssueChange, load_changes_since
from pardot.scoring.scorecard import Scorecard, load_current_scorecard


@dataclass(frozen=True)
class WorkFacts:
    """The facts of one day that are the same for all members."""

    day: date
    card: Scorecard
    changes: Changes

    @property
    def since(self) -> date | None:
        """Return the day of the snapshot to compare with."""
        return self.changes.since.day if self.changes.since else None


@dataclass(frozen=True)
class OwnArea:
    """An area that the member owns. ``before`` is its score in the snapshot to compare with."""

    area: Area
    score: int | None
    grade: str | None
    before: int | None


@dataclass(frozen=True)
class PersonalWork:
    """The work of one member."""

    areas: tuple[OwnArea, ...]
    changes: tuple[IssueChange, ...]
    """The changed issues of the member's areas.
    First those that got worse, then those with an equal count but new assets, then those that got better."""
    tasks: QuerySet[Task]
    """All open tasks of the member, the most urgent first."""


def load_work_facts(now: datetime | None = None) -> WorkFacts:
    """Return the facts as of now."""
    day, card = get_today(now), load_current_scorecard(now)
    return WorkFacts(day, card, load_changes_since(None, card, day))


def load_personal_work(facts: WorkFacts, member: TeamMember) -> PersonalWork:
    """Return the work of ``member``."""
    areas = [Area(area) for area in member.areas]
    changed = [*facts.changes.worse, *facts.changes.other_rows, *facts.changes.better]
    return PersonalWork(
        areas=tuple(_build_own_area(facts, area) for area in areas),
        changes=tuple(each for each in changed if each.listed.issue.area in areas),
        tasks=filter_tasks(TaskFilter(assignee=member, status=Task.Status.OPEN)),
    )


def _build_own_area(facts: WorkFacts, area: Area) -> OwnArea:
    before = facts.changes.since.area_scores if facts.changes.since else {}
    score, grade = facts.card.grading.areas[area].score, facts.card.area_grades[area]
    return OwnArea(area, score, grade, before.get(area.value))
