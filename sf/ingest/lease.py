"""Let one process at a time run a job, by a lease in PostgreSQL that a heartbeat renews.

No statement depends on the session of an earlier statement, so leases work behind a pooler that shares sessions. When
a holder is killed, its heartbeat stops. Processes on the same host and in the same process namespace see that the
holder has ended, and can take the lease at once. Other processes can take it when ``LEASE_DURATION`` has passed.

A holder that was paused may have lost its lease without noticing. Each transaction that writes rows of a run therefore
calls ``fence``. The fence fails if another process has taken the lease. Otherwise no process can take the lease until
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
from sf.ingest.holder import Place, get_place
from sf.ingest.replica_mark import note_write

logger = logging.getLogger(__name__)

LEASE_DURATION = timedelta(seconds=settings.LEASE_SECONDS)
"""The time without a heartbeat after which a holder counts as dead.

A heartbeat further in the future than this was stored while PostgreSQL's clock was wrong: it does not count.
"""
BEAT_SECONDS = settings.LEASE_SECONDS / 4
"""A quarter of the lease, so that a holder keeps its lease when two heartbeats in a row fail."""
_WAIT_SECONDS = 5.0

_INSERT = """
    INSERT INTO sf_synclease (name, holder, place, pid, taken_at, renewed_at)
    VALUES (%s, %s, %s, %s, clock_timestamp(), clock_timestamp()) ON CONFLICT (name) DO NOTHING
"""
# A fence locks the row FOR KEY SHARE. Heartbeats can still update the row, but this query skips it.
_FIND_HOLDER = """
    SELECT place, pid, renewed_at NOT BETWEEN clock_timestamp() - %s AND clock_timestamp() + %s
      FROM sf_synclease WHERE name = %s FOR UPDATE SKIP LOCKED
"""
_IS_HELD = """
    SELECT place, pid FROM sf_synclease
     WHERE name = %s AND renewed_at BETWEEN clock_timestamp() - %s AND clock_timestamp() + %s
"""
_TAKE_OVER = """
    UPDATE sf_synclease SET holder = %s, place = %s, pid = %s, taken_at = clock_timestamp(),
           renewed_at = clock_timestamp()
     WHERE name = %s
"""
_RENEW = "UPDATE sf_synclease SET renewed_at = clock_timestamp() WHERE name = %s AND holder = %s"
_RELEASE = "DELETE FROM sf_synclease WHERE name = %s AND holder = %s"
_FENCE = "SELECT name FROM sf_synclease WHERE holder = ANY (%s) FOR KEY SHARE"
# When a machine vanishes in a transaction, PostgreSQL ends its session, so that the session's locks end too.
_END_SESSION_OF_VANISHED_CLIENT = """
    SELECT set_config('idle_in_transaction_session_timeout', '60s', true),
           set_config('tcp_keepalives_idle', '15', true), set_config('tcp_keepalives_interval', '5', true),
           set_config('tcp_keepalives_count', '3', true)
