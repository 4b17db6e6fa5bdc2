"""Insert rows into a table."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from simulator.schema import FIRST_SERIAL, SOBJECTS
from simulator.schema.ids import make_id, make_ids

Row = tuple[Any, ...]


class Table:
    """Collects rows of one sObject and inserts them many at a time.

    Columns left out are null, or false if boolean.
    """

    def __init__(self, connection: sqlite3.Connection, sobject: str, columns: Sequence[str]) -> None:
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join("?" * len(columns))
        self._insert = f'INSERT INTO "{sobject}" ({names}) VALUES ({marks})'
        self._connection = connection
        self._sobject = sobject
        self._ids = make_ids(SOBJECTS[sobject].prefix, FIRST_SERIAL)
        self.rows: list[Row] = []
        self.id_count = 0
        """The number of ids assigned so far."""

    def next_id(self) -> str:
        self.id_count += 1
        return next(self._ids)

    def id_at(self, index: int) -> str:
        """Return the assigned id with the number ``index``, counted from 0."""
        return make_id(SOBJECTS[self._sobject].prefix, FIRST_SERIAL + index)

    def flush(self) -> None:
        """Insert the collected rows."""
        self._connection.executemany(self._insert, self.rows)
        self.rows.clear()

    def finish(self) -> None:
        """Insert the last rows, and store the serial number of the next new record."""
        self.flush()
        self._connection.execute(
            "INSERT INTO simulator_serial VALUES (?, ?)", (self._sobject, FIRST_SERIAL + self.id_count)
        )
