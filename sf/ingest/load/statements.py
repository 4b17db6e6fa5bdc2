"""Run one statement on Django's connection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from psycopg import sql


def execute(statement: sql.Composable, parameters: Sequence[Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def fetch(statement: sql.Composable) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def fetch_all(statement: sql.Composable, parameters: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def value(statement: sql.Composable) -> Any:
    row = fetch(statement)
    assert row is not None
    return row[0]
