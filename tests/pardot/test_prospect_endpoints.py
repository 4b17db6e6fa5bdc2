"""``prospect-health``, ``engagement`` and a prospect's activities: figures, tiers, "no data", paging."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pardot.audits.run import run_audits
from pardot.models import Campaign, ContactCategoryScore, Form, LeadCategoryScore, Prospect, VisitorActivity
from pardot.selectors.engagement import load_prospect_data, select_prospect_activities
from tests.pardot.prospect_rows import activity, crm_id, make_engagement, mark_read, prospect
from tests.plans import analyze

pytestmark = pytest.mark.django_db

ENGAGEMENT = "/api/v1/pardot/engagement"


def get(client: Client, path: str, status: int = 200) -> Any:
    answer = client.get(path)
    assert answer.status_code == status, answer.content
    return answer.json()


def test_prospect_health_is_null_until_every_prospect_was_read(super_user: Client) -> None:
    path = "/api/v1/pardot/prospect-health"
    assert set(get(super_user, path).values()) == {None}
    prospect()
    run_audits()
    assert set(get(super_user, path).values()) == {None}, "a sample does not cover all prospects"
    mark_read("prospects")
    prospect(salesforce_lead_id="no id", opted_out=True, adoption_json="{}", score=100)
    run_audits()
    body = get(super_user, path)
    assert body.pop("audited_at")
    assert body == {
        "total": 2, "linked": 1, "as_lead": 1, "as_contact": 0, "unlinked": 1, "unlinked_pct": 50.0, "link_rate": 50.0,
        "deleted": 0, "with_email": 2, "opted_out": 1, "bad_salesforce_ids": 0, "bad_lead_ids": 1, "bad_contact_ids": 0,
        "bad_account_ids": 0, "adoption_stuck": 1, "adoption_stuck_high_score": 1,
    }  # fmt: skip


def test_engagement_has_no_prospects_or_figures_before_anything_was_read(super_user: Client) -> None:
    body = get(super_user, ENGAGEMENT)
    assert (body["tier"], body["prospects"], body["activity_until"]) == (0, [], None)
    assert set(body["summary"].values()) == {None}
    assert body["crm_id_alerts"]["total_bad"] is body["adoption_json_alert"]["pct_affected"] is None
    mark_read("campaigns")
    assert get(super_user, ENGAGEMENT)["tier"] == 1


def test_engagement_of_a_sample_has_no_data_about_activity(super_user: Client) -> None:
    make_engagement(prospect(score=9), 5)
    mark_read("campaigns")
    run_audits()
    body = get(super_user, ENGAGEMENT)
    assert body["tier"] == 2
    assert (body["prospects"][0]["score"], body["prospects"][0]["activity_count"]) == (9, None)
    assert (body["summary"]["total_count"], body["summary"]["active_30d"]) == (1, None)


def test_engagement_shows_the_highest_scores_with_activity_and_category_scores(super_user: Client) -> None:
    mark_read("prospects", "activities")
    lead, contact = crm_id("00Q"), crm_id("003")
    seen, earlier = timezone.now() - timedelta(hours=3), timezone.now() - timedelta(days=3)
    best = prospect(
        score=300, first_name="Ana", last_name="Example", company="Example College", grade="A", campaign_id=7,
        salesforce_lead_id=lead[:15], salesforce_contact_id=contact, last_activity_at=earlier,
    )  # fmt: skip
    second = prospect(score=300, last_activity_at=earlier)
    prospect(score=4)
    prospect(score=None)
    prospect(score=999, is_deleted=True)
    make_engagement(best, 12, last=seen)
    for model, field, of, category, score in (
        (LeadCategoryScore, "lead_id", lead, "Math", 4.0),
        (ContactCategoryScore, "contact_id", contact, "Math", 5.5),
        (ContactCategoryScore, "contact_id", contact, "Events", 1.0),
    ):
        model.objects.create(id=crm_id("a1L"), system_modstamp=seen, category=category, score=score, **{field: of})
    run_audits()

    body = get(super_user, f"{ENGAGEMENT}?limit=2")
    first, other = body["prospects"]
    assert (body["tier"], [first["id"], other["id"]]) == (3, [best.pk, second.pk])
    assert (first["name"], first["company"], first["grade"]) == ("Ana Example", "Example College", "A")
    assert (first["campaign_id"], first["salesforce_lead_id"]) == (7, lead[:15])
    assert (first["activity_count"], other["activity_count"]) == (12, 0)
    assert first["last_activity"][:16] == seen.isoformat()[:16]
    assert other["last_activity"][:16] == earlier.isoformat()[:16]
    assert first["scoring_categories"] == {"Math": 5.5, "Events": 1.0}
    assert other["scoring_categories"] == {}
    assert body["summary"] == {
        "avg_score": 201.3, "top_score": 300, "scored_count": 3, "total_count": 4,
        "grade_distribution": {"A": 1, "none": 3}, "active_30d": 1,
    }  # fmt: skip


def test_engagement_names_broken_crm_links_and_stuck_adoption_data(super_user: Client) -> None:
    mark_read("prospects")
    lead = prospect(salesforce_lead_id="null", first_name="Ana")
    both = prospect(salesforce_lead_id="n/a", salesforce_contact_id="n/a")
    books = json.dumps({"Books": [{"name": f"Book {number}", "students": number} for number in range(80)]})
    low = prospect(score=99, adoption_json="x" * 20_000)
    high = prospect(score=100, adoption_json=books)
    prospect(adoption_json="Blank", salesforce_contact_id=crm_id())
    prospect(adoption_json="{}", salesforce_contact_id="n/a", is_deleted=True)
    run_audits()
    body = get(super_user, ENGAGEMENT)
    alerts, stuck = body["crm_id_alerts"], body["adoption_json_alert"]
    assert [(row["id"], row["value"]) for row in alerts["bad_lead_ids"]] == [(lead.pk, "null"), (both.pk, "n/a")]
    assert [row["id"] for row in alerts["bad_contact_ids"]] == [both.pk]
    assert (alerts["bad_lead_count"], alerts["bad_contact_count"], alerts["total_bad"]) == (2, 1, 3)
    assert alerts["summary"].startswith("Values that are not Salesforce ids: 2 in lead fields, 1 in contact fields")
    assert (stuck["stuck_count"], stuck["total_prospects"], stuck["pct_affected"]) == (2, 5, 40.0)
    assert stuck["high_score_count"] == 1
    assert [(row["id"], row["value"]) for row in stuck["sample"]] == [(high.pk, books), (low.pk, "x" * 10_000)]
    Prospect.objects.all().update(salesforce_lead_id=None, salesforce_contact_id=None)
    run_audits()
    assert get(super_user, ENGAGEMENT)["crm_id_alerts"]["summary"].startswith("Every lead and contact field")


def test_data_about_activity_is_absent_when_the_last_read_is_more_than_8_days_old(super_user: Client) -> None:
    mark_read("prospects", "activities")
    who = prospect()
    make_engagement(who, 2)
    run_audits()
    assert get(super_user, ENGAGEMENT)["summary"]["active_30d"] == 1
    mark_read("activities", ago=timedelta(days=8, hours=1))
    body = get(super_user, ENGAGEMENT)
    assert (body["summary"]["active_30d"], body["prospects"][0]["activity_count"]) == (None, None)
    assert get(super_user, f"{ENGAGEMENT}?group=active")["prospects"] == []
    assert get(super_user, f"{ENGAGEMENT}/{who.pk}/activities")["activities"] is None


def test_the_activities_of_a_prospect_are_those_of_the_30_days_before_the_last_read(super_user: Client) -> None:
    Form.objects.create(id=5, name="Request a copy")
    Campaign.objects.create(id=7, name="Spring", salesforce_id="701000000000001AAA")
    who = prospect()
    filled = activity(who, type=4, type_name="Success", form_id=5, campaign_id=7, ago=timedelta(days=2))
    handled = activity(who, type=4, form_handler_id=5, ago=timedelta(days=29))
    for other in ({"ago": timedelta(days=31)}, {"ago": timedelta(minutes=5)}):
        activity(who, **other)
    activity(prospect())
    path = f"{ENGAGEMENT}/{who.pk}/activities"
    nothing = get(super_user, path)
    assert (nothing["count"], nothing["activities"], nothing["until"]) == (None, None, None)
    mark_read("activities", ago=timedelta(hours=1))
    body = get(super_user, path)
    assert (body["prospect_id"], body["prospect"]["email"], body["count"]) == (who.pk, who.email, 2)
    assert [row["id"] for row in body["activities"]] == [filled.pk, handled.pk], "latest first"
    first, second = body["activities"]
    assert (first["campaign"], first["asset"], first["form_id"], first["type"]) == ("Spring", "Request a copy", 5, 4)
    assert [row["campaign_salesforce_id"] for row in (first, second)] == ["701000000000001AAA", None]
    assert (second["asset"], second["form_handler_id"]) == (None, 5), "a form handler is not a form"
    page = get(super_user, f"{path}?limit=1&offset=1")
    assert ([row["id"] for row in page["activities"]], page["count"]) == ([handled.pk], 2)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{ENGAGEMENT}/404/activities", 404),
        (f"{ENGAGEMENT}/0/activities", 422),
        (f"{ENGAGEMENT}/9223372036854775808/activities", 422),
        (f"{ENGAGEMENT}/x/activities", 422),
        (f"{ENGAGEMENT}?limit=0", 422),
        (f"{ENGAGEMENT}?limit=501", 422),
        (f"{ENGAGEMENT}?offset=-1", 422),
        (f"{ENGAGEMENT}?sort=email", 422),
        (f"{ENGAGEMENT}?q=ab", 422),
        (f"{ENGAGEMENT}?q=a-b_c", 422),
        (f"{ENGAGEMENT}?group=rich", 422),
    ],
)
def test_unknown_prospects_and_invalid_parameters_are_refused(super_user: Client, path: str, status: int) -> None:
    assert get(super_user, path, status)["code"] == status


def test_the_number_of_statements_does_not_grow_with_prospects(
    super_user: Client, django_assert_max_num_queries: Any
) -> None:
    mark_read("prospects", "activities")
    for place in range(30):
        make_engagement(prospect(score=place, salesforce_contact_id=crm_id(), adoption_json="{}"), place)
    run_audits()
    get(super_user, ENGAGEMENT)
    with django_assert_max_num_queries(10):
        get(super_user, f"{ENGAGEMENT}?limit=500")


def test_an_index_serves_the_activities_of_one_prospect() -> None:
    mark_read("activities")
    span = load_prospect_data().look_back
    assert span is not None
    created = timezone.now()
    VisitorActivity.objects.bulk_create(
        VisitorActivity(id=number, type=2, prospect_id=number % 300, created_at=created) for number in range(3000)
    )
    analyze(VisitorActivity)
    plan = select_prospect_activities(1, span)[:100].explain()
    assert "activity_prospect" in plan, plan
    assert "Seq Scan" not in plan
