"""Run queries on a snapshot of the data."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from typing import Any

from simulator.soql import Statement
from simulator.store.database import Database
from simulator.store.results import QueryResult

_ROWS_A_TURN = 1000
_turn = threading.Lock()
"""Readers take turns, because SQLite releases Python's interpreter lock at every row.

Threads that take the lock from each other at every row are several times slower than threads that take turns.
"""


def run(database: Database, statement: Statement) -> QueryResult:
    """Run a statement. Records are counted at once, and read on demand from the same snapshot."""
    if statement.kind == "records":
        connection = database.borrow()
        total = _bounded(_count(connection, statement), statement)
        rows = _stream(database, connection, statement)
        return QueryResult(statement.sobject, statement.columns, total, "records", rows)
    with database.snapshot() as connection:
        if statement.kind == "count":
            total = _bounded(_count(connection, statement), statement)
            return QueryResult(statement.sobject, [], total, "count", iter(()))
        groups = connection.execute(statement.sql, statement.parameters).fetchall()
    return QueryResult(statement.sobject, statement.columns, len(groups), "aggregate", iter(groups))


def _count(connection: sqlite3.Connection, statement: Statement) -> int:
    return int(connection.execute(statement.count_sql, statement.count_parameters).fetchone()[0])


def _bounded(matching: int, statement: Statement) -> int:
    left = max(0, matching - statement.offset)
    return left if statement.limit is None else min(left, statement.limit)


def _next_rows(cursor: sqlite3.Cursor) -> list[tuple[Any, ...]]:
    with _turn:
        return cursor.fetchmany(_ROWS_A_TURN)


def _stream(database: Database, connection: sqlite3.Connection, statement: Statement) -> Iterator[tuple[Any, ...]]:
    """Yield rows from a snapshot. Give the connection back after the last row, or when a reader stops.

    If no row is ever requested, the connection is not given back. It is closed when the generator is deleted.
    """
    cursor = connection.execute(statement.sql, statement.parameters)
    try:
        while rows := _next_rows(cursor):
            yield from rows
    finally:
        cursor.close()
        database.give_back(connection)
