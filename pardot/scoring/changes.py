"""Compute the changes since an earlier day: worse and better issues, with new and fixed assets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import fsum

from pardot.domain.issues import Issue
from pardot.models import DailySnapshot
from pardot.scoring.exemptions import exempt_assets
from pardot.scoring.findings import NOTHING, LedgerFigures, load_ledger_figures
from pardot.scoring.history import find_last_snapshot
from pardot.scoring.issue_list import ListedIssue, build_listed_issue
from pardot.scoring.scorecard import Scorecard
from pardot.scoring.snapshots import as_number

Number = int | float


@dataclass(frozen=True)
class IssueChange:
    """The change of one issue from a snapshot to now."""

    listed: ListedIssue
    before: Number
    after: Number
    ledger: LedgerFigures
    harm: float
    """The points of the overall score that the change costs; negative when the score gains."""

    @property
    def change(self) -> Number:
        return round(self.after - self.before, 2)


@dataclass(frozen=True)
class Changes:
    """The changes since a snapshot. ``worse`` and ``better`` begin with the largest effect on the score.

    ``since`` is ``None`` when there is no snapshot to compare with.
    """

    since: DailySnapshot | None
    worse: tuple[IssueChange, ...] = ()
    better: tuple[IssueChange, ...] = ()
    other_rows: tuple[IssueChange, ...] = ()
    """Issues with an unchanged count but new assets."""


def load_changes_since(day: date | None, card: Scorecard, today: date) -> Changes:
    """Compare ``card`` with the snapshot of ``day``, or of the nearest earlier day.

    A ``day`` that is ``None`` or not before ``today`` means yesterday.
    """
    yesterday = today - timedelta(days=1)
    since = find_last_snapshot(min(day or yesterday, yesterday))
    if since is None:
        return Changes(since=None)
    ledger = load_ledger_figures(exempt_assets(today), since.day)
    changes = list(filter(None, (_build_change(card, key, since, ledger.get(key, NOTHING)) for key in card.issues)))
    return Changes(
        since=since,
        worse=tuple(sorted((each for each in changes if each.change > 0), key=lambda each: -each.harm)),
        better=tuple(sorted((each for each in changes if each.change < 0), key=lambda each: each.harm)),
        other_rows=tuple(each for each in changes if each.change == 0 and each.ledger.new),
    )


def load_oldest_findings(today: date) -> dict[str, date]:
    """Return, by issue key, the first day of the oldest open finding.

    Exempt assets, and findings without a known first day, are left out.
    """
    figures = load_ledger_figures(exempt_assets(today), today)
    return {issue: issue_figures.oldest for issue, issue_figures in figures.items() if issue_figures.oldest is not None}


def _build_change(card: Scorecard, key: str, since: DailySnapshot, ledger: LedgerFigures) -> IssueChange | None:
    """Return the change of an issue, which may be zero; ``None`` without a count now or in the snapshot."""
    counted, before = card.issues[key], since.issue_counts.get(key)
    if counted.count is None or before is None:
        return None
    after = as_number(counted.count) or 0
    harm = (after - before) * harm_of_one(card, counted.issue)
    return IssueChange(build_listed_issue(card, counted), before, after, ledger, harm)


def harm_of_one(card: Scorecard, issue: Issue) -> float:
    """Return the points of the overall score that one more occurrence costs, by today's weights."""
    return float(card.configuration.weights[issue.key]) * share_of(card, [issue.area.value])


def share_of(card: Scorecard, areas: list[str]) -> float:
    """Return the share of the overall score that these areas decide, from 0 to 1."""
    weights: Mapping[str, float] = {area.value: score.weight for area, score in card.grading.areas.items()}
    total = fsum(weights.values())
    return fsum(weights.get(area, 0.0) for area in areas) / total if total else 0.0
