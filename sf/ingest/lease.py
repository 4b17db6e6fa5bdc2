"""Let one runner at a time hold a lease in PostgreSQL, and renew it by a heartbeat.

No statement relies on the session of another, so leases work behind a pooler that shares sessions. When a
holder is killed, its heartbeat stops: processes on the same machine see that it has ended and can take the
lease at once; all others can after ``LEASE``.

A holder that was paused may have lost its lease without noticing. Each transaction that writes what a run read
therefore calls ``fence``: it fails if another process has the lease, and keeps the lease from being taken until
the transaction ends.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction

from sf.ingest.errors import SyncError
from sf.ingest.holder import Place, here
from sf.ingest.replica_mark import note_write

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=settings.LEASE_SECONDS)
"""A holder counts as dead this long after its last heartbeat."""
BEAT_SECONDS = settings.LEASE_SECONDS / 4
"""At most a third of the lease, so that two heartbeats may fail."""
_WAIT_SECONDS = 5.0

_INSERT = """
    INSERT INTO sf_synclease (name, holder, place, pid, taken_at, renewed_at)
    VALUES (%s, %s, %s, %s, clock_timestamp(), clock_timestamp()) ON CONFLICT (name) DO NOTHING
"""
# A fence holds the row FOR KEY SHARE, which lets heartbeats through but not this.
_LOOK = """
    SELECT place, pid, renewed_at < clock_timestamp() - %s
      FROM sf_synclease WHERE name = %s FOR UPDATE SKIP LOCKED
"""
_TAKE_OVER = """
    UPDATE sf_synclease SET holder = %s, place = %s, pid = %s, taken_at = clock_timestamp(),
           renewed_at = clock_timestamp()
     WHERE name = %s
"""
_RENEW = "UPDATE sf_synclease SET renewed_at = clock_timestamp() WHERE name = %s AND holder = %s"
_RELEASE = "DELETE FROM sf_synclease WHERE name = %s AND holder = %s"
_FENCE = """
    SELECT count(*) FROM (SELECT 1 FROM sf_synclease WHERE holder = ANY (%s) FOR KEY SHARE) AS held
"""
# PostgreSQL itself ends the idle transaction or dead connection of a machine that vanished.
_NOTICE_A_VANISHED_CLIENT = """
    SELECT set_config('idle_in_transaction_session_timeout', '60s', true),
           set_config('tcp_keepalives_idle', '15', true), set_config('tcp_keepalives_interval', '5', true),
           set_config('tcp_keepalives_count', '3', true)
