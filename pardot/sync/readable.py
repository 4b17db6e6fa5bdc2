"""Fields that Pardot no longer shows: their columns stay as they are, and the rest of the entity goes on.

As in ``sf/sync/readable.py``, but Pardot v5 describes nothing: it names in its refusal what it does not know. While a
field is missed, each read begins by asking for one row with all fields, so the field is read again once it is back.
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
"""Without these no read is possible, or nobody knows what was deleted."""


def as_readable(entity: PardotEntity) -> PardotEntity:
    """Return the entity without the columns that could not be read lately. Asks nobody."""
    return replace(entity, left_out=columns_left_out(entity.name))


def look_again(client: PardotClient, entity: PardotEntity) -> PardotEntity:
    """Ask for one row until Pardot refuses no field, note what is missed, and return the entity without it."""
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
    """Return column and API name of what is left out."""
    whole = replace(entity, left_out=frozenset()).named_columns()
    return [(column, name) for column, name in whole.items() if column in readable.left_out]


def _refusal(client: PardotClient, entity: PardotEntity) -> RequestRefused | None:
    try:
        client.patiently(lambda: client.page(entity.path, fields=entity.api_names, params={"limit": "1"}))
    except RequestRefused as refusal:
        return refusal
    return None


def _without_refused(refusal: RequestRefused, entity: PardotEntity) -> PardotEntity:
    """Leave out the fields that a refusal names; raises it when it names none, or one that cannot be missed.

    Nothing is left out before the entity was read once: a column that never had a value would say that Pardot has none.
    """
    named = set(re.findall(r"\w+", refusal.reason.rpartition(":")[2])) if refusal.code == str(UNKNOWN_FIELD) else set()
    columns = {column for column, name in entity.named_columns().items() if name in named}
    if not columns or columns & _NEEDED or not runs.last_committed(entity):
        raise refusal
    return replace(entity, left_out=entity.left_out | columns)
