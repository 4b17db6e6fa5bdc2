"""Read cached records in bulk as plain values, page after page, oldest ``local_update_date`` first.

A merge gives thousands of rows the same ``local_update_date``, so a position is that date *and* the id. The index on
both finds the start of any page at once, however deep it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg import sql

from sf.models import CachedRecord


@dataclass(frozen=True)
class Position:
    """The place of a row in the order of reading."""

    local_update_date: datetime
    id: str


@dataclass(frozen=True)
class Selection:
    """The selected rows and columns of a table."""

    model: type[CachedRecord]
    columns: Sequence[str]
    """The names of the columns in the table."""
    equal: Mapping[str, Any] = field(default_factory=dict)
    """The values that rows must have, by column; ``None``: no value."""
    modified_since: datetime | None = None
    """Only rows whose ``local_update_date`` is this moment or later."""
    include_deleted: bool = False


@dataclass(frozen=True)
class Page:
    rows: list[dict[str, Any]]
    end: Position | None
    """The position after which the next page begins; ``None`` on the last page."""


def record_page(selection: Selection, *, after: Position | None, limit: int) -> Page:
    """Return at most ``limit`` rows after the position ``after``."""
    statement = sql.SQL("SELECT {}, local_update_date, id FROM {} WHERE {} ORDER BY local_update_date, id LIMIT {}")
    conditions, values = _build_conditions(selection)
    if after is not None:
        conditions.append(sql.SQL("(local_update_date, id) > (%s, %s)"))
        values += [after.local_update_date, after.id]
    fetched = _fetch(statement, selection, conditions, [*values], limit + 1)
    rows = fetched[:limit]
    end = Position(*rows[-1][-2:]) if len(fetched) > limit else None
    return Page([dict(zip(selection.columns, row, strict=False)) for row in rows], end)


def record_by_id(selection: Selection, record_id: str) -> dict[str, Any] | None:
    """Return one row by its 18-character id, if the selection contains it."""
    statement = sql.SQL("SELECT {} FROM {} WHERE {} LIMIT {}")
    conditions, values = _build_conditions(selection)
    fetched = _fetch(statement, selection, [*conditions, sql.SQL("id = %s")], [*values, record_id], 1)
    return dict(zip(selection.columns, fetched[0], strict=True)) if fetched else None


def _build_conditions(selection: Selection) -> tuple[list[sql.Composable], list[Any]]:
    conditions: list[sql.Composable] = []
    values: list[Any] = []
    if not selection.include_deleted:
        conditions.append(sql.SQL("NOT is_deleted"))
    if selection.modified_since is not None:
        conditions.append(sql.SQL("local_update_date >= %s"))
        values.append(selection.modified_since)
    for column, value in selection.equal.items():
        if value is None:
            conditions.append(sql.SQL("{} IS NULL").format(sql.Identifier(column)))
        else:
            conditions.append(sql.SQL("{} = %s").format(sql.Identifier(column)))
            values.append(value)
    return conditions or [sql.SQL("true")], values


def _fetch(
    statement: sql.SQL, selection: Selection, conditions: Sequence[sql.Composable], values: Sequence[Any], limit: int
) -> list[tuple[Any, ...]]:
    whole = statement.format(
        sql.SQL(", ").join(map(sql.Identifier, selection.columns)),
        sql.Identifier(selection.model._meta.db_table),
        sql.SQL(" AND ").join(conditions),
        sql.Literal(limit),
    )
    with connection.cursor() as cursor:
        cursor.execute(whole, values)
        return list(cursor.fetchall())
