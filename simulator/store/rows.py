"""Read and write single records by id."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from simulator import schema
from simulator.schema import SObject
from simulator.schema.ids import is_id, make_id, to_18
from simulator.store.errors import RecordError


def sobject_named(name: str) -> SObject:
    """Return the sObject with this name. Raises ``NOT_FOUND`` for an unknown name."""
    sobject = schema.find(name)
    if sobject is None:
        raise RecordError("NOT_FOUND", "The requested resource does not exist")
    return sobject


def checked_id(sobject: SObject, record_id: str) -> str:
    """Return the id as 18 characters. Raises ``MALFORMED_ID`` if it is no id of this sObject."""
    if not is_id(record_id) or record_id[:3] != sobject.prefix:
        raise RecordError("MALFORMED_ID", f"malformed id {record_id}")
    return to_18(record_id)


def load(connection: sqlite3.Connection, sobject: SObject, record_id: str) -> dict[str, Any] | None:
    """Return all fields of the record in SQLite's form; ``None`` when there is no such record."""
    cursor = connection.execute(f'SELECT * FROM "{sobject.name}" WHERE "Id" = ?', (record_id,))
    row = cursor.fetchone()
    if row is None:
        return None
    return dict(zip([column[0] for column in cursor.description], row, strict=True))


def load_alive(connection: sqlite3.Connection, sobject: SObject, record_id: str) -> dict[str, Any]:
    """Return a record. Raises ``NOT_FOUND``, or ``ENTITY_IS_DELETED`` for one in the recycle bin."""
    record = load(connection, sobject, record_id)
    if record is None:
        raise RecordError("NOT_FOUND", "The requested resource does not exist")
    if record.get("IsDeleted"):
        raise RecordError("ENTITY_IS_DELETED", "entity is deleted")
    return record


def insert(connection: sqlite3.Connection, sobject: SObject, values: Mapping[str, Any]) -> None:
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join("?" * len(values))
    connection.execute(f'INSERT INTO "{sobject.name}" ({names}) VALUES ({marks})', [*values.values()])


def change(connection: sqlite3.Connection, sobject: SObject, record_id: str, values: Mapping[str, Any]) -> None:
    if values:
        assignments = ", ".join(f'"{name}" = ?' for name in values)
        connection.execute(f'UPDATE "{sobject.name}" SET {assignments} WHERE "Id" = ?', [*values.values(), record_id])


def remove(connection: sqlite3.Connection, sobject: SObject, record_id: str) -> None:
    connection.execute(f'DELETE FROM "{sobject.name}" WHERE "Id" = ?', (record_id,))


def ids_where(
    connection: sqlite3.Connection, sobject: SObject, field: str, value: str, *, alive: bool = True
) -> list[str]:
    """Return the ids of the records with this value, in ascending order.

    ``alive`` leaves out deleted records. The case of letters matters in id fields, not in text fields. The columns of
    text fields are ``COLLATE NOCASE``, which covers only ASCII letters.
    """
    column, mark = (f'"{field}"', "?") if value.isascii() else (f'casefold("{field}")', "casefold(?)")
    only = ' AND "IsDeleted" = 0' if alive and sobject.soft_deletes else ""
    rows = connection.execute(
        f'SELECT "Id" FROM "{sobject.name}" WHERE {column} = {mark}{only} ORDER BY "Id"', (value,)
    )
    return [str(row[0]) for row in rows]


def next_serial(connection: sqlite3.Connection, sobject: SObject) -> int:
    """Return a serial number that no record of this sObject had before."""
    row = connection.execute(
        "UPDATE simulator_serial SET next = next + 1 WHERE sobject = ? RETURNING next - 1", (sobject.name,)
    ).fetchone()
    return int(row[0])


def new_id(sobject: SObject, serial: int) -> str:
    return make_id(sobject.prefix, serial)


def stamp_text(moment: datetime) -> str:
    """Return the moment in its stored form: whole seconds, like Salesforce's stamps."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def stamps(moment: str, user: str) -> dict[str, str]:
    """Return the values that record the time and the user of a change."""
    return {"LastModifiedDate": moment, "LastModifiedById": user, "SystemModstamp": moment}
