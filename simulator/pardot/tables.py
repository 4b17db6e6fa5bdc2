"""The tables of the Pardot objects, in the SQLite file that also contains the sObjects."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from simulator.pardot.objects import (
    OBJECTS,
    TAGGED_OBJECTS,
    VISITOR_ACTIVITIES,
    Field,
    FieldType,
    PardotObject,
)

BATCH = 5_000
"""The number of rows given to SQLite at a time, so that memory does not grow with the data."""

# Booleans are 0 and 1. Datetimes are texts in UTC, as the API returns them. Sorted as text, they are in order of time.
_SQL_TYPES: dict[FieldType, str] = {
    "integer": "INTEGER",
    "string": "TEXT",
    "boolean": "INTEGER",
    "datetime": "TEXT",
}

Row = tuple[Any, ...]


def create_tables(connection: sqlite3.Connection) -> None:
    """Create the tables, empty and without indexes."""
    for pardot_object in OBJECTS.values():
        connection.execute(f"CREATE TABLE {pardot_object.table} ({', '.join(_columns(pardot_object))})")


def drop_tables(connection: sqlite3.Connection) -> None:
    for pardot_object in OBJECTS.values():
        connection.execute(f"DROP TABLE IF EXISTS {pardot_object.table}")


def create_indexes(connection: sqlite3.Connection) -> None:
    """Create the indexes for sorting and for look-ups. This is faster after the rows are inserted."""
    for pardot_object in OBJECTS.values():
        for name in pardot_object.sortable:
            if name != "id":
                _index(connection, pardot_object, pardot_object.by_name[name])
    _index(connection, TAGGED_OBJECTS, TAGGED_OBJECTS.by_name["tagId"])
    _index(connection, VISITOR_ACTIVITIES, VISITOR_ACTIVITIES.by_name["prospectId"])


def insert(connection: sqlite3.Connection, pardot_object: PardotObject, rows: Iterable[Row]) -> int:
    """Insert rows, and return their number. A row is a tuple of values for ``pardot_object.columns``."""
    columns = ", ".join(field.column for field in pardot_object.columns)
    places = ", ".join("?" * len(pardot_object.columns))
    statement = f"INSERT INTO {pardot_object.table} ({columns}) VALUES ({places})"
    count = 0
    for batch in _batches(rows):
        connection.executemany(statement, batch)
        count += len(batch)
    return count


def _columns(pardot_object: PardotObject) -> list[str]:
    columns = [
        f"{field.column} {_SQL_TYPES[field.type]}" + (" PRIMARY KEY" if field.name == "id" else "")
        for field in pardot_object.columns
    ]
    # The API user has no access to a withheld row. Pages leave the row out, with a warning.
    return [*columns, "withheld INTEGER NOT NULL DEFAULT 0"]


def _index(connection: sqlite3.Connection, pardot_object: PardotObject, field: Field) -> None:
    table = pardot_object.table
    connection.execute(f"CREATE INDEX IF NOT EXISTS {table}_{field.column} ON {table} ({field.sort_key}, id)")


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        yield batch
