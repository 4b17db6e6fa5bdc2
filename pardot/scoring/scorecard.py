"""Compute the current score: the latest audits' counts without exempt assets, graded by the weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from pardot.audits.inputs import ACTIVITY_GOOD_FOR
from pardot.audits.run import ASSET_AUDITS
from pardot.configuration.values import Configuration, load_configuration
from pardot.domain.areas import Area
from pardot.domain.days import get_today
from pardot.domain.grading import Demerit, Grading, Occurrences, compute_weighted_mean, grade_areas, grade_of
from pardot.domain.issues import ISSUES, Issue
from pardot.models import AuditSummary, TeamMember
from pardot.scoring.exemptions import count_exempt_assets, subtract_exempt


@dataclass(frozen=True)
class IssueCount:
    """The current count of one issue. ``count`` excludes exempt assets; ``None`` means "no data"."""

    issue: Issue
    count: Occurrences | None
    exempt: int = 0


@dataclass(frozen=True)
class PersonScore:
    """The combined score of a person's areas. ``score`` is ``None`` when none of the areas has data."""

    name: str
    label: str
    role: str
    areas: tuple[Area, ...]
    score: int | None
    grade: str | None


@dataclass(frozen=True)
class Scorecard:
    """All grades, and the figures behind them."""

    grading: Grading
    grade: str | None
    area_grades: Mapping[Area, str | None]
    people: tuple[PersonScore, ...]
    issues: Mapping[str, IssueCount]
    configuration: Configuration
    audited_at: datetime | None

    @property
    def overall(self) -> int | None:
        return self.grading.overall

    def owners(self, area: Area) -> list[str]:
        """Return the names of the members who own ``area``."""
        return [person.name for person in self.people if area in person.areas]


@dataclass(frozen=True)
class ScoreInputs:
    """The inputs of a scorecard. A what-if or a preview replaces some of the inputs."""

    items: Mapping[Area, int | None]
    issues: Mapping[str, IssueCount]
    team: Sequence[TeamMember]
    configuration: Configuration
    audited_at: datetime | None

    def with_fixed(self, fixed: Mapping[str, Occurrences]) -> ScoreInputs:
        """Return the inputs with these fixes. No count goes below zero.

        ``fixed`` contains the number of fixed occurrences by issue key. For an issue that is a percentage, the number
        is in percentage points.
        """
        issues = dict(self.issues)
        for key, times in fixed.items():
            count = issues[key].count
            if count is not None:
                issues[key] = replace(issues[key], count=max(count - times, count * 0))
        return replace(self, issues=issues)


def load_current_scorecard(now: datetime | None = None) -> Scorecard:
    """Compute the scorecard as of now. The number of queries does not grow with the number of assets."""
    return compute_scorecard(load_score_inputs(now))


def load_score_inputs(now: datetime | None = None) -> ScoreInputs:
    """Read the latest audits, exemptions, team and configuration."""
    now = now or timezone.now()
    summaries = {Area(summary.area): summary for summary in AuditSummary.objects.all()}
    exempt = count_exempt_assets(get_today(now))
    return ScoreInputs(
        items={area: _get_items(summaries.get(area)) for area in Area},
        issues={
            issue.key: _build_issue_count(issue, summaries.get(issue.area), exempt.get(issue.key, 0), now)
            for issue in ISSUES
        },
        team=tuple(TeamMember.objects.all()),
        configuration=load_configuration(),
        audited_at=max((summary.audited_at for summary in summaries.values()), default=None),
    )


def compute_scorecard(inputs: ScoreInputs) -> Scorecard:
    """Grade ``inputs``; no query."""
    values = inputs.configuration
    demerits = [
        Demerit(key, counted.issue.area, counted.count, values.weights[key])
        for key, counted in inputs.issues.items()
        if counted.count is not None
    ]
    grading = grade_areas(inputs.items, demerits)
    return Scorecard(
        grading=grading,
        grade=grade_of(grading.overall, values.thresholds),
        area_grades={area: grade_of(score.score, values.thresholds) for area, score in grading.areas.items()},
        people=tuple(_score_person(member, grading, values) for member in inputs.team),
        issues=inputs.issues,
        configuration=values,
        audited_at=inputs.audited_at,
    )


def activity_is_old(summary: AuditSummary, now: datetime) -> bool:
    """Return whether the audit's activity data is missing or too old."""
    return summary.activity_until is None or now - summary.activity_until > ACTIVITY_GOOD_FOR


_NEED_ACTIVITY = {(audit.area, flag.name) for audit in ASSET_AUDITS for flag in audit.flags if flag.needs_activity}


def get_flag_count(summary: AuditSummary | None, flag: str, now: datetime) -> int | None:
    """Return the number of assets with ``flag``; ``None``: no data, or activity data that is too old."""
    if summary is None or not summary.is_complete:
        return None
    if (Area(summary.area), flag) in _NEED_ACTIVITY and activity_is_old(summary, now):
        return None
    count: int | None = summary.counts.get(flag)
    return count


def _get_items(summary: AuditSummary | None) -> int | None:
    return summary.items if summary is not None and summary.is_complete else None


def _build_issue_count(issue: Issue, summary: AuditSummary | None, exempt: int, now: datetime) -> IssueCount:
    if issue.is_percentage:
        percentage = summary.figures.get(issue.flag) if summary is not None and summary.is_complete else None
        return IssueCount(issue, None if percentage is None else Decimal(str(percentage)))
    return IssueCount(issue, subtract_exempt(get_flag_count(summary, issue.flag, now), exempt), exempt)


def _score_person(member: TeamMember, grading: Grading, values: Configuration) -> PersonScore:
    areas = tuple(area for area in Area if area in member.areas)
    score = compute_weighted_mean(grading.areas, areas)
    return PersonScore(member.name, member.label, member.role, areas, score, grade_of(score, values.thresholds))
