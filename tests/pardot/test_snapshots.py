"""Each day has one snapshot. Later runs update it, but keep figures that they did not read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError

from pardot.catalog.entities import ASSETS, Tier
from pardot.models import DailySnapshot, EntityState, OrphanRun, Prospect, VisitorActivity
from tests.pardot.remote import Pardot, camp_sync
from tests.pardot.score_factories import (
    NOW,
    TODAY,
    finish_sync,
    form,
    health,
    mailing_list,
    make,
    mark_read,
    member,
    prospect,
    read_everything,
    snapshot,
    weigh,
)

pytestmark = pytest.mark.django_db


def test_a_snapshot_has_scores_issues_and_counts() -> None:
    form(), form(), mailing_list(), prospect(), prospect(linked=False)
    member("Ada Example", "forms", "prospects")
    health(60, 40, 20, 5)
    VisitorActivity.objects.create(id=1, type=4, created_at=NOW)
    OrphanRun.objects.create(forms=1, prospects_unlinked=2)
    read_everything()
    weigh(forms_no_campaign=0.1, prospects_unlinked_pct=0.3)
    kept = finish_sync(Tier.SURVEY)
    assert (kept.day, kept.tier, kept.updated_at) == (TODAY, 3, NOW)
    assert kept.area_scores["prospects"] == 85
    assert kept.area_scores["forms"] == 100
    # (85 × ln 3 + 100 × ln 3) ÷ (2 × ln 3) = 92.5
    assert kept.person_scores == {"Ada Example": 93}
    assert kept.issue_counts["forms_no_campaign"] == 2
    assert kept.issue_counts["prospects_unlinked_pct"] == 50
    assert (kept.forms, kept.lists, kept.campaigns, kept.folders, kept.tagged_objects) == (2, 1, 0, 0, 0)
    assert (kept.prospects, kept.prospects_linked, kept.activities, kept.campaign_members) == (2, 1, 1, 0)
    assert (kept.total_leads, kept.total_contacts, kept.leads_with_pardot, kept.contacts_with_pardot) == (60, 40, 20, 5)
    assert kept.orphans == 3


@pytest.mark.django_db(transaction=True)
def test_the_snapshot_of_a_survey_that_could_not_read_pardot_has_tier_0(pardot: Pardot) -> None:
    pardot.fail(201, times=10_000)
    with pytest.raises(CommandError, match="failed"):
        camp_sync("--survey")
    kept = DailySnapshot.objects.get()
    assert (kept.tier, kept.forms, kept.health_score) == (0, None, None)
    assert kept.total_leads is not None, "Salesforce did answer"


def test_values_that_were_never_read_are_null() -> None:
    form(), prospect()
    mark_read("forms")
    kept = finish_sync(None)
    assert (kept.tier, kept.forms, kept.lists, kept.prospects, kept.activities, kept.total_leads) == (
        0, 1, None, None, None, None,
    )  # fmt: skip
    assert (kept.prospects_linked, kept.prospects_active, kept.orphans) == (None, None, None)
    assert kept.area_scores["lists"] is None
    assert kept.issue_counts["forms_dormant"] is None


def test_the_number_of_active_prospects_is_null_until_activities_are_read() -> None:
    prospect()
    mark_read("prospects")
    kept = finish_sync(None)
    assert (kept.prospects, kept.prospects_active) == (1, None)


def test_a_later_run_of_the_day_updates_the_row() -> None:
    mark_read("forms")
    first = finish_sync()
    form()
    later = finish_sync(now=NOW + timedelta(hours=3))
    assert later.pk == first.pk
    assert (later.forms, later.updated_at) == (1, NOW + timedelta(hours=3))
    assert DailySnapshot.objects.count() == 1


def test_a_later_run_of_a_lower_tier_keeps_the_higher_tier_and_its_columns() -> None:
    prospect()
    read_everything()
    finish_sync(Tier.SURVEY)
    kept = finish_sync(Tier.SET_UP, NOW + timedelta(hours=2))
    assert (kept.tier, kept.prospects, kept.activities) == (3, 1, 0)


def test_columns_of_higher_tiers_keep_the_value_of_earlier_days() -> None:
    prospect()
    read_everything()
    OrphanRun.objects.create(forms=4)
    finish_sync(Tier.SURVEY)
    tomorrow = finish_sync(Tier.SET_UP, NOW + timedelta(days=1))
    assert (tomorrow.tier, tomorrow.prospects, tomorrow.activities, tomorrow.orphans) == (1, 1, 0, 4)


def test_columns_of_higher_tiers_keep_the_last_snapshots_value_even_when_tables_are_empty() -> None:
    snapshot(TODAY - timedelta(days=9), prospects=700, orphans=9, health_score=55, issue_counts={"forms_errors": 3})
    mark_read("forms")
    kept = finish_sync()
    assert (kept.prospects, kept.orphans, kept.forms) == (700, 9, 0)
    assert kept.health_score == 100, "the scores are today's"
    assert kept.issue_counts["forms_errors"] is None


def test_a_snapshot_of_tomorrow_is_not_taken_for_an_earlier_one() -> None:
    snapshot(TODAY + timedelta(days=1), prospects=700)
    mark_read("forms")
    assert finish_sync().prospects is None


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("UTC", datetime(2026, 6, 30, 23, 59, tzinfo=UTC), date(2026, 6, 30)),
        ("UTC", datetime(2026, 7, 1, 0, 0, tzinfo=UTC), date(2026, 7, 1)),
        ("America/Chicago", datetime(2026, 7, 1, 4, 59, tzinfo=UTC), date(2026, 6, 30)),
        ("America/Chicago", datetime(2026, 7, 1, 5, 0, tzinfo=UTC), date(2026, 7, 1)),
        ("Pacific/Auckland", datetime(2026, 6, 30, 11, 59, tzinfo=UTC), date(2026, 6, 30)),
        ("Pacific/Auckland", datetime(2026, 6, 30, 12, 0, tzinfo=UTC), date(2026, 7, 1)),
        # Days with an hour that Chicago's clocks repeat (November) or skip (March).
        ("America/Chicago", datetime(2026, 11, 2, 5, 59, tzinfo=UTC), date(2026, 11, 1)),
        ("America/Chicago", datetime(2026, 3, 9, 4, 59, tzinfo=UTC), date(2026, 3, 8)),
    ],
)
def test_the_day_of_a_snapshot_follows_the_installations_time_zone(
    settings: Any, zone: str, moment: datetime, day: date
) -> None:
    settings.TIME_ZONE = zone
    assert finish_sync(now=moment).day == day


def test_an_evening_and_the_next_morning_are_two_days_although_utc_has_one(settings: Any) -> None:
    settings.TIME_ZONE = "America/Chicago"
    evening = finish_sync(now=datetime(2026, 7, 1, 3, 0, tzinfo=UTC))
    morning = finish_sync(now=datetime(2026, 7, 1, 11, 0, tzinfo=UTC))
    assert (evening.day, morning.day) == (date(2026, 6, 30), date(2026, 7, 1))


def test_rows_are_counted_without_the_recycle_bin() -> None:
    prospect()
    Prospect.objects.create(id=77, is_deleted=True)
    make(Prospect, is_deleted=True)
    make(Prospect, is_deleted=None)
    form()
    mark_read("prospects", "forms")
    finish_sync()
    assert dict(EntityState.objects.values_list("name", "rows")) == {"prospects": 2, "forms": 1}


def test_a_snapshot_has_a_column_for_every_asset_type() -> None:
    columns = {field.name for field in DailySnapshot._meta.fields}
    assert {entity.name for entity in ASSETS} <= columns
