"""Compute the score with other settings, for now and for the earlier days of the trend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from outgoing.numbers import format_count
from pardot.audits.asset_audit import AssetAudit
from pardot.audits.inputs import AuditInputs, load_audit_inputs
from pardot.audits.run import ASSET_AUDITS
from pardot.configuration.values import Configuration, load_changed_configuration
from pardot.domain.areas import Area
from pardot.domain.days import get_today
from pardot.domain.grading import Demerit, Grading, grade_areas, grade_of
from pardot.domain.issues import BY_KEY, ISSUES
from pardot.models import DailySnapshot
from pardot.scoring.scorecard import IssueCount, Scorecard, compute_scorecard, load_score_inputs

DAYS = 45
"""The number of days in the trend, today included. The scores of the earlier days are recomputed."""

OTHER_COUNTS = (
    "The issues of earlier days cannot be counted again with the new look-back or the new age of stale lists, because "
    "only the counts of those days were stored."
)
COUNTS_STAY = "The trend applies the new weights and grades to the counts that were stored on each day."
NO_ACTIVITIES = (
    "The stored activities are too old, or do not cover a look-back of {days}. Until that changes, issues about "
    "activity will have no data and cost nothing."
)


@dataclass(frozen=True)
class PreviewedDay:
    """The score of one day, as recorded and with the other settings."""

    day: date
    before: int | None
    after: int | None
    grade_before: str | None
    grade_after: str | None


@dataclass(frozen=True)
class Preview:
    """The effect of a change of the configuration."""

    before: Scorecard
    after: Scorecard
    days: tuple[PreviewedDay, ...]
    """The earlier days of the trend that have a score; empty when neither weights nor grades change."""
    limits: tuple[str, ...]
    """Sentences about what could not be computed."""


def preview(changes: Mapping[str, Any], now: datetime | None = None) -> Preview:
    """Return the effect of ``changes`` (JSON by key) without storing them.

    Raises ``UnknownKey`` or ``BadValue``.
    """
    now = now or timezone.now()
    values, inputs = load_changed_configuration(changes), load_score_inputs(now)
    audit = load_audit_inputs(now, values)
    affected = _select_affected_audits(inputs.configuration, values)
    counted = {key: count for each in affected for key, count in _count_issues(each, audit).items()}
    issues = {key: replace(issue, count=counted.get(key, issue.count)) for key, issue in inputs.issues.items()}
    regrades = (inputs.configuration.weights, inputs.configuration.thresholds) != (values.weights, values.thresholds)
    return Preview(
        before=compute_scorecard(inputs),
        after=compute_scorecard(replace(inputs, issues=issues, configuration=values)),
        days=_preview_days(inputs.configuration, values, get_today(now)) if regrades else (),
        limits=tuple(_explain_limits(affected, audit, regrades=regrades)),
    )


def _select_affected_audits(before: Configuration, after: Configuration) -> list[AssetAudit]:
    """Return the audits whose flags depend on a value that changes."""
    look_back = before.activity_lookback_days != after.activity_lookback_days
    months = (before.list_stale_months, before.list_stale_severe_months) != (
        after.list_stale_months,
        after.list_stale_severe_months,
    )
    return [
        audit
        for audit in ASSET_AUDITS
        if (look_back and any(flag.needs_activity for flag in audit.flags)) or (months and audit.area is Area.LISTS)
    ]


def _count_issues(audit: AssetAudit, inputs: AuditInputs) -> dict[str, int | None]:
    """Count an area's issues as an audit with ``inputs`` would, without exempt assets. ``None``: no data."""
    issues = [issue for issue in ISSUES if issue.area is audit.area and not issue.is_percentage]
    parameters = {
        **inputs.parameters,
        "area": audit.area.value,
        "day": get_today(inputs.now),
        "known_flags": [issue.flag for issue in issues],
        "known_issues": [issue.key for issue in issues],
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(assets=audit.build_flags_query(inputs)), parameters)
        counted = dict(cursor.fetchall())
    has_data = audit.select_flags_with_data(inputs)
    return {issue.key: counted.get(issue.key, 0) if issue.flag in has_data else None for issue in issues}


_COUNT = """
    SELECT declared.issue, count(*)
    FROM ({assets}) n CROSS JOIN unnest(n.flags) AS found(flag)
    JOIN unnest(%(known_flags)s::text[], %(known_issues)s::text[]) AS declared(flag, issue)
      ON declared.flag = found.flag
    WHERE NOT EXISTS (
        SELECT 1 FROM pardot_exemption e
        WHERE e.asset_type = %(area)s AND e.asset_id = n.id AND e.issue = declared.issue
          AND (e.until IS NULL OR e.until >= %(day)s)
    )
    GROUP BY declared.issue
"""


def _explain_limits(affected: list[AssetAudit], audit: AuditInputs, *, regrades: bool) -> list[str]:
    if not affected:
        return []
    limits = [OTHER_COUNTS, *([COUNTS_STAY] if regrades else [])]
    looks_back = any(flag.needs_activity for each in affected for flag in each.flags)
    if looks_back and audit.look_back is None:
        limits.append(NO_ACTIVITIES.format(days=format_count(audit.configuration.activity_lookback_days, "day")))
    return limits


# -- earlier days -----------------------------------------------------------------------------------------------------


def _preview_days(before: Configuration, after: Configuration, day: date) -> tuple[PreviewedDay, ...]:
    """Return the earlier days of the trend that have a score; one query."""
    kept = DailySnapshot.objects.filter(day__gt=day - timedelta(days=DAYS), day__lt=day).exclude(health_score=None)
    return tuple(_preview_day(snapshot, before, after) for snapshot in kept)


def _preview_day(snapshot: DailySnapshot, before: Configuration, after: Configuration) -> PreviewedDay:
    score = grade_again(snapshot, after).overall
    return PreviewedDay(
        day=snapshot.day,
        before=snapshot.health_score,
        after=score,
        grade_before=grade_of(snapshot.health_score, before.thresholds),
        grade_after=grade_of(score, after.thresholds),
    )


def grade_again(snapshot: DailySnapshot, values: Configuration) -> Grading:
    """Grade the counts of an earlier day by the weights in ``values``."""
    items = {
        area: getattr(snapshot, area.value) if snapshot.area_scores.get(area.value) is not None else None
        for area in Area
    }
    demerits = [
        Demerit(key, BY_KEY[key].area, Decimal(str(count)), values.weights[key])
        for key, count in snapshot.issue_counts.items()
        if key in BY_KEY and count is not None
    ]
    return grade_areas(items, demerits)


def select_changed_issues(result: Preview) -> list[tuple[IssueCount, IssueCount]]:
    """Return the issues whose count changes, each as a pair of before and after."""
    pairs = [(result.before.issues[key], result.after.issues[key]) for key in result.before.issues]
    return [(old, new) for old, new in pairs if old.count != new.count]
