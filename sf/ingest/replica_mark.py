"""Read and write the mark: a row that shows how recent a replica is (docs/decisions/read-replica).

Commits reach a replica in order. A reader that sees a mark there also sees everything that was visible on the
primary before the mark was written. This includes all rows with a ``local_update_date`` before ``horizon``, and all
writes that ended before ``written_at``.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from sf.ingest.horizon import HORIZON, MARGIN

logger = logging.getLogger(__name__)

# The origin identifies the primary. Each database of a server has its own origin, and so has a dump restored on
# another server.
_ORIGIN = """
    SELECT md5(system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname = current_database()))::uuid
      FROM pg_control_system()
"""
_WRITE = f"""
    INSERT INTO sf_replicamark AS mark (id, horizon, written_at, wanted_at, origin)
    VALUES (1, ({HORIZON}), clock_timestamp(), 'epoch', ({_ORIGIN}))
    ON CONFLICT (id) DO UPDATE
       SET horizon = excluded.horizon, origin = excluded.origin,
           written_at = greatest(clock_timestamp(), mark.written_at, mark.wanted_at)
    RETURNING horizon, written_at, wanted_at, origin, clock_timestamp()
"""  # noqa: S608 - our own SQL
# ``wanted_at`` becomes later than every mark written so far, even if the clock has been set back.
_NOTE = """
    UPDATE sf_replicamark SET wanted_at = greatest(clock_timestamp(), written_at + interval '1 microsecond')
     WHERE id = 1
"""
_READ = "SELECT horizon, written_at, wanted_at, origin, clock_timestamp() FROM sf_replicamark WHERE id = 1"
_READ_REPLAYED = f"{_READ} AND pg_is_in_recovery()"


@dataclass(frozen=True)
class Mark:
    """The mark as one server has it, and that server's time."""

    horizon: datetime
    written_at: datetime
    wanted_at: datetime
    origin: UUID
    now: datetime


def read_mark(database: BaseDatabaseWrapper) -> Mark | None:
    return _mark(database, _READ, [])


def load_replayed_mark(replica: BaseDatabaseWrapper) -> Mark | None:
    """Return the mark that a standby has replayed; ``None`` if it has no mark or is not a standby."""
    return _mark(replica, _READ_REPLAYED, [])


def write_mark(database: BaseDatabaseWrapper) -> Mark:
    """Write the mark on the primary, and return it. Call this outside of any transaction."""
    mark = _mark(database, _WRITE, [MARGIN.total_seconds()])
    assert mark is not None
    return mark


def note_write() -> None:
    """Record that a write has ended: reads that must see the write then require a later mark.

    Call this after the commit. If the call fails, the error is logged, not raised.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.in_atomic_block:
        return
    try:
        with database.cursor() as cursor:
            cursor.execute(_NOTE)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("a write could not be noted for readers of the replica: %s", " ".join(str(error).split()))
        database.close_if_unusable_or_obsolete()


def _mark(database: BaseDatabaseWrapper, statement: str, values: list[Any]) -> Mark | None:
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return Mark(*row) if row else None
