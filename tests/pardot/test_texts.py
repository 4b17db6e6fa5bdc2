"""The digest and the progress report, compared word for word, from fixed data.

The texts are in ``tests/pardot/texts/``. To change a text on purpose, delete its file, run this test, and review
the new file.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pardot.configuration.values import set_value
from pardot.domain.areas import Area
from pardot.models import (
    AuditSummary,
    DailySnapshot,
    EntityState,
    Exemption,
    OrphanRun,
    Prospect,
    ProspectEngagement,
    SalesforceHealth,
    Tag,
    TaggedObject,
    Task,
    TeamMember,
)
from pardot.reports.digest import digest
from pardot.reports.digest_facts import digest_facts
from pardot.reports.progress import load_progress_facts, progress
from pardot.reports.wording import format_long_date

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 10, 11, 0, tzinfo=UTC)
TEXTS = Path(__file__).with_name("texts")

PROSPECT_FIGURES: dict[str, Any] = {
    "total": 1200,
    "linked": 1050,
    "as_lead": 400,
    "as_contact": 650,
    "unlinked": 150,
    "unlinked_pct": 12.5,
    "link_rate": 87.5,
    "opted_out": 31,
    "deleted": 9,
    "with_email": 1199,
    "active_30d": 310,
    "scored": 1100,
    "avg_score": 41.3,
    "top_score": 1480,
    "grade_distribution": {"A": 200, "none": 1000},
    "bad_lead_ids": 2,
    "bad_contact_ids": 1,
    "adoption_stuck": 4,
}


def summary(area: Area, items: int, counts: dict[str, int | None], *, complete: bool = True, **figures: Any) -> None:
    AuditSummary.objects.create(
        area=area,
        items=items,
        counts=counts,
        figures=figures,
        is_complete=complete,
        audited_at=NOW,
        activity_until=NOW,
    )


def set_up_camp() -> None:
    """Make the data of tier 1."""
    EntityState.objects.bulk_create(EntityState(name=name, complete_until=NOW) for name in ("tags", "tagged_objects"))
    chain: dict[str, Any] = {"in_campaign": 30, "in_sf_campaign": 28, "orphaned": 2}
    summary(
        Area.CAMPAIGNS,
        50,
        {"empty": 4, "no_sf": 6, "dormant": None, "no_members": 9, "low_response": 1, "ghost": 0},
        with_sf=44,
        missing_sf=6,
    )
    summary(Area.FORMS, 40, {"no_campaign": 8, "dormant": None, "errors": None, "orphan": 2}, **chain)
    summary(Area.LANDING_PAGES, 35, {"no_campaign": 1, "dormant": None, "orphan": 0}, **chain)
    summary(Area.LISTS, 60, {"unnamed": 0, "stale": 12, "stale_1y": 20})
    summary(Area.LIST_EMAILS, 1, {"no_campaign": 0, "no_subject": 0, "orphan": 0}, **(chain | {"in_sf_campaign": 1}))
    summary(Area.CUSTOM_REDIRECTS, 0, {"no_campaign": 0, "dormant": None, "orphan": 0})
    summary(Area.TAGS, 30, {"unused": 3, "low_usage": 1, "duplicate_prefix": 2, "no_naming_convention": 5})
    SalesforceHealth.objects.create(
        captured_at=NOW, total_leads=4000, total_contacts=1000, leads_with_pardot=2500, contacts_with_pardot=900
    )


def scout() -> None:
    """Add the data of tier 2: some prospects, no activities."""
    summary(Area.PROSPECTS, 500, {}, complete=False, **(PROSPECT_FIGURES | {"total": 500, "active_30d": None}))
    best_prospects()


def best_prospects() -> None:
    Prospect.objects.create(id=1, first_name="Ada", last_name="Ekwueme", email="ada@school.example", score=1480)
    Prospect.objects.create(id=2, email="dean@college.example", score=310)
    Prospect.objects.create(id=3, first_name="Gone", last_name="Away", score=9000, is_deleted=True)


def survey() -> None:
    """Add the data of tier 3 (activities, all prospects, orphans), a team, tasks and a triage tag."""
    for area, counts in {
        Area.CAMPAIGNS: {"dormant": 11},
        Area.FORMS: {"dormant": 7, "errors": 3},
        Area.LANDING_PAGES: {"dormant": 0},
    }.items():
        row = AuditSummary.objects.get(area=area)
        row.counts |= counts
        row.save()
    summary(Area.PROSPECTS, 1200, {}, **PROSPECT_FIGURES)
    best_prospects()
    ProspectEngagement.objects.create(prospect_id=1, activity_count=17, last_activity=NOW)
    ProspectEngagement.objects.create(prospect_id=2, activity_count=1, last_activity=NOW)
    OrphanRun.objects.create(captured_at=NOW, forms=2, prospects_crm_gone=13, leads_without_prospect=1)
    ranger = TeamMember.objects.create(name="Robin Ranger", role="Lead", areas=[Area.FORMS, Area.LISTS], order=1)
    TeamMember.objects.create(name="Sam Scout", areas=[Area.CAMPAIGNS, Area.TAGS], order=2)
    Tag.objects.create(id=7, name="Camp: Remove")
    TaggedObject.objects.bulk_create(TaggedObject(id=number, tag_id=7, object_type="Form") for number in (1, 2, 3))
    Task.objects.create(title="Fix the contact form", assignee=ranger, due_date=date(2026, 6, 1))
    Task.objects.create(title="Look at lists", assignee=ranger)
    Task.objects.create(title="Find an owner")
    Task.objects.create(title="Done", status=Task.Status.DONE)


def make_snapshot(day: date) -> None:
    DailySnapshot.objects.create(
        day=day,
        tier=3,
        health_score=94,
        area_scores={"campaigns": 97, "forms": 99, "lists": 90, "prospects": None},
        issue_counts={"forms_no_campaign": 3, "campaigns_no_members": 12, "prospects_unlinked_pct": 12.5},
        total_leads=4000,
        total_contacts=1000,
        leads_with_pardot=2000,
        contacts_with_pardot=900,
    )


def camp(start: str, end: str) -> None:
    set_value("camp_dates", {"start": start, "end": end}, by="test")


def assert_text(name: str, text: str) -> None:
    file = TEXTS / f"{name}.txt"
    if not file.exists():
        file.write_text(text)
        pytest.fail(f"{file.name} is new: review it, then run this test again")
    assert text == file.read_text()


def test_digest_and_progress_equal_their_files_before_the_first_sync() -> None:
    assert_text("digest_no_data", digest(digest_facts(NOW)))
    assert_text("progress_no_data", progress(load_progress_facts(NOW)))


def test_without_camp_dates_and_snapshots_the_digest_of_tier_1_equals_its_file() -> None:
    set_up_camp()
    assert_text("digest_tier_1", digest(digest_facts(NOW)))


def test_the_digest_of_tier_2_equals_its_file_before_camp() -> None:
    set_up_camp()
    scout()
    camp("2026-06-11", "2026-06-20")
    assert_text("digest_tier_2", digest(digest_facts(NOW)))


def test_digest_and_progress_of_tier_3_equal_their_files_during_camp() -> None:
    set_up_camp()
    survey()
    make_snapshot(date(2026, 6, 9))
    camp("2026-06-08", "2026-06-20")
    assert_text("digest_tier_3", digest(digest_facts(NOW)))
    assert_text("progress_tier_3", progress(load_progress_facts(NOW)))


@pytest.mark.parametrize(
    ("today", "last", "since"),
    [
        (date(2026, 6, 10), date(2026, 6, 9), "since yesterday"),
        (date(2026, 6, 8), date(2026, 6, 5), "since Friday"),
        (date(2026, 6, 8), date(2026, 6, 6), "since Saturday"),
        (date(2026, 6, 8), date(2026, 6, 7), "since yesterday"),
        (date(2026, 6, 8), date(2026, 6, 1), "since Mon, Jun 1"),
        (date(2026, 6, 10), date(2026, 6, 8), "since Mon, Jun 8"),
        (date(2026, 1, 5), date(2025, 12, 30), "since Tue, Dec 30, 2025"),
    ],
)
def test_the_digest_names_the_day_that_it_compares_with(today: date, last: date, since: str) -> None:
    set_up_camp()
    make_snapshot(last)
    text = digest(digest_facts(datetime(today.year, today.month, today.day, 11, tzinfo=UTC)))
    assert f"\nChanged {since}\n- Linked campaigns without members: 9 (was 12)\n" in text
    assert re.search(rf"- 9\d \(A\), up \d {since}\n", text)


def test_the_digest_counts_no_exempt_tag_in_any_section() -> None:
    set_up_camp()
    Tag.objects.create(id=7, name="Fair 2026", flags=["unused", "no_naming_convention"])
    for issue in ("tags_unused", "tags_no_convention"):
        Exemption.objects.create(asset_type="tags", asset_id=7, issue=issue, reason="For next year")
    make_snapshot(date(2026, 6, 9))
    DailySnapshot.objects.update(issue_counts={"tags_unused": 3, "tags_no_convention": 5})
    text = digest(digest_facts(NOW))
    assert "- Unused tags: 2 (was 3)\n- Tags outside the naming convention: 4 (was 5)\n" in text
    assert "- on nothing: 2\n- on one object only: 1\n- outside the naming convention: 4\n" in text


def test_the_digest_says_when_a_past_camp_ended() -> None:
    camp("2026-06-01", "2026-06-09")
    assert digest(digest_facts(NOW)).splitlines()[1] == "Camp ended 1 day ago"


def test_the_digest_leaves_out_issues_about_activity_after_8_days_without_a_read_of_activities() -> None:
    set_up_camp()
    survey()
    AuditSummary.objects.update(activity_until=datetime(2026, 6, 1, tzinfo=UTC))
    assert "Forms submitted with errors" not in digest(digest_facts(NOW))


@pytest.mark.parametrize(("zone", "day"), [("UTC", 10), ("America/Chicago", 9)])
def test_the_orphan_check_is_dated_in_the_installations_time_zone(settings: Any, zone: str, day: int) -> None:
    settings.TIME_ZONE = zone
    OrphanRun.objects.create(captured_at=datetime(2026, 6, 10, 3, 0, tzinfo=UTC))
    assert f"checked on {format_long_date(date(2026, 6, day))}" in digest(digest_facts(NOW))


def test_triage_ignores_capital_letters_in_tags_and_is_left_out_when_tagged_objects_were_never_read() -> None:
    set_up_camp()
    Tag.objects.create(id=7, name="camp: remove")
    TaggedObject.objects.create(id=1, tag_id=7, object_type="Form")
    assert "\nTriage\n- Remove: 1\n" in digest(digest_facts(NOW))
    EntityState.objects.filter(name="tagged_objects").delete()
    assert "Triage" not in digest(digest_facts(NOW))
