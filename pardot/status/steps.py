"""Tell how far a requested sync is, by the entities that its command reads."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from pardot.catalog.entities import Entity, Tier, choose, of_tier
from pardot.status.entities import CampStatus
from pardot.status.expectations import CAMP_SYNC
from sf.models import OperatorAction

_TIERS = {"--survey": Tier.SURVEY, "--scout": Tier.SCOUT}


def sync_steps(found: CampStatus, actions: Iterable[OperatorAction]) -> tuple[int, int] | None:
    """Return the place of the entity that is being read, and the number of all; ``None`` without a running request."""
    words = next((shlex.split(each.command) for each in actions if each.state == OperatorAction.State.RUNNING), [])
    if words[:1] != [CAMP_SYNC]:
        return None
    entities, reading = _entities_of(words), {run.object for run in found.running}
    places = [place for place, entity in enumerate(entities, 1) if reading.intersection(entity.parts)]
    return (max(places), len(entities)) if places else None


def _entities_of(words: list[str]) -> list[Entity]:
    if "--entities" in words:
        return choose(words[words.index("--entities") + 1].split(","))
    return of_tier(next((_TIERS[word] for word in words if word in _TIERS), Tier.SET_UP))
