"""``gear-summary``, ``tags``, and the filter of tags by prefix."""

from __future__ import annotations

import pytest

from pardot.models import (
    Campaign,
    Form,
    LandingPage,
    List,
    ListEmail,
    Tag,
    TaggedObject,
)
from tests.pardot.asset_api import Ask, ask, audit_now, cookies, exempt, names, super_user, user
from tests.pardot.audit_factories import make

__all__ = ["ask", "cookies", "super_user", "user"]

pytestmark = pytest.mark.django_db

SF_ID = "701Hs0000012AbCIAU"


def test_the_gear_summary_counts_the_links_of_each_asset_type_to_campaigns(ask: Ask) -> None:
    linked, loose = make(Campaign, salesforce_id=SF_ID), make(Campaign)
    for model, places in (
        (Form, (linked, linked, loose, None)),
        (LandingPage, (linked, 99)),
        (ListEmail, (0,)),
    ):
        for place in places:
            make(model, campaign_id=place)
    make(List, name="Teachers")
    audit_now()
    gear = ask("gear-summary")
    chain = ("total", "in_campaign", "in_sf_campaign", "orphaned", "no_campaign")
    assert {area: [figures[name] for name in chain] for area, figures in gear["content"].items()} == {
        "forms": [4, 3, 2, 0, 1],
        "landing_pages": [2, 1, 1, 1, 0],
        "list_emails": [1, 0, 0, 0, 1],
        "custom_redirects": [0, 0, 0, 0, 0],
    }
    assert [gear["totals"][name] for name in chain] == [7, 4, 3, 1, 2]
    assert gear["campaigns"] == {"total": 2, "with_sf": 1, "missing_sf": 1}
    assert gear["lists_count"] == 1


def test_counts_of_links_are_null_when_campaigns_were_never_read(ask: Ask) -> None:
    make(Form, campaign_id=4)
    audit_now("campaigns")
    forms = ask("gear-summary")["content"]["forms"]
    assert forms == {
        "total": 1, "in_campaign": None, "in_sf_campaign": None, "orphaned": None, "no_campaign": None,
    }  # fmt: skip


def test_the_tags_endpoint_shows_flags_prefixes_and_coverage(ask: Ask) -> None:
    form = make(Form)
    for name in ("Region: EU", "Region: US", "vip"):
        make(Tag, name=name, object_count=0)
    make(TaggedObject, tag_id=Tag.objects.get(name="vip").pk, object_type="Form", object_id=form)
    exempt("tags", "tags_unused", Tag.objects.get(name="Region: EU").pk)
    audit_now()
    answer = ask("tags", sort="-usage")
    assert answer["totals"] == {"tags": 3, "tagged_objects": 1, "with_prefix": 2, "prefixes": 1}
    ours = {"low_usage", "no_naming_convention", "unused"}
    assert [(tag["name"], tag["usage"], ours & {*tag["flags"]}, tag["exempt"]) for tag in answer["tags"]] == [
        ("vip", 1, {"low_usage", "no_naming_convention"}, []),
        ("Region: EU", 0, {"unused"}, ["unused"]),
        ("Region: US", 0, {"unused"}, []),
    ]
    assert answer["summary"]["counts"]["unused"] == 1
    assert answer["naming_patterns"] == [{"prefix": "Region", "separators": [":"], "tags": 2, "usage": 0}]
    assert [row for row in answer["object_type_coverage"] if row["tagged"]] == [
        {"object_type": "forms", "area": "forms", "total": 1, "tagged": 1, "tagged_pct": 100.0, "assignments": 1}
    ]
    assert ask("tags", flag="low_usage")["count"] == 1
    assert [tag["name"] for tag in ask("tags", q="region")["tags"]] == ["Region: EU", "Region: US"]


def test_a_prefix_matches_as_a_whole_in_upper_or_lower_case(ask: Ask) -> None:
    for name in ("Region: EU", "REGION - US", "Regional: x", "old Region: x", "100%: x", "Region"):
        make(Tag, name=name)
    audit_now()
    assert names(ask("assets/tags", prefix="region")) == ["Region: EU", "REGION - US"]
    assert names(ask("assets/tags", prefix="100%")) == ["100%: x"]
    patterns = ask("tags")["naming_patterns"]
    assert {one["prefix"]: one["tags"] for one in patterns} == {
        one["prefix"]: ask("assets/tags", prefix=one["prefix"])["count"] for one in patterns
    }
