"""The complete reads of each entity (``EntityState``). An entity without a row was never read completely: "no data".

A merge locks its tables for writing before it writes its row of ``EntityState``, and the audits that end a sync write
none: they and a merge of the next sync would otherwise wait for each other for ever. 0.1.0 took both orders.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pardot.models import EntityState


def complete_reads() -> dict[str, EntityState]:
    """Return the complete reads by the name of the entity (for ``scoring_categories``: of its parts); one query."""
    return EntityState.objects.in_bulk()


def note_complete(
    name: str, *, began: datetime, is_full: bool = True, since: datetime | None = None, withheld: bool = False
) -> None:
    """Record a complete read of ``name`` that started at ``began``. Call this in the transaction that merges it.

    ``since``: the read covers only later records. Records of an earlier read stay complete if that read reaches up
    to ``since``.
    """
    known = EntityState.objects.filter(name=name).first()
    if is_full and since is not None and known is not None and known.complete_until >= since:
        since = min(filter(None, [since, known.complete_since])) if known.complete_since else None
    elif not is_full and known is not None:
        since = known.complete_since
    defaults = {"complete_until": began, "complete_since": since, "withheld": withheld}
    EntityState.objects.update_or_create(name=name, defaults=defaults)


def read_completely(names: Iterable[str]) -> bool:
    """Return whether all these entities were read completely at least once."""
    wanted = set(names)
    return EntityState.objects.filter(name__in=wanted).count() == len(wanted)
