"""Compare the schema of the database with the migrations of this code."""

from __future__ import annotations

from functools import cache

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from outgoing.numbers import format_count

_APPLIED = "SELECT app, name FROM django_migrations"


def find_missing_migrations() -> list[str]:
    """Return the migrations of this code that the database lacks.

    The database may have further migrations, of newer code.
    """
    with connection.cursor() as cursor:
        cursor.execute(_APPLIED)
        applied = {(app, name) for app, name in cursor.fetchall()}
    return sorted(f"{app}.{name}" for app, name in _own_migrations() - applied)


def describe_missing_migrations() -> str:
    """Return a text such as ``1 migration is missing``, or an empty string when none is missing."""
    missing = find_missing_migrations()
    return f"{format_count(len(missing), 'migration is', 'migrations are')} missing" if missing else ""


@cache
def _own_migrations() -> frozenset[tuple[str, str]]:
    """Return the migrations of this code. A squashed migration stands for the migrations that it replaces."""
    return frozenset(MigrationLoader(None).graph.nodes)
