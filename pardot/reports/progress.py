"""The progress report as text: the changes from the first snapshot with a score to now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from outgoing.numbers import format_count
from pardot.domain.areas import Area
from pardot.domain.days import today
from pardot.domain.grading import grade_of
from pardot.models import DailySnapshot, Task
from pardot.reports.wording import SETUP, Section, long_date, missing, number, percent, text_of
from pardot.scoring.camp_days import CampDay, camp_day
from pardot.scoring.salesforce_coverage import Coverage, coverage_of, current_coverage
from pardot.scoring.scorecard import Scorecard, current_scorecard


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


def progress_facts(now: datetime | None = None, since: date | None = None) -> ProgressFacts:
    """Return the facts as of now, and the first snapshot with a score.

    If ``since`` is given, snapshots before that day are ignored.
    """
    card, day = current_scorecard(now), today(now)
    recorded = DailySnapshot.objects.exclude(health_score=None).order_by("day")
    return ProgressFacts(
        day=day,
        camp=camp_day(card.configuration.camp, day),
        first=(recorded.filter(day__gte=since) if since else recorded).first(),
        card=card,
        coverage=current_coverage(),
        tasks_open=Task.objects.filter(status=Task.Status.OPEN).count(),
        tasks_done=Task.objects.filter(status=Task.Status.DONE).count(),
    )


def progress(facts: ProgressFacts) -> str:
    """Return the whole report."""
    heading = f"Progress report, {long_date(facts.day)}"
    if facts.first is None:
        return text_of(heading, [Section("Score", (missing(SETUP),))])
    days = (facts.day - facts.first.day).days
    since = (
        f"Since {long_date(facts.first.day)} ({format_count(days, 'day')})"
        if days
        else "Compared with today's snapshot"
    )
    return text_of(
        f"{heading}\n{since}",
        [
            Section("Score", (_score(facts, facts.first),)),
            Section("Areas", tuple(_areas(facts, facts.first))),
            Section("Improved", tuple(_issues(facts, facts.first, improved=True)) or ("nothing yet",)),
            Section("Worsened", tuple(_issues(facts, facts.first, improved=False)) or ("nothing",)),
            Section("Salesforce coverage", tuple(_coverage(facts, facts.first))),
            Section("Tasks", (f"{number(facts.tasks_done)} done, {number(facts.tasks_open)} open",)),
        ],
    )


def _score(facts: ProgressFacts, first: DailySnapshot) -> str:
    before = grade_of(first.health_score, facts.card.configuration.thresholds)
    return f"{_score_text(first.health_score)} ({before}) → {_score_text(facts.card.overall)} ({facts.card.grade})"


def _areas(facts: ProgressFacts, first: DailySnapshot) -> Iterator[str]:
    for area, score in facts.card.grading.areas.items():
        before = first.area_scores.get(area.value)
        if before is not None or score.score is not None:
            yield f"{Area(area).label}: {_score_text(before)} → {_score_text(score.score)}"


def _issues(facts: ProgressFacts, first: DailySnapshot, *, improved: bool) -> Iterator[str]:
    for key, counted in facts.card.issues.items():
        before, now = first.issue_counts.get(key), counted.count
        if before is None or now is None or float(before) == float(now):
            continue
        if (float(now) < float(before)) is improved:
            title = facts.card.configuration.templates[key].title
            yield title.replace("{count}", f"{number(before)} → {number(now)}")


def _coverage(facts: ProgressFacts, first: DailySnapshot) -> Iterator[str]:
    if facts.coverage.total_sf is None:
        yield missing(SETUP)
        return
    now, before = percent(facts.coverage.coverage_pct), coverage_of(first)
    yield f"{percent(before.coverage_pct)} → {now}" if before.total_sf is not None else now


def _score_text(score: int | None) -> str:
    return "no data" if score is None else str(score)
