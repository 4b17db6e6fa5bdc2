"""When Pardot refuses a field, its column keeps its values, and operators are notified."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from pardot.catalog import entities
from pardot.models import Form, Prospect
from pardot.platform.business_unit import forget_copies
from sf.models import SyncRun, UnreadableField
from tests.pardot.remote import Pardot, assert_equal, camp_sync, copied, last_run
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def hide(pardot: Pardot, path: str, *fields: str) -> None:
    pardot.settings(hidden_fields={path: fields})


def show_all(pardot: Pardot) -> None:
    pardot.settings(hidden_fields={})


@pytest.mark.parametrize("full", [(), ("--full",)], ids=["incremental", "full"])
@pytest.mark.parametrize(
    ("entity", "field", "other"),
    [
        (entities.FORMS, "campaignId", "name"),
        (entities.PROSPECTS, "company", "grade"),
        (entities.ACTIVITIES, "formId", "typeName"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_an_unreadable_column_keeps_its_values_and_the_others_are_updated(
    pardot: Pardot, full: tuple[str, ...], entity: entities.PardotEntity, field: str, other: str
) -> None:
    camp_sync("--entities", entity.name)
    before = copied(entity)
    columns = {name: column for column, name in entity.map_columns_to_names().items()}
    record = pardot.ids(entity.path)[-1]
    pardot.edit(entity.path, record, **{other: "Changed"})
    hide(pardot, entity.path, field)
    camp_sync("--entities", entity.name, *full)
    after = copied(entity)
    if full or entity.changes_by != "createdAt":
        assert after[record][columns[other]] == "Changed"
    assert {key: row[columns[field]] for key, row in after.items()} == {
        key: row[columns[field]] for key, row in before.items()
    }
    assert last_run(entity.name).state == "done"


def test_a_field_is_read_again_once_pardot_shows_it_again(pardot: Pardot) -> None:
    """The field is also read in unchanged records. An incremental read would not return them."""
    camp_sync("--entities", "prospects")
    prospect = pardot.ids("prospects")[0]
    hide(pardot, "prospects", "company", "grade")
    camp_sync("--entities", "prospects")
    assert sorted(UnreadableField.objects.values_list("column", flat=True)) == ["company", "grade"]
    assert last_run("prospects").mode == SyncRun.Mode.FULL
    camp_sync("--entities", "prospects")
    assert last_run("prospects").mode == SyncRun.Mode.INCREMENTAL, (
        "both fields are still hidden, so an incremental read is enough"
    )
    pardot.edit_without_stamp("prospects", prospect, company="New company")
    hide(pardot, "prospects", "grade")
    camp_sync("--entities", "prospects")
    assert Prospect.objects.get(pk=prospect).company == "New company"
    show_all(pardot)
    camp_sync("--entities", "prospects")
    assert_equal(pardot, entities.PROSPECTS)
    assert not UnreadableField.objects.exists()


def test_a_field_that_is_refused_only_once_fails_one_run_and_stays_readable(
    pardot: Pardot, simulator: Simulator, settings: Any
) -> None:
    settings.PARDOT_PAGE_SIZE = 5
    camp_sync("--entities", "forms")
    simulator.fail(
        "error", path="objects/forms.*nextPageToken", times=1, code="51", status=400,
        message="Invalid parameter: fields. It contains an invalid or unknown field: campaignId.",
    )  # fmt: skip
    with pytest.raises(CommandError, match="code 51"):
        camp_sync("--entities", "forms")
    assert not UnreadableField.objects.exists(), "the failed run asked again for one row, and Pardot returned the field"
    camp_sync("--entities", "forms")
    assert_equal(pardot, entities.FORMS)


@pytest.mark.parametrize("field", ["id", "createdAt", "updatedAt", "isDeleted"])
def test_a_read_fails_without_a_field_that_it_needs(pardot: Pardot, field: str) -> None:
    camp_sync("--entities", "prospects")
    before = copied(entities.PROSPECTS)
    hide(pardot, "prospects", field)
    with pytest.raises(CommandError, match=field):
        camp_sync("--entities", "prospects")
    assert copied(entities.PROSPECTS) == before
    assert not UnreadableField.objects.exists()


def test_a_hidden_field_fails_the_first_read(pardot: Pardot) -> None:
    hide(pardot, "forms", "campaignId")
    with pytest.raises(CommandError, match="unknown field: campaignId"):
        camp_sync("--entities", "forms")
    assert not Form.objects.exists()


def test_a_sample_continues_without_a_field_unless_the_field_chooses_the_sample(surveyed: Pardot) -> None:
    hide(surveyed, "prospects", "company")
    camp_sync("--scout")
    assert last_run("prospects").state == "done"
    hide(surveyed, "prospects", "score")
    with pytest.raises(CommandError, match="sample of prospects cannot be chosen: the API user may not read score"):
        camp_sync("--scout")


def test_camp_sync_healthz_sync_status_and_sf_check_name_the_field(pardot: Pardot, client: Client) -> None:
    camp_sync("--entities", "forms")
    hide(pardot, "forms", "campaignId")
    message = "Pardot does not show forms.campaignId: was it deleted"
    assert message not in camp_sync("--entities", "lists")
    assert message in camp_sync("--entities", "forms")
    answer = client.get("/healthz/").json()
    assert answer["fields"]["unreadable"] == ["Pardot forms.campaignId"]
    assert "was it deleted, renamed, or taken from the API user's role?" in answer["fields"]["remedy"]
    assert "field-level security" not in answer["fields"]["remedy"]
    output = StringIO()
    call_command("sync_status", stdout=output)
    assert message in output.getvalue()
    with pytest.raises(CommandError):
        call_command("sf", "check", stdout=output)
    assert "unknown field: campaignId" in output.getvalue()


def test_another_business_unit_begins_with_all_fields(pardot: Pardot) -> None:
    UnreadableField.objects.create(object="forms", column="campaign_id", field="Pardot forms.campaignId")
    UnreadableField.objects.create(object="contacts", column="position", field="Contact.Position__c")
    forget_copies()
    assert [row.object for row in UnreadableField.objects.all()] == ["contacts"]
