"""Remove old runs, except those that later runs and health checks need."""

from __future__ import annotations

from typing import Any

from django.db import connection

CHUNK = 5000
"""The number of rows per statement, so small that no lock is held for long."""

# The last run of each outcome and mode shows how an object is doing. The next read begins at the last watermark.
_KEPT = """
    SELECT id FROM (SELECT DISTINCT ON (object, state, mode) id FROM sf_syncrun
                     ORDER BY object, state, mode, ended DESC NULLS LAST, id DESC) AS last_of_each_end
    UNION
    SELECT id FROM (SELECT DISTINCT ON (object) id FROM sf_syncrun WHERE watermark IS NOT NULL
                     ORDER BY object, started DESC, id DESC) AS last_watermark
"""
_OLD = """
    coalesce(ended, started) < now() - make_interval(days => %(days)s)
    AND state <> 'running' AND resume_state IS NULL AND id <> ALL (%(kept)s)
"""
_COUNT = f"SELECT count(*) FROM sf_syncrun WHERE {_OLD}"  # noqa: S608 - our own SQL
_REMOVE = f"DELETE FROM sf_syncrun WHERE id IN (SELECT id FROM sf_syncrun WHERE {_OLD} LIMIT %(chunk)s)"  # noqa: S608 - our own SQL


def prune_runs(*, days: int, dry_run: bool = False) -> int:
    """Remove runs that ended more than ``days`` days ago, chunk by chunk, and return their number.

    With ``dry_run``, only count. With 0 days, remove nothing.
    """
    if not days:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_KEPT)
        values: dict[str, Any] = {"days": days, "kept": [key for (key,) in cursor.fetchall()], "chunk": CHUNK}
        if dry_run:
            cursor.execute(_COUNT, values)
            return int(cursor.fetchone()[0])
        removed, chunk = 0, CHUNK
        while chunk == CHUNK:
            cursor.execute(_REMOVE, values)
            chunk = cursor.rowcount
            removed += chunk
        return removed
