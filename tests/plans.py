"""Tell how PostgreSQL would run a statement, for tests that claim that an index serves it.

PostgreSQL decides by what it knows of the table. Such a test therefore fills it first, with so many rows that reading
all of them would cost more, and says ``analyze``: what it decides for an empty table depends on the tests before.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Model


def plan_of(statement: str, values: Any = None) -> str:
    """Return the lines of ``EXPLAIN``; the values are for a statement with placeholders."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}", values)
        return "\n".join(line for (line,) in cursor.fetchall())


def analyze(*models: type[Model]) -> None:
    """Let PostgreSQL see how many rows the tables have, and what is in them."""
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
