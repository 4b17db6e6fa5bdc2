"""Rollups equal a naive count of the raw activities after first, incremental and full reads."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, timedelta
from typing import Any

import pytest

from pardot.models import AssetActivityDay, EntityState, ProspectEngagement, VisitorActivity
from pardot.pipeline.after_change import change_value
from pardot.scoring.scorecard import load_current_scorecard
from pardot.sync import rollups
from tests.pardot.remote import Pardot, camp_sync

pytestmark = pytest.mark.django_db(transaction=True)

KINDS = {
    "campaigns": "campaign_id",
    "forms": "form_id",
    "form_handlers": "form_handler_id",
    "landing_pages": "landing_page_id",
    "custom_redirects": "custom_redirect_id",
    "emails": "email_id",
    "list_emails": "list_email_id",
}


def count_activities() -> Counter[tuple[Any, ...]]:
    counts: Counter[tuple[Any, ...]] = Counter()
    for activity in VisitorActivity.objects.all():
        assert activity.created_at is not None
        day = activity.created_at.astimezone(UTC).date()
        counts.update(
            (day, kind, getattr(activity, name), activity.type)
            for kind, name in KINDS.items()
            if getattr(activity, name)
        )
    return counts


def assert_rolled_up() -> None:
    rows = AssetActivityDay.objects.values_list("day", "asset_kind", "asset_id", "type", "count")
    assert {row[:4]: row[4] for row in rows} == count_activities()
    until = EntityState.objects.get(name="activities").complete_until
    since = until - timedelta(days=30)
    recent = VisitorActivity.objects.filter(created_at__gt=since, created_at__lte=until, prospect_id__isnull=False)
    by_prospect = Counter(recent.values_list("prospect_id", flat=True))
    assert dict(ProspectEngagement.objects.values_list("prospect_id", "activity_count")) == by_prospect
    for row in ProspectEngagement.objects.order_by("?")[:20]:
        assert row.last_activity == max(recent.filter(prospect_id=row.prospect_id).values_list("created_at", flat=True))


def test_rollups_follow_every_read(pardot: Pardot) -> None:
    camp_sync("--entities", "activities")
    assert len(count_activities()) > 100
    assert_rolled_up()

    form, prospect = pardot.ids("forms")[0], pardot.ids("prospects")[0]
    pardot.add("visitor-activities", type=4, formId=form, prospectId=prospect)
    camp_sync("--entities", "activities")
    assert_rolled_up()

    for record in pardot.ids("visitor-activities")[:5]:
        pardot.purge("visitor-activities", record)
    camp_sync("--entities", "activities", "--full")
    assert_rolled_up()


def test_only_the_days_that_were_read_are_counted_again(pardot: Pardot) -> None:
    camp_sync("--entities", "activities")
    oldest = AssetActivityDay.objects.order_by("day")[0]
    pardot.add("visitor-activities", type=4, formId=pardot.ids("forms")[0])
    camp_sync("--entities", "activities")
    assert AssetActivityDay.objects.filter(pk=oldest.pk).exists(), "a recomputed row has another key"


def test_activities_older_than_the_retention_leave_the_rollups_too(pardot: Pardot, settings: Any) -> None:
    camp_sync("--entities", "activities")
    rows = AssetActivityDay.objects.count()
    settings.PARDOT_ACTIVITY_RETENTION_DAYS = 100
    camp_sync("--entities", "activities")
    assert AssetActivityDay.objects.count() < rows
    assert_rolled_up()


def test_a_look_back_over_removed_activities_has_no_data(pardot: Pardot, settings: Any) -> None:
    camp_sync("--entities", "forms,activities")
    change_value("activity_lookback_days", 90, by="")
    assert load_current_scorecard().issues["forms_dormant"].count is not None
    settings.PARDOT_ACTIVITY_RETENTION_DAYS = 60
    camp_sync("--entities", "activities")
    settings.PARDOT_ACTIVITY_RETENTION_DAYS = 400
    camp_sync("--entities", "activities")
    assert load_current_scorecard().issues["forms_dormant"].count is None
    camp_sync("--entities", "activities", "--full")
    assert load_current_scorecard().issues["forms_dormant"].count is not None


def test_days_that_follow_each_other_are_counted_together() -> None:
    days = [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 5)]
    assert rollups._join_days(days) == [(days[0], days[1]), (days[2], days[2])]
