"""Record the last complete read of each entity (``EntityState``).

An entity without a row was never read completely, and counts as "no data".

Lock order: a merge locks its tables before it writes its ``EntityState`` row, and the audits at the end of a sync
write no ``EntityState`` row. Otherwise the audits could deadlock with the merge of another sync (as in release 0.1.0).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from pardot.catalog.entities import PROSPECTS
from pardot.models import EntityState
from sf.models import SyncRun


def complete_reads() -> dict[str, EntityState]:
    """Return the last complete read of each entity by name; one query.

    The entity ``scoring_categories`` copies two Salesforce objects, and has one row for each of them instead of a row
    under its own name.
    """
    return EntityState.objects.in_bulk()


def note_complete(
    name: str, *, began: datetime, is_full: bool = True, since: datetime | None = None, withheld: bool = False
) -> None:
    """Record a complete read of ``name`` that started at ``began``.

    Call this in the transaction that merges the read. A read of changes only (not ``is_full``) leaves
    ``complete_since`` unchanged. It never clears ``withheld``, because the rows that Pardot withheld from the last full
    read are still missing.

    With ``since``, the read covers only records from that time on. If the previous complete read reaches up to
    ``since``, its older records still count as completely read.
    """
    known = EntityState.objects.filter(name=name).first()
    if is_full and since is not None and known is not None and known.complete_until >= since:
        since = min(filter(None, [since, known.complete_since])) if known.complete_since else None
    elif not is_full and known is not None:
        since, withheld = known.complete_since, withheld or known.withheld
    defaults = {"complete_until": began, "complete_since": since, "withheld": withheld}
    EntityState.objects.update_or_create(name=name, defaults=defaults)


def note_removed(name: str, *, before: datetime) -> None:
    """Record that the records of ``name`` from before this time were removed because of their age.

    Call this in the transaction that removes them. ``complete_since`` never becomes earlier.
    """
    reaches_back = Q(complete_since=None) | Q(complete_since__lt=before)
    EntityState.objects.filter(reaches_back, name=name).update(complete_since=before)


def prospects_were_sampled() -> bool:
    """Return whether ``camp_sync --scout`` has read a sample of prospects, which may be empty."""
    done = SyncRun.objects.filter(object=PROSPECTS.name, state=SyncRun.State.DONE)
    return done.filter(mode=SyncRun.Mode.SAMPLE).exists()


def were_read_completely(names: Iterable[str]) -> bool:
    """Return whether all these entities were read completely at least once."""
    unique_names = set(names)
    return EntityState.objects.filter(name__in=unique_names).count() == len(unique_names)
