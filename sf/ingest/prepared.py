"""Prepare frequent statements, so that PostgreSQL parses and plans them less often.

Almost every request runs these statements, and planning a join took five to twenty times as long as running it.
Django's own cursors put values into the text of a statement. The cursors of this module send the values separately, so
the text stays the same and psycopg prepares it. PostgreSQL then parses it once per connection, and after a few runs can
reuse its plan. psycopg prepares nothing when ``prepare_threshold`` is off (``sfapi/database.py``). Behind a pooler that
shares the sessions (``sfapi/postgresql/``), ``open_prepared_cursor`` opens an ordinary cursor, which prepares nothing.
Use ``open_prepared_cursor`` for statements whose best plan does not depend on the values. A value needs a cast where
PostgreSQL cannot infer its type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor
from psycopg.rows import dict_row

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Statement:
    """The text of a statement and the values that are sent with it."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def rows(self) -> Rows:
        """Run the statement, and return each row as a dict by column name."""
        with open_prepared_cursor() as cursor:
            cursor.execute(self.text, self.values)
            rows: Rows = cursor.fetchall()
            return rows


class _LoggedCursor(Cursor[Any]):
    """A cursor that keeps the statement's text where Django's query log (development, tests) looks for it."""

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        self._query = super()._convert_query(query, params)
        return self._query


def open_prepared_cursor() -> CursorWrapper:
    """Open a cursor like ``connection.cursor()`` that prepares its statements and returns rows as dicts."""
    database = connections[DEFAULT_DB_ALIAS]
    database.close_if_health_check_failed()
    database.ensure_connection()
    logged = database.queries_logged
    if getattr(database, "shares_sessions", False):
        cursor: Any = database.connection.cursor(row_factory=dict_row)
    else:
        cursor = (_LoggedCursor if logged else Cursor)(database.connection, row_factory=dict_row)
    return database.make_debug_cursor(cursor) if logged else database.make_cursor(cursor)
