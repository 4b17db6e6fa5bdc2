"""Records of runs: their start, their end, what they committed, and the state of an unfinished read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from django.db import connection, transaction
from django.db.models.functions import Now

from sf.ingest.load import Target
from sf.ingest.window import Committed
from sf.models import SyncRun


class Synced(Protocol):
    """Anything that is synced: an object whose records are copied, or counts stored without records."""

    @property
    def name(self) -> str:
        """Return the name used in commands, logs and ``SyncRun.object``."""

    @property
    def fingerprint(self) -> str:
        """Return a hash of the declaration: when it changes, everything must be read again."""


class LoadedObject(Synced, Protocol):
    """An object whose rows are staged and merged into a table."""

    @property
    def target(self) -> Target: ...


class UnfinishedRead(Protocol):
    """A read under way, in the form that ``SyncRun.resume_state`` stores."""

    @property
    def began_at(self) -> datetime: ...

    def to_json(self) -> dict[str, Any]: ...


State = TypeVar("State", bound=UnfinishedRead)


ENDED_WITHOUT_RESULT = "its process ended without recording a result: it was killed, or the machine stopped"
_LONGEST_COMMAND = 500


def load_database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    assert row is not None
    now: datetime = row[0]
    return now


def begin_run(synced: Synced, *, retry_command: str = "") -> SyncRun:
    """Create a run, and mark older runs that are still recorded as running as interrupted.

    No older run can really be running, because the caller has the lease.
    """
    SyncRun.objects.filter(object=synced.name, state=SyncRun.State.RUNNING).update(
        state=SyncRun.State.INTERRUPTED, ended=Now(), message=ENDED_WITHOUT_RESULT
    )
    run = SyncRun.objects.create(
        object=synced.name, fingerprint=synced.fingerprint, retry_command=retry_command[:_LONGEST_COMMAND]
    )
    run.refresh_from_db()
    return run


def leave_run(run: SyncRun, message: str) -> None:
    """Record that the run lost its lease.

    The unfinished read is not touched, because it belongs to the run that has the lease now.
    """
    run.state, run.message, run.ended = SyncRun.State.INTERRUPTED, message, load_database_now()
    still_ours = SyncRun.objects.filter(pk=run.pk, state=SyncRun.State.RUNNING)
    still_ours.update(state=run.state, message=message, ended=run.ended, api_calls=run.api_calls)


def end_run(run: SyncRun, state: SyncRun.State, message: str) -> None:
    """Record the end, and correct times that were stored before PostgreSQL's clock was set back.

    Otherwise earlier runs would count as later than this run, and hide its failure.
    """
    run.state, run.message, run.ended = state, message, load_database_now()
    run.started = min(run.started, run.ended)
    run.save()
    ahead = SyncRun.objects.filter(object=run.object, started__gt=run.ended, ended__isnull=False)
    before = run.started - timedelta(microseconds=1)  # a reused row may have a smaller id than these rows
    ahead.update(started=before, ended=before)


def find_last_committed(synced: Synced) -> Committed | None:
    """Return the latest read whose rows are in the cache: its merge has stored a watermark."""
    run = SyncRun.objects.filter(object=synced.name, watermark__isnull=False).order_by("-started", "-id").first()
    if run is None:
        return None
    return Committed(run.watermark, min(run.read_began or run.started, run.started), run.fingerprint)


def is_unfinished(synced: Synced) -> bool:
    """Return whether an unfinished read waits for the next run."""
    return SyncRun.objects.filter(object=synced.name, resume_state__isnull=False).exists()


def take_over_unfinished(
    synced: Synced, run: SyncRun, from_json: Callable[[Any], State | None], *, kept: timedelta | None
) -> State | None:
    """Hand the latest unfinished read to ``run``, and return its state; ``None`` when none can be resumed.

    ``kept`` is the greatest age of a read that can be resumed; ``None`` means no limit. A read that began in the future
    is not resumed: PostgreSQL's clock was set back, so nobody knows which rows were written since the read began.
    """
    with transaction.atomic():
        unfinished = SyncRun.objects.filter(object=synced.name, resume_state__isnull=False).exclude(pk=run.pk)
        latest = unfinished.order_by("-started", "-id").first()
        state = from_json(latest.resume_state) if latest else None
        unfinished.update(resume_state=None)
        if state is None:
            return None
        age = load_database_now() - state.began_at
        if age < timedelta() or (kept is not None and age > kept):
            return None
        run.resume_state = state.to_json()
        run.save(update_fields=["resume_state"])
        return state
