"""What the audits may rely on at the moment at which they run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from pardot.configuration import Configuration, configuration
from pardot.models import EntityState
from pardot.sync.entities import ACTIVITIES
from pardot.sync.state import complete_reads

ACTIVITY_GOOD_FOR = timedelta(days=8)
"""A look-back that ended longer ago says nothing about now."""


@dataclass(frozen=True)
class LookBack:
    """The span whose activities count, ending at the last complete read of them."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class AuditInputs:
    """One set for all audits of a run, so that they agree."""

    now: datetime
    configuration: Configuration
    read: Mapping[str, EntityState]
    """The entities that were read completely, by name."""
    look_back: LookBack | None
    """``None``: no data about activity."""

    def has(self, *entities: str) -> bool:
        """Whether all of them were read completely at least once."""
        return all(entity in self.read for entity in entities)

    @property
    def parameters(self) -> dict[str, Any]:
        """For the SQL of the audits."""
        since, until = (self.look_back.since, self.look_back.until) if self.look_back else (self.now, self.now)
        first_whole_day = since.astimezone(UTC).date() + timedelta(days=1)
        return {
            "now": self.now,
            "since": since,
            "first_whole_day": first_whole_day,
            "first_midnight": datetime(first_whole_day.year, first_whole_day.month, first_whole_day.day, tzinfo=UTC),
            "last_day": until.astimezone(UTC).date(),
            "stale_months": self.configuration.list_stale_months,
            "severe_months": self.configuration.list_stale_severe_months,
        }


def audit_inputs(now: datetime | None = None) -> AuditInputs:
    """As things stand now."""
    now = now or timezone.now()
    known, values = complete_reads(), configuration()
    return AuditInputs(
        now=now,
        configuration=values,
        read=known,
        look_back=look_back(known.get(ACTIVITIES.name), days=values.activity_lookback_days, now=now),
    )


def look_back(state: EntityState | None, *, days: int, now: datetime) -> LookBack | None:
    """The ``days`` before the last complete read; ``None`` when it is too old or did not reach back so far."""
    if state is None or now - state.complete_until > ACTIVITY_GOOD_FOR:
        return None
    since = state.complete_until - timedelta(days=days)
    if state.complete_since is not None and state.complete_since > since:
        return None
    return LookBack(since=since, until=state.complete_until)
