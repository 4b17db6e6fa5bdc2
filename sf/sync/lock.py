"""One runner an object: a PostgreSQL advisory lock, which goes when the process or its connection does."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_CLASS = 0x5FA91
"""The first half of the key: advisory locks are shared by all that use the database."""
_MERGE_CLASS = 0x5FA92


def wait_to_merge(table: str) -> None:
    """Until the transaction ends, this one alone merges into the table.

    A sync and a live look-up that bring the same record would otherwise collide on its key, or lock rows crosswise.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_MERGE_CLASS, _key(table)])


@contextmanager
def sole_runner(name: str) -> Iterator[bool]:
    """Whether this process may run ``name``. The lock belongs to the session: not for PgBouncer's transaction mode."""
    key = _key(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_CLASS, key])
        row = cursor.fetchone()
    held = bool(row and row[0])
    try:
        yield held
    finally:
        if held and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_CLASS, key])


@contextmanager
def sole_transaction(name: str) -> Iterator[bool]:
    """A transaction, and whether it may do what ``sole_runner(name)`` does: while it lasts, no other may. For web
    processes: it holds behind PgBouncer too."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_CLASS, _key(name)])
            row = cursor.fetchone()
        yield bool(row and row[0])


def is_running(name: str) -> bool:
    """Whether some process holds the lock of ``sole_runner(name)`` or ``sole_transaction(name)`` now."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [_CLASS, _key(name)])
        row = cursor.fetchone()
    return bool(row and row[0])


_HELD = """
    SELECT EXISTS (
        SELECT 1 FROM pg_locks
        WHERE locktype = 'advisory' AND classid = %s AND objid = %s AND objsubid = 2 AND granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
"""


def _key(name: str) -> int:
    return zlib.crc32(name.encode()) & 0x7FFFFFFF
