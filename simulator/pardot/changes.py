"""Changes to Pardot's records, by the API and by the control server.

With ``lag_seconds`` set, a change becomes visible only after this time, because the real Pardot reads from a cache. A
stamp that the change sets is the time of the change itself, not the time at which it becomes visible.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from simulator.pardot.errors import PardotError
from simulator.pardot.objects import TAGGED_OBJECTS, Field, FieldType, PardotObject

if TYPE_CHECKING:
    from simulator.pardot.settings import PardotSettings
    from simulator.store import Store

Change = Callable[[sqlite3.Connection], None]

_PYTHON_TYPES: dict[FieldType, type] = {"integer": int, "boolean": bool, "string": str, "datetime": str}


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


class Changes:
    """Writes to the Pardot tables of one store. Safe to use from many threads, because it has no state."""

    def __init__(self, store: Store, settings: PardotSettings) -> None:
        self._store = store
        self._settings = settings

    def apply_due(self) -> None:
        """Write the changes that are old enough. Each API call does this before it reads or writes."""
        cache = self._settings.cache
        if not cache.waiting:
            return
        with cache.lock:
            due = time.time() - self._settings.lag_seconds
            while cache.waiting and cache.waiting[0][0] <= due:
                self._write(cache.waiting.popleft()[1])

    def add(self, pardot_object: PardotObject, values: Mapping[str, Any]) -> int:
        """Add a record, and return its id. Raises error 154 for a field or value that cannot be stored."""
        stamps: dict[str, Any] = {name: now() for name in ("createdAt", "updatedAt") if name in pardot_object.by_name}
        defaults: dict[str, Any] = {field.name: False for field in pardot_object.columns if field.type == "boolean"}
        record_id = int(values.get("id") or self._next_id(pardot_object))
        row = _columns(pardot_object, {**defaults, **stamps, **values, "id": record_id})
        names, places = ", ".join(row), ", ".join("?" * len(row))
        statement = f"INSERT INTO {pardot_object.table} ({names}) VALUES ({places})"
        self._make(lambda connection: _execute(connection, statement, row.values()))
        return record_id

    def edit(
        self, pardot_object: PardotObject, record_id: int, values: Mapping[str, Any], *, touch: bool = True
    ) -> None:
        """Set fields. With ``touch``, also set ``updatedAt`` to now, unless ``values`` contain it."""
        stamped = {"updatedAt": now()} if touch and "updatedAt" in pardot_object.by_name else {}
        row = _columns(pardot_object, {**stamped, **values})
        sets = ", ".join(f"{column} = ?" for column in row)
        statement = f"UPDATE {pardot_object.table} SET {sets} WHERE id = ?"
        self._make(lambda connection: _execute(connection, statement, (*row.values(), record_id)))

    def delete(self, pardot_object: PardotObject, record_id: int) -> None:
        """Move the record to the recycle bin if there is one, otherwise remove it."""
        if pardot_object.recycle_bin:
            self.edit(pardot_object, record_id, {"isDeleted": True})
        else:
            self.purge(pardot_object, record_id)

    def purge(self, pardot_object: PardotObject, record_id: int) -> None:
        """Remove the record. A tag is removed from all objects too."""
        statement = f"DELETE FROM {pardot_object.table} WHERE id = ?"
        self._make(lambda connection: _execute(connection, statement, (record_id,)))
        if pardot_object.path == "tags":
            untag = f"DELETE FROM {TAGGED_OBJECTS.table} WHERE tag_id = ?"
            self._make(lambda connection: _execute(connection, untag, (record_id,)))

    def untag(self, tag_id: int, object_type: str, object_id: int) -> None:
        statement = (
            f"DELETE FROM {TAGGED_OBJECTS.table} WHERE tag_id = ? AND object_type = ? COLLATE NOCASE AND object_id = ?"
        )
        self._make(lambda connection: _execute(connection, statement, (tag_id, object_type, object_id)))

    def withhold(self, pardot_object: PardotObject, record_ids: Iterable[int], *, withheld: bool) -> None:
        """Hide records from the API user, or show them again. This happens at once, even with a lag."""
        statement = f"UPDATE {pardot_object.table} SET withheld = ? WHERE id = ?"
        rows = [(int(withheld), record_id) for record_id in record_ids]
        with self._store.writing() as connection:
            connection.executemany(statement, rows)

    def exists(self, pardot_object: PardotObject, record_id: int) -> bool:
        query = f"SELECT 1 FROM {pardot_object.table} WHERE id = ?"
        return self._store.connection().execute(query, (record_id,)).fetchone() is not None

    def _make(self, change: Change) -> None:
        if not self._settings.lag_seconds:
            self._write(change)
            return
        with self._settings.cache.lock:
            self._settings.cache.waiting.append((time.time(), change))

    def _write(self, change: Change) -> None:
        with self._store.writing() as connection:
            change(connection)

    def _next_id(self, pardot_object: PardotObject) -> int:
        """Return an id above all ids in the table and above the ids returned before."""
        query = f"SELECT coalesce(max(id), 1000) FROM {pardot_object.table}"
        last_ids = self._settings.cache.last_ids
        with self._settings.cache.lock:
            (highest,) = self._store.connection().execute(query).fetchone()
            last_ids[pardot_object.path] = max(highest, last_ids.get(pardot_object.path, 0)) + 1
            return last_ids[pardot_object.path]


def _execute(connection: sqlite3.Connection, statement: str, values: Iterable[Any]) -> None:
    connection.execute(statement, tuple(values))


def _columns(pardot_object: PardotObject, values: Mapping[str, Any]) -> dict[str, Any]:
    """Convert API names and values to columns and SQLite's values.

    Raises error 154 for an unknown or computed field, or a value of the wrong type.
    """
    columns = {}
    for name, value in values.items():
        field = pardot_object.by_name.get(name)
        if field is None or field.expression:
            raise PardotError(154, name)
        columns[field.column] = _to_stored(field, value)
    return columns


def _to_stored(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if type(value) is not _PYTHON_TYPES[field.type]:
        raise PardotError(154, field.name)
    return int(value is True) if field.type == "boolean" else value
