"""Show PostgreSQL's plan for a statement, for tests which claim that an index is used.

PostgreSQL plans by the table's statistics, and the plan for an empty table depends on earlier tests. Therefore a test
first inserts so many rows that a scan would cost more than the index, and updates the statistics. Then it asks for the
plan.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Model


def plan_of(statement: str, values: Any = None) -> str:
    """Return the lines of ``EXPLAIN``; the values fill the statement's placeholders."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}", values)
        return "\n".join(line for (line,) in cursor.fetchall())


def analyze(*models: type[Model]) -> None:
    """Update PostgreSQL's statistics of the tables."""
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