"""


class LeaseLost(SyncError):
    """Another process took over the lease: this one must not write anything more."""


class RanTooLong(SyncError):
    """The run took longer than it may."""


@dataclass
class Lease:
    """The lease of one holder. ``ends``: the ``time.monotonic()`` after which the run must stop."""

    name: str
    ends: float | None = None
    longest: str = ""
    holder: str = field(default_factory=lambda: uuid.uuid4().hex)
    lost: bool = False

    @property
    def is_over(self) -> bool:
        return self.ends is not None and time.monotonic() > self.ends

    def check(self) -> None:
        """Raise ``LeaseLost`` or ``RanTooLong`` when the run must stop. Makes no query."""
        if self.lost:
            raise LeaseLost(_lost(self.name))
        if self.is_over:
            raise RanTooLong(
                f"it ran for more than {self.longest} (SYNC_MAX_HOURS) and was ended. If the read can be resumed, "
                "what was read is kept, and the next run continues with it"
            )


_held: ContextVar[tuple[Lease, ...]] = ContextVar("held leases", default=())


@contextmanager
def hold_lease(
    name: str, *, longest: timedelta | None = None, patience: timedelta = timedelta()
) -> Iterator[Lease | None]:
    """Hold the lease of this name, or yield ``None`` while another process does.

    ``longest``: the time after which ``check_held`` raises. ``patience``: how long to wait for the other
    holder.
    """
    lease = Lease(name, time.monotonic() + longest.total_seconds() if longest else None, _hours(longest))
    give_up = time.monotonic() + patience.total_seconds()
    while not (taken := _take(lease)) and time.monotonic() < give_up:
        time.sleep(_WAIT_SECONDS)
    if not taken:
        yield None
        return
    token = _held.set((*_held.get(), lease))
    try:
        with _heartbeat(lease):
            yield lease
    finally:
        _held.reset(token)
        note_write()  # before the release, by which others see that the run has ended
        _release(lease)


@contextmanager
def hold_lease_in_transaction(name: str) -> Iterator[bool]:
    """Open a transaction, and yield whether it holds the lease of this name.

    Other processes that want the lease meanwhile wait for the end of the transaction, or find the lease taken.
    """
    lease = Lease(name)
    with transaction.atomic():
        held = _take(lease)
        yield held
        if held:
            _release(lease)


def check_held() -> None:
    """Raise ``LeaseLost`` or ``RanTooLong`` when a run of this thread must stop. Call this between calls."""
    for lease in _held.get():
        lease.check()


def fence() -> None:
    """Raise ``LeaseLost`` unless this thread's runs still hold their leases; keep these until the commit.

    Does nothing where no run is under way (live look-ups).
    """
    held = _held.get()
    if not held:
        return
    with connection.cursor() as cursor:
        cursor.execute(_NOTICE_A_VANISHED_CLIENT)
        cursor.execute(_FENCE, [[lease.holder for lease in held]])
        row = cursor.fetchone()
    if row is None or row[0] != len(held):
        raise LeaseLost(_lost(held[-1].name))


def is_running(name: str) -> bool:
    """Return whether some process holds the lease of ``hold_lease(name)`` now."""
    values: list[Any] = [name, LEASE]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT place, pid FROM sf_synclease WHERE name = %s AND renewed_at >= clock_timestamp() - %s", values
        )
        row = cursor.fetchone()
    return row is not None and not Place(*row).is_gone


def _take(lease: Lease) -> bool:
    place = here()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_INSERT, [lease.name, lease.holder, place.place, place.pid])
        if cursor.rowcount:
            return True
        values: list[Any] = [LEASE, lease.name]
        cursor.execute(_LOOK, values)
        row = cursor.fetchone()
        if row is None or not (row[2] or Place(row[0], row[1]).is_gone):
            return False
        cursor.execute(_TAKE_OVER, [lease.holder, place.place, place.pid, lease.name])
    return True


def _release(lease: Lease) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(_RELEASE, [lease.name, lease.holder])
    except (DatabaseError, InterfaceError):
        # The heartbeat has stopped, so the lease expires by itself.
        logger.info("the lease of %s is left to expire: PostgreSQL is unavailable", lease.name)


@contextmanager
def _heartbeat(lease: Lease) -> Iterator[None]:
    """Renew the lease in a thread with its own connection, so that a long statement does not lose it."""
    if connection.in_atomic_block:  # no other connection sees the row before the caller's transaction ends
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=_beat, args=(lease, stop), name=f"lease of {lease.name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _beat(lease: Lease, stop: threading.Event) -> None:
    """Renew until the run ends, loses its lease, or takes too long: one that hangs must not block others."""
    failed = False
    while not (lease.lost or lease.is_over or stop.wait(BEAT_SECONDS)):
        try:
            with connection.cursor() as cursor:
                cursor.execute(_RENEW, [lease.name, lease.holder])
                lease.lost = cursor.rowcount == 0
            failed = False
        except (DatabaseError, InterfaceError) as error:
            if not failed:  # one line for an hour without PostgreSQL, not one for each beat
                reason = " ".join(str(error).split())
                logger.info("the lease of %s could not be renewed, trying again: %s", lease.name, reason)
            failed = True
        finally:
            connection.close()


def _lost(name: str) -> str:
    return (
        f"this process stood still, and another took over the lease of {name}; nothing more was written here. "
        "Nothing to do: the other run continues"
    )


def _hours(longest: timedelta | None) -> str:
    hours = longest.total_seconds() / 3600 if longest else 0
    return f"{hours:g} hour{'' if hours == 1 else 's'}"
