"""Report whether change events are followed (``sf follow``), and how far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from outgoing.times import format_age
from sf.ingest.lease import is_running
from sf.ingest.runs import load_database_now
from sf.models import FollowedObject, SyncLease

SILENT = timedelta(minutes=10)
"""An object is not followed well if its position in the events was stored longer ago than this.

Salesforce sends a response at least every five minutes, even without events. The position of each response is stored.
"""
_REPLAYED = timedelta(hours=72)
"""The time that Salesforce keeps events: after a longer stop, following starts with a sync."""
_CLOCK_ERROR = timedelta(hours=1)


@dataclass(frozen=True)
class Following:
    """The process that follows, and the age in seconds of each object's stored position."""

    lease: SyncLease | None
    ages: Mapping[str, float]

    @property
    def is_well(self) -> bool:
        return self.lease is not None and all(age <= SILENT.total_seconds() for age in self.ages.values())

    def __str__(self) -> str:
        runs = f"by process {self.lease.pid} on {self.lease.host}" if self.lease else "by no process"
        if not self.ages:
            return f"{runs}; nothing was stored yet"
        name, age = max(self.ages.items(), key=lambda each: each[1])
        advice = "" if self.lease else "; scheduled syncs continue. Start manage.py work (SYNC_FOLLOW=on) or sf follow"
        return f"{runs}; all changes up to {format_age(age)} ago are stored (furthest behind: {name}){advice}"


def load_following() -> Following | None:
    """Return which process follows, and how far.

    ``None`` if following is not set up, is not running, and stored no position in the last 72 hours.
    """
    now = load_database_now()
    lease = SyncLease.objects.filter(name=FollowedObject.LEASE).first() if is_running(FollowedObject.LEASE) else None
    stored = dict(FollowedObject.objects.values_list("object", "stored_at"))
    if lease is None and not settings.SYNC_FOLLOW and not _was_followed(stored, now):
        return None
    return Following(lease, {name: (now - moment).total_seconds() for name, moment in sorted(stored.items())})


def _was_followed(stored: Mapping[str, datetime], now: datetime) -> bool:
    # A time more than an hour ahead was stored before PostgreSQL's clock was set back: it does not count.
    return any(-_CLOCK_ERROR < now - moment < _REPLAYED for moment in stored.values())
