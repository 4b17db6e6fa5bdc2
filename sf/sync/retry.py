"""Let an action of Django's admin retry set-aside records without waiting for the next run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from sf.ingest import quarantine, runs
from sf.ingest.errors import SyncSkipped
from sf.ingest.lease import hold_lease_in_transaction
from sf.ingest.load import Merge, Stage
from sf.ingest.runs import LoadedObject
from sf.models import RefusedRecord
from sf.sync.objects import EVERY_OBJECT

Retry = Callable[[], tuple[int, int]]


def retry_refused(synced: LoadedObject, *, after_merge: Callable[[Stage], None] | None = None) -> tuple[int, int]:
    """Retry the records set aside; return how many are stored now, and how many are still set aside.

    Records that were read with another declaration of the object are not retried. ``after_merge`` is called with the
    stage, in the transaction of the merge; the stage contains the stored records. Raises ``SyncSkipped`` when a sync of
    the object is under way: that sync retries the records itself.
    """
    waiting = RefusedRecord.objects.filter(object=synced.name)
    with hold_lease_in_transaction(synced.name) as held:
        if not held:
            raise SyncSkipped(f"a sync of {synced.name} is under way; it retries the records itself")
        before, now = waiting.count(), runs.load_database_now()
        # A separate table, because an unfinished read may be waiting in the sync's own table.
        stage = Stage(replace(synced.target, staging_suffix="_retried"))
        stage.create()
        quarantine.stage_refused_again(synced, stage, tried_before=now)
        _, refusals = Merge(stage).run()
        quarantine.keep_refusals(synced, refusals)
        quarantine.forget_stored(synced, stage, tried_before=now, all_were_read=False)
        if after_merge:
            after_merge(stage)
        stage.drop()
        left = waiting.count()
    return before - left, left


RETRIES: dict[str, Retry] = {synced.name: partial(retry_refused, synced) for synced in EVERY_OBJECT}
"""Retry functions by the name of the object. Other apps add their functions."""
