"""The lock of a merge, which belongs to a transaction, so that it works behind every pooler."""

from __future__ import annotations

import zlib

from django.db import connection

from sf.ingest.lease import fence

_MERGE_CLASS = 0x5FA92
"""The first half of the key: all users of the database share its advisory locks."""


def wait_to_merge(table: str) -> None:
    """Let only this transaction merge into the table until it ends. Raises ``LeaseLost`` if its run lost the lease.

    A sync and a live look-up that bring the same record would otherwise collide on its key, or deadlock.
    """
    fence()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_MERGE_CLASS, _key(table)])


def _key(name: str) -> int:
    return zlib.crc32(name.encode()) & 0x7FFFFFFF
