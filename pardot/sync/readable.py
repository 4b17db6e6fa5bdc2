"""Continue without fields that Pardot no longer shows: their columns keep their values.

This works like ``sf/sync/readable.py``, but Pardot v5 has no describe call. Instead, Pardot names an unknown field
when it refuses a request. While a field is missing, each read begins with a request for one row with all fields. This
request shows when a field returns.
"""

from __future__ import annotations

import re
from dataclasses import replace

from pardot.catalog.entities import PardotEntity
from pardot.platform.client import PardotClient
from pardot.platform.errors import UNKNOWN_FIELD
from sf.ingest import runs
from sf.salesforce.errors import RequestRefused
from sf.sync.readable import PARDOT, load_columns_left_out, note_unreadable

_NEEDED = frozenset({"id", "created_at", "updated_at", "is_deleted"})
"""The columns that no read can do without."""


def as_readable(entity: PardotEntity) -> PardotEntity:
    """Return the entity without the columns that were unreadable at the last check. This makes no call."""
    return replace(entity, left_out=load_columns_left_out(entity.name))


def look_again(client: PardotClient, entity: PardotEntity) -> PardotEntity:
    """Find and store the fields that Pardot refuses, by requests for one row.

    Return the entity without these fields.
    """
    readable = replace(entity, left_out=frozenset())
    while refusal := _find_refusal(client, readable):
        readable = _without_refused(refusal, readable)
    note_unreadable(
        entity.name, {column: f"{PARDOT}{entity.path}.{name}" for column, name in _list_lost_columns(entity, readable)}
    )
    return readable


def find_readable_after(refusal: RequestRefused, client: PardotClient, entity: PardotEntity) -> PardotEntity:
    """Return the entity without the fields that caused a refusal.

    Raises ``refusal`` when it has another cause.
    """
    _without_refused(refusal, entity)
    readable = look_again(client, entity)
    if readable == entity:
        raise refusal
    return readable


def _list_lost_columns(entity: PardotEntity, readable: PardotEntity) -> list[tuple[str, str]]:
    """Return the columns that are left out, with their API names."""
    whole = replace(entity, left_out=frozenset()).map_columns_to_names()
    return [(column, name) for column, name in whole.items() if column in readable.left_out]


def _find_refusal(client: PardotClient, entity: PardotEntity) -> RequestRefused | None:
    try:
        client.request_patiently(lambda: client.page(entity.path, fields=entity.api_names, params={"limit": "1"}))
    except RequestRefused as refusal:
        return refusal
    return None


def _without_refused(refusal: RequestRefused, entity: PardotEntity) -> PardotEntity:
    """Leave out the fields that a refusal names.

    Raises the refusal when it names no field, or a needed field. Before the entity's first complete read, every refusal
    is raised, because an empty column would look as if Pardot had no values.
    """
    named = set(re.findall(r"\w+", refusal.reason.rpartition(":")[2])) if refusal.code == str(UNKNOWN_FIELD) else set()
    columns = {column for column, name in entity.map_columns_to_names().items() if name in named}
    if not columns or columns & _NEEDED or not runs.find_last_committed(entity):
        raise refusal
    return replace(entity, left_out=entity.left_out | columns)
