"""Every flag and figure of the audits, each on a data set small enough to be worked out by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from pardot.configuration import set_value
from pardot.models import (
    AuditSummary,
    Campaign,
    CampaignMemberCount,
    CustomRedirect,
    Form,
    LandingPage,
    List,
    ListEmail,
    PardotRecord,
    Prospect,
    Tag,
    TaggedObject,
)
from tests.pardot.audit_factories import NOW, READ, SINCE, UNTIL, audit, counts, figures, flags, happened, make, read

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
CLICK, VIEW, ERROR, SUCCESS, SENT, BOUNCED, SPAM, VISIT, CUSTOM_URL_CLICK = 1, 2, 3, 4, 6, 13, 14, 20, 21
SF_15, SF_18 = "701Hs0000012AbC", "701Hs0000012AbCIAU"


def only(model: Any, **values: Any) -> Any:
    return model.objects.values_list(*values["columns"]).get(pk=values["pk"])


# -- campaigns ------------------------------------------------------------------------------------------------------


def test_a_campaign_is_empty_without_form_page_email_and_redirect() -> None:
    read(*READ)
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
    assert [only(Campaign, pk=pk, columns=columns) for pk in [empty, *full]] == [
        (0, 0, 0, 0),
        (2, 0, 0, 0),
        (0, 1, 0, 0),
        (0, 0, 1, 0),
        (0, 0, 0, 1),
    ]


@pytest.mark.parametrize("nothing", [None, "", "  ", "\t\n"])
def test_a_campaign_without_salesforce_id(nothing: str | None) -> None:
    read(*READ)
    loose, linked = make(Campaign, salesforce_id=nothing), make(Campaign, salesforce_id=SF_18)
    audit()
    assert "no_sf" in flags(Campaign, loose)
    assert "no_members" not in flags(Campaign, loose), "only linked ones can have members"
    assert "no_sf" not in flags(Campaign, linked)
    assert figures("campaigns") == {"with_sf": 1, "missing_sf": 1}


def members(sf_id: str, total: int, responded: int = 0) -> None:
    CampaignMemberCount.objects.create(id=sf_id, members=total, responded=responded, leads=total, contacts=0)


def test_members_are_found_by_15_or_18_characters_and_count_for_every_campaign_of_the_id() -> None:
    read(*READ)
    members(SF_18, 12, 6)
    short, whole = make(Campaign, salesforce_id=SF_15), make(Campaign, salesforce_id=SF_18)
    other_case = make(Campaign, salesforce_id=SF_15.swapcase())
    audit()
    for campaign in (short, whole):
        assert only(Campaign, pk=campaign, columns=("member_count", "responded_count")) == (12, 6)
        assert "no_members" not in flags(Campaign, campaign)
    assert "no_members" in flags(Campaign, other_case), "case decides"
    assert counts("campaigns")["no_members"] == 1


@pytest.mark.parametrize(
    ("total", "responded", "low"),
    [(9, 0, False), (10, 0, True), (20, 1, False), (21, 1, True), (100, 5, False), (100, 4, True), (0, 0, False)],
)
def test_low_response_is_ten_members_or_more_and_less_than_five_percent(total: int, responded: int, low: bool) -> None:
    read(*READ)
    members(SF_18, total, responded)
    campaign = make(Campaign, salesforce_id=SF_18)
    audit()
    assert ("low_response" in flags(Campaign, campaign)) is low


def test_a_ghost_has_members_and_no_assets() -> None:
    read(*READ)
    members(SF_18, 1, 1)
    ghost, alive, nobody = make(Campaign, salesforce_id=SF_18), make(Campaign, salesforce_id=SF_18), make(Campaign)
    make(ListEmail, campaign_id=alive)
    audit()
    assert "ghost" in flags(Campaign, ghost)
    assert "ghost" not in flags(Campaign, alive)
    assert "ghost" not in flags(Campaign, nobody)


def test_a_campaign_is_dormant_without_any_activity() -> None:
    read(*READ)
    busy, dormant = make(Campaign), make(Campaign)
    happened(SENT, campaign_id=busy)
    happened(VISIT, UNTIL - timedelta(days=9), times=2, campaign_id=busy)
    happened(SENT, campaign_id=None)
    audit()
    assert "dormant" not in flags(Campaign, busy)
    assert Campaign.objects.get(pk=busy).activity_count == 3
    assert "dormant" in flags(Campaign, dormant)
    assert Campaign.objects.get(pk=dormant).activity_count == 0


# -- the look-back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "counts_it"),
    [
        (SINCE, False),
        (SINCE + SECOND, True),
        (SINCE.replace(hour=23, minute=59), True),
        (SINCE.replace(hour=0, minute=0) + timedelta(days=1), True),
        (UNTIL.replace(hour=0, minute=0) - SECOND, True),
        (UNTIL.replace(hour=0, minute=0), True),
        (UNTIL, True),
        (UNTIL + SECOND, False),
        (UNTIL + timedelta(hours=22), False),
    ],
)
def test_the_look_back_is_exact_to_the_second(when: datetime, counts_it: bool) -> None:
    read(*READ)
    form = make(Form)
    happened(SUCCESS, when, form_id=form)
    audit()
    assert Form.objects.get(pk=form).activity_count == int(counts_it)


@pytest.mark.parametrize(("days", "found"), [(1, 1), (2, 2), (60, 3)])
def test_the_look_back_is_as_long_as_staff_say(days: int, found: int) -> None:
    read(*READ)
    set_value("activity_lookback_days", days, by="test")
    form = make(Form)
    for ago in (timedelta(hours=1), timedelta(days=1, hours=1), timedelta(days=59, hours=23), timedelta(days=61)):
        happened(SUCCESS, UNTIL - ago, form_id=form)
    audit()
    assert Form.objects.get(pk=form).activity_count == found


def everything_dormant() -> dict[str, set[str]]:
    """What an audit says about one asset of each kind that nothing has happened to."""
    made = {model: make(model) for model in (Campaign, Form, LandingPage, CustomRedirect)}
    audit()
    return {model.__name__: flags(model, pk) & {"dormant", "errors"} for model, pk in made.items()}


NO_DATA: dict[str, set[str]] = {"Campaign": set(), "Form": set(), "LandingPage": set(), "CustomRedirect": set()}


def assert_no_data() -> None:
    assert everything_dormant() == NO_DATA
    for area in ("campaigns", "forms", "landing_pages", "custom_redirects"):
        assert counts(area)["dormant"] is None
        assert AuditSummary.objects.get(area=area).activity_until is None
    assert counts("forms")["errors"] is None
    assert set(Form.objects.values_list("activity_count", "error_count")) == {(None, None)}


def test_without_activities_nothing_is_dormant() -> None:
    read(*(name for name in READ if name != "activities"))
    assert_no_data()


def test_activities_of_more_than_8_days_ago_say_nothing() -> None:
    read(*READ)
    read("activities", until=NOW - timedelta(days=8, seconds=1))
    assert_no_data()


def test_activities_of_8_days_ago_will_do() -> None:
    read(*READ)
    read("activities", until=NOW - timedelta(days=8))
    assert everything_dormant() == {kind: {"dormant"} for kind in NO_DATA}
    assert counts("forms") == {"no_campaign": 1, "dormant": 1, "errors": 0, "orphan": 0}


def test_activities_must_reach_back_far_enough() -> None:
    read(*READ)
    read("activities", since=SINCE + SECOND)
    assert_no_data()


def test_activities_that_reach_back_just_far_enough_will_do() -> None:
    read(*READ)
    read("activities", since=SINCE)
    assert everything_dormant() == {kind: {"dormant"} for kind in NO_DATA}


def test_a_look_back_longer_than_activities_are_kept_is_no_data(settings: Any) -> None:
    read(*READ)
    set_value("activity_lookback_days", 32, by="test")
    settings.PARDOT_ACTIVITY_RETENTION_DAYS = 31
    assert_no_data()


# -- content --------------------------------------------------------------------------------------------------------


def test_submissions_of_a_form_are_of_type_4_and_errors_of_type_3() -> None:
    read(*READ)
    used, broken, quiet = make(Form), make(Form), make(Form)
    happened(SUCCESS, times=3, form_id=used)
    happened(ERROR, times=2, form_id=broken)
    for kind in (CLICK, VIEW, BOUNCED, SPAM, VISIT):
        happened(kind, form_id=quiet)
    happened(SUCCESS, form_handler_id=quiet)
    happened(ERROR, form_handler_id=quiet)
    audit()
    assert flags(Form, used) & {"dormant", "errors"} == set()
    assert flags(Form, broken) & {"dormant", "errors"} == {"dormant", "errors"}
    assert flags(Form, quiet) & {"dormant", "errors"} == {"dormant"}
    found = {pk: only(Form, pk=pk, columns=("activity_count", "error_count")) for pk in (used, broken, quiet)}
    assert found == {used: (3, 0), broken: (0, 2), quiet: (0, 0)}
    assert counts("forms") == {"no_campaign": 3, "dormant": 2, "errors": 1, "orphan": 0}


def test_a_landing_page_is_dormant_without_views() -> None:
    read(*READ)
    seen, quiet = make(LandingPage), make(LandingPage)
    happened(VIEW, times=2, landing_page_id=seen)
    for kind in (CLICK, ERROR, SUCCESS):
        happened(kind, landing_page_id=quiet)
    audit()
    assert LandingPage.objects.get(pk=seen).activity_count == 2
    assert "dormant" not in flags(LandingPage, seen)
    assert "dormant" in flags(LandingPage, quiet)


def test_a_redirect_is_dormant_without_clicks() -> None:
    read(*READ)
    clicked, quiet = make(CustomRedirect), make(CustomRedirect)
    happened(CLICK, custom_redirect_id=clicked)
    happened(CUSTOM_URL_CLICK, times=2, custom_redirect_id=clicked)
    happened(VIEW, custom_redirect_id=quiet)
    audit()
    assert CustomRedirect.objects.get(pk=clicked).activity_count == 3
    assert "dormant" not in flags(CustomRedirect, clicked)
    assert "dormant" in flags(CustomRedirect, quiet)


@pytest.mark.parametrize("model", [Form, LandingPage, ListEmail, CustomRedirect])
def test_an_orphan_names_a_campaign_that_does_not_exist_and_counts_once(model: Any) -> None:
    read(*READ)
    linked, loose = make(Campaign, salesforce_id=SF_18), make(Campaign, salesforce_id=" ")
    at_home, in_loose = make(model, campaign_id=linked), make(model, campaign_id=loose)
    orphan, nowhere, zero = make(model, campaign_id=5), make(model, campaign_id=None), make(model, campaign_id=0)
    audit()
    wrong = {"no_campaign", "orphan"}
    found = [flags(model, pk) & wrong for pk in (at_home, in_loose, orphan, nowhere, zero)]
    assert found == [set(), set(), {"orphan"}, {"no_campaign"}, {"no_campaign"}]
    area = {Form: "forms", LandingPage: "landing_pages", ListEmail: "list_emails"}.get(model, "custom_redirects")
    assert (counts(area)["orphan"], counts(area)["no_campaign"]) == (1, 2)
    assert figures(area) == {"in_campaign": 2, "in_sf_campaign": 1, "orphaned": 1, "no_campaign": 2}
    assert AuditSummary.objects.get(area=area).items == 5


@pytest.mark.parametrize(("subject", "missing"), [(None, True), ("", True), (" \t\n", True), ("Hello", False)])
def test_an_email_without_subject(subject: str | None, missing: bool) -> None:
    read(*READ)
    email = make(ListEmail, subject=subject)
    audit()
    assert ("no_subject" in flags(ListEmail, email)) is missing


# -- lists ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "missing"), [(None, True), ("", True), (" \t", True), ("Teachers", False)])
def test_a_list_without_name(name: str | None, missing: bool) -> None:
    read(*READ)
    record = make(List, name=name, updated_at=NOW)
    audit()
    assert flags(List, record) == ({"unnamed"} if missing else set())


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (NOW, set()),
        (NOW.replace(month=12, year=2025, second=1), set()),
        (NOW.replace(month=12, year=2025), {"stale"}),
        (NOW.replace(year=2025), {"stale"}),
        (NOW.replace(year=2025) - SECOND, {"stale_1y"}),
        (NOW.replace(year=2020), {"stale_1y"}),
    ],
)
def test_a_list_is_stale_for_6_to_12_months_or_longer(changed: datetime, expected: set[str]) -> None:
    read(*READ)
    record = make(List, name="Teachers", created_at=NOW.replace(year=2019), updated_at=changed)
    audit()
    assert flags(List, record) == expected


def test_a_list_that_was_never_changed_counts_from_its_creation() -> None:
    read(*READ)
    old, undated = make(List, name="A", created_at=NOW.replace(year=2019)), make(List, name="B")
    audit()
    assert flags(List, old) == {"stale_1y"}
    assert flags(List, undated) == set()
    assert counts("lists") == {"unnamed": 0, "stale": 0, "stale_1y": 1}


def test_staff_say_when_lists_are_stale() -> None:
    read(*READ)
    set_value("list_stale_months", 1, by="test")
    set_value("list_stale_severe_months", 3, by="test")
    ages = (15, 45, 100)
    made = [make(List, name="A", updated_at=NOW - timedelta(days=days)) for days in ages]
    audit()
    assert [flags(List, record) for record in made] == [set(), {"stale"}, {"stale_1y"}]


# -- tags -----------------------------------------------------------------------------------------------------------


def tag(name: str | None, *objects: str, count: int | None = 0) -> int:
    record = make(Tag, name=name, object_count=count)
    for number, kind in enumerate(objects):
        make(TaggedObject, tag_id=record, object_type=kind, object_id=500 + number)
    return record


@pytest.mark.parametrize(
    ("objects", "count", "expected", "usage"),
    [
        ((), 0, {"unused"}, 0),
        ((), None, {"unused"}, 0),
        ((), 1, {"low_usage"}, 1),
        (("Form",), 0, {"low_usage"}, 1),
        (("Form", "List"), 1, set(), 2),
        (("Form",), 7, set(), 7),
        (("Prospect",), 1, {"low_usage", "prospect_only"}, 1),
        (("Prospect", "prospect"), 2, {"prospect_only"}, 2),
        (("Prospect", "Form"), 2, set(), 2),
    ],
)
def test_how_a_tag_is_used(objects: tuple[str, ...], count: int | None, expected: set[str], usage: int) -> None:
    read(*READ)
    tag("Topic: other", "Form", "List")
    record = tag("Topic: this", *objects, count=count)
    audit()
    assert flags(Tag, record) == expected
    assert Tag.objects.get(pk=record).usage == usage


@pytest.mark.parametrize("separator", ":-_|/")
def test_the_prefix_of_a_tag_ends_at_the_first_separator(separator: str) -> None:
    read(*READ)
    names = [f"Region{separator}North-East", f"Region {separator} South: all", f"region{separator}", "Region"]
    north, south, bare, alone = (tag(name) for name in names)
    audit()
    assert [Tag.objects.get(pk=pk).prefix for pk in (north, south, bare, alone)] == ["Region", "Region", "region", ""]
    for pk in (north, south, bare):
        assert flags(Tag, pk) == {"unused"}, "shared, always with the same separator; case and blanks do not count"
    assert flags(Tag, alone) == {"unused", "no_naming_convention"}


@pytest.mark.parametrize("name", [None, "", "vip", ":x", "  - y", "Lonely: tag"])
def test_no_prefix_or_one_that_is_not_shared_is_no_convention(name: str | None) -> None:
    read(*READ)
    for other in ("Topic: a", "Topic: b", ":z", "- w", "vipers: c", "vipers: d"):
        tag(other)
    record = tag(name)
    audit()
    assert "no_naming_convention" in flags(Tag, record)


def test_look_alikes_have_one_prefix_and_several_separators() -> None:
    read(*READ)
    alike = [tag(name) for name in ("Webinar: May", "webinar-June", "Term/1")]
    tag("Term/2-3")
    audit()
    assert ["duplicate_prefix" in flags(Tag, pk) for pk in alike] == [True, True, False]
    assert counts("tags") == {
        "unused": 4,
        "low_usage": 0,
        "duplicate_prefix": 2,
        "prospect_only": 0,
        "no_naming_convention": 0,
    }


def test_naming_patterns_and_coverage() -> None:
    read(*READ, "prospects")
    form, other, gone = make(Form), make(Form), 99
    prospect = make(Prospect, is_deleted=False)
    make(Prospect, is_deleted=True)
    webinar, second, vip = tag("Webinar: May"), tag("webinar-June"), tag("vip")
    for pk, kind, record in (
        (webinar, "Form", form),
        (second, "form", form),
        (vip, "Form", gone),
        (vip, "Prospect", prospect),
        (vip, "Landing Page", 7),
        (vip, "File", 8),
    ):
        make(TaggedObject, tag_id=pk, object_type=kind, object_id=record)
    audit()
    found = figures("tags")
    assert found["naming_patterns"] == [{"prefix": "Webinar", "separators": ["-", ":"], "tags": 2, "usage": 2}]
    assert (found["with_prefix"], found["prefixes"], found["tagged_objects"]) == (2, 1, 6)
    coverage = {row["object_type"]: row for row in found["object_type_coverage"]}
    assert other != form
    assert [coverage["forms"][name] for name in ("total", "tagged", "tagged_pct", "assignments")] == [2, 1, 50.0, 3]
    assert [coverage["prospects"][name] for name in ("total", "tagged", "tagged_pct")] == [1, 1, 100.0]
    assert [coverage["landing_pages"][name] for name in ("total", "tagged", "tagged_pct")] == [0, 0, None]
    assert coverage["File"] == {
        "object_type": "File", "area": None, "total": None, "tagged": None, "tagged_pct": None, "assignments": 1,
    }  # fmt: skip


# -- what was not read is no data -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "area", "missing", "without"),
    [
        (Campaign, "campaigns", "campaign_member_counts", {"no_members", "low_response", "ghost"}),
        (Campaign, "campaigns", "custom_redirects", {"empty", "ghost"}),
        (Form, "forms", "campaigns", {"orphan"}),
        (Tag, "tags", "tagged_objects", {"unused", "low_usage", "prospect_only"}),
        (Tag, "tags", "tags", {"unused", "low_usage", "duplicate_prefix", "prospect_only", "no_naming_convention"}),
        (List, "lists", "lists", {"unnamed", "stale", "stale_1y"}),
    ],
)
def test_flags_whose_inputs_were_not_read_are_absent(model: Any, area: str, missing: str, without: set[str]) -> None:
    read(*(name for name in READ if name != missing))
    record = make(model, **({"salesforce_id": SF_18} if model is Campaign else {}))
    audit()
    assert flags(model, record) & without == set()
    assert {flag for flag, count in counts(area).items() if count is None} == without
    assert AuditSummary.objects.get(area=area).is_complete is (missing != area)
    if missing in {"campaigns", "tags"}:
        assert all(value is None for name, value in figures(area).items() if "object" not in name)


def test_an_audit_follows_what_changes_and_leaves_the_rest_alone() -> None:
    read(*READ)
    form, campaign = make(Form, campaign_id=None), make(Campaign)
    audit()
    assert "no_campaign" in flags(Form, form)
    Form.objects.filter(pk=form).update(campaign_id=campaign)
    audit()
    assert flags(Form, form) == {"dormant"}
    assert counts("forms") == {"no_campaign": 0, "dormant": 1, "errors": 0, "orphan": 0}
