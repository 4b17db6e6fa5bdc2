"""Every flag and figure of campaigns, on data sets small enough to compute by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pardot.models import (
    Campaign,
    CampaignMemberCount,
    CustomRedirect,
    Form,
    LandingPage,
    List,
    ListEmail,
    PardotRecord,
)
from tests.pardot.audit_factories import (
    READ,
    SENT,
    SF_15,
    SF_18,
    UNTIL,
    VISIT,
    audit,
    columns_of,
    counts,
    figures,
    flags,
    make,
    make_activities,
    mark_read,
)

pytestmark = pytest.mark.django_db


def test_a_campaign_without_any_form_page_email_or_redirect_is_empty() -> None:
    mark_read(*READ)
    empty = make(Campaign, name="Empty")
    contents: tuple[type[PardotRecord], ...] = (Form, LandingPage, ListEmail, CustomRedirect)
    full = [make(Campaign, name=model.__name__) for model in contents]
    for model, campaign in zip(contents, full, strict=True):
        make(model, name="It", campaign_id=campaign)
    make(Form, campaign_id=full[0])
    make(List, name="Lists belong to no campaign")
    audit()
    assert "empty" in flags(Campaign, empty)
    assert all("empty" not in flags(Campaign, campaign) for campaign in full)
    assert counts("campaigns")["empty"] == 1
    columns = ("form_count", "landing_page_count", "list_email_count", "custom_redirect_count")
    assert [columns_of(Campaign, pk=pk, columns=columns) for pk in [empty, *full]] == [
        (0, 0, 0, 0),
        (2, 0, 0, 0),
        (0, 1, 0, 0),
        (0, 0, 1, 0),
        (0, 0, 0, 1),
    ]


@pytest.mark.parametrize("nothing", [None, "", "  ", "\t\n"])
def test_a_campaign_without_a_salesforce_id_is_flagged(nothing: str | None) -> None:
    mark_read(*READ)
    loose, linked = make(Campaign, salesforce_id=nothing), make(Campaign, salesforce_id=SF_18)
    audit()
    assert "no_sf" in flags(Campaign, loose)
    assert "no_members" not in flags(Campaign, loose), "only linked campaigns can have members"
    assert "no_sf" not in flags(Campaign, linked)
    assert figures("campaigns") == {"with_sf": 1, "missing_sf": 1}


def members(sf_id: str, total: int, responded: int = 0) -> None:
    CampaignMemberCount.objects.create(id=sf_id, members=total, responded=responded, leads=total, contacts=0)


def test_a_campaign_with_an_id_of_15_or_18_characters_has_its_members() -> None:
    mark_read(*READ)
    members(SF_18, 12, 6)
    short, whole = make(Campaign, salesforce_id=SF_15), make(Campaign, salesforce_id=SF_18)
    other_case = make(Campaign, salesforce_id=SF_15.swapcase())
    audit()
    for campaign in (short, whole):
        assert columns_of(Campaign, pk=campaign, columns=("member_count", "responded_count")) == (12, 6)
        assert "no_members" not in flags(Campaign, campaign)
    assert "no_members" in flags(Campaign, other_case), "ids are case-sensitive"
    assert counts("campaigns")["no_members"] == 1


@pytest.mark.parametrize(
    ("total", "responded", "low"),
    [(9, 0, False), (10, 0, True), (20, 1, False), (21, 1, True), (100, 5, False), (100, 4, True), (0, 0, False)],
)
def test_low_response_needs_ten_members_and_a_rate_below_five_percent(total: int, responded: int, low: bool) -> None:
    mark_read(*READ)
    members(SF_18, total, responded)
    campaign = make(Campaign, salesforce_id=SF_18)
    audit()
    assert ("low_response" in flags(Campaign, campaign)) is low


def test_a_ghost_has_members_and_no_assets() -> None:
    mark_read(*READ)
    members(SF_18, 1, 1)
    ghost, alive, nobody = make(Campaign, salesforce_id=SF_18), make(Campaign, salesforce_id=SF_18), make(Campaign)
    make(ListEmail, campaign_id=alive)
    audit()
    assert "ghost" in flags(Campaign, ghost)
    assert "ghost" not in flags(Campaign, alive)
    assert "ghost" not in flags(Campaign, nobody)


def test_a_campaign_is_dormant_without_any_activity() -> None:
    mark_read(*READ)
    busy, dormant = make(Campaign), make(Campaign)
    make_activities(SENT, campaign_id=busy)
    make_activities(VISIT, UNTIL - timedelta(days=9), times=2, campaign_id=busy)
    make_activities(SENT, campaign_id=None)
    audit()
    assert "dormant" not in flags(Campaign, busy)
    assert Campaign.objects.get(pk=busy).activity_count == 3
    assert "dormant" in flags(Campaign, dormant)
    assert Campaign.objects.get(pk=dormant).activity_count == 0
