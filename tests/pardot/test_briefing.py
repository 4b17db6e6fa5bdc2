"""``/briefing`` (today, yesterday, a week ago) and ``/sf-health``."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pardot.catalog.entities import ASSETS, Tier
from pardot.configuration.values import set_value
from pardot.models import DailySnapshot
from sf.models import SyncRun
from tests.api.conftest import anonymous, cookies, super_user, user  # noqa: F401 - fixtures
from tests.pardot.score_factories import (
    NOW,
    TODAY,
    exempt,
    finish_sync,
    form,
    health,
    mailing_list,
    mark_read,
    member,
    read_everything,
    snapshot,
)

# ruff: noqa: F811 - fixtures that are imported

pytestmark = pytest.mark.django_db

URL = "/api/v1/pardot/briefing"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the current time: ``clock(moment)``."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_to(NOW)
    return set_to


@pytest.fixture
def briefing(clock: Any, super_user: Client) -> Any:
    def ask() -> dict[str, Any]:
        answer = super_user.get(URL)
        assert answer.status_code == 200
        body: dict[str, Any] = answer.json()
        return body

    return ask


def test_scores_and_counts_are_null_instead_of_zero_before_the_first_sync(briefing: Any) -> None:
    body = briefing()
    assert (body["date"], body["tier"]) == ("2026-06-30", 0)
    assert (body["health_score"], body["grade"], body["audited_at"]) == (None, None, None)
    assert set(body["sf_health"].values()) == {None}
    assert set(body["assets"].values()) == {None}
    assert (body["yesterday"], body["last_week"], body["change_since_yesterday"]) == (None, None, None)
    assert (body["camp_day"], body["camp_days_total"], body["days_until_camp"]) == (None, None, None)


def test_the_briefing_has_score_inventory_and_coverage(briefing: Any) -> None:
    form(), form(), mailing_list()
    health(1, 1, 1, 1, when=NOW - timedelta(days=1))
    health(6_000, 2_000, 1_000, 5)
    read_everything()
    finish_sync(Tier.SURVEY)
    body = briefing()
    assert (body["health_score"], body["grade"]) == (100, "A")
    assert body["assets"] == {
        "campaigns": 0, "lists": 1, "forms": 2, "landing_pages": 0, "list_emails": 0, "custom_redirects": 0,
        "folders": 0, "tags": 0, "tagged_objects": 0,
    }  # fmt: skip
    assert body["sf_health"] == {
        "total_leads": 6_000, "total_contacts": 2_000, "leads_with_pardot": 1_000, "contacts_with_pardot": 5,
        "total_sf": 8_000, "total_linked": 1_005,
        "coverage_pct": 12.6,  # 12.5625
        "captured_at": "2026-06-30T15:00:00Z",
    }  # fmt: skip


def test_sf_health_is_the_latest_count(super_user: Client) -> None:
    url = "/api/v1/pardot/sf-health"
    assert set(super_user.get(url).json().values()) == {None}
    health(0, 0, 0, 0)
    assert super_user.get(url).json()["coverage_pct"] is None, "without leads and contacts there is no percentage"
    health(1, 1, 1, 0, when=NOW + timedelta(hours=1))
    assert super_user.get(url).json()["coverage_pct"] == 50
    health(4, 0, 1, 0)
    assert super_user.get(url).json()["coverage_pct"] == 25, "counted after the clock was set back"


def test_yesterday_and_last_week_are_one_and_seven_days_ago_when_both_have_snapshots(briefing: Any) -> None:
    mark_read("forms")
    finish_sync()
    for days, score in ((1, 91), (2, 92), (6, 96), (7, 97), (8, 98)):
        snapshot(TODAY - timedelta(days=days), health_score=score, total_leads=3, total_contacts=0,
                 leads_with_pardot=1, contacts_with_pardot=0)  # fmt: skip
    body = briefing()
    assert (body["yesterday"]["day"], body["yesterday"]["health_score"]) == ("2026-06-29", 91)
    assert (body["last_week"]["day"], body["last_week"]["health_score"]) == ("2026-06-23", 97)
    assert (body["change_since_yesterday"], body["change_since_last_week"]) == (9, 3)
    assert body["yesterday"]["coverage_pct"] == 33.3


@pytest.mark.parametrize(
    ("kept", "last", "last_week"),
    [
        ((3, 8, 9), 3, 8),  # without the last two nights and the night a week ago
        ((2, 6), 2, None),
        ((40,), 40, 40),
        ((0,), None, None),  # only today's snapshot
    ],
)
def test_after_missed_nights_the_latest_snapshot_before_them_is_compared(
    briefing: Any, kept: tuple[int, ...], last: int | None, last_week: int | None
) -> None:
    mark_read("forms")
    finish_sync()
    for days in kept:
        DailySnapshot.objects.update_or_create(
            day=TODAY - timedelta(days=days), defaults={"tier": 1, "health_score": 100 - days}
        )
    body = briefing()
    for name, change, days_ago in (
        ("yesterday", "change_since_yesterday", last),
        ("last_week", "change_since_last_week", last_week),
    ):
        day = body[name] and body[name]["day"]
        assert day == (None if days_ago is None else str(TODAY - timedelta(days=days_ago)))
        assert body[change] == days_ago  # the score is 100 now


@pytest.mark.parametrize(
    ("zone", "moment", "today"),
    [
        ("America/Chicago", datetime(2026, 7, 1, 4, 59, tzinfo=UTC), date(2026, 6, 30)),
        ("America/Chicago", datetime(2026, 7, 1, 5, 0, tzinfo=UTC), date(2026, 7, 1)),
        ("Pacific/Auckland", datetime(2026, 6, 30, 12, 0, tzinfo=UTC), date(2026, 7, 1)),
    ],
)
def test_days_begin_and_end_in_the_installations_time_zone(
    briefing: Any, clock: Any, settings: Any, zone: str, moment: datetime, today: date
) -> None:
    settings.TIME_ZONE = zone
    clock(moment)
    for days in range(3):
        snapshot(today - timedelta(days=days))
    body = briefing()
    assert (body["date"], body["yesterday"]["day"]) == (str(today), str(today - timedelta(days=1)))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-06-28", "2026-07-04", (3, 7, None)),
        ("2026-06-30", "2026-06-30", (1, 1, None)),
        ("2026-06-20", "2026-06-30", (11, 11, None)),
        ("2026-07-01", "2026-07-10", (None, 10, 1)),
        ("2026-06-01", "2026-06-29", (None, 29, None)),
    ],
)
def test_the_briefing_has_the_day_of_camp_or_the_days_until_it(
    briefing: Any, start: str, end: str, expected: tuple[Any, ...]
) -> None:
    set_value("camp_dates", {"start": start, "end": end}, by="test")
    body = briefing()
    assert (body["camp_day"], body["camp_days_total"], body["days_until_camp"]) == expected


def test_the_tier_follows_from_the_entities_that_were_read(briefing: Any) -> None:
    names = [entity.name for entity in ASSETS]
    mark_read(*names[1:])
    assert briefing()["tier"] == 0
    mark_read(names[0])
    assert briefing()["tier"] == 1
    SyncRun.objects.create(object="prospects", mode="sample", state="failed")
    assert briefing()["tier"] == 1
    SyncRun.objects.create(object="prospects", mode="sample", state="done")
    assert briefing()["tier"] == 2
    mark_read("prospects")
    assert briefing()["tier"] == 2
    mark_read("activities")
    assert briefing()["tier"] == 3


def test_the_number_of_queries_does_not_grow(super_user: Client, django_assert_max_num_queries: Any) -> None:
    def assert_few_queries() -> None:
        # caller, summaries, exemptions, team, configuration, states, sample, snapshots, counts of Salesforce
        with django_assert_max_num_queries(10):
            assert super_user.get(URL).status_code == 200

    assert_few_queries()
    for number in range(20):
        exempt(form())
        member(f"Person {number}", "forms")
        health(number, 1, 0, 0)
        snapshot(TODAY - timedelta(days=number))
    read_everything()
    finish_sync()
    assert_few_queries()
