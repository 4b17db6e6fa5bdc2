"""Empty the test database after a test that commits, faster than Django's ``flush``.

``flush`` truncates all tables and makes content types and permissions again. This takes 170 ms on an idle machine, and
seconds on a busy one. Hundreds of tests write to only a few tables each, so here only tables with rows are truncated.
Content types, permissions and short forms of schools' names are kept, because migrations make them.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase
from psycopg import sql

from sf.models import SchoolShortForm

_KEPT = {model._meta.db_table for model in (ContentType, Permission, SchoolShortForm)}


def empty_tables_with_rows(case: TransactionTestCase | None = None) -> None:
    """Truncate tables that have rows; replaces ``TransactionTestCase._fixture_teardown``."""
    with connection.cursor() as cursor:
        full = [sql.Identifier(name) for name in with_rows(cursor, names_of_tables())]
        if full:
            cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(full)))


def names_of_tables() -> list[str]:
    """Return the names of all models' tables, except those that migrations fill."""
    return sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - _KEPT)


def with_rows(cursor: CursorWrapper, names: Sequence[str]) -> list[str]:
    has_rows = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
    each = [has_rows.format(sql.Literal(name), sql.Identifier(name)) for name in names]
    cursor.execute(sql.SQL(" UNION ALL ").join(each))
    return [row[0] for row in cursor.fetchall()]
