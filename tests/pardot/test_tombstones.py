"""Records that were deleted long ago in Salesforce or Pardot are reduced to tombstones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from api.auth.api_keys import create_api_key
from api.domain.scopes import Scope
from pardot.models import Prospect
from sf.ingest import tombstones
from sf.models import Contact
from tests.api.conftest import bearer
from tests.pardot.remote import Pardot, camp_sync
from tests.sf.cache import assert_equal, sync
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

_STAMPS = {"id", "system_modstamp", "is_deleted", "local_create_date", "local_update_date"}


def clean_up(*options: str) -> str:
    output = StringIO()
    call_command("cleanup_logs", *options, stdout=output)
    return output.getvalue()


def cached_contact(simulator: Simulator) -> str:
    return next(iter(Contact.objects.values_list("id", flat=True)))


def delete_and_sync(simulator: Simulator, contact: str, *, days_ago: float) -> None:
    simulator.do("delete", "Contact", contact)
    sync("sync_all")
    Contact.all_objects.filter(id=contact).update(local_update_date=timezone.now() - timedelta(days=days_ago))


def get_record(contact: str) -> dict[str, Any]:
    key = create_api_key(name="copy", scopes=[Scope.READ_RECORDS])
    answer = bearer(key.text).get(f"/api/v1/records/contacts/{contact}/?include_deleted=true")
    assert answer.status_code == 200
    row: dict[str, Any] = answer.json()
    return row


def names_with_values(row: Mapping[str, Any]) -> set[str]:
    return {name for name, value in row.items() if value is not None}


def test_only_the_tombstone_is_served_a_month_after_a_deletion(simulator: Simulator) -> None:
    sync()
    contact = cached_contact(simulator)
    delete_and_sync(simulator, contact, days_ago=29.9)
    clean_up()
    before = get_record(contact)
    assert {"full_name", "email"} <= names_with_values(before)
    Contact.all_objects.filter(id=contact).update(local_update_date=timezone.now() - timedelta(days=30.1))
    assert "Would empty copies of deleted records: contacts 1. Nothing" in clean_up("--dry-run")
    assert get_record(contact)["full_name"] == before["full_name"]
    assert "Emptied copies of deleted records: contacts 1." in clean_up()
    after = get_record(contact)
    assert names_with_values(after) == _STAMPS
    assert (after["is_deleted"], after["system_modstamp"]) == (True, before["system_modstamp"])
    assert after["local_update_date"] > before["local_update_date"]  # a client that keeps a copy sees the row once more
    assert "deleted" not in clean_up()


def test_a_record_in_the_recycle_bin_does_not_fill_its_tombstone_again(simulator: Simulator) -> None:
    sync()
    contact = cached_contact(simulator)
    delete_and_sync(simulator, contact, days_ago=31)
    clean_up()
    for options in ({}, {"force": True}):
        sync("sync_all", **options)
        assert names_with_values(get_record(contact)) == _STAMPS


def test_a_record_that_is_undeleted_is_filled_again(simulator: Simulator) -> None:
    sync()
    contact = cached_contact(simulator)
    delete_and_sync(simulator, contact, days_ago=31)
    clean_up()
    simulator.do("undelete", "Contact", contact)
    sync("sync_all")
    assert Contact.objects.filter(id=contact).exists()
    assert_equal(simulator)


def test_a_contact_whose_verification_status_comes_back_is_filled_again(simulator: Simulator) -> None:
    sync()
    contact = cached_contact(simulator)
    status = Contact.objects.get(id=contact).verification_status
    simulator.edit("Contact", contact, FV_Status__c=None)
    sync("sync_all")  # marks the contact as deleted, because contacts without a status are not copied
    Contact.all_objects.filter(id=contact).update(local_update_date=timezone.now() - timedelta(days=31))
    assert "contacts 1" in clean_up()
    simulator.edit("Contact", contact, FV_Status__c=status)
    sync("sync_all")
    assert_equal(simulator)


def test_all_deleted_rows_and_no_others_are_emptied_across_several_chunks(
    simulator: Simulator, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tombstones, "CHUNK", 2)
    sync()
    ids = list(Contact.objects.values_list("id", flat=True)[:5])
    Contact.all_objects.update(local_update_date=timezone.now() - timedelta(days=400))
    Contact.all_objects.filter(id__in=ids).update(is_deleted=True)
    settings.DELETED_RETENTION_DAYS = 0
    assert "deleted" not in clean_up()
    settings.DELETED_RETENTION_DAYS = 399
    assert "Emptied copies of deleted records: contacts 5." in clean_up()
    assert not Contact.objects.filter(full_name=None).exists()
    assert Contact.all_objects.filter(full_name=None).count() == 5


def test_a_prospect_in_the_recycle_bin_is_emptied_and_filled_again_when_restored(surveyed: Pardot) -> None:
    prospect = surveyed.ids("prospects")[0]
    surveyed.delete("prospects", prospect)
    camp_sync("--survey", "--yes")
    Prospect.objects.filter(id=prospect).update(local_update_date=timezone.now() - timedelta(days=31))
    assert "Emptied copies of deleted records: prospects 1." in clean_up()
    camp_sync("--survey", "--full", "--yes")
    (row,) = Prospect.objects.filter(id=prospect).values()
    assert names_with_values(row) - {"local_create_date", "local_update_date"} == Prospect.kept_when_deleted
    surveyed.post(f"/objects/prospects/{prospect}/undelete")
    camp_sync("--survey", "--yes")
    assert Prospect.objects.get(id=prospect).email
