"""What is safely known of each entity (``EntityState``). No row: it was never read completely, which is "no data"."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pardot.models import EntityState


def complete_reads() -> dict[str, EntityState]:
    """By the name of the entity (for ``scoring_categories``: of its parts); one query."""
    return EntityState.objects.in_bulk()


def note_complete(
    name: str, *, began: datetime, is_full: bool = True, since: datetime | None = None, withheld: bool = False
) -> None:
    """A complete read of ``name`` that began then is in its table. Call it in the transaction that merges it.

    ``since``: it was only read from then on. What an earlier read brought stays complete when this one joins it.
    """
    known = EntityState.objects.filter(name=name).first()
    if is_full and since is not None and known is not None and known.complete_until >= since:
        since = min(filter(None, [since, known.complete_since])) if known.complete_since else None
    elif not is_full and known is not None:
        since = known.complete_since
    defaults = {"complete_until": began, "complete_since": since, "withheld": withheld}
    EntityState.objects.update_or_create(name=name, defaults=defaults)


def read_completely(names: Iterable[str]) -> bool:
    """Whether all of them were read completely at least once."""
    wanted = set(names)
    return EntityState.objects.filter(name__in=wanted).count() == len(wanted)
