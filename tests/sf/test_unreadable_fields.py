"""When the API user loses access to a field, its column keeps its values, and operators are notified."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from sf.models import Adoption, CachedOrg, Contact, SyncRun, UnreadableField
from tests.sf.cache import assert_equal, in_cache, in_salesforce, last_run, sync
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

REST, BULK = 10**9, 1


def hide(simulator: Simulator, sobject: str, field: str) -> None:
    simulator.post(f"/fields/{sobject}/{field}/hide")


def show(simulator: Simulator, sobject: str, field: str) -> None:
    simulator.post(f"/fields/{sobject}/{field}/show")


def some_contact() -> str:
    return str(Contact.objects.filter(position__isnull=False).values_list("pk", flat=True).order_by("pk")[0])


@pytest.mark.parametrize("threshold", [REST, BULK], ids=["REST", "Bulk"])
@pytest.mark.parametrize(
    "options", [{}, {"force": True}, {"forcedelete": True}], ids=["incremental", "full", "replacement"]
)
def test_an_unreadable_column_keeps_its_values_and_the_others_are_updated(
    simulator: Simulator, settings: Any, threshold: int, options: dict[str, bool]
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    sync("sync_contacts")
    contact = some_contact()
    before = in_cache(Contact)
    simulator.set_raw("Contact", contact, FirstName="Changed", Position__c="Hidden by now")
    hide(simulator, "Contact", "Position__c")
    sync("sync_contacts", **options)
    after = in_cache(Contact)
    assert after[contact]["first_name"] == "Changed"
    assert {key: row["position"] for key, row in after.items()} == {key: row["position"] for key, row in before.items()}
    show(simulator, "Contact", "Position__c")
    expected = in_salesforce(simulator, Contact)
    for key, row in after.items():
        assert row | {"position": None} == expected[key] | {"position": None}


def test_an_unreadable_column_does_not_keep_values_of_the_previous_org(simulator: Simulator) -> None:
    sync("sync_contacts")
    hide(simulator, "Contact", "Position__c")
    CachedOrg.objects.update(to_replace=["contacts"])
    sync("sync_contacts")
    assert not Contact.objects.exclude(position=None).exists()
    assert CachedOrg.objects.get().to_replace == []


def test_a_field_is_read_again_once_its_permission_is_back(simulator: Simulator) -> None:
    """The field is also read in unchanged records. An incremental read would not return them."""
    sync("sync_contacts")
    contact = some_contact()
    hide(simulator, "Contact", "Position__c")
    sync("sync_contacts")
    simulator.set_raw("Contact", contact, touch=False, Position__c="New position")
    sync("sync_contacts")
    assert in_cache(Contact)[contact]["position"] != "New position"
    show(simulator, "Contact", "Position__c")
    sync("sync_contacts")
    assert_equal(simulator, Contact)
    assert not UnreadableField.objects.exists()
    assert last_run("contacts").mode == SyncRun.Mode.FULL
    sync("sync_contacts")
    assert last_run("contacts").mode == SyncRun.Mode.INCREMENTAL


def test_a_record_first_read_while_a_field_is_hidden_has_no_value_until_the_field_is_readable(
    simulator: Simulator,
) -> None:
    sync("sync_contacts")
    contact = simulator.create(
        "Contact", LastName="New", FV_Status__c="confirmed_faculty", Position__c="There",
        Accounts_UUID__c="11111111-1111-4111-8111-111111111111",
    )  # fmt: skip
    hide(simulator, "Contact", "Position__c")
    sync("sync_contacts")
    assert in_cache(Contact)[contact]["position"] is None
    show(simulator, "Contact", "Position__c")
    sync("sync_contacts")
    assert in_cache(Contact)[contact]["position"] == "There"


def test_an_unreadable_field_of_a_parent_keeps_its_values_too(simulator: Simulator) -> None:
    """An adoption's contact is a field of its opportunity."""
    sync("sync_all")
    before = {key: row["contact_id"] for key, row in in_cache(Adoption).items()}
    hide(simulator, "Opportunity", "Contact__c")
    sync("sync_adoptions", force=True)
    assert {key: row["contact_id"] for key, row in in_cache(Adoption).items()} == before
    show(simulator, "Opportunity", "Contact__c")
    sync("sync_adoptions")
    assert_equal(simulator, Adoption)


@pytest.mark.parametrize("field", ["SystemModstamp", "FV_Status__c", "Accounts_UUID__c"])
def test_a_read_fails_without_a_field_that_it_needs(simulator: Simulator, field: str) -> None:
    sync("sync_contacts")
    before = in_cache(Contact)
    hide(simulator, "Contact", field)
    with pytest.raises(CommandError):
        sync("sync_contacts")
    assert field in last_run("contacts").message
    assert in_cache(Contact) == before


def test_an_object_that_cannot_be_read_fails_alone(simulator: Simulator) -> None:
    """The object was renamed, or the permission to read it was removed."""
    sync("sync_all")
    simulator.fail("error", path="FROM.Contact", times=None, code="INVALID_TYPE", status=400, message="no Contact")
    simulator.fail("error", path="sobjects/Contact/describe", times=None, code="NOT_FOUND", status=404, message="no")
    with pytest.raises(CommandError, match=r"failed: contacts$"):
        sync("sync_all")
    assert not UnreadableField.objects.exists()


def test_commands_and_healthz_report_an_unreadable_field(simulator: Simulator, client: Client) -> None:
    sync()
    assert client.get("/healthz/").json()["fields"]["unreadable"] == []
    hide(simulator, "Contact", "Position__c")
    output = StringIO()
    call_command("sync_contacts", stdout=output, stderr=output)
    assert "Contact.Position__c" in output.getvalue()
    answer = client.get("/healthz/").json()
    assert answer["fields"]["unreadable"] == ["Contact.Position__c"]
    assert "Read access" in answer["fields"]["remedy"]
    output = StringIO()
    call_command("sync_status", stdout=output)
    assert any("Contact.Position__c" in line and "Read access" in line for line in output.getvalue().splitlines())
    with pytest.raises(CommandError):
        call_command("sf", "check", stdout=output)
    assert "fix  fields of Contact: grant the API user read access to Position__c" in output.getvalue()


def test_describe_is_not_called_while_all_fields_can_be_read(simulator: Simulator) -> None:
    sync("sync_contacts")
    sync("sync_contacts")
    assert simulator.calls_to("describe") == 0


def test_unreadable_fields_alone_make_the_service_degraded_not_unhealthy(simulator: Simulator, client: Client) -> None:
    sync()
    UnreadableField.objects.create(object="contacts", column="position", field="Contact.Position__c")
    answer = client.get("/healthz/")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
