"""Figures of runs and tables for monitoring.

The runs of an object are found by one indexed look-up, however many runs are kept.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from sf.ingest.under_way import find_dead_runs

_LAST = """
    SELECT name.object, run.state, run.started, run.ended, run.rows_read, run.inserted, run.updated, run.soft_deleted
      FROM unnest(%(names)s::text[]) AS name (object)
     CROSS JOIN LATERAL (
        SELECT * FROM sf_syncrun WHERE object = name.object AND state NOT IN ('skipped', 'running')
         ORDER BY started DESC, id DESC LIMIT 1) AS run
"""
_OUTCOMES = """
    SELECT run.object, run.state, count(*)
      FROM unnest(%(names)s::text[]) AS name (object)
      JOIN sf_syncrun run ON run.object = name.object AND run.started > now() - interval '24 hours'
     GROUP BY 1, 2
"""
# No run lasts much longer than SYNC_MAX_HOURS, which is a week at most.
_RUNNING = """
    SELECT run.id, run.object
      FROM unnest(%(names)s::text[]) AS name (object)
      JOIN sf_syncrun run ON run.object = name.object AND run.started > now() - interval '8 days'
     WHERE run.state = 'running'
"""
_ROWS = "SELECT relname, reltuples FROM pg_class WHERE oid = ANY (%(tables)s::regclass[]::oid[])"


@dataclass(frozen=True)
class LastRun:
    """The last run of an object. Skipped runs and runs under way do not count."""

    name: str
    state: str
    started: datetime
    ended: datetime | None
    rows_read: int
    inserted: int
    updated: int
    soft_deleted: int

    @property
    def seconds(self) -> float:
        return (self.ended - self.started).total_seconds() if self.ended else 0.0


def load_last_runs(names: Collection[str]) -> list[LastRun]:
    with connection.cursor() as cursor:
        cursor.execute(_LAST, {"names": list(names)})
        return [LastRun(*row) for row in cursor.fetchall()]


def count_outcomes_of_a_day(names: Collection[str]) -> dict[tuple[str, str], int]:
    """Return the number of runs that started in the last 24 hours, by object and state."""
    with connection.cursor() as cursor:
        cursor.execute(_OUTCOMES, {"names": list(names)})
        return {(name, state): count for name, state, count in cursor.fetchall()}


def find_objects_under_way(names: Collection[str]) -> set[str]:
    """Return the objects that a living process is syncing."""
    with connection.cursor() as cursor:
        cursor.execute(_RUNNING, {"names": list(names)})
        running = cursor.fetchall()
    dead = {run.id for run in find_dead_runs(names)} if running else set()
    return {name for key, name in running if key not in dead}


def estimate_rows(tables: Collection[str]) -> dict[str, int]:
    """Return PostgreSQL's own estimate of the rows of each table: counting would read all rows."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, {"tables": list(tables)})
        return {name: max(0, round(rows)) for name, rows in cursor.fetchall()}
