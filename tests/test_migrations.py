"""The newest migrations can be reversed and applied on data. No new index locks a large table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from api.auth.api_keys import create_api_key
from api.domain.scopes import Scope
from tests.sf.cache import sync
from tests.simulated import Simulator

APPS = ("pardot", "api", "sf")
FORGOTTEN = {"api_ratecount"}
"""Tables whose rows a migration may delete; the migration says why."""
BEFORE_THE_FIRST_RELEASE = {("sf", "0002_school_search"), ("pardot", "0003_pages_of_prospects")}
"""Migrations whose indexes lock tables: from before the first release, when no installation had rows."""
SMALL_TABLES = {"pardot_digestdelivery"}
"""Tables that get some rows a day: their index is built within milliseconds."""
INDEX_OF_A_TABLE = re.compile(r'CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY).*? ON "?(\w+)', re.IGNORECASE)
NEW_TABLE = re.compile(r'CREATE (?:UNLOGGED )?TABLE "?(\w+)', re.IGNORECASE)


def migrations(app: str) -> list[str]:
    return sorted(name for label, name in MigrationLoader(None).disk_migrations if label == app)


def rows() -> dict[str, int]:
    with connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            [(counts[table],)] = cursor.fetchall()
    return {table: count for table, count in counts.items() if table.startswith(APPS) and table not in FORGOTTEN}


@pytest.fixture
def in_use(transactional_db: None, simulator: Simulator) -> Iterator[None]:
    sync()
    call_command("camp_sync", "--survey", "--yes", verbosity=0, stdout=StringIO())
    create_api_key(name="test", scopes=[Scope.READ_BOOKS])
    yield
    call_command("migrate", verbosity=0)


@pytest.mark.parametrize("app", APPS)
def test_the_newest_migration_goes_back_and_forth_and_loses_no_row(in_use: None, app: str) -> None:
    before, (*_, previous, _newest) = rows(), migrations(app)
    call_command("migrate", app, previous, verbosity=0)
    back = rows()
    call_command("migrate", app, verbosity=0)
    assert sum(back.values()) > 1_000
    assert back == {table: count for table, count in before.items() if table in back}
    after = rows()
    assert {table: after[table] for table in back} == back


@pytest.mark.django_db(transaction=True)  # AddIndexConcurrently allows no transaction, not even to print its SQL
def test_an_index_on_a_table_that_exists_does_not_lock_it() -> None:
    """An index on an existing table, unless it is small, is built concurrently, with ``atomic = False``."""
    locking = set()
    for app in APPS:
        for name in migrations(app)[1:]:
            output = StringIO()
            call_command("sqlmigrate", app, name, stdout=output)
            statements = re.sub(r"^--.*$", "", output.getvalue(), flags=re.MULTILINE)
            if set(INDEX_OF_A_TABLE.findall(statements)) - {*NEW_TABLE.findall(statements), *SMALL_TABLES}:
                locking.add((app, name))
    assert locking == BEFORE_THE_FIRST_RELEASE
