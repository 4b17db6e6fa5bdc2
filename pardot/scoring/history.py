"""Read daily snapshots and the notes about days, and compare two snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from pardot.domain.areas import Area
from pardot.domain.issues import BY_KEY
from pardot.models import DailySnapshot, DayNote
from pardot.scoring.snapshots import COUNTS

Figure = int | float | None


class NoSnapshot(LookupError):
    """Neither this day nor an earlier day has a snapshot.

    The message names the day of the first snapshot, if any.
    """


class DaysReversed(ValueError):
    """The first day comes after the second."""


@dataclass(frozen=True)
class Change:
    """One figure on two days. ``change`` is ``None`` when either day has no data."""

    name: str
    before: Figure
    after: Figure

    @property
    def change(self) -> Figure:
        if self.before is None or self.after is None:
            return None
        difference = self.after - self.before
        return round(difference, 2) if isinstance(difference, float) else difference


@dataclass(frozen=True)
class Comparison:
    """The figures of two snapshots. Every name that occurs in either of them is included."""

    before: DailySnapshot
    after: DailySnapshot
    score: Change
    areas: tuple[Change, ...]
    people: tuple[Change, ...]
    issues: tuple[Change, ...]
    counts: tuple[Change, ...]


def load_trail(since: date | None, until: date | None) -> tuple[QuerySet[DailySnapshot], QuerySet[DayNote]]:
    """Return snapshots and notes from ``since`` to ``until``, both included, oldest first.

    Raises ``DaysReversed``.
    """
    snapshots, notes = DailySnapshot.objects.order_by("day"), DayNote.objects.order_by("day", "id")
    _check_order(since, until)
    if since is not None:
        snapshots, notes = snapshots.filter(day__gte=since), notes.filter(day__gte=since)
    if until is not None:
        snapshots, notes = snapshots.filter(day__lte=until), notes.filter(day__lte=until)
    return snapshots, notes


@dataclass(frozen=True)
class Baselines:
    """The snapshots that the figures of a day are compared with."""

    last: DailySnapshot | None
    """The last snapshot before the day.
    It can be more than a day older, so show its day with every comparison."""
    last_week: DailySnapshot | None
    """The last snapshot that is at least a week older than the day."""


def load_baselines(day: date) -> Baselines:
    """Return the snapshots to compare ``day`` with; two queries."""
    return Baselines(
        last=find_last_snapshot(day - timedelta(days=1)),
        last_week=find_last_snapshot(day - timedelta(days=7)),
    )


def find_last_snapshot(until: date) -> DailySnapshot | None:
    """Return the snapshot of the day ``until``, or of the nearest earlier day that has one."""
    return DailySnapshot.objects.filter(day__lte=until).order_by("-day").first()


def compare_days(first: date | None, second: date | None) -> Comparison:
    """Compare two days. For a day without a snapshot, the nearest earlier snapshot is used.

    Without ``second``, the latest snapshot is used. Without ``first``, the snapshot before the second one is used.
    Raises ``NoSnapshot`` or ``DaysReversed``.
    """
    _check_order(first, second)
    after = _require_snapshot(second or date.max)
    return compare(_require_snapshot(first or after.day - timedelta(days=1)), after)


def compare(before: DailySnapshot, after: DailySnapshot) -> Comparison:
    """Compare two snapshots; no query."""
    return Comparison(
        before=before,
        after=after,
        score=Change("health_score", before.health_score, after.health_score),
        areas=_build_changes(before.area_scores, after.area_scores, Area.values),
        people=_build_changes(before.person_scores, after.person_scores, []),
        issues=_build_changes(before.issue_counts, after.issue_counts, list(BY_KEY)),
        counts=tuple(Change(name, getattr(before, name), getattr(after, name)) for name in COUNTS),
    )


def _build_changes(before: Mapping[str, Any], after: Mapping[str, Any], usual: list[str]) -> tuple[Change, ...]:
    """Return the changes of the ``usual`` names in their order, then of all other names."""
    names = dict.fromkeys([*usual, *before, *after])
    return tuple(Change(name, before.get(name), after.get(name)) for name in names)


def _require_snapshot(day: date) -> DailySnapshot:
    snapshot = find_last_snapshot(day)
    if snapshot is not None:
        return snapshot
    first = DailySnapshot.objects.order_by("day").first()
    if first is None:
        raise NoSnapshot("No snapshot was stored yet: run `python manage.py camp_sync`.")
    raise NoSnapshot(f"There is no snapshot of {day} or an earlier day. The first snapshot is of {first.day}.")


def _check_order(first: date | None, second: date | None) -> None:
    if first is not None and second is not None and first > second:
        raise DaysReversed(f"The first day ({first}) is after the second day ({second}).")
