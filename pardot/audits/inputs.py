"""Gather the inputs that all audits share: time, configuration, complete reads and look-back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from pardot.catalog.complete_reads import complete_reads
from pardot.catalog.entities import ACTIVITIES
from pardot.configuration.values import Configuration, load_configuration
from pardot.models import EntityState

ACTIVITY_GOOD_FOR = timedelta(days=8)
"""The maximum age of the last complete read of activities.

Older data does not show which assets are in use now.
"""


@dataclass(frozen=True)
class LookBack:
    """The time span of the counted activities: after ``since``, up to and including ``until``.

    ``until`` is the start of the last complete read of activities.
    """

    since: datetime
    until: datetime

    @property
    def first_midnight(self) -> datetime:
        """Return the midnight at which the first whole day begins, in UTC, because roll-ups use UTC days."""
        return _compute_midnight(self.since) + timedelta(days=1)

    @property
    def last_midnight(self) -> datetime:
        """Return the midnight (UTC) at which the last whole day ends."""
        return _compute_midnight(self.until)


@dataclass(frozen=True)
class AuditInputs:
    """The inputs of one run. All audits of a run share the inputs, so that their results agree."""

    now: datetime
    configuration: Configuration
    read: Mapping[str, EntityState]
    """The last complete read of each entity, by name."""
    look_back: LookBack | None
    """``None``: the activities are missing, incomplete or too old."""

    def has(self, *entities: str) -> bool:
        """Return whether all these entities were read completely at least once."""
        return all(entity in self.read for entity in entities)

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the audits' SQL."""
        span = self.look_back or LookBack(self.now, self.now)
        return {
            "now": self.now,
            "since": span.since,
            "first_midnight": span.first_midnight,
            "last_midnight": span.last_midnight,
            "until": span.until,
            "first_whole_day": span.first_midnight.date(),
            "day_after_whole_ones": span.last_midnight.date(),
            "stale_months": self.configuration.list_stale_months,
            "severe_months": self.configuration.list_stale_severe_months,
        }


def load_audit_inputs(now: datetime | None = None, values: Configuration | None = None) -> AuditInputs:
    """Return the inputs at ``now`` with ``values``. The defaults are the current time and configuration."""
    now = now or timezone.now()
    known, values = complete_reads(), values or load_configuration()
    return AuditInputs(
        now=now,
        configuration=values,
        read=known,
        look_back=look_back(known.get(ACTIVITIES.name), days=values.activity_lookback_days, now=now),
    )


def look_back(state: EntityState | None, *, days: int, now: datetime) -> LookBack | None:
    """Return the ``days`` before the last complete read of activities. ``state`` records this read.

    Return ``None`` if the read is missing or too old, or if activities of some of these days are missing.
    """
    if state is None or now - state.complete_until > ACTIVITY_GOOD_FOR:
        return None
    since = state.complete_until - timedelta(days=days)
    if state.complete_since is not None and state.complete_since > since:
        return None
    return LookBack(since=since, until=state.complete_until)


def _compute_midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
