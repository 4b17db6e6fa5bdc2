"""Choose the records that a run reads: all, or those changed since the last committed watermark."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FULL_AFTER = timedelta(days=14)
"""If the last finished read began longer ago than this, the next read is full.

Salesforce purges deleted records after about 15 days: an incremental read from further back would miss deletions.
"""


@dataclass(frozen=True)
class Committed:
    """The last read whose rows are in the cache."""

    watermark: datetime | None
    began: datetime
    """The time at which the read began."""
    fingerprint: str


@dataclass(frozen=True)
class Window:
    """The records to read: all, or those changed since ``since``. ``reason`` says why, for a person."""

    since: datetime | None
    """``None`` for a full read."""
    reason: str

    @property
    def is_full(self) -> bool:
        return self.since is None


def choose_window(
    committed: Committed | None,
    *,
    fingerprint: str,
    forced: bool,
    lookback: timedelta,
    now: datetime,
    full_after: timedelta | None = FULL_AFTER,
) -> Window:
    """Choose a full read, or an incremental read from the last watermark minus ``lookback``.

    The lookback covers clock skew and late commits. If the last finished read began longer than ``full_after`` ago,
    the read is full. ``full_after=None`` is for a system that never purges deleted records.
    """
    if forced:
        return Window(None, "forced")
    if committed is None or committed.watermark is None:
        return Window(None, "no watermark yet")
    if committed.fingerprint != fingerprint:
        return Window(None, "the declared fields changed")
    if full_after is not None and now - committed.began > full_after:
        return Window(None, f"the last finished run is older than {full_after.days} days")
    return Window(committed.watermark - lookback, "incremental")
