"""Keep records that could not be stored, retry them in the next run, and forget them once stored."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.db.models.functions import Now

from sf.ingest.load import Refusal, Row, Stage, is_storable_text, refusal_of
from sf.ingest.runs import Synced
from sf.models import RefusedRecord


def keep_refusals(synced: Synced, refusals: Iterable[Refusal]) -> None:
    """Keep one entry for each refused record, with its latest values and the latest reason."""
    for refusal in refusals:
        record, created = RefusedRecord.objects.update_or_create(
            object=synced.name,
            record_id=refusal.record_id,
            defaults={
                "payload": refusal.payload,
                "reason": refusal.reason,
                "fingerprint": synced.fingerprint,
                "last_tried": Now(),
            },
        )
        if not created:
            RefusedRecord.objects.filter(pk=record.pk).update(attempts=F("attempts") + 1)


def stage_refused_again(synced: Synced, stage: Stage, *, tried_before: datetime) -> None:
    """Stage the records that earlier runs set aside, except those that are staged already.

    Records whose text PostgreSQL cannot store are not staged, but counted as tried again. Records that were read with
    another declaration of the object (another ``fingerprint``) are left alone.
    """
    waiting = RefusedRecord.objects.filter(
        _build_not_tried_since(tried_before), object=synced.name, fingerprint=synced.fingerprint
    )
    rows = {record.record_id: _parse_row(record, stage) for record in waiting}
    for key in stage.select_staged_ids(list(rows)):
        del rows[key]
    stage.copy_rows(row for row in rows.values() if is_storable_text(row))
    keep_refusals(synced, [refusal_of(row, stage.target) for row in rows.values() if not is_storable_text(row)])


def forget_stored(synced: Synced, stage: Stage, *, tried_before: datetime, all_were_read: bool) -> None:
    """Delete the entries of records that are stored now or that a full read did not bring."""
    old = RefusedRecord.objects.filter(_build_not_tried_since(tried_before), object=synced.name)
    if not all_were_read:
        staged = stage.select_staged_ids(list(old.values_list("record_id", flat=True)))
        old = old.filter(record_id__in=staged)
    old.delete()


def load_ids_set_aside(synced: Synced, *, since: datetime | None = None) -> list[str]:
    """Return the ids of the records set aside; with ``since``, only those tried since that time."""
    records = RefusedRecord.objects.filter(object=synced.name)
    if since:
        records = records.exclude(_build_not_tried_since(since))
    return list(records.values_list("record_id", flat=True))


def _build_not_tried_since(moment: datetime) -> Q:
    """Return the condition for entries that were last tried before ``moment``.

    A last try more than an hour ahead was stored before PostgreSQL's clock was set back. It counts as earlier.
    """
    return Q(last_tried__lt=moment) | Q(last_tried__gt=Now() + timedelta(hours=1))


def _parse_row(record: RefusedRecord, stage: Stage) -> Row:
    values = json.loads(record.payload)
    return tuple(values[column.name] for column in stage.target.columns)
