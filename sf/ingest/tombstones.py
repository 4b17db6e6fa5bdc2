"""Empty the rows of records that were deleted in Salesforce or Pardot long ago: only tombstones stay.

A tombstone is a row with ``is_deleted``, an id and timestamps. A merge does not fill it again while the record is
deleted in the source. If the record is restored there, the next merge fills the row.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from sf.ingest.lock import lock_table_for_write
from sf.models.fields import CopiedField

CHUNK = 5000
"""The number of rows per transaction.

Merges that wait for the table's lock run between two transactions.
"""


def list_models_with_tombstones() -> list[type[Any]]:
    """Return the models that declare what stays of a deleted record."""
    return [model for model in apps.get_models() if hasattr(model, "kept_when_deleted")]


def list_columns_to_empty(model: type[Any]) -> list[CopiedField]:
    """Return the copied columns that a tombstone lacks."""
    return [field for field in model.list_copied_fields() if field.column not in model.kept_when_deleted]


def empty_tombstones(*, days: int, dry_run: bool = False) -> Iterator[tuple[type[Any], int]]:
    """Empty the old rows of deleted records; yield each model and row count.

    A row is old when it last changed in the cache more than ``days`` days ago. With ``dry_run``, only count.
    With 0 days, empty nothing.
    """
    for model in list_models_with_tombstones() if days else []:
        old = _select_rows_with_values(model).filter(local_update_date__lt=Now() - timedelta(days=days))
        yield model, old.count() if dry_run else sum(_empty_chunks(model, old))


def empty_rows(model: type[Any], rows: models.QuerySet[Any]) -> int:
    """Empty these rows now, whatever they contain, and mark them as deleted.

    ``local_update_date`` moves, so that clients of the records API see that the values are gone.
    """
    emptied = dict.fromkeys((field.name for field in list_columns_to_empty(model)), None)
    return rows.update(**emptied, is_deleted=True, local_update_date=Now())


def _select_rows_with_values(model: type[Any]) -> models.QuerySet[Any]:
    """Return the rows of deleted records that still have a value."""
    has_value = Q()
    for field in list_columns_to_empty(model):
        has_value |= Q(**{f"{field.attname}__isnull": False})
    rows: models.QuerySet[Any] = model._base_manager.all()
    return rows.filter(has_value, is_deleted=True)


def _empty_chunks(model: type[Any], old: models.QuerySet[Any]) -> Iterator[int]:
    emptied = CHUNK
    while emptied == CHUNK:
        with transaction.atomic():
            lock_table_for_write(model._meta.db_table)
            emptied = empty_rows(
                model, model._base_manager.filter(pk__in=list(old.values_list("pk", flat=True)[:CHUNK]))
            )
        yield emptied
