"""Read from the replica if it is recent enough, else from the primary (docs/decisions/read-replica).

The mark is a row that is often renewed on the primary. Its copy on the replica shows how recent the replica is.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connections, transaction

from sf.ingest.horizon import horizon_of_replica
from sf.ingest.replica_mark import Mark, load_replayed_mark, note_write, read_mark, write_mark

logger = logging.getLogger(__name__)

REPLICA = "replica"
"""The replica's name in ``DATABASES``; missing there without ``DATABASE_REPLICA_URL``."""

_MARK_EVERY = timedelta(seconds=1)
_CATCH_UP_SECONDS = 0.1
"""The longest time that a request waits for a mark that is on its way to the replica."""
_LOOK_SECONDS = 0.004
_LAGGING_SECONDS = 1.0
"""After the beginning of a failed wait, requests do not wait again for this many seconds."""
_AWAY_SECONDS = 5.0
"""The time during which the replica is not tried, after it was unavailable."""
_TIME_LIMIT = "57014"
_SERVER_TROUBLE = ("08", "53", "57P")
"""The beginnings of SQLSTATEs of a server that is unavailable, stopping, starting or full."""

T = TypeVar("T")


@dataclass
class _Trouble:
    """The ``time.monotonic()`` until which this process does not try the replica, or does not wait for it."""

    away_until: float = 0.0
    lagging_until: float = 0.0

    def leave_alone(self) -> None:
        """Do not use the replica for a while.

        Called after a failure. The first request that tries the replica again also calls this method, so that other
        requests use the primary meanwhile.
        """
        self.away_until = time.monotonic() + _AWAY_SECONDS

    def end(self) -> None:
        if self.away_until:
            logger.info("the replica answers again")
        self.away_until = 0.0


_trouble = _Trouble()


@dataclass(frozen=True)
class _Need:
    """The conditions that the replica's mark must meet before the replica may answer."""

    origin: object
    written_at: datetime
    latest: datetime
    """A later mark was written before the primary's clock was set back, so its age is unknown."""
    horizon: datetime | None

    def is_met_by(self, mark: Mark | None) -> bool:
        return (
            mark is not None
            and mark.origin == self.origin
            and self.written_at <= mark.written_at <= self.latest
            and (self.horizon is None or mark.horizon >= self.horizon)
        )


def has_replica() -> bool:
    return REPLICA in settings.DATABASES


def read_from_replica(
    read: Callable[[], T], *, complete_until: datetime | None = None, after_writes: bool = False
) -> T:
    """Return what ``read`` returns, from the replica when it can answer, otherwise from the primary.

    ``read`` only reads, and may run twice. ``complete_until``: the replica must have all rows dated before this time.
    ``after_writes``: the replica must have every write that ``noted_write`` has noted. When a statement fails on the
    replica, the primary answers. But an exceeded time limit is raised, and so are exceptions of ``read`` that are not
    PostgreSQL's.
    """
    if not has_replica() or time.monotonic() < _trouble.away_until or connections[DEFAULT_DB_ALIAS].in_atomic_block:
        return read()
    need = _load_need(complete_until, after_writes=after_writes)
    if need is None:
        return read()
    is_reading = False
    try:
        with _connected_to_replica(need) as is_reading:
            if is_reading:
                return read()
    except (DatabaseError, InterfaceError) as error:
        if is_reading and _sqlstate_of(error) == _TIME_LIMIT:
            raise
        _note_trouble(error)
    return read()


@contextmanager
def noted_write() -> Iterator[None]:
    """Make later reads with ``after_writes`` see what the block wrote, even if it ended with an error."""
    try:
        yield
    finally:
        if has_replica():
            note_write()


def _load_need(complete_until: datetime | None, *, after_writes: bool) -> _Need | None:
    """Return the conditions that the replica's mark must meet; ``None``: use the primary.

    Writes a new mark when the last mark is not recent enough.
    """
    primary = connections[DEFAULT_DB_ALIAS]
    try:
        mark = read_mark(primary)
        if mark is None or not _is_recent(mark, complete_until, after_writes=after_writes):
            mark = write_mark(primary)
    except (DatabaseError, InterfaceError) as error:
        # The read itself reports what is wrong with the primary.
        logger.warning("the replica is not used: %s", _to_one_line(error))
        primary.close_if_unusable_or_obsolete()
        return None
    if complete_until is not None and mark.horizon < complete_until:
        return None
    allowed = timedelta(seconds=settings.DATABASE_REPLICA_MAX_LAG_SECONDS)
    oldest = mark.now - allowed
    written_at = max(oldest, mark.wanted_at) if after_writes else oldest
    return _Need(mark.origin, written_at, mark.now + allowed, complete_until)


def _is_recent(mark: Mark, complete_until: datetime | None, *, after_writes: bool) -> bool:
    return (
        mark.now - mark.written_at < _MARK_EVERY
        and (complete_until is None or mark.horizon >= complete_until)
        and not (after_writes and mark.written_at < mark.wanted_at)
    )


@contextmanager
def _connected_to_replica(need: _Need) -> Iterator[bool]:
    """Yield whether the replica meets the need; if so, this thread uses the replica inside the block."""
    primary, replica = connections[DEFAULT_DB_ALIAS], connections[REPLICA]
    if _trouble.away_until:
        _trouble.leave_alone()
    with transaction.atomic(using=REPLICA):
        mark = _wait_for_mark(need)
        _trouble.end()
        if mark is None:
            yield False
            return
        token = horizon_of_replica.set(mark.horizon)
        connections[DEFAULT_DB_ALIAS] = replica
        try:
            yield True
        finally:
            connections[DEFAULT_DB_ALIAS] = primary
            horizon_of_replica.reset(token)


def _wait_for_mark(need: _Need) -> Mark | None:
    """Return the replica's mark when it meets the need, at once or soon; otherwise ``None``."""
    began = time.monotonic()
    patience = _CATCH_UP_SECONDS if began >= _trouble.lagging_until else 0.0
    while not need.is_met_by(mark := load_replayed_mark(connections[REPLICA])):
        if time.monotonic() - began >= patience:
            if patience:
                _trouble.lagging_until = began + _LAGGING_SECONDS
            return None
        time.sleep(_LOOK_SECONDS)
    return mark


def _note_trouble(error: DatabaseError | InterfaceError) -> None:
    connections[REPLICA].close_if_unusable_or_obsolete()
    if _is_away(error):
        if not _trouble.away_until:
            logger.warning("the primary answers, because the replica is unavailable: %s", _to_one_line(error))
        _trouble.leave_alone()
    else:
        logger.warning("the primary answers, because the replica could not: %s", _to_one_line(error))


def _is_away(error: DatabaseError | InterfaceError) -> bool:
    """Return whether the server is at fault, not the statement. A lost connection has no SQLSTATE."""
    state = _sqlstate_of(error)
    is_of_server = not state or state == _TIME_LIMIT or state.startswith(_SERVER_TROUBLE)
    return isinstance(error, OperationalError | InterfaceError) and is_of_server


def _sqlstate_of(error: DatabaseError | InterfaceError) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""


def _to_one_line(error: Exception) -> str:
    return " ".join(str(error).split())
