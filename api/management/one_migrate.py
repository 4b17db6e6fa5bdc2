"""Let one ``migrate`` at a time change a database, because hosts may start together.

The lock is an advisory lock, so it needs no table. A transaction on a separate connection holds the lock, so it also
works behind a pooler that shares sessions. The lock is also released when the process is killed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper

LOCK = 7_316_040_921
APPLICATION_NAME = "sfapi migrate lock"
_POLL_SECONDS = 0.5
_PREPARE = f"""
    SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL application_name = '{APPLICATION_NAME}'
"""


@contextmanager
def one_migrate(connection: BaseDatabaseWrapper, report: Callable[[str], object]) -> Iterator[None]:
    """Hold the lock. While another process holds it, report that once and wait."""
    own = connection.copy()
    own.settings_dict["TIME_LIMITS"] = {}
    try:
        if not _take(own):
            report("Another migrate is under way on this database; waiting for its end.")
            while not _take(own):
                time.sleep(_POLL_SECONDS)
        yield
    finally:
        own.close()


def _take(own: BaseDatabaseWrapper) -> bool:
    """Try to take the lock without waiting: waiting transactions block ``CREATE INDEX CONCURRENTLY``."""
    own.set_autocommit(False)
    with own.cursor() as cursor:
        cursor.execute(_PREPARE)
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        [is_taken] = cursor.fetchone()
    if not is_taken:
        own.rollback()
    return bool(is_taken)
