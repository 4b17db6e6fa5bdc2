"""How fresh each entity is, and what runs now: from the book of runs and ``EntityState``, without counting rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils import timezone

from pardot.catalog.complete_reads import complete_reads
from pardot.catalog.entities import ALL, LOCK, Entity, Tier
from pardot.models import EntityState
from sf.ingest.lease import is_running
from sf.models import SyncRun

_State = SyncRun.State

OLD_AFTER: Mapping[Tier, timedelta] = {
    Tier.SET_UP: timedelta(days=2),
    Tier.SCOUT: timedelta(days=8),
    Tier.SURVEY: timedelta(days=8),
}
"""Twice the pause between nightly runs; a day more than that between weekly surveys."""


class Freshness(StrEnum):
    """What a banner says of an entity."""

    FRESH = "fresh"
    OLD = "old"
    PARTIAL = "partial"
    """Only a sample was read."""
    NEVER = "never"


@dataclass(frozen=True)
class PartStatus:
    """What has runs of its own: an entity, or one of the objects that make it up."""

    name: str
    known: EntityState | None
    last_run: SyncRun | None
    """Skipped ones do not count."""
    last_done: SyncRun | None

    @property
    def count(self) -> int | None:
        """Rows here; of a sample, how many it has."""
        if self.known is None and self.last_done is not None and self.last_done.mode == SyncRun.Mode.SAMPLE:
            return self.last_done.rows_read
        return self.known.rows if self.known else None


@dataclass(frozen=True)
class EntityStatus:
    """One entity: of several parts, as far as all of them are."""

    entity: Entity
    parts: tuple[PartStatus, ...]
    now: datetime
    is_syncing: bool
    """Some ``camp_sync`` is at work: a run that is not ended is under way, not given up."""

    @property
    def last_run(self) -> SyncRun | None:
        runs = [part.last_run for part in self.parts if part.last_run is not None]
        return max(runs, key=lambda run: (run.state != _State.DONE, run.started), default=None)

    @property
    def state(self) -> str | None:
        """How the last run ended, or ``running``."""
        if self.last_run is None:
            return None
        gone = self.last_run.state == _State.RUNNING and not self.is_syncing
        return _State.INTERRUPTED.value if gone else str(self.last_run.state)

    @property
    def last_sync(self) -> datetime | None:
        """When the last run that went well ended."""
        ends = [part.last_done.ended if part.last_done else None for part in self.parts]
        return _least(ends)

    @property
    def mode(self) -> str | None:
        """Of that run."""
        return next((part.last_done.mode or None for part in self.parts if part.last_done), None)

    @property
    def age(self) -> timedelta | None:
        return None if self.last_sync is None else max(self.now - self.last_sync, timedelta(0))

    @property
    def count(self) -> int | None:
        counts = [part.count for part in self.parts]
        return None if None in counts else sum(filter(None, counts))

    @property
    def complete_until(self) -> datetime | None:
        return _least([part.known.complete_until if part.known else None for part in self.parts])

    @property
    def complete_since(self) -> datetime | None:
        """Only of what is kept for a while; ``None``: from the beginning."""
        begins = [part.known.complete_since for part in self.parts if part.known]
        return max(filter(None, begins), default=None)

    @property
    def withheld(self) -> bool:
        return any(part.known is not None and part.known.withheld for part in self.parts)

    @property
    def freshness(self) -> Freshness:
        if self.complete_until is None:
            return Freshness.PARTIAL if self.last_sync is not None else Freshness.NEVER
        return Freshness.OLD if self.now - self.complete_until > OLD_AFTER[self.entity.tier] else Freshness.FRESH


@dataclass(frozen=True)
class CampStatus:
    """All entities, and the runs under way."""

    entities: tuple[EntityStatus, ...]
    running: tuple[SyncRun, ...]


def camp_status(now: datetime | None = None) -> CampStatus:
    """As things stand now; three queries."""
    names = [part for entity in ALL for part in entity.parts]
    known, syncing, runs = complete_reads(), is_running(LOCK), _latest_runs(names)
    parts = {name: _part(name, known.get(name), runs.get(name, ())) for name in names}
    return CampStatus(
        entities=tuple(
            EntityStatus(entity, tuple(parts[name] for name in entity.parts), now or timezone.now(), syncing)
            for entity in ALL
        ),
        running=tuple(
            part.last_run
            for part in parts.values()
            if syncing and part.last_run is not None and part.last_run.state == _State.RUNNING
        ),
    )


def _part(name: str, known: EntityState | None, runs: Sequence[SyncRun]) -> PartStatus:
    done = next((run for run in runs if run.state == _State.DONE), None)
    return PartStatus(name=name, known=known, last_run=runs[0] if runs else None, last_done=done)


# The index of runs is by object and time: each name costs two look-ups, however many runs there are.
_LATEST = """
    SELECT run.* FROM unnest(%s::text[]) AS wanted (name) CROSS JOIN LATERAL (
        (SELECT * FROM sf_syncrun WHERE object = wanted.name AND state <> 'skipped'
         ORDER BY started DESC, id DESC LIMIT 1)
        UNION ALL
        (SELECT * FROM sf_syncrun WHERE object = wanted.name AND state = 'done'
         ORDER BY started DESC, id DESC LIMIT 1)
    ) AS run ORDER BY run.started DESC, run.id DESC
"""


def _latest_runs(names: list[str]) -> Mapping[str, Sequence[SyncRun]]:
    """The last run of each and the last one that went well, the later first."""
    found: dict[str, list[SyncRun]] = {}
    for run in SyncRun.objects.raw(_LATEST, [names]):
        found.setdefault(run.object, []).append(run)
    return found


def _least(moments: Iterable[datetime | None]) -> datetime | None:
    """The earliest; ``None`` as soon as one is missing."""
    known = list(moments)
    return min((moment for moment in known if moment is not None), default=None) if None not in known else None
