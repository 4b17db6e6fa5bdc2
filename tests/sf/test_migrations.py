"""Migrations that change rows or restore columns."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from sf.models import Contact
from tests.api import records
from tests.api.cookies import UUID

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def migrate_forward_afterwards() -> Iterator[None]:
    """Migrate forward at the end: other tests in this process need the current tables."""
    yield
    call_command("migrate", verbosity=0)


def test_cached_uuids_become_lower_case_and_count_as_changed() -> None:
    loud, quiet = records.contact(), records.contact()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sf_contact SET accounts_uuid = %s WHERE id = %s", [UUID.upper(), loud.id])
    before = dict(Contact.objects.values_list("id", "local_update_date"))
    MigrationExecutor(connection).migrate([("sf", "0006_school_search_order")])
    MigrationExecutor(connection).migrate([("sf", "0007_accounts_uuids_in_lower_case")])
    after = dict(Contact.objects.values_list("id", "local_update_date"))
    assert Contact.objects.get(pk=loud.id).accounts_uuid == UUID
    assert after[loud.id] > before[loud.id]
    assert after[quiet.id] == before[quiet.id]


def test_a_dropped_search_name_column_is_restored_with_its_indexes() -> None:
    indexes = (
        "SELECT indexdef FROM pg_indexes WHERE tablename = 'sf_account' AND indexdef LIKE '%%search_name%%' ORDER BY 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(indexes)
        before = cursor.fetchall()
        MigrationExecutor(connection).migrate([("sf", "0021_operator_actions")])
        cursor.execute("ALTER TABLE sf_account DROP COLUMN search_name")
        MigrationExecutor(connection).migrate([("sf", "0022_search_name_of_the_previous_release")])
        cursor.execute(indexes)
        assert len(before) == 2
        assert cursor.fetchall() == before