"""


class LeaseLost(SyncError):
    """Raised when another process took the lease, so this process must stop writing."""


class RanTooLong(SyncError):
    """Raised when a run exceeds its time limit."""


@dataclass
class Lease:
    """The lease of one holder. The run must stop when ``time.monotonic()`` exceeds ``ends``."""

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
            raise LeaseLost(_describe_loss(self.name))
        if self.is_over:
            raise RanTooLong(
                f"the run took more than {self.longest} (SYNC_MAX_HOURS) and was stopped. If the read can be "
                "resumed, the next run keeps the rows that were read and continues"
            )


_held: ContextVar[tuple[Lease, ...]] = ContextVar("held leases", default=())


@contextmanager
def hold_lease(
    name: str, *, longest: timedelta | None = None, patience: timedelta = timedelta()
) -> Iterator[Lease | None]:
    """Take the lease and yield it, or yield ``None`` if another process holds it.

    When ``longest`` has passed since the lease was taken, ``check_held`` raises ``RanTooLong``. ``patience`` is the
    longest time to wait for another holder to end, rounded up to a multiple of ``_WAIT_SECONDS``.
    """
    lease = Lease(name, longest=_format_hours(longest))
    give_up = time.monotonic() + patience.total_seconds()
    while not (taken := _take(lease)) and time.monotonic() < give_up:
        time.sleep(_WAIT_SECONDS)
    if not taken:
        yield None
        return
    if longest:
        lease.ends = time.monotonic() + longest.total_seconds()
    token = _held.set((*_held.get(), lease))
    try:
        with _heartbeat(lease):
            yield lease
    finally:
        _held.reset(token)
        note_write()  # before the release, which tells others that the run has ended
        _release(lease)


@contextmanager
def hold_lease_in_transaction(name: str) -> Iterator[bool]:
    """Open a transaction, try to take the lease in it, and yield whether it was taken.

    Until the transaction ends, other processes that try to take the lease wait, or are refused.
    """
    lease = Lease(name)
    with transaction.atomic():
        held = _take(lease)
        yield held
        if held:
            _release(lease)


def check_held() -> None:
    """Raise ``LeaseLost`` or ``RanTooLong`` if this thread's run must stop.

    Call this between requests to an API.
    """
    for lease in _held.get():
        lease.check()


def fence() -> None:
    """Lock this thread's leases until the transaction ends.

    Raises ``LeaseLost`` if another process took one of them. Does nothing in a thread without leases, such as the
    thread of a web request.
    """
    held = _held.get()
    if not held:
        return
    with connection.cursor() as cursor:
        cursor.execute(_END_SESSION_OF_VANISHED_CLIENT)
        cursor.execute(_FENCE, [[lease.holder for lease in held]])
        kept = {name for (name,) in cursor.fetchall()}
    for lease in held:
        if lease.name not in kept:
            raise LeaseLost(_describe_loss(lease.name))


def is_running(name: str) -> bool:
    """Return whether a process holds the lease that ``hold_lease(name)`` takes."""
    values: list[Any] = [name, LEASE_DURATION, LEASE_DURATION]
    with connection.cursor() as cursor:
        cursor.execute(_IS_HELD, values)
        row = cursor.fetchone()
    return row is not None and not Place(*row).is_gone


def _take(lease: Lease) -> bool:
    place = get_place()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_INSERT, [lease.name, lease.holder, place.place, place.pid])
        if cursor.rowcount:
            return True
        values: list[Any] = [LEASE_DURATION, LEASE_DURATION, lease.name]
        cursor.execute(_FIND_HOLDER, values)
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
        # The heartbeat has stopped, so the lease expires without a release.
        logger.info("PostgreSQL is unavailable, so the lease of %s was not released; it expires", lease.name)


@contextmanager
def _heartbeat(lease: Lease) -> Iterator[None]:
    """Renew the lease in a thread with its own connection.

    A long statement may block the caller's connection.
    """
    if connection.in_atomic_block:  # the row is not committed, so the thread could not renew it
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=_keep_renewing, args=(lease, stop), name=f"lease of {lease.name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _keep_renewing(lease: Lease, stop: threading.Event) -> None:
    """Renew the lease until the run ends, loses it, or exceeds its time limit."""
    # No renewal after the time limit: a run that hangs must not block others.
    failed = False
    while not (lease.lost or lease.is_over or stop.wait(BEAT_SECONDS)):
        try:
            with connection.cursor() as cursor:
                cursor.execute(_RENEW, [lease.name, lease.holder])
                lease.lost = cursor.rowcount == 0
            failed = False
        except (DatabaseError, InterfaceError) as error:
            if not failed:  # log an outage of PostgreSQL once, not at each heartbeat
                reason = " ".join(str(error).split())
                logger.info("the lease of %s could not be renewed, trying again: %s", lease.name, reason)
            failed = True
        finally:
            connection.close()


def _describe_loss(name: str) -> str:
    return (
        f"another process took over the lease of {name}, because this process did not renew it in time. This process "
        "wrote nothing more. You need not do anything: the other run continues"
    )


def _format_hours(longest: timedelta | None) -> str:
    hours = longest.total_seconds() / 3600 if longest else 0
    return f"{hours:g} hour{'' if hours == 1 else 's'}"
