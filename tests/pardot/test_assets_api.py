"""``assets``, ``asset-health`` and ``assets/{type}``.

Some tests also request ``campaigns``, ``gear-summary`` or ``tags``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pardot.domain.days import get_today
from pardot.models import (
    AuditSummary,
    Campaign,
    CustomRedirect,
    Folder,
    Form,
    LandingPage,
    List,
    ListEmail,
    Tag,
    TaggedObject,
)
from pardot.scoring.scorecard import load_current_scorecard
from pardot.v1.assets import AssetHealth, AssetInventory, AssetList
from pardot.v1.gear import GearSummary
from pardot.v1.tags import TagList
from tests.pardot.asset_api import Ask, ask, assert_documented, audit_now, cookies, exempt, names, super_user, user
from tests.pardot.audit_factories import make, make_activities

__all__ = ["ask", "cookies", "super_user", "user"]

pytestmark = pytest.mark.django_db

SF_ID = "701Hs0000012AbCIAU"


def forms(**campaigns_by_name: int | None) -> None:
    for name, campaign in campaigns_by_name.items():
        make(Form, name=name, campaign_id=campaign)


# -- inventory and health -------------------------------------------------------------------------------------------


def test_the_inventory_counts_each_type_and_lists_its_ten_newest_assets(ask: Ask) -> None:
    for number in range(12):
        make(Form, id=number + 1, name=f"Form {number + 1}")
    make(Folder, id=7, name="Spring")
    audit_now("lists")
    types = {each["type"]: each for each in ask("assets")["types"]}
    assert list(types) == [
        "campaigns", "forms", "landing_pages", "lists", "list_emails", "custom_redirects", "tags", "folders",
    ]  # fmt: skip
    assert types["forms"]["count"] == 12
    assert [each["id"] for each in types["forms"]["recent"]] == list(range(12, 2, -1))
    assert (types["folders"]["count"], types["folders"]["recent"][0]["name"]) == (1, "Spring")
    assert types["lists"]["count"] is None, "lists were never read"
    assert types["tags"] == {"type": "tags", "label": "Tags", "count": 0, "recent": []}


def test_health_has_counts_and_exemptions_or_null_without_data(ask: Ask) -> None:
    first, second = make(Form, campaign_id=None), make(Form, campaign_id=None)
    exempt("forms", "forms_no_campaign", first)
    exempt("forms", "forms_no_campaign", second, until=get_today() - timedelta(days=1))
    audit_now("lists")
    types = ask("asset-health")["types"]
    assert list(types) == [
        "campaigns", "forms", "landing_pages", "lists", "list_emails", "custom_redirects", "tags",
    ]  # fmt: skip
    health = types["forms"]
    assert health["items"] == 2
    expected = {"no_campaign": (1, 1), "dormant": (2, 0), "errors": (0, 0), "orphan": (0, 0)}
    assert {flag: (health["counts"][flag], health["exempt"][flag]) for flag in expected} == expected
    assert health["issues"]["no_campaign"] == "forms_no_campaign"
    assert types["lists"]["items"] is None
    assert set(types["lists"]["counts"].values()) == {None}
    assert "low_usage" not in types["tags"]["issues"], "the flag low_usage is only informational, not an issue"


def test_health_and_score_have_the_same_counts(ask: Ask) -> None:
    forms(One=None, Two=None, Three=5)
    make(Tag, name="vip")
    exempt("forms", "orphan_forms", Form.objects.get(name="Three").pk)
    audit_now()
    types = ask("asset-health")["types"]
    counts_by_issue = {
        key: health["counts"][flag]
        for area, health in types.items()
        for flag, key in health["issues"].items()
    }  # fmt: skip
    issues = load_current_scorecard().issues
    assert counts_by_issue == {key: issues[key].count for key in counts_by_issue}
    assert counts_by_issue["orphan_forms"] == 0
    assert counts_by_issue["forms_no_campaign"] == 2


def test_no_count_is_below_zero_when_an_audit_ends_between_two_queries(ask: Ask) -> None:
    forms(Three=5)
    audit_now()
    exempt("forms", "orphan_forms", Form.objects.get(name="Three").pk)
    summary = AuditSummary.objects.get(area="forms")
    summary.counts["orphan"] = 0
    summary.save()
    assert ask("asset-health")["types"]["forms"]["counts"]["orphan"] == 0
    assert load_current_scorecard().issues["orphan_forms"].count == 0


def test_every_count_equals_the_number_of_rows_with_its_filter(ask: Ask) -> None:
    forms(One=None, Two=None, Three=5, Four=6)
    make(Tag, name="vip")
    for issue in ("forms_no_campaign", "orphan_forms", "forms_dormant"):
        exempt("forms", issue, Form.objects.get(name="Three").pk)
    audit_now()
    for type_, health in ask("asset-health")["types"].items():
        for flag, count in health["counts"].items():
            assert ask(f"assets/{type_}", flag=flag, exempt=False)["count"] == count
            assert ask(f"assets/{type_}", flag=flag, exempt=True)["count"] == health["exempt"][flag]
            assert ask(f"assets/{type_}", flag=flag)["count"] == count + health["exempt"][flag]


def test_summaries_are_null_and_pages_are_empty_before_the_first_sync(ask: Ask) -> None:
    assert {each["count"] for each in ask("assets")["types"]} == {None}
    health = ask("asset-health")["types"]
    assert {each["items"] for each in health.values()} == {None}
    assert {count for each in health.values() for count in each["counts"].values()} == {None}
    forms = ask("assets/forms")
    assert (forms["count"], forms["records"], forms["has_activities"]) == (0, [], False)
    gear = ask("gear-summary")
    assert set(gear["totals"].values()) == set(gear["campaigns"].values()) == {gear["lists_count"]} == {None}
    tags = ask("tags")
    assert (set(tags["totals"].values()), tags["naming_patterns"], tags["object_type_coverage"]) == ({None}, None, None)
    assert ask("campaigns")["summary"]["with_sf"] is None


# -- one type -------------------------------------------------------------------------------------------------------


def test_a_record_has_names_counts_flags_and_exemptions(ask: Ask) -> None:
    make(Campaign, id=3, name="Spring")
    make(Folder, id=9, name="Forms")
    when = timezone.now() - timedelta(days=3)
    form = make(Form, id=12, name="Sign up", campaign_id=3, folder_id=9, created_at=when, updated_at=when)
    make_activities(4, when, times=2, form_id=form)
    make_activities(3, when, form_id=form)
    exempt("forms", "forms_errors", form)
    audit_now()
    answer = ask("assets/forms")
    assert answer["type"] == "forms"
    assert answer["has_activities"] is True
    assert answer["summary"]["counts"]["errors"] == 0
    [record] = answer["records"]
    assert "errors" in record.pop("flags")
    assert record.pop("since")["errors"] == str(get_today())
    assert record == {
        "id": 12,
        "name": "Sign up",
        "campaign_id": 3,
        "campaign_name": "Spring",
        "folder_id": 9,
        "folder_name": "Forms",
        "activity_count": 2,
        "error_count": 1,
        "created_at": when.isoformat(),
        "updated_at": when.isoformat(),
        "exempt": ["errors"],
    }


@pytest.mark.parametrize(
    ("type_", "columns"),
    [
        ("tags", {"prefix", "usage"}),
        ("lists", {"title", "is_dynamic", "is_public"}),
        ("list_emails", {"subject", "is_sent", "campaign_name"}),
        ("custom_redirects", {"url", "activity_count"}),
        ("landing_pages", {"url", "activity_count"}),
        ("campaigns", {"salesforce_id", "activity_count"}),
    ],
)
def test_each_type_has_its_own_columns(ask: Ask, type_: str, columns: set[str]) -> None:
    models: dict[str, Any] = {
        "tags": Tag, "lists": List, "list_emails": ListEmail, "custom_redirects": CustomRedirect,
        "landing_pages": LandingPage, "campaigns": Campaign,
    }  # fmt: skip
    make(models[type_], name="It")
    audit_now()
    [record] = ask(f"assets/{type_}")["records"]
    assert {"id", "name", "created_at", "updated_at", "flags", "exempt", *columns} <= set(record)


def test_records_come_in_pages_and_in_the_requested_order(ask: Ask) -> None:
    campaigns = [make(Campaign, name=name) for name in ("Zebra", "ape")]
    for number, name in enumerate((" b", "A", "c", None)):
        form = make(Form, id=number + 1, name=name, campaign_id=[*campaigns, None, None][number])
        make_activities(4, timezone.now() - timedelta(days=2), times=number, form_id=form)
    audit_now()
    answer = ask("assets/forms", limit=2)
    assert (answer["count"], names(answer)) == (4, [" b", "A"])
    assert names(ask("assets/forms", limit=2, offset=2)) == ["c", None]
    assert names(ask("assets/forms", offset=4)) == []
    assert names(ask("assets/forms", sort="-id")) == [None, "c", "A", " b"]
    assert names(ask("assets/forms", sort="name")) == ["A", " b", "c", None], (
        "case and leading spaces are ignored, and null is last"
    )
    assert names(ask("assets/forms", sort="-name")) == ["c", " b", "A", None]
    assert names(ask("assets/forms", sort="-activity_count")) == [None, "c", "A", " b"]
    assert names(ask("assets/forms", sort="campaign_name")) == ["A", " b", "c", None]
    assert names(ask("assets/forms", sort="-issues")) == [" b", "c", None, "A"], (
        "assets with equally many issues are in the order of their ids"
    )


def test_records_are_filtered_by_flag_exemption_issues_text_and_campaign(ask: Ask) -> None:
    campaign = make(Campaign, name="Spring")
    for name, where in (("Fine", campaign), ("Lost %", 99), ("Loose", None)):
        form = make(Form, name=name, campaign_id=where)
        make_activities(4, timezone.now() - timedelta(days=2), form_id=form)
    lost = Form.objects.get(name="Lost %").pk
    exempt("forms", "orphan_forms", lost)
    audit_now()
    assert names(ask("assets/forms", flag="orphan")) == ["Lost %"]
    assert names(ask("assets/forms", flag="orphan", exempt=True)) == ["Lost %"]
    assert names(ask("assets/forms", flag="orphan", exempt=False)) == []
    assert names(ask("assets/forms", exempt=True)) == ["Lost %"]
    assert names(ask("assets/forms", exempt=False)) == ["Fine", "Loose"]
    assert names(ask("assets/forms", issues=True)) == ["Loose"], (
        "an issue from which the asset is exempt does not count"
    )
    assert names(ask("assets/forms", issues=False)) == ["Fine", "Lost %"]
    assert names(ask("assets/forms", q="LO")) == ["Lost %", "Loose"]
    assert names(ask("assets/forms", q="%")) == ["Lost %"]
    assert names(ask("assets/forms", q=str(lost))) == ["Lost %"]
    assert names(ask("assets/forms", q="9" * 30)) == []
    assert names(ask("assets/forms", q=" ")) == ["Fine", "Lost %", "Loose"]
    assert names(ask("assets/forms", campaign_id=campaign)) == ["Fine"]
    assert ask("assets/forms", flag="no_campaign", limit=1)["count"] == 1


def test_records_are_filtered_by_tags_and_by_the_campaigns_link_to_salesforce(ask: Ask) -> None:
    linked, blank = make(Campaign, salesforce_id="701000000000001AAA"), make(Campaign, salesforce_id=" ")
    forms = {
        name: make(Form, name=name, campaign_id=where)
        for name, where in (("Linked", linked), ("Here only", blank), ("Lost", 999), ("Loose", None))
    }
    make(TaggedObject, tag_id=1, object_type="Landing Page", object_id=forms["Linked"])
    make(TaggedObject, tag_id=1, object_type="Form", object_id=forms["Lost"])
    make(TaggedObject, tag_id=2, object_type="form", object_id=forms["Lost"])
    audit_now()
    assert names(ask("assets/forms", linked=True)) == ["Linked"]
    assert names(ask("assets/forms", linked=False)) == ["Here only"], (
        "a form in no campaign matches neither linked=true nor linked=false"
    )
    assert names(ask("assets/forms", tagged=True)) == ["Lost"]
    assert names(ask("assets/forms", tagged=False)) == ["Linked", "Here only", "Loose"]
    chain = ask("gear-summary")["content"]["forms"]
    assert (chain["in_sf_campaign"], chain["in_campaign"]) == (1, 2), (
        "the gear summary counts by the same rule as linked=true and linked=false"
    )


@pytest.mark.parametrize(
    ("path", "query", "says"),
    [
        ("assets/lists", {"linked": True}, "belong to no campaign"),
        ("assets/tags", {"tagged": True}, "Tags have no tags"),
        ("assets/forms", {"prefix": "Region"}, "Only tags have prefixes"),
        ("assets/forms", {"flag": "stale"}, "Known: no_campaign"),
        ("assets/forms", {"sort": "usage"}, "Known: id, name, issues"),
        ("assets/lists", {"campaign_id": 1}, "belong to no campaign"),
        ("assets/forms", {"campaign_id": 0}, "Must be 1 or more"),
        ("assets/forms", {"limit": 0}, "limit"),
        ("assets/forms", {"offset": -1}, "offset"),
        ("tags", {"flag": "dormant"}, "Known: unused"),
        ("campaigns", {"sort": "--id"}, "Known: id"),
        ("campaigns", {"asset_type": "lists"}, "asset_type"),
        ("campaigns", {"min_age_days": 9, "max_age_days": 3}, "min_age_days is more than max_age_days"),
    ],
)
def test_an_invalid_parameter_is_refused_with_the_reason(ask: Ask, path: str, query: dict[str, Any], says: str) -> None:
    answer = ask(path, status=422, **query)
    assert says in answer["message"]
    assert answer["errors"][0]["loc"][0] == "query"


def test_an_unknown_type_is_a_404_that_lists_the_known_types(ask: Ask) -> None:
    message = ask("assets/prospects", status=404)["message"]
    assert "'prospects'" in message
    assert "campaigns, forms, landing_pages, lists, list_emails, custom_redirects, tags" in message


# -- activities that were never read, or too long ago ---------------------------------------------------------------


def test_flags_and_counts_of_activities_are_absent_when_activities_were_never_read(ask: Ask) -> None:
    make(Form, campaign_id=None)
    audit_now("activities")
    assert_no_activity_data(ask)


def test_flags_and_counts_of_activities_are_absent_when_activities_were_read_too_long_ago(ask: Ask) -> None:
    form = make(Form, campaign_id=None)
    make_activities(3, timezone.now() - timedelta(days=9), form_id=form)
    audit_now(activity_age=timedelta(days=7, hours=23))
    assert ask("assets/forms")["records"][0]["error_count"] == 1
    exempt("forms", "forms_dormant", form)
    AuditSummary.objects.update(activity_until=timezone.now() - timedelta(days=8, seconds=1))
    assert_no_activity_data(ask)


def assert_no_activity_data(ask: Ask) -> None:
    answer = ask("assets/forms")
    assert answer["has_activities"] is answer["summary"]["has_activities"] is False
    [record] = answer["records"]
    assert {*record["flags"]} & {"no_campaign", "dormant", "errors"} == {"no_campaign"}
    assert record["exempt"] == []
    assert record["activity_count"] is record["error_count"] is None
    counts = answer["summary"]["counts"]
    assert (counts["no_campaign"], counts["orphan"]) == (1, 0)
    assert counts["dormant"] is counts["errors"] is None
    assert answer["summary"]["exempt"]["dormant"] == 0
    for flag in ("dormant", "errors"):
        assert ask("assets/forms", flag=flag)["count"] == 0
    assert ask("assets/forms", issues=True)["count"] == 1
    assert ask("asset-health")["types"]["forms"]["counts"]["errors"] is None
    assert ask("campaigns")["has_activities"] is False


def test_an_asset_that_is_only_dormant_has_no_issue_without_activity_data(ask: Ask) -> None:
    make(Form, name="Quiet", campaign_id=make(Campaign))
    audit_now()
    assert names(ask("assets/forms", issues=True)) == ["Quiet"]
    audit_now("activities", activity_age=timedelta(0))
    AuditSummary.objects.update(activity_until=None)
    assert names(ask("assets/forms", issues=True)) == []
    assert names(ask("assets/forms", issues=False)) == ["Quiet"]


@pytest.mark.parametrize("sign", ["", "-"])
def test_rows_with_an_empty_subject_or_prefix_are_last(ask: Ask, sign: str) -> None:
    for subject in ("", "B", None, "\t", "a"):
        make(ListEmail, subject=subject)
    for name in ("Loose", "Year: 2026", "area: North"):
        make(Tag, name=name)
    audit_now()
    subjects = [row["subject"] for row in ask("assets/list_emails", sort=f"{sign}subject")["records"]]
    tags = names(ask("assets/tags", sort=f"{sign}prefix"))
    order = -1 if sign else 1
    assert subjects == [*["a", "B"][::order], "", None, "\t"]
    assert tags == [*["area: North", "Year: 2026"][::order], "Loose"]


@pytest.mark.parametrize(("path", "model"), [("assets/forms", Form), ("assets/campaigns", Campaign)])
def test_assets_are_not_sorted_by_flags_without_data(ask: Ask, path: str, model: Any) -> None:
    first = make(model, name="No flags")
    second = make(model, name="Only flags without data")
    audit_now()
    known = ask(path)["summary"]["counts"]
    flag = next(name for name, count in known.items() if count is not None)
    AuditSummary.objects.update(activity_until=None)
    without_data = [name for name, count in ask(path)["summary"]["counts"].items() if count is None]
    assert without_data
    model.objects.filter(pk=first).update(flags=[])
    model.objects.filter(pk=second).update(flags=without_data)
    model.objects.filter(pk=make(model, name="One flag")).update(flags=[flag])
    for asked in (path, "campaigns") if model is Campaign else (path,):
        answer = ask(asked, sort="-issues")
        found = [each["name"] for each in answer.get("records") or answer["campaigns"]]
        assert found == ["One flag", "No flags", "Only flags without data"]


def test_answers_are_as_documented(ask: Ask) -> None:
    """The service does not validate its answers, so this test does."""
    form = make(Form, name="A", campaign_id=make(Campaign, salesforce_id=SF_ID), created_at=timezone.now())
    make(Tag, name="Region: EU")
    make_activities(4, timezone.now() - timedelta(days=1), form_id=form)
    audit_now()
    schemas: dict[str, Any] = {
        "assets": AssetInventory, "asset-health": AssetHealth, "assets/forms": AssetList, "assets/tags": AssetList,
        "assets/lists": AssetList, "gear-summary": GearSummary, "tags": TagList,
    }  # fmt: skip
    for path, schema in schemas.items():
        assert_documented(schema, ask(path))
