"""Lock one table for writing. The lock belongs to a transaction, so it works behind every pooler."""

from __future__ import annotations

import zlib

from django.db import connection

from sf.ingest.lease import fence

_LOCK_CLASS = 0x5FA92
"""The first half of the key. It keeps these locks apart from other advisory locks in the database."""


def lock_table_for_write(table: str) -> None:
    """Lock the table for writing until the transaction ends. Raises ``LeaseLost`` if the lease is lost.

    Every merge takes this lock: a sync and a live look-up that bring the same record would otherwise collide on its
    key, or deadlock. Audits, and changes that depend on rows they read, take it too. Nothing else waits for it.
    """
    fence()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_CLASS, _key_of(table)])


def _key_of(name: str) -> int:
    return zlib.crc32(name.encode()) & 0x7FFFFFFF
