"""After a full sync, the cache equals Salesforce in every row and column, except rows that are newer here.

An incremental sync misses only changed formulas and purged records.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from sf.ingest import loading
from sf.models import Account, Adoption, Book, Contact, Opportunity, RefusedRecord, SyncRun
from sf.reads.common_words import load_shares_of_words
from tests.api import records
from tests.sf.cache import assert_equal, sync
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("threshold", "transport"), [(10**9, "rest"), (1, "bulk")])
def test_full_sync_equals_salesforce(simulator: Simulator, settings: Any, threshold: int, transport: str) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    sync()
    assert assert_equal(simulator) > 500
    assert set(SyncRun.objects.values_list("transport", flat=True)) == {transport}
    assert not RefusedRecord.objects.exists()


@pytest.mark.parametrize("threshold", [10**9, 1])
def test_second_full_sync_writes_nothing(simulator: Simulator, settings: Any, threshold: int) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    sync()
    before = _row_versions()
    sync(force=True)
    assert _row_versions() == before
    last = SyncRun.objects.filter(object="adoptions").first()
    assert last is not None
    assert (last.mode, last.inserted, last.updated, last.soft_deleted) == ("full", 0, 0, 0)
    assert last.unchanged == last.rows_read > 0


def test_the_search_for_schools_knows_the_common_words_after_a_sync(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "_ANALYZE_FROM", 1)
    for number in range(30):
        records.school(f"Zyzzyva {number}")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sf_searchedschool")
    assert "university" not in load_shares_of_words(-1)
    Account.all_objects.all().delete()
    sync("sync_accounts")
    assert "university" in load_shares_of_words(-2)


def test_rest_and_bulk_give_the_same_values(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = 10**9
    sync()
    settings.SALESFORCE_BULK_THRESHOLD = 1
    sync(force=True)
    changed = SyncRun.objects.filter(transport="bulk").values_list("object", "inserted", "updated")
    assert {(inserted, updated) for _, inserted, updated in changed} == {(0, 0)}


def test_incremental_sync_updates_a_changed_record(simulator: Simulator) -> None:
    sync()
    school = simulator.ids("Account")[3]
    simulator.edit("Account", school, Name='Café "Õ’Neill", Ltd.\nSecond line', NCESID__c="007")
    sync()
    run = SyncRun.objects.filter(object="accounts").first()
    assert run is not None
    assert (run.mode, run.updated) == ("incremental", 1)
    assert Account.objects.get(id=school).name == 'Café "Õ’Neill", Ltd.\nSecond line'
    assert_equal(simulator)


def test_deletions_undeletions_and_merges_arrive(simulator: Simulator) -> None:
    sync()
    deleted, restored, master, loser = simulator.ids("Contact", "Accounts_UUID__c != null AND FV_Status__c != null")[:4]
    simulator.do("delete", "Contact", deleted)
    simulator.do("delete", "Contact", restored)
    simulator.merge("Contact", master, loser)
    sync()
    assert not Contact.objects.filter(id__in=[deleted, restored, loser]).exists()
    assert Contact.all_objects.get(id=deleted).is_deleted
    simulator.do("undelete", "Contact", restored)
    sync()
    assert Contact.objects.filter(id=restored).exists()
    assert_equal(simulator)


def test_contact_that_leaves_the_filter_leaves_the_cache(simulator: Simulator) -> None:
    sync()
    left, returned = simulator.ids("Contact", "Accounts_UUID__c != null AND FV_Status__c != null")[:2]
    uuid = Contact.objects.get(id=returned).accounts_uuid
    simulator.edit("Contact", left, FV_Status__c=None)
    simulator.edit("Contact", returned, Accounts_UUID__c=None)
    sync()
    assert not Contact.objects.filter(id__in=[left, returned]).exists()
    simulator.edit("Contact", returned, Accounts_UUID__c=uuid)
    sync()
    assert Contact.objects.get(id=returned).accounts_uuid == uuid
    assert_equal(simulator)


def test_adoption_follows_the_contact_of_its_opportunity(simulator: Simulator) -> None:
    sync()
    adoption = Adoption.objects.exclude(opportunity_id=None).exclude(contact_id=None).first()
    assert adoption is not None
    other = Contact.objects.exclude(id=adoption.contact_id).first()
    assert other is not None
    simulator.edit("Opportunity", adoption.opportunity_id, Contact__c=other.id)
    sync()
    adoption.refresh_from_db()
    assert adoption.contact_id == other.id
    assert_equal(simulator)


def test_formula_change_arrives_with_the_next_full_sync(simulator: Simulator) -> None:
    sync()
    record = simulator.ids("Opportunity")[0]
    simulator.set_raw("Opportunity", record, touch=False, LastActivityInDays=4711)
    sync()
    assert Opportunity.objects.get(id=record).last_activity_in_days != 4711
    sync(force=True)
    assert Opportunity.objects.get(id=record).last_activity_in_days == 4711


def test_records_deleted_before_they_were_cached_are_not_inserted(simulator: Simulator) -> None:
    sync()
    book = simulator.create("Book__c", Name="Short Life")
    simulator.do("delete", "Book__c", book)
    sync()
    assert not Book.all_objects.filter(id=book).exists()


def test_full_sync_soft_deletes_purged_records(simulator: Simulator) -> None:
    sync()
    record = simulator.ids("Opportunity")[5]
    simulator.do("delete", "Opportunity", record)
    simulator.do("purge", "Opportunity", record)
    sync()
    assert Opportunity.objects.filter(id=record).exists(), "incremental reads do not return purged records"
    sync(force=True)
    assert Opportunity.all_objects.get(id=record).is_deleted
    assert_equal(simulator)


def test_children_keep_the_id_of_a_parent_that_comes_later(simulator: Simulator) -> None:
    sync("sync_opportunities", "sync_adoptions")
    opportunity = Opportunity.objects.exclude(account_id=None).first()
    assert opportunity is not None
    assert opportunity.account is None
    sync("sync_accounts")
    opportunity = Opportunity.objects.get(id=opportunity.id)
    assert opportunity.account == Account.objects.get(id=opportunity.account_id)


@pytest.mark.parametrize("option", ["force", "forcedelete"])
def test_purged_records_are_removed_after_postgresqls_clock_was_set_back(simulator: Simulator, option: str) -> None:
    sync()
    Opportunity.all_objects.update(local_update_date=Now() + timedelta(days=1))
    record = simulator.ids("Opportunity")[5]
    simulator.do("delete", "Opportunity", record)
    simulator.do("purge", "Opportunity", record)
    sync("sync_opportunities", **{option: True})
    assert not Opportunity.objects.filter(id=record).exists()


def test_force_delete_refills_the_table(simulator: Simulator) -> None:
    sync()
    Account.all_objects.create(id="001000000000000AAA", system_modstamp="2020-01-01T00:00Z", name="Leftover")
    sync("sync_accounts", forcedelete=True)
    assert not Account.all_objects.filter(name="Leftover").exists()
    assert_equal(simulator)


def test_unknown_picklist_values_are_cached_as_they_are(simulator: Simulator) -> None:
    sync()
    record = simulator.ids("Contact", "Accounts_UUID__c != null AND FV_Status__c != null")[0]
    simulator.set_raw("Contact", record, FV_Status__c="never seen before")
    sync()
    assert Contact.objects.get(id=record).verification_status == "never seen before"


def test_newer_local_rows_are_not_overwritten(simulator: Simulator) -> None:
    sync()
    account = Account.objects.all()[0]
    Account.objects.filter(id=account.id).update(name="written here", system_modstamp="2999-01-01T00:00Z")
    sync(force=True)
    assert Account.objects.get(id=account.id).name == "written here"


def test_a_changed_declaration_leads_to_a_full_read(simulator: Simulator) -> None:
    sync()
    SyncRun.objects.update(fingerprint="of an older release")
    sync("sync_accounts")
    run = SyncRun.objects.filter(object="accounts").first()
    assert run is not None
    assert run.mode == "full"


def _row_versions() -> set[tuple[str, str]]:
    """Return each row's id with its position and transaction, which change whenever the row is written."""
    from django.db import connection

    versions: set[tuple[str, str]] = set()
    with connection.cursor() as cursor:
        for model in (Account, Contact, Opportunity, Adoption, Book):
            cursor.execute(f"SELECT id, ctid::text || xmin::text FROM {model._meta.db_table}")
            versions |= set(cursor.fetchall())
    return versions
