"""Keep the rows of a survey (``camp_sync --survey``), and restore them for tests that start from it.

A survey takes seconds; restoring its rows takes a tenth of a second.
"""

from __future__ import annotations

from django.db import connection, transaction
from psycopg import sql

from tests.emptying import names_of_tables, with_rows
from tests.pardot.remote import camp_sync

SCHEMA = sql.Identifier("kept_survey")
_STORED = """
    SELECT column_name FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'
"""
"""The columns that can be written; PostgreSQL computes the others."""


class KeptSurvey:
    """The rows of a survey of the simulator's initial state.

    The survey runs on first use.
    """

    def __init__(self) -> None:
        self._tables: list[str] = []

    def put_back(self) -> None:
        if self._tables:
            self._copy()
        else:
            camp_sync("--survey")
            self._keep()

    def _keep(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            self._tables = with_rows(cursor, names_of_tables())
            cursor.execute(sql.SQL("CREATE SCHEMA {}").format(SCHEMA))
            for name in self._tables:
                table = sql.Identifier(name)
                cursor.execute(sql.SQL("CREATE TABLE {}.{} AS TABLE public.{}").format(SCHEMA, table, table))

    def _copy(self) -> None:
        """Restore the rows in one transaction, because foreign keys are checked at its end."""
        with transaction.atomic(), connection.cursor() as cursor:
            for name in self._tables:
                cursor.execute(_STORED, [name])
                columns = sql.SQL(", ").join(sql.Identifier(column) for (column,) in cursor.fetchall())
                table = sql.Identifier(name)
                copy = sql.SQL("INSERT INTO public.{} ({}) SELECT {} FROM {}.{}")
                cursor.execute(copy.format(table, columns, columns, SCHEMA, table))
