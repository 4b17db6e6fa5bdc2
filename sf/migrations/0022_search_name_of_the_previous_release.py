"""Restore ``search_name`` and its two indexes in databases whose 0008 dropped them. Other databases do not change.

An earlier form of 0008 dropped them. During an upgrade release 0.1.0 answers from these tables, and its search for
schools needs all three. The release after 0.2.0 drops them (docs/decisions/expand-and-contract.md).
"""

from django.db import migrations

COLUMN = """
    ALTER TABLE sf_account
        ADD COLUMN IF NOT EXISTS search_name text GENERATED ALWAYS AS (sf_searchable(name)) STORED
"""
PARTS = """
    CREATE INDEX CONCURRENTLY IF NOT EXISTS account_search_name
        ON sf_account USING gin (search_name gin_trgm_ops) WHERE NOT is_deleted
"""
ORDER = """
    CREATE INDEX CONCURRENTLY IF NOT EXISTS account_search_order
        ON sf_account (search_name COLLATE "C", id) WHERE NOT is_deleted
"""


class Migration(migrations.Migration):
    dependencies = [("sf", "0021_operator_actions")]

    atomic = False
    operations = [migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in (COLUMN, PARTS, ORDER)]
