"""``campaigns`` and ``campaigns/{sf_id}/members``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pardot.models import (
    Campaign,
    CampaignMember,
    CampaignMemberCount,
    CustomRedirect,
    EntityState,
    Folder,
    Form,
    LandingPage,
    ListEmail,
    SalesforceCampaign,
    TaggedObject,
)
from pardot.selectors import children
from pardot.v1.campaigns import CampaignList, CampaignMemberList
from sf.models import Contact
from sf.salesforce.ids import id_of_18
from tests.pardot.asset_api import Ask, ask, assert_documented, audit_now, cookies, exempt, super_user, user
from tests.pardot.audit_factories import make, make_activities

__all__ = ["ask", "cookies", "super_user", "user"]

pytestmark = pytest.mark.django_db

SF_15, SF_18, OTHER_SF = "701Hs0000012AbC", "701Hs0000012AbCIAU", "701Hs0000012XyZIAU"


def members(sf_id: str, total: int, responded: int = 0, leads: int = 0) -> None:
    CampaignMemberCount.objects.create(
        id=sf_id, members=total, responded=responded, leads=leads, contacts=total - leads
    )


def names(answer: Any) -> list[str]:
    return [campaign["name"] for campaign in answer["campaigns"]]


def test_a_campaign_comes_with_its_children_and_member_counts(ask: Ask) -> None:
    folder = make(Folder, id=9, name="2026")
    make(Folder, id=10, name="Without campaigns")
    campaign = make(Campaign, id=3, name="Spring", salesforce_id=SF_15, folder_id=folder, cost=5)
    make(Form, id=31, name="Sign up", campaign_id=campaign)
    make(LandingPage, id=32, name="Welcome", campaign_id=campaign)
    make(CustomRedirect, id=33, name="Elsewhere", campaign_id=None)
    make(ListEmail, id=34, name="Hello", subject=" ", campaign_id=campaign)
    make_activities(4, timezone.now() - timedelta(days=2), times=2, form_id=31, campaign_id=3)
    members(SF_18, 20, 4)
    exempt("list_emails", "emails_no_subject", 34)
    audit_now()
    answer = ask("campaigns")
    assert_documented(CampaignList, answer)
    [row] = answer["campaigns"]
    flags = {area: [{*child.pop("flags")} for child in rows] for area, rows in row["children"].items()}
    assert "dormant" in flags["landing_pages"][0] - flags["forms"][0]
    assert "no_subject" in flags["list_emails"][0]
    assert row["children"] == {
        "forms": [{"id": 31, "name": "Sign up", "activity_count": 2, "exempt": []}],
        "landing_pages": [{"id": 32, "name": "Welcome", "activity_count": 0, "exempt": []}],
        "list_emails": [{"id": 34, "name": "Hello", "activity_count": None, "exempt": ["no_subject"]}],
        "custom_redirects": [],
    }
    expected = {
        "id": 3, "name": "Spring", "cost": 5, "salesforce_id": SF_15, "folder_name": "2026", "form_count": 1,
        "landing_page_count": 1, "list_email_count": 1, "custom_redirect_count": 0, "member_count": 20,
        "responded_count": 4, "activity_count": 2, "exempt": [],
    }  # fmt: skip
    assert expected.items() <= row.items()
    assert answer["folders"] == {"9": "2026"}
    assert (answer["summary"]["items"], answer["summary"]["with_sf"], answer["summary"]["missing_sf"]) == (1, 1, 0)


def test_orphans_are_listed_by_type_whatever_the_filters(ask: Ask) -> None:
    make(Form, id=31, name="Lost", campaign_id=77)
    exempt_one = make(Form, id=32, name="Known", campaign_id=78)
    make(Form, name="Nowhere", campaign_id=None)
    exempt("forms", "orphan_forms", exempt_one)
    audit_now()
    orphans = ask("campaigns", q="no such name")["orphans"]
    assert (orphans["forms"]["count"], orphans["forms"]["exempt"]) == (1, 1)
    assert [(row["id"], row["campaign_id"], row["exempt"]) for row in orphans["forms"]["records"]] == [
        (31, 77, []),
        (32, 78, ["orphan"]),
    ]
    assert orphans["landing_pages"] == {"count": 0, "exempt": 0, "records": []}


def test_only_the_first_children_are_listed(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "MOST_CHILDREN", 2)
    campaigns = [make(Campaign), make(Campaign)]
    forms = [make(Form, campaign_id=campaign) for campaign in campaigns for _ in range(3)]
    audit_now()
    forms_by_campaign = [campaign["children"]["forms"] for campaign in ask("campaigns")["campaigns"]]
    assert [[child["id"] for child in children] for children in forms_by_campaign] == [forms[0:2], forms[3:5]]
    assert [campaign["form_count"] for campaign in ask("campaigns")["campaigns"]] == [3, 3]


@pytest.fixture
def four_campaigns() -> None:
    now = timezone.now()
    stamps = {"created_at": now, "sf_created_at": now - timedelta(days=2000)}
    linked = make(Campaign, id=1, name="Linked", salesforce_id=SF_18, folder_id=9, **stamps)
    make(Campaign, id=2, name="Loose", created_at=now - timedelta(days=40))
    ghost = make(Campaign, id=3, name="Ghost", salesforce_id=OTHER_SF, created_at=now - timedelta(days=400))
    fine = make(Campaign, id=4, name="Fine", salesforce_id=OTHER_SF, created_at=now)
    make(Form, campaign_id=linked)
    make(ListEmail, subject="Hello", campaign_id=fine)
    members(OTHER_SF, 30, 30)
    for campaign in (linked, ghost, fine):
        make_activities(6, now - timedelta(days=2), campaign_id=campaign)
    audit_now()


@pytest.mark.usefixtures("four_campaigns")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Linked", "Loose", "Ghost", "Fine"]),
        ({"no_sf": True}, ["Loose"]),
        ({"no_sf": False}, ["Linked", "Ghost", "Fine"]),
        ({"empty": True}, ["Loose", "Ghost"]),
        ({"empty": False}, ["Linked", "Fine"]),
        ({"has_assets": True}, ["Linked", "Fine"]),
        ({"has_assets": False}, ["Loose", "Ghost"]),
        ({"has_members": True}, ["Ghost", "Fine"]),
        ({"has_members": False}, ["Linked", "Loose"]),
        ({"asset_type": "forms"}, ["Linked"]),
        ({"asset_type": "list_emails"}, ["Fine"]),
        ({"asset_type": "landing_pages"}, []),
        ({"folder_id": 9}, ["Linked"]),
        ({"q": "LOO"}, ["Loose"]),
        ({"q": OTHER_SF}, ["Ghost", "Fine"]),
        ({"q": "4"}, ["Fine"]),
        ({"issues": True}, ["Linked", "Loose", "Ghost"]),
        ({"issues": False}, ["Fine"]),
        ({"flag": "no_members"}, ["Linked"]),
        ({"flag": "ghost", "has_members": True}, ["Ghost"]),
        ({"max_age_days": 30}, ["Fine"]),
        ({"min_age_days": 30, "max_age_days": 90}, ["Loose"]),
        ({"min_age_days": 365}, ["Linked", "Ghost"]),
        ({"sort": "name"}, ["Fine", "Ghost", "Linked", "Loose"]),
        ({"sort": "-member_count"}, ["Ghost", "Fine", "Linked", "Loose"]),
        ({"sort": "-asset_count"}, ["Linked", "Fine", "Loose", "Ghost"]),
        ({"sort": "-created_at", "has_assets": False}, ["Loose", "Ghost"]),
        ({"sort": "begun_at"}, ["Linked", "Ghost", "Loose", "Fine"]),
    ],
)
def test_campaigns_are_filtered_and_ordered(ask: Ask, query: dict[str, Any], expected: list[str]) -> None:
    answer = ask("campaigns", **query)
    assert sorted(names(answer)) == sorted(expected)
    if "sort" in query:
        assert names(answer) == expected
    assert answer["count"] == len(expected)


@pytest.mark.usefixtures("four_campaigns")
def test_campaigns_come_in_pages(ask: Ask) -> None:
    assert names(ask("campaigns", limit=2, offset=1)) == ["Loose", "Ghost"]
    assert ask("campaigns", limit=2, offset=9)["count"] == 4


def test_values_that_were_never_read_are_null(ask: Ask) -> None:
    make(Campaign, name="Spring", salesforce_id=SF_18)
    audit_now("landing_pages", "campaign_member_counts", "activities")
    answer = ask("campaigns")
    [row] = answer["campaigns"]
    assert row["landing_page_count"] is row["member_count"] is row["activity_count"] is None
    assert row["form_count"] == 0
    assert not {"empty", "dormant", "no_members", "low_response", "ghost"} & {*row["flags"]}
    assert answer["orphans"]["landing_pages"]["count"] is None
    for query in ({"empty": True}, {"empty": False}, {"has_members": True}, {"has_members": False}):
        assert ask("campaigns", **query)["count"] == 0, "the values are unknown, so no filter matches"


# -- members --------------------------------------------------------------------------------------------------------


def member(number: int, campaign: str = SF_18, **values: Any) -> str:
    key = id_of_18(f"00vHs{number:010d}")
    assert key is not None
    CampaignMember.objects.create(id=key, campaign_id=campaign, system_modstamp=timezone.now(), **values)
    return key


def test_members_come_in_pages_by_either_form_of_the_id(ask: Ask) -> None:
    make(Campaign, id=1, name="Spring", salesforce_id=SF_15)
    make(Campaign, id=2, name="Spring again", salesforce_id=SF_18)
    keys = [member(number, status="Sent", has_responded=number == 2) for number in (3, 1, 2)]
    member(4, is_deleted=True)
    member(5, campaign=OTHER_SF)
    members(SF_18, 3, 1, leads=2)
    audit_now()
    first = ask(f"campaigns/{SF_15}/members", limit=2)
    assert_documented(CampaignMemberList, first)
    assert first["sf_id"] == SF_18
    assert first["campaigns"] == [{"id": 1, "name": "Spring"}, {"id": 2, "name": "Spring again"}]
    assert first["summary"] == {"members": 3, "responded": 1, "leads": 2, "contacts": 1, "response_pct": 33.3}
    assert [each["id"] for each in first["members"]] == sorted(keys)[:2]
    assert [each["has_responded"] for each in first["members"]] == [False, True]
    assert first["next"] == sorted(keys)[1]
    last = ask(f"campaigns/{SF_18}/members", limit=2, after=first["next"])
    assert ([each["id"] for each in last["members"]], last["next"]) == ([sorted(keys)[2]], None)


def test_a_percentage_is_rounded_half_up(ask: Ask) -> None:
    """1 of 16 is 6.25%."""
    for number in range(1, 17):
        make(Campaign, id=number, salesforce_id=SF_18 if number == 1 else None)
    members(SF_18, 16, 1)
    make(TaggedObject, tag_id=1, object_type="Campaign", object_id=1)
    audit_now()
    assert ask(f"campaigns/{SF_18}/members")["summary"]["response_pct"] == 6.3
    coverage = {row["object_type"]: row for row in ask("tags")["object_type_coverage"]}
    assert coverage["campaigns"]["tagged_pct"] == 6.3


def test_only_members_that_are_cached_contacts_have_names(ask: Ask) -> None:
    make(Campaign, id=1, salesforce_id=SF_18)
    known, other = "003Hs000000000AIAA", "003Hs000000000BIAA"
    Contact.objects.create(id=known, full_name="Robin Example", system_modstamp=timezone.now())
    for number, who in enumerate(({"contact_id": known}, {"contact_id": other}, {"lead_id": "00QHs000000000AIAA"})):
        member(number, **who)
    audit_now()
    assert [each["name"] for each in ask(f"campaigns/{SF_18}/members")["members"]] == ["Robin Example", None, None]


def test_a_campaign_that_is_only_in_salesforce_is_found(ask: Ask) -> None:
    SalesforceCampaign.objects.create(id=SF_18, system_modstamp=timezone.now())
    audit_now()
    answer = ask(f"campaigns/{SF_18}/members")
    assert (answer["campaigns"], answer["members"], answer["next"]) == ([], [], None)
    assert answer["summary"] == {"members": 0, "responded": 0, "leads": 0, "contacts": 0, "response_pct": None}


def test_members_that_were_never_read_are_null(ask: Ask) -> None:
    make(Campaign, salesforce_id=SF_18)
    audit_now()
    EntityState.objects.filter(name__in=["campaign_members", "campaign_member_counts"]).delete()
    answer = ask(f"campaigns/{SF_18}/members")
    assert answer["members"] is None
    assert set(answer["summary"].values()) == {None}


@pytest.mark.parametrize("text", ["701", "701Hs0000012AbCAAA", "701Hs0000012AbC!", "%F0%9F%8E%92", SF_18 + "x"])
def test_an_invalid_campaign_id_is_refused(ask: Ask, text: str) -> None:
    assert ask(f"campaigns/{text}/members", status=422)["errors"][0]["loc"] == ["path", "sf_id"]


def test_an_unknown_or_deleted_campaign_is_a_404(ask: Ask) -> None:
    make(Campaign, salesforce_id=OTHER_SF)
    SalesforceCampaign.objects.create(id=SF_18, system_modstamp=timezone.now(), is_deleted=True)
    for sf_id in ("701Hs0000012QqQ", SF_18):
        assert "There is no campaign with this id" in ask(f"campaigns/{sf_id}/members", status=404)["message"]


def test_an_invalid_after_parameter_is_refused(ask: Ask) -> None:
    make(Campaign, salesforce_id=OTHER_SF)
    assert ask(f"campaigns/{OTHER_SF}/members", status=422, after="1")["errors"][0]["loc"] == ["query", "after"]
