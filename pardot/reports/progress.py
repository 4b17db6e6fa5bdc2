"""The progress report as text: the changes from the first snapshot with a score to now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from outgoing.numbers import format_count
from pardot.domain.areas import Area
from pardot.domain.days import get_today
from pardot.domain.grading import grade_of
from pardot.models import DailySnapshot, Task
from pardot.reports.wording import SETUP, Section, explain_missing, format_long_date, format_percent, number, text_of
from pardot.scoring.camp_days import CampDay, find_camp_day
from pardot.scoring.salesforce_coverage import Coverage, coverage_of, load_current_coverage
from pardot.scoring.scorecard import Scorecard, load_current_scorecard


@dataclass(frozen=True)
class ProgressFacts:
    """The facts that the report compares. ``first`` is ``None`` when there is no snapshot to compare with."""

    day: date
    camp: CampDay | None
    first: DailySnapshot | None
    card: Scorecard
    coverage: Coverage
    tasks_open: int
    tasks_done: int


def load_progress_facts(now: datetime | None = None, since: date | None = None) -> ProgressFacts:
    """Return the facts as of now, and the first snapshot with a score.

    If ``since`` is given, snapshots before that day are ignored.
    """
    card, day = load_current_scorecard(now), get_today(now)
    recorded = DailySnapshot.objects.exclude(health_score=None).order_by("day")
    return ProgressFacts(
        day=day,
        camp=find_camp_day(card.configuration.camp, day),
        first=(recorded.filter(day__gte=since) if since else recorded).first(),
        card=card,
        coverage=load_current_coverage(),
        tasks_open=Task.objects.filter(status=Task.Status.OPEN).count(),
        tasks_done=Task.objects.filter(status=Task.Status.DONE).count(),
    )


def progress(facts: ProgressFacts) -> str:
    """Return the whole report."""
    heading = f"Progress report, {format_long_date(facts.day)}"
    if facts.first is None:
        return text_of(heading, [Section("Score", (explain_missing(SETUP),))])
    days = (facts.day - facts.first.day).days
    since = (
        f"Since {format_long_date(facts.first.day)} ({format_count(days, 'day')})"
        if days
        else "Compared with today's snapshot"
    )
    return text_of(
        f"{heading}\n{since}",
        [
            Section("Score", (_compose_score(facts, facts.first),)),
            Section("Areas", tuple(_compose_areas(facts, facts.first))),
            Section("Improved", tuple(_compose_issues(facts, facts.first, improved=True)) or ("nothing yet",)),
            Section("Worsened", tuple(_compose_issues(facts, facts.first, improved=False)) or ("nothing",)),
            Section("Salesforce coverage", tuple(_compose_coverage(facts, facts.first))),
            Section("Tasks", (f"{number(facts.tasks_done)} done, {number(facts.tasks_open)} open",)),
        ],
    )


def _compose_score(facts: ProgressFacts, first: DailySnapshot) -> str:
    before = grade_of(first.health_score, facts.card.configuration.thresholds)
    return f"{_format_score(first.health_score)} ({before}) → {_format_score(facts.card.overall)} ({facts.card.grade})"


def _compose_areas(facts: ProgressFacts, first: DailySnapshot) -> Iterator[str]:
    for area, score in facts.card.grading.areas.items():
        before = first.area_scores.get(area.value)
        if before is not None or score.score is not None:
            yield f"{Area(area).label}: {_format_score(before)} → {_format_score(score.score)}"


def _compose_issues(facts: ProgressFacts, first: DailySnapshot, *, improved: bool) -> Iterator[str]:
    for key, counted in facts.card.issues.items():
        before, now = first.issue_counts.get(key), counted.count
        if before is None or now is None or float(before) == float(now):
            continue
        if (float(now) < float(before)) is improved:
            title = facts.card.configuration.templates[key].title
            yield title.replace("{count}", f"{number(before)} → {number(now)}")


def _compose_coverage(facts: ProgressFacts, first: DailySnapshot) -> Iterator[str]:
    if facts.coverage.total_sf is None:
        yield explain_missing(SETUP)
        return
    now, before = format_percent(facts.coverage.coverage_pct), coverage_of(first)
    yield f"{format_percent(before.coverage_pct)} → {now}" if before.total_sf is not None else now


def _format_score(score: int | None) -> str:
    return "no data" if score is None else str(score)
