"""The rows and the last runs of each cached object, for commands and ``/info``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from sf.ingest.runs import ENDED_WITHOUT_RESULT
from sf.ingest.under_way import find_dead_runs
from sf.models import RefusedRecord, SyncRun
from sf.sync.objects import EVERY_OBJECT, SyncedObject

MORE_LINES: list[Callable[[], Iterable[str]]] = []
"""Functions that yield further lines of ``sync_status``. Other apps add their functions."""


@dataclass(frozen=True)
class ObjectStatus:
    """The state of one cached object."""

    name: str
    rows: int
    set_aside: int
    last_done: SyncRun | None
    last_run: SyncRun | None

    @property
    def age(self) -> timedelta | None:
        """Return the time since the last run that ended well; ``None`` when there was none."""
        if self.last_done is None or self.last_done.ended is None:
            return None
        return timezone.now() - self.last_done.ended


def status_of(synced: SyncedObject) -> ObjectStatus:
    runs = SyncRun.objects.filter(object=synced.name)
    last = runs.exclude(state=SyncRun.State.SKIPPED).first()
    if last and last.state == SyncRun.State.RUNNING and find_dead_runs([synced.name]):
        last.state, last.message = SyncRun.State.INTERRUPTED, ENDED_WITHOUT_RESULT
    return ObjectStatus(
        name=synced.name,
        rows=synced.model.objects.count(),
        set_aside=RefusedRecord.objects.filter(object=synced.name).count(),
        last_done=runs.filter(state=SyncRun.State.DONE).first(),
        last_run=last,
    )


def count_soft_deleted_rows() -> dict[str, int]:
    """Count the rows of each object that are marked as deleted. No index helps: whole tables are read."""
    return {synced.name: synced.model.all_objects.filter(is_deleted=True).count() for synced in EVERY_OBJECT}


def load_status_of_all() -> list[ObjectStatus]:
    return [status_of(synced) for synced in EVERY_OBJECT]
