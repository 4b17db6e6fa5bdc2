"""Compute the progress of a running ``camp_sync`` from its ``SyncRun`` rows, whoever started it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from pardot.catalog.entities import ALL, LOCK, Entity
from pardot.status.entities import CampStatus
from sf.models import SyncLease, SyncRun


def count_sync_steps(status: CampStatus) -> tuple[int, int] | None:
    """Return the position of the entity that is being read, and the number of entities.

    Return ``None`` when no entity is being read. The entities still to read are those that the ``retry_command`` of the
    latest run names. The ``retry_command`` of an entity never names the sample of prospects that ``--scout`` also
    reads. So the sample counts as an entity only after its own run has begun.
    """
    if not status.running or (lease := SyncLease.objects.filter(name=LOCK).first()) is None:
        return None
    run = max(status.running, key=lambda each: each.started)
    if run.started < lease.taken_at:  # a killed process left this run
        return None
    own = next(entity for entity in ALL if run.object in entity.parts)
    runs = SyncRun.objects.filter(object__in=_list_parts(ALL[: ALL.index(own)]), started__gte=lease.taken_at)
    before = set(runs.values_list("object", flat=True))
    step = 1 + sum(1 for entity in ALL if before.intersection(entity.parts))
    return step, step + len(_parse_still_to_read(run) - {own.name})


def _parse_still_to_read(run: SyncRun) -> set[str]:
    """Return the entities that ``retry_command`` names: the run's own and all later ones.

    The ``retry_command`` of the sample, ``camp_sync --scout``, names no entity.
    """
    words = shlex.split(run.retry_command)
    return set(words[words.index("--entities") + 1].split(",")) if "--entities" in words else set()


def _list_parts(entities: Iterable[Entity]) -> list[str]:
    return [part for entity in entities for part in entity.parts]
