"""Delete, undelete, purge and merge records, inside the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from simulator import schema
from simulator.schema import Field, SObject
from simulator.store import rows
from simulator.store.errors import RecordError

_MAX_LOSERS = 2


def delete(
    connection: sqlite3.Connection, sobject: SObject, record_id: str, *, moment: str, user: str
) -> list[tuple[SObject, str]]:
    """Move a record to the recycle bin. Its children lose their lookup, or are deleted too.

    Returns the deleted records.
    """
    if not (sobject.writable and sobject.soft_deletes):
        raise RecordError("INSUFFICIENT_ACCESS_OR_READONLY", f"entity type {sobject.name} cannot be deleted")
    record_id = rows.checked_id(sobject, record_id)
    rows.load_alive(connection, sobject, record_id)
    return _bin(connection, sobject, record_id, moment, user)


def _bin(
    connection: sqlite3.Connection, sobject: SObject, record_id: str, moment: str, user: str
) -> list[tuple[SObject, str]]:
    deleted = [(sobject, record_id)]
    rows.change(connection, sobject, record_id, {"IsDeleted": 1, **rows.stamps(moment, user)})
    for child, field in schema.children_of(sobject):
        if field.name == "MasterRecordId":
            continue
        for child_id in rows.ids_where(connection, child, field.name, record_id):
            if field.on_delete == "cascade":
                deleted += _bin(connection, child, child_id, moment, user)
            else:
                rows.change(connection, child, child_id, {field.name: None, **rows.stamps(moment, user)})
    return deleted


def undelete(connection: sqlite3.Connection, sobject: SObject, record_id: str, *, moment: str, user: str) -> None:
    """Restore a record from the recycle bin. Its children and their lookups are not restored."""
    record_id = rows.checked_id(sobject, record_id)
    record = rows.load(connection, sobject, record_id)
    if record is None or not record.get("IsDeleted"):
        raise RecordError("UNDELETE_FAILED", "Entity is not in the recycle bin")
    changes = {"IsDeleted": 0, **rows.stamps(moment, user)}
    if sobject.mergeable:
        changes["MasterRecordId"] = None
    rows.change(connection, sobject, record_id, changes)


def purge(
    connection: sqlite3.Connection, sobject: SObject, record_id: str, *, moment: str, user: str
) -> list[tuple[SObject, str]]:
    """Remove a record for good, whether it is in the recycle bin or not.

    Returns the list that ``delete`` returns, or an empty list if the record was already in the recycle bin.
    """
    record_id = rows.checked_id(sobject, record_id)
    record = rows.load(connection, sobject, record_id)
    if record is None:
        raise RecordError("NOT_FOUND", "The requested resource does not exist")
    deleted = []
    if not record.get("IsDeleted"):
        deleted = delete(connection, sobject, record_id, moment=moment, user=user)
    rows.remove(connection, sobject, record_id)
    return deleted


def merge(
    connection: sqlite3.Connection,
    sobject: SObject,
    master_id: str,
    loser_ids: Sequence[str],
    *,
    moment: str,
    user: str,
) -> list[str]:
    """Merge the losers into the master, and return the losers' ids.

    The losers are deleted, and the master gets their children.
    """
    if not sobject.mergeable:
        raise RecordError("INVALID_TYPE", f"{sobject.name} records cannot be merged")
    master = rows.checked_id(sobject, master_id)
    losers = list(dict.fromkeys(rows.checked_id(sobject, loser) for loser in loser_ids))
    if not 1 <= len(losers) <= _MAX_LOSERS or master in losers:
        message = f"a merge takes one master and one to {_MAX_LOSERS} other records"
        raise RecordError("INVALID_FIELD", message)
    for record_id in (master, *losers):
        rows.load_alive(connection, sobject, record_id)
    for loser in losers:
        _reparent(connection, sobject, loser, master, moment, user)
        rows.change(connection, sobject, loser, {"MasterRecordId": master})
        _bin(connection, sobject, loser, moment, user)
    rows.change(connection, sobject, master, rows.stamps(moment, user))
    return losers


def _reparent(
    connection: sqlite3.Connection, sobject: SObject, loser: str, master: str, moment: str, user: str
) -> None:
    for child, field in schema.children_of(sobject):
        if field.name == "MasterRecordId":
            continue
        for child_id in rows.ids_where(connection, child, field.name, loser):
            parent = _parent_after_merge(child, field, child_id, master)
            rows.change(connection, child, child_id, {field.name: parent, **rows.stamps(moment, user)})


def _parent_after_merge(child: SObject, field: Field, child_id: str, master: str) -> str | None:
    """Return the master. Return ``None`` if the child is the master, because no record is its own parent."""
    own = schema.SOBJECTS[field.reference_to] is child and child_id == master
    return None if own else master
