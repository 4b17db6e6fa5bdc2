"""Store the records read from Salesforce and the replay ids of the events, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from django.conf import settings
from django.db import transaction
from psycopg import sql

from sf.follow.places import store_places
from sf.follow.reading import Read
from sf.ingest import quarantine
from sf.ingest.guard import check_deletes
from sf.ingest.load import Counts, Merge, Refusal, Stage
from sf.ingest.runs import load_database_now
from sf.sync.source import filter_storable_rows


def store(reads: Iterable[Read], organization_id: str, places: Mapping[str, bytes], confirm: Callable[[], None]) -> int:
    """Merge the records as a sync does, store the replay ids, and return the number of changed rows.

    Raises ``SyncError`` when too large a share of a table would be deleted. ``confirm`` raises ``AnotherOrg`` when the
    cache has become a copy of another org. In both cases nothing is stored.
    """
    with transaction.atomic():
        confirm()
        changed = sum(_merge(read) for read in reads)
        store_places(organization_id, places)
    return changed


def _merge(read: Read) -> int:
    synced = read.synced
    stage = Stage(replace(synced.target, staging_suffix="_follow"))
    stage.create(temporary=True)
    refusals: list[Refusal] = []
    stage.copy_rows(filter_storable_rows(read.rows, stage, refusals))
    merge = Merge(stage, within=_one_of(read))
    counts, more = merge.run(keep=quarantine.load_ids_set_aside(synced))
    quarantine.keep_refusals(synced, [*refusals, *more])
    quarantine.forget_stored(synced, stage, tried_before=read.began, all_were_read=False)
    _remove_gone(read, stage, counts)
    stage.drop()
    return counts.inserted + counts.updated + counts.soft_deleted


def _remove_gone(read: Read, stage: Stage, counts: Counts) -> None:
    """Soft-delete the cached records that Salesforce no longer has, then apply the mass-delete guard.

    A row is deleted even if a live look-up stored it after the read. If the record is restored, another event brings
    it back.
    """
    if read.gone:
        set_aside = quarantine.load_ids_set_aside(read.synced)
        counts.soft_deleted += Merge(stage, within=_one_of(read)).remove_missing(
            untouched_since=load_database_now(), except_ids=set_aside
        )
    if counts.soft_deleted:
        check_deletes(
            name=read.synced.name,
            deleted=counts.soft_deleted,
            live_before=Merge(stage).count_live() + counts.soft_deleted,
            at_most_percent=settings.SALESFORCE_MAX_DELETE_PERCENT,
        )


def _one_of(read: Read) -> sql.Composable:
    """Return the condition for the rows whose records Salesforce no longer has."""
    return sql.SQL("t.id = ANY ({}::text[])").format(sql.Literal(sorted(read.gone)))
