"""Record runs that cannot start because another run has the lease. Find dead runs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from sf.ingest.errors import failures
from sf.ingest.holder import Place, compute_process_age
from sf.ingest.lease import LEASE_DURATION
from sf.ingest.runs import ENDED_WITHOUT_RESULT, Synced, load_database_now
from sf.models import SyncLease, SyncRun

State = SyncRun.State

# One statement, so that runs and leases are read at the same moment.
# The lease of a recorded job (``sf/ingest/jobs.py``) is named after its object and the id of its run.
_UNDER_WAY = """
    SELECT run.id, run.object, least(greatest(run.started, lease.renewed_at), clock_timestamp()),
           coalesce(lease.place, ''), coalesce(lease.pid, 0),
           coalesce(lease.renewed_at BETWEEN clock_timestamp() - %(lease)s AND clock_timestamp() + %(lease)s,
                    run.started BETWEEN clock_timestamp() - %(begin)s AND clock_timestamp() + %(begin)s)
      FROM sf_syncrun run
      LEFT JOIN sf_synclease lease ON lease.name IN (run.object, run.object || ' ' || run.id)
     WHERE run.state = 'running' AND (%(all)s OR run.object = ANY (%(names)s))
"""

_BEGIN = timedelta(seconds=5)
"""The time allowed between the statements that create the run of a recorded job and take its lease."""

_TOGETHER = timedelta(seconds=30)
"""Commands that cron starts in the same minute begin within this time, even on a busy machine."""

_skipped_here: set[int] = set()
"""The ids of the runs that this process recorded as held back by another run."""


@dataclass(frozen=True)
class DeadRun:
    """A run that is marked as running, but whose process has ended. ``ended`` is approximate."""

    id: int
    name: str
    ended: datetime


def find_dead_runs(names: Collection[str] | None = None) -> list[DeadRun]:
    """Return the dead runs of these objects, or of all objects."""
    values: dict[str, Any] = {
        "lease": LEASE_DURATION,
        "begin": _BEGIN,
        "all": names is None,
        "names": list(names or ()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_UNDER_WAY, values)
        rows = cursor.fetchall()
    return [
        DeadRun(key, name, ended)
        for key, name, ended, place, pid, live in rows
        if not live or Place(place, pid).is_gone
    ]


def note_dead_runs() -> None:
    """Mark dead runs as ``interrupted`` in the table, without waiting for the next run of their objects."""
    for run in find_dead_runs():
        SyncRun.objects.filter(pk=run.id, state=State.RUNNING).update(
            state=State.INTERRUPTED, ended=run.ended, message=ENDED_WITHOUT_RESULT
        )


def skip_busy_run(synced: Synced, reason: str, *, lease: str) -> SyncRun:
    """Record a run that cannot start: as skipped the first time, as failed the next times in a row.

    For an object that ``is_synced_often``, the run is always recorded as skipped: the age of the copy shows whether the
    other run takes too long.
    """
    again = not is_synced_often(synced.name) and _was_skipped_before(synced.name)
    run = SyncRun.objects.create(
        object=synced.name,
        state=State.FAILED if again else State.SKIPPED,
        ended=Now(),
        message=f"{reason}, for at least the second time in a row: {_describe_holder(lease)}" if again else reason,
        fingerprint=synced.fingerprint,
        cause=SyncRun.Cause.BUSY,
    )
    run.refresh_from_db()
    _skipped_here.add(run.pk)
    if again:
        failures.error("%s failed: %s", synced.name, run.message)
    return run


def is_synced_often(name: str) -> bool:
    """Return whether the pause between two syncs of an object is shorter than a run may last."""
    pause = settings.SYNC_EVERY.get(name)
    return pause is not None and pause < timedelta(hours=settings.SYNC_MAX_HOURS)


def _was_skipped_before(name: str) -> bool:
    """Return whether the previous try could not start either, because another run had the lease.

    A try of this process counts. A try of another process counts only if it ended more than ``_TOGETHER`` before this
    process started: commands that cron starts together are one try.
    """
    last = SyncRun.objects.filter(object=name).exclude(state=State.RUNNING).first()
    if last is None or last.ended is None or last.cause != SyncRun.Cause.BUSY:
        return False
    return last.pk in _skipped_here or last.ended < load_database_now() - compute_process_age() - _TOGETHER


def _describe_holder(lease: str) -> str:
    held = SyncLease.objects.filter(name=lease).first()
    if held is None:
        return "the other run has just ended"
    return (
        f"process {held.pid} on {held.host} has run since {held.taken_at:%Y-%m-%d %H:%M %Z}. "
        "If it hangs, end it: its lease is free at once on that machine, and after LEASE_SECONDS on others"
    )
