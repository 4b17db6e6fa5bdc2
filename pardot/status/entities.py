"""Read each entity's freshness, and find the running syncs, from ``SyncRun`` and ``EntityState``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils import timezone

from pardot.catalog.complete_reads import complete_reads
from pardot.catalog.entities import ALL, LOCK, Entity, Tier
from pardot.models import EntityState
from pardot.status.problems import Problem, problem_of
from sf.ingest.guard import parse_held_back_deletes
from sf.ingest.lease import is_running
from sf.models import SyncRun

_State = SyncRun.State

OLD_AFTER: Mapping[Tier, timedelta] = {
    Tier.SET_UP: timedelta(days=2),
    Tier.SCOUT: timedelta(days=8),
    Tier.SURVEY: timedelta(days=8),
}
"""The age after which data is old: two missed nights, or a weekly survey that is a day late."""


class Freshness(StrEnum):
    """The freshness of an entity, as a banner shows it."""

    FRESH = "fresh"
    OLD = "old"
    PARTIAL = "partial"
    """Only a sample was read."""
    NEVER = "never"


@dataclass(frozen=True)
class PartStatus:
    """The status of one part of an entity. Each part has separate runs; most entities have one part."""

    name: str
    known: EntityState | None
    last_run: SyncRun | None
    """The last run. Skipped runs do not count, except those skipped because the API calls were used up."""
    last_done: SyncRun | None

    @property
    def count(self) -> int | None:
        """Return the number of rows; before the first complete read, the size of the last sample."""
        if self.known is None and self.last_done is not None and self.last_done.mode == SyncRun.Mode.SAMPLE:
            return self.last_done.rows_read
        return self.known.rows if self.known else None


@dataclass(frozen=True)
class EntityStatus:
    """The status of one entity.

    For an entity of several parts, ``count`` is the sum and ``last_sync`` is the oldest. If the last run of a part did
    not succeed, that run is the entity's ``last_run``, and decides its ``state``.
    """

    entity: Entity
    parts: tuple[PartStatus, ...]
    now: datetime
    is_syncing: bool
    """True when a ``camp_sync`` is running. Otherwise, a run that is recorded as running was interrupted."""

    @property
    def last_run(self) -> SyncRun | None:
        runs = [part.last_run for part in self.parts if part.last_run is not None]
        return max(runs, key=lambda run: (run.state != _State.DONE, run.started), default=None)

    @property
    def state(self) -> str | None:
        """Return the outcome of the last run, or ``running``; ``None`` when there was no run."""
        if self.last_run is None:
            return None
        was_interrupted = self.last_run.state == _State.RUNNING and not self.is_syncing
        return _State.INTERRUPTED.value if was_interrupted else str(self.last_run.state)

    @property
    def problem(self) -> Problem | None:
        """Return the problem, or ``None``.

        Held-back deletions of any part come first, then the reason why the last run did not succeed.
        """
        run, state = self.last_run, self.state
        return None if run is None or state is None else problem_of(run, state, held_back=self.held_back)

    @property
    def failed_at(self) -> datetime | None:
        """Return the end of the last run, or its start if no end is recorded; ``None`` without a ``problem``."""
        return None if self.problem is None or self.last_run is None else self.last_run.ended or self.last_run.started

    @property
    def held_back(self) -> tuple[int, int] | None:
        """Return how many deletions the mass-delete guard stopped, and of how many records.

        Return ``None`` when there are no deletions that ``--allow-deletes`` could accept.
        """
        counts = self.held_back_by_part.values()
        return (sum(missing for missing, _ in counts), sum(of for _, of in counts)) if counts else None

    @property
    def held_back_by_part(self) -> dict[str, tuple[int, int]]:
        failed = [part.last_run for part in self.parts if part.last_run and part.last_run.state == _State.FAILED]
        counts = {run.object: parse_held_back_deletes(run.message) for run in failed}
        return {name: held_back for name, held_back in counts.items() if held_back is not None}

    @property
    def last_sync(self) -> datetime | None:
        """Return the end of the last successful run."""
        ends = [part.last_done.ended if part.last_done else None for part in self.parts]
        return _find_earliest(ends)

    @property
    def mode(self) -> str | None:
        """Return the mode of the last successful run, taken from the first part with such a run."""
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
        return _find_earliest([part.known.complete_until if part.known else None for part in self.parts])

    @property
    def complete_since(self) -> datetime | None:
        """Return the time since which all records are stored.

        ``None``: all records are stored, however old, or nothing was read completely yet.
        """
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
    """The status of all entities, the running syncs, and whether a ``camp_sync`` holds the lease."""

    entities: tuple[EntityStatus, ...]
    running: tuple[SyncRun, ...]
    is_locked: bool


def load_camp_status(now: datetime | None = None) -> CampStatus:
    """Return the status as of now; three queries."""
    names = [part for entity in ALL for part in entity.parts]
    known, syncing, runs = complete_reads(), is_running(LOCK), _load_latest_runs(names)
    parts = {name: _build_part(name, known.get(name), runs.get(name, ())) for name in names}
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
        is_locked=syncing,
    )


def _build_part(name: str, known: EntityState | None, runs: Sequence[SyncRun]) -> PartStatus:
    done = next((run for run in runs if run.state == _State.DONE), None)
    return PartStatus(name=name, known=known, last_run=runs[0] if runs else None, last_done=done)


# Runs are indexed by object and time, newest first, so usually only a few runs are read for each name.
_LATEST = """
    SELECT run.* FROM unnest(%s::text[]) AS wanted (name) CROSS JOIN LATERAL (
        (SELECT * FROM sf_syncrun WHERE object = wanted.name AND (state <> 'skipped' OR cause = 'limit')
         ORDER BY started DESC, id DESC LIMIT 1)
        UNION ALL
        (SELECT * FROM sf_syncrun WHERE object = wanted.name AND state = 'done'
         ORDER BY started DESC, id DESC LIMIT 1)
    ) AS run ORDER BY run.started DESC, run.id DESC
"""


def _load_latest_runs(names: list[str]) -> Mapping[str, Sequence[SyncRun]]:
    """Return each object's last run (see ``PartStatus.last_run``) and last successful run, newest first."""
    runs_by_object: dict[str, list[SyncRun]] = {}
    for run in SyncRun.objects.raw(_LATEST, [names]):
        runs_by_object.setdefault(run.object, []).append(run)
    return runs_by_object


def _find_earliest(moments: Iterable[datetime | None]) -> datetime | None:
    """Return the earliest time; ``None`` when any is missing."""
    known = list(moments)
    return min((moment for moment in known if moment is not None), default=None) if None not in known else None
