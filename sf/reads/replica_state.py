"""Measure how far the read replica lags: write a mark on the primary, and time its arrival."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections

from sf.ingest.replica_mark import Mark, load_replayed_mark, write_mark
from sf.reads.replica import REPLICA, has_replica

_PATIENCE_SECONDS = 0.5
_LOOK_SECONDS = 0.005

_NO_STANDBY = "it follows no primary: it was promoted, or DATABASE_REPLICA_URL leads to a primary"
_EMPTY = "it has no mark: the primary's first mark has not arrived yet, or it is a replica of another database"
_OTHER = "it is a replica of a database other than the one of DATABASE_URL"
_CLOCK = "the primary's clock was set back; the replica answers again when this clock has reached the last mark"


@dataclass(frozen=True)
class ReplicaState:
    """The state of the replica: the reason why it cannot answer, or its lag in seconds."""

    lag_seconds: float | None
    problem: str = ""

    @property
    def is_used(self) -> bool:
        """Return whether the lag of the replica is small enough for reads."""
        return self.lag_seconds is not None and self.lag_seconds <= settings.DATABASE_REPLICA_MAX_LAG_SECONDS

    def __str__(self) -> str:
        if self.problem:
            return f"not used (the primary answers): {self.problem}"
        if self.lag_seconds is None or self.is_used:
            return f"{self.lag_seconds or 0:.2f} s behind the primary"
        allowed = settings.DATABASE_REPLICA_MAX_LAG_SECONDS
        return (
            f"not used (the primary answers): it is {self.lag_seconds:,.0f} s behind, and "
            f"DATABASE_REPLICA_MAX_LAG_SECONDS allows {allowed}"
        )


def load_replica_state() -> ReplicaState | None:
    """Return the replica's state; ``None`` without a replica. Waits half a second at most for the mark."""
    if not has_replica():
        return None
    newest = write_mark(connections[DEFAULT_DB_ALIAS])
    try:
        return _measure(newest)
    except (DatabaseError, InterfaceError) as error:
        connections[REPLICA].close_if_unusable_or_obsolete()
        return ReplicaState(None, f"it cannot be read: {' '.join(str(error).split())}")


def _measure(newest: Mark) -> ReplicaState:
    began = time.monotonic()
    if not _is_following():
        return ReplicaState(None, _NO_STANDBY)
    if newest.written_at - newest.now > timedelta(seconds=settings.DATABASE_REPLICA_MAX_LAG_SECONDS):
        return ReplicaState(None, _CLOCK)
    while True:
        mark = load_replayed_mark(connections[REPLICA])
        elapsed = time.monotonic() - began
        if mark is not None and mark.origin != newest.origin:
            return ReplicaState(None, _OTHER)
        if mark is not None and mark.written_at >= newest.written_at:
            return ReplicaState(elapsed)
        if elapsed >= _PATIENCE_SECONDS:
            break
        time.sleep(_LOOK_SECONDS)
    if mark is None:
        return ReplicaState(None, _EMPTY)
    return ReplicaState((newest.now + timedelta(seconds=elapsed) - mark.written_at).total_seconds())


def _is_following() -> bool:
    with connections[REPLICA].cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        return bool(cursor.fetchone() == (True,))
