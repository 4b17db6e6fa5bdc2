"""A survey copies everything. After changes in Pardot, a second survey makes the copy equal again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pardot.catalog import entities
from pardot.models import (
    Campaign,
    CampaignMember,
    CampaignMemberCount,
    ContactCategoryScore,
    Form,
    LeadCategoryScore,
    Prospect,
    SalesforceCampaign,
    SalesforceHealth,
    VisitorActivity,
)
from tests.pardot.remote import Pardot, assert_equal, camp_sync, last_run
from tests.sf.cache import assert_equal as assert_cached
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

ROWS_OF_SALESFORCE = (CampaignMember, SalesforceCampaign, LeadCategoryScore, ContactCategoryScore)


def test_a_survey_copies_every_row_of_pardot_and_salesforce(pardot: Pardot, simulator: Simulator) -> None:
    pardot.settings(delay_seconds=0.01)
    camp_sync("--survey")
    assert assert_equal(pardot) > 1000
    assert assert_cached(simulator, *ROWS_OF_SALESFORCE) > 100
    assert_health_is_counted(simulator)
    assert_members_are_counted(simulator)
    assert_campaigns_have_the_dates_of_salesforce()
    assert 1 < pardot.most_open() <= 5


def assert_health_is_counted(simulator: Simulator) -> None:
    health = SalesforceHealth.objects.latest()
    for name, sobject in (("leads", "Lead"), ("contacts", "Contact")):
        assert getattr(health, f"total_{name}") == len(simulator.ids(sobject))
        assert getattr(health, f"{name}_with_pardot") == len(simulator.ids(sobject, "pi__url__c != null"))


def assert_members_are_counted(simulator: Simulator) -> None:
    members = simulator.query("SELECT CampaignId, LeadId, ContactId, HasResponded FROM CampaignMember")
    figures_by_campaign = {
        row.pk: (row.members, row.responded, row.leads, row.contacts) for row in CampaignMemberCount.objects.all()
    }
    for campaign, figures in figures_by_campaign.items():
        own = [member for member in members if member["CampaignId"] == campaign]
        sums = [sum(bool(member[name]) for member in own) for name in ("HasResponded", "LeadId", "ContactId")]
        assert figures == (len(own), *sums)
    assert sum(figures[0] for figures in figures_by_campaign.values()) == len(members) > 0


def assert_campaigns_have_the_dates_of_salesforce() -> None:
    linked = 0
    known = {campaign.id[:15]: campaign for campaign in SalesforceCampaign.objects.all()}
    for campaign in Campaign.objects.all():
        original = known.get((campaign.salesforce_id or "")[:15])
        assert campaign.sf_created_at == (original.created_date if original else None)
        assert campaign.start_date == (original.start_date if original else None)
        linked += original is not None
    assert linked


def change_everything(pardot: Pardot) -> None:
    """Create one, change one and delete one of each kind of asset and of prospects. Create an activity."""
    for entity in entities.ASSETS:
        first, second, *_ = pardot.ids(entity.path)
        name = "objectName" if entity is entities.TAGGED_OBJECTS else "name"
        pardot.edit(entity.path, first, **{name: 'Another name, \u2603 "quoted"'})
        pardot.delete(entity.path, second)
        pardot.add(entity.path, **{name: "new"})
    prospects = pardot.ids("prospects")
    pardot.edit("prospects", prospects[0], score=4711, email=None)
    pardot.delete("prospects", prospects[1])
    pardot.add("prospects", email="new@camp.example", score=3)
    pardot.add("visitor-activities", type=4, prospectId=prospects[0], formId=pardot.ids("forms")[0])


def test_a_second_survey_copies_changes_deletions_and_removed_tags(surveyed: Pardot) -> None:
    change_everything(surveyed)
    surveyed.forget_calls()
    camp_sync("--survey")
    assert_equal(surveyed)
    own = sum(isinstance(entity, entities.PardotEntity) for entity in entities.ALL)
    assert surveyed.calls() <= own + len(entities.ASSETS) + 1, (
        "one call per entity, a second one for each asset type because a row is missing, and one for the quota"
    )
    assert last_run("prospects").mode == "incremental"
    assert last_run("forms").soft_deleted == 1
    assert last_run("activities").rows_read < 50


def test_a_full_survey_removes_purged_rows(surveyed: Pardot) -> None:
    surveyed.purge("prospects", surveyed.ids("prospects")[3])
    surveyed.purge("visitor-activities", surveyed.ids("visitor-activities")[3])
    camp_sync("--survey", "--full")
    assert_equal(surveyed)


@pytest.mark.usefixtures("surveyed")
def test_unchanged_rows_are_not_written() -> None:
    camp_sync("--survey", "--full")
    for entity in (*entities.ASSETS, entities.PROSPECTS, entities.ACTIVITIES):
        run = last_run(entity.name)
        assert (run.inserted, run.updated, run.soft_deleted) == (0, 0, 0), entity.name
        assert run.unchanged == run.rows_read > 0


def test_an_empty_text_is_not_stored_as_null(pardot: Pardot) -> None:
    pardot.edit("lists", pardot.ids("lists")[0], name="", title=None)
    camp_sync("--entities", "lists")
    assert_equal(pardot, entities.LISTS)


@pytest.mark.slow
def test_only_activities_of_the_given_number_of_days_are_read(pardot: Pardot) -> None:
    camp_sync("--survey", "--days", "45")
    earliest = datetime.now(UTC) - timedelta(days=45)
    expected = {row["id"] for row in pardot.rows("visitor-activities")
              if datetime.fromisoformat(row["createdAt"]) >= earliest}  # fmt: skip
    copied_ids = set(VisitorActivity.objects.values_list("id", flat=True))
    assert 0 < len(copied_ids) < len(pardot.ids("visitor-activities"))
    assert abs(len(copied_ids) - len(expected)) <= 2, "an activity may become too old after the sync"
    camp_sync("--survey")
    assert set(VisitorActivity.objects.values_list("id", flat=True)) == copied_ids


def test_a_full_read_of_fewer_days_removes_no_older_activities(surveyed: Pardot) -> None:
    camp_sync("--entities", "activities", "--full", "--days", "5")
    assert_equal(surveyed, entities.ACTIVITIES)


@pytest.mark.usefixtures("surveyed")
def test_activities_older_than_the_retention_are_deleted(settings: Any) -> None:
    settings.PARDOT_ACTIVITY_RETENTION_DAYS = 60
    camp_sync("--survey")
    oldest = VisitorActivity.objects.order_by("created_at").values_list("created_at", flat=True).first()
    assert oldest is not None
    assert timedelta(days=55) < datetime.now(UTC) - oldest < timedelta(days=60, minutes=5)


def test_the_custom_field_is_not_read_without_the_setting(pardot: Pardot, settings: Any) -> None:
    camp_sync("--entities", "prospects")
    assert Prospect.objects.exclude(adoption_json=None).exists()
    Prospect.objects.all().delete()
    settings.PARDOT_ADOPTION_JSON_FIELD = ""
    camp_sync("--entities", "prospects")
    assert last_run("prospects").mode == "full", "the declared fields changed"
    assert Prospect.objects.exists()
    assert not Prospect.objects.exclude(adoption_json=None).exists()


def test_a_change_hidden_by_pardots_cache_is_read_by_the_next_run(pardot: Pardot) -> None:
    camp_sync("--entities", "prospects")
    pardot.settings(lag_seconds=3600)
    pardot.edit("prospects", pardot.ids("prospects")[0], score=1234)
    camp_sync("--entities", "prospects")
    pardot.settings(lag_seconds=0)
    camp_sync("--entities", "prospects")
    assert Prospect.objects.filter(score=1234).count() == 1


@pytest.mark.parametrize("written", ["2026-01-30T22:00:00-07:00", "2026-01-31T10:30:00+05:30", "2026-01-31T05:00:00Z"])
def test_the_offset_of_a_time_does_not_change_the_stored_moment(pardot: Pardot, written: str) -> None:
    form = pardot.ids("forms")[0]
    pardot.edit("forms", form, updatedAt=written)
    camp_sync("--entities", "forms")
    assert Form.objects.get(pk=form).updated_at == datetime(2026, 1, 31, 5, tzinfo=UTC)


@pytest.mark.parametrize("pages", [1, 3])
def test_an_empty_last_page_after_a_token_ends_the_read(
    pardot: Pardot, simulator: Simulator, settings: Any, pages: int
) -> None:
    """Recorded from Pardot: a token that leads to a page without rows and without a token."""
    forms = pardot.ids("forms")
    settings.PARDOT_PAGE_SIZE = len(forms) // pages + 1
    pardot.settings(empty_last_page=True)
    camp_sync("--entities", "forms")
    assert {form.pk for form in Form.objects.all()} == set(forms)
    assert pardot.calls() == pages + 2, "one more for the empty page, and one for the quota"
