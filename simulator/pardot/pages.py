"""Answers to queries. SQLite writes the JSON, so a page of 1,000 rows takes only a few milliseconds."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.pardot import tokens
from simulator.pardot.objects import Field, PardotObject
from simulator.pardot.query import Query, parse
from simulator.pardot.settings import PardotSettings
from simulator.pardot.tokens import Position

WITHHELD = "202;Record(s) have been redacted from output due to access rules"
CEILING = "203;Record count for nextPageToken sequence has been exceeded. No page token returned."


@dataclass(frozen=True)
class Page:
    values: str
    """The rows as JSON objects, with commas between them."""
    next_token: str | None
    warnings: tuple[str, ...]
    """For the header ``Pardot-Warning``."""


def first_page(
    connection: sqlite3.Connection,
    pardot_object: PardotObject,
    fields: tuple[Field, ...],
    params: Mapping[str, str],
    settings: PardotSettings,
) -> Page:
    """Return the first page of a query. ``params`` are the URL's parameters without ``fields``."""
    start = Position(pardot_object.path, dict(params), (None, 0), 0)
    return _page(connection, parse(pardot_object, params), fields, start, settings)


def next_page(
    connection: sqlite3.Connection,
    pardot_object: PardotObject,
    fields: tuple[Field, ...],
    token: str,
    settings: PardotSettings,
) -> Page:
    """Return the page that begins at the position in ``token``, from the current data."""
    position = tokens.read(token, pardot_object.path, settings)
    return _page(connection, parse(pardot_object, position.params), fields, position, settings)


def one(
    connection: sqlite3.Connection, pardot_object: PardotObject, fields: tuple[Field, ...], record_id: int
) -> tuple[str, bool] | None:
    """Return a record's JSON, and whether the record is in the recycle bin.

    Return ``None`` for a missing or withheld record.
    """
    is_deleted = "t.is_deleted" if pardot_object.recycle_bin else "0"
    row = connection.execute(
        f"SELECT {_json(fields)}, {is_deleted} FROM {pardot_object.table} t WHERE t.id = ? AND NOT t.withheld",
        (record_id,),
    ).fetchone()
    return None if row is None else (row[0], bool(row[1]))


def _page(
    connection: sqlite3.Connection,
    query: Query,
    fields: tuple[Field, ...],
    start: Position,
    settings: PardotSettings,
) -> Page:
    """Return a page. Withheld rows count as rows of the page, so a short page need not be the last page."""
    size = min(query.limit, max(settings.ceiling - start.served, 0))
    rows = _rows(connection, query, fields, start, size + 1)
    shown, more = rows[:size], len(rows) > size
    visible = [row[0] for row in shown if not row[3]]
    warnings = [] if len(visible) == len(shown) else [WITHHELD]
    next_token = None
    served = start.served + len(shown)
    if more and served >= settings.ceiling:
        warnings.append(CEILING)
    elif more or (settings.empty_last_page and shown):
        next_token = tokens.write(Position(start.path, start.params, shown[-1][1:3], served), settings)
    return Page(",".join(visible), next_token, tuple(warnings))


def _rows(
    connection: sqlite3.Connection, query: Query, fields: tuple[Field, ...], start: Position, count: int
) -> list[tuple[str, Any, int, int]]:
    """Return for each row its JSON, its sort key, its id, and whether it is withheld."""
    key = query.order.sort_key
    conditions = [condition.sql for condition in query.conditions]
    values = [value for condition in query.conditions for value in condition.values]
    if start.served:
        if query.order.name == "id":
            # The plus makes SQLite read by id, not by a date index. Ids rise with time, so this is fast.
            conditions = [f"+{condition}" if condition.startswith("t.") else condition for condition in conditions]
        conditions.append(f"({key}, id) {'<' if query.descending else '>'} (?, ?)")
        values += start.after
    where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    direction = "DESC" if query.descending else "ASC"
    return connection.execute(
        f"SELECT {_json(fields)}, {key}, id, withheld FROM {query.object.table} t {where}"
        f"ORDER BY {key} {direction}, id {direction} LIMIT ?",
        (*values, count),
    ).fetchall()


def _json(fields: tuple[Field, ...]) -> str:
    parts = []
    for field in fields:
        value = field.sql
        if field.type == "boolean":
            value = f"json(CASE {value} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END)"
        parts.append(f"'{field.name}', {value}")
    return f"json_object({', '.join(parts)})"
