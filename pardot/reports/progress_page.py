"""Compute what the one-page progress report shows: the changes between its first day and now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from pardot.domain.areas import Area
from pardot.domain.grading import grade_of
from pardot.models import DailySnapshot
from pardot.reports.progress import ProgressFacts, load_progress_facts
from pardot.reports.wording import format_amount, format_percent, format_score_and_grade
from pardot.scoring.changes import harm_of_one
from pardot.scoring.salesforce_coverage import coverage_of
from pardot.scoring.scorecard import IssueCount

MOST_ISSUES = 6
"""The largest number of improved issues, and of worsened issues. More would not fit on one page."""
_COUNT_IN_TITLE = re.compile(r":?\s*\{count\}(\s*%)?")
"""The placeholder for the count in an issue's title, with the colon and percent sign around it.
The page shows titles without this part, as the settings page does."""


@dataclass(frozen=True)
class AreaRow:
    """The score of one area on the first day and now. ``change`` is ``None`` when either score is missing."""

    label: str
    before: int | None
    after: int | None
    change: int | None
    owners: str


@dataclass(frozen=True)
class IssueRow:
    """An issue whose count has changed.

    ``harm`` is the number of points of the overall score that the change costs; negative when the score gains.
    """

    title: str
    before: str
    after: str
    harm: float


@dataclass(frozen=True)
class ProgressPage:
    """The content of the one-page progress report.

    ``since`` is the first day of the report; ``None`` when no snapshot with a score can be compared.
    """

    facts: ProgressFacts
    since: date | None
    days: int
    before: str
    after: str
    change: int | None
    areas: tuple[AreaRow, ...] = ()
    improved: tuple[IssueRow, ...] = ()
    more_improved: int = 0
    worsened: tuple[IssueRow, ...] = ()
    more_worsened: int = 0
    coverage: str = ""

    @property
    def loss(self) -> int:
        """Return how many points the score fell; 0 when it did not fall or ``change`` is unknown."""
        return max(0, -(self.change or 0))


def load_progress_page(since: date | None, now: datetime | None = None) -> ProgressPage:
    """Return the report of the time from the first snapshot with a score to now.

    If ``since`` is given, snapshots before that day are ignored.
    """
    facts = load_progress_facts(now, since)
    card, first = facts.card, facts.first
    after = format_score_and_grade(card.overall, card.grade)
    if first is None:
        return ProgressPage(facts, None, 0, "", after, None)
    issues = sorted(_build_issues(facts, first), key=lambda row: -abs(row.harm))
    better, worse = [row for row in issues if row.harm < 0], [row for row in issues if row.harm > 0]
    return ProgressPage(
        facts=facts,
        since=first.day,
        days=(facts.day - first.day).days,
        before=format_score_and_grade(first.health_score, grade_of(first.health_score, card.configuration.thresholds)),
        after=after,
        change=_compute_change(first.health_score, card.overall),
        areas=tuple(_build_areas(facts, first)),
        improved=tuple(better[:MOST_ISSUES]),
        more_improved=max(0, len(better) - MOST_ISSUES),
        worsened=tuple(worse[:MOST_ISSUES]),
        more_worsened=max(0, len(worse) - MOST_ISSUES),
        coverage=_compose_coverage(facts, first),
    )


def _build_areas(facts: ProgressFacts, first: DailySnapshot) -> Iterator[AreaRow]:
    for area, score in facts.card.grading.areas.items():
        before = first.area_scores.get(area.value)
        if before is not None or score.score is not None:
            owners = ", ".join(facts.card.owners(area))
            yield AreaRow(Area(area).label, before, score.score, _compute_change(before, score.score), owners)


def _build_issues(facts: ProgressFacts, first: DailySnapshot) -> Iterator[IssueRow]:
    for key, counted in facts.card.issues.items():
        before = first.issue_counts.get(key)
        if before is None or counted.count is None or float(before) == float(counted.count):
            continue
        yield _build_issue(facts, counted, before)


def _build_issue(facts: ProgressFacts, counted: IssueCount, before: float) -> IssueRow:
    """Return the row of the issue.

    If the issue costs no points, a tiny cost is used, so that the sign of ``harm`` still tells better from worse.
    """
    change = float(counted.count or 0) - before
    is_percentage = counted.issue.is_percentage
    return IssueRow(
        title=_COUNT_IN_TITLE.sub("", facts.card.configuration.templates[counted.issue.key].title).strip(),
        before=format_amount(before, is_percentage=is_percentage),
        after=format_amount(counted.count, is_percentage=is_percentage),
        harm=change * max(harm_of_one(facts.card, counted.issue), 1e-9),
    )


def _compose_coverage(facts: ProgressFacts, first: DailySnapshot) -> str:
    if facts.coverage.total_sf is None:
        return ""
    before = coverage_of(first)
    now = format_percent(facts.coverage.coverage_pct)
    return f"{format_percent(before.coverage_pct)} → {now}" if before.total_sf is not None else now


def _compute_change(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else after - before
