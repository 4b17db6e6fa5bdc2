"""Handle fields that Pardot no longer shows: their columns keep their values, the others are synced.

This works like ``sf/sync/readable.py``, but Pardot v5 has no describe call: its refusal names the unknown field.
While a field is missing, each read begins by asking for one row with all fields, so the field is read again once it
is back.
"""

from __future__ import annotations

import re
from dataclasses import replace

from pardot.catalog.entities import PardotEntity
from pardot.platform.client import PardotClient
from pardot.platform.errors import UNKNOWN_FIELD
from sf.ingest import runs
from sf.salesforce.errors import RequestRefused
from sf.sync.readable import PARDOT, columns_left_out, note_unreadable

_NEEDED = frozenset({"id", "created_at", "updated_at", "is_deleted"})
"""The columns without which no read is possible, or without which deletions would be unknown."""


def as_readable(entity: PardotEntity) -> PardotEntity:
    """Return the entity without the columns that were unreadable at the last check. Makes no call."""
    return replace(entity, left_out=columns_left_out(entity.name))


def look_again(client: PardotClient, entity: PardotEntity) -> PardotEntity:
    """Ask for one row until Pardot refuses no field, store what is missing, and return the entity without it."""
    readable = replace(entity, left_out=frozenset())
    while refusal := _refusal(client, readable):
        readable = _without_refused(refusal, readable)
    note_unreadable(entity.name, {column: f"{PARDOT}{entity.path}.{name}" for column, name in _lost(entity, readable)})
    return readable


def readable_after(refusal: RequestRefused, client: PardotClient, asked: PardotEntity) -> PardotEntity:
    """Return the entity without the fields that explain a refused read; raises ``refusal`` when none does."""
    _without_refused(refusal, asked)
    readable = look_again(client, asked)
    if readable == asked:
        raise refusal
    return readable


def _lost(entity: PardotEntity, readable: PardotEntity) -> list[tuple[str, str]]:
    """Return column and API name of the columns that are left out."""
    whole = replace(entity, left_out=frozenset()).named_columns()
    return [(column, name) for column, name in whole.items() if column in readable.left_out]


def _refusal(client: PardotClient, entity: PardotEntity) -> RequestRefused | None:
    try:
        client.patiently(lambda: client.page(entity.path, fields=entity.api_names, params={"limit": "1"}))
    except RequestRefused as refusal:
        return refusal
    return None


def _without_refused(refusal: RequestRefused, entity: PardotEntity) -> PardotEntity:
    """Leave out the fields that a refusal names. Raises the refusal when it names none, or an indispensable one.

    No field is left out before the entity's first read: its column would be empty as if Pardot had no value.
    """
    named = set(re.findall(r"\w+", refusal.reason.rpartition(":")[2])) if refusal.code == str(UNKNOWN_FIELD) else set()
    columns = {column for column, name in entity.named_columns().items() if name in named}
    if not columns or columns & _NEEDED or not runs.last_committed(entity):
        raise refusal
    return replace(entity, left_out=entity.left_out | columns)
