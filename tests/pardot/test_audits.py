"""Flags and figures of the audits, on small data sets.

Campaigns and tags also have their own files. Prospects are tested in ``test_prospect_audit.py``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from pardot.configuration.values import set_value
from pardot.models import (
    AuditSummary,
    Campaign,
    CustomRedirect,
    Form,
    LandingPage,
    List,
    ListEmail,
    Tag,
)
from tests.pardot.audit_factories import (
    BOUNCED,
    CLICK,
    CUSTOM_URL_CLICK,
    ERROR,
    NOW,
    READ,
    SF_18,
    SINCE,
    SPAM,
    SUCCESS,
    UNTIL,
    VIEW,
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

SECOND = timedelta(seconds=1)


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
    mark_read(*READ)
    form = make(Form)
    make_activities(SUCCESS, when, form_id=form)
    audit()
    assert Form.objects.get(pk=form).activity_count == int(counts_it)


@pytest.mark.parametrize(("days", "count"), [(1, 1), (2, 2), (60, 3)])
def test_staff_set_the_length_of_the_look_back(days: int, count: int) -> None:
    mark_read(*READ)
    set_value("activity_lookback_days", days, by="test")
    form = make(Form)
    for ago in (timedelta(hours=1), timedelta(days=1, hours=1), timedelta(days=59, hours=23), timedelta(days=61)):
        make_activities(SUCCESS, UNTIL - ago, form_id=form)
    audit()
    assert Form.objects.get(pk=form).activity_count == count


def flags_without_activities() -> dict[str, set[str]]:
    """Make an asset of each kind that can be dormant, but no activities, and run the audits.

    Return which of the flags ``dormant`` and ``errors`` each asset has.
    """
    made = {model: make(model) for model in (Campaign, Form, LandingPage, CustomRedirect)}
    audit()
    return {model.__name__: flags(model, pk) & {"dormant", "errors"} for model, pk in made.items()}


NO_DATA: dict[str, set[str]] = {"Campaign": set(), "Form": set(), "LandingPage": set(), "CustomRedirect": set()}


def assert_no_data() -> None:
    assert flags_without_activities() == NO_DATA
    for area in ("campaigns", "forms", "landing_pages", "custom_redirects"):
        assert counts(area)["dormant"] is None
        assert AuditSummary.objects.get(area=area).activity_until is None
    assert counts("forms")["errors"] is None
    assert set(Form.objects.values_list("activity_count", "error_count")) == {(None, None)}


def test_no_asset_is_dormant_when_activities_were_never_read() -> None:
    mark_read(*(name for name in READ if name != "activities"))
    assert_no_data()


def test_activities_read_more_than_8_days_ago_are_not_used() -> None:
    mark_read(*READ)
    mark_read("activities", until=NOW - timedelta(days=8, seconds=1))
    assert_no_data()


def test_activities_read_8_days_ago_are_used() -> None:
    mark_read(*READ)
    mark_read("activities", until=NOW - timedelta(days=8))
    assert flags_without_activities() == {kind: {"dormant"} for kind in NO_DATA}
    assert (counts("forms")["dormant"], counts("forms")["errors"]) == (1, 0)


def test_activities_that_do_not_reach_back_far_enough_are_not_used() -> None:
    mark_read(*READ)
    mark_read("activities", since=SINCE + SECOND)
    assert_no_data()


def test_activities_that_reach_back_just_far_enough_are_used() -> None:
    mark_read(*READ)
    mark_read("activities", since=SINCE)
    assert flags_without_activities() == {kind: {"dormant"} for kind in NO_DATA}


# -- content --------------------------------------------------------------------------------------------------------


def test_submissions_of_a_form_are_of_type_4_and_errors_of_type_3() -> None:
    mark_read(*READ)
    used, broken, quiet = make(Form), make(Form), make(Form)
    make_activities(SUCCESS, times=3, form_id=used)
    make_activities(ERROR, times=2, form_id=broken)
    for kind in (CLICK, VIEW, BOUNCED, SPAM, VISIT):
        make_activities(kind, form_id=quiet)
    make_activities(SUCCESS, form_handler_id=quiet)
    make_activities(ERROR, form_handler_id=quiet)
    audit()
    assert flags(Form, used) & {"dormant", "errors"} == set()
    assert flags(Form, broken) & {"dormant", "errors"} == {"dormant", "errors"}
    assert flags(Form, quiet) & {"dormant", "errors"} == {"dormant"}
    figures_by_form = {
        pk: columns_of(Form, pk=pk, columns=("activity_count", "error_count")) for pk in (used, broken, quiet)
    }
    assert figures_by_form == {used: (3, 0), broken: (0, 2), quiet: (0, 0)}
    assert (counts("forms")["dormant"], counts("forms")["errors"]) == (2, 1)


def test_a_landing_page_is_dormant_without_views() -> None:
    mark_read(*READ)
    seen, quiet = make(LandingPage), make(LandingPage)
    make_activities(VIEW, times=2, landing_page_id=seen)
    for kind in (CLICK, ERROR, SUCCESS):
        make_activities(kind, landing_page_id=quiet)
    audit()
    assert LandingPage.objects.get(pk=seen).activity_count == 2
    assert "dormant" not in flags(LandingPage, seen)
    assert "dormant" in flags(LandingPage, quiet)


def test_a_redirect_is_dormant_without_clicks() -> None:
    mark_read(*READ)
    clicked, quiet = make(CustomRedirect), make(CustomRedirect)
    make_activities(CLICK, custom_redirect_id=clicked)
    make_activities(CUSTOM_URL_CLICK, times=2, custom_redirect_id=clicked)
    make_activities(VIEW, custom_redirect_id=quiet)
    audit()
    assert CustomRedirect.objects.get(pk=clicked).activity_count == 3
    assert "dormant" not in flags(CustomRedirect, clicked)
    assert "dormant" in flags(CustomRedirect, quiet)


@pytest.mark.parametrize("model", [Form, LandingPage, ListEmail, CustomRedirect])
def test_an_asset_in_a_missing_campaign_gets_the_flag_orphan_but_not_no_campaign(model: Any) -> None:
    mark_read(*READ)
    linked, loose = make(Campaign, salesforce_id=SF_18), make(Campaign, salesforce_id=" ")
    at_home, in_loose = make(model, campaign_id=linked), make(model, campaign_id=loose)
    orphan, nowhere, zero = make(model, campaign_id=5), make(model, campaign_id=None), make(model, campaign_id=0)
    audit()
    wrong = {"no_campaign", "orphan"}
    flags_of_each = [flags(model, pk) & wrong for pk in (at_home, in_loose, orphan, nowhere, zero)]
    assert flags_of_each == [set(), set(), {"orphan"}, {"no_campaign"}, {"no_campaign"}]
    area = {Form: "forms", LandingPage: "landing_pages", ListEmail: "list_emails"}.get(model, "custom_redirects")
    assert (counts(area)["orphan"], counts(area)["no_campaign"]) == (1, 2)
    assert figures(area) == {"in_campaign": 2, "in_sf_campaign": 1, "orphaned": 1, "no_campaign": 2}
    assert AuditSummary.objects.get(area=area).items == 5


@pytest.mark.parametrize(("subject", "missing"), [(None, True), ("", True), (" \t\n", True), ("Hello", False)])
def test_an_email_without_a_subject_is_flagged(subject: str | None, missing: bool) -> None:
    mark_read(*READ)
    email = make(ListEmail, subject=subject)
    audit()
    assert ("no_subject" in flags(ListEmail, email)) is missing


# -- lists ----------------------------------------------------------------------------------------------------------

STALE = {"stale", "stale_1y"}


@pytest.mark.parametrize(("name", "missing"), [(None, True), ("", True), (" \t", True), ("Teachers", False)])
def test_a_list_without_a_name_is_flagged(name: str | None, missing: bool) -> None:
    mark_read(*READ)
    record = make(List, name=name, updated_at=NOW)
    audit()
    assert ("unnamed" in flags(List, record)) is missing


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
def test_a_list_is_stale_after_6_months_and_very_stale_after_12(changed: datetime, expected: set[str]) -> None:
    mark_read(*READ)
    record = make(List, name="Teachers", created_at=NOW.replace(year=2019), updated_at=changed)
    audit()
    assert flags(List, record) & STALE == expected


def test_the_age_of_a_list_that_was_never_changed_counts_from_its_creation() -> None:
    mark_read(*READ)
    old, undated = make(List, name="A", created_at=NOW.replace(year=2019)), make(List, name="B")
    audit()
    assert flags(List, old) & STALE == {"stale_1y"}
    assert flags(List, undated) & STALE == set()
    assert (counts("lists")["stale"], counts("lists")["stale_1y"]) == (0, 1)


def test_staff_say_when_lists_are_stale() -> None:
    mark_read(*READ)
    set_value("list_stale_months", 1, by="test")
    set_value("list_stale_severe_months", 3, by="test")
    ages = (15, 45, 100)
    made = [make(List, name="A", updated_at=NOW - timedelta(days=days)) for days in ages]
    audit()
    assert [flags(List, record) & STALE for record in made] == [set(), {"stale"}, {"stale_1y"}]


# -- entities that were not read ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "area", "missing", "without", "others"),
    [
        (
            Campaign,
            "campaigns",
            "campaign_member_counts",
            {"no_members", "low_response", "ghost"},
            {"empty", "dormant"},
        ),
        (Campaign, "campaigns", "custom_redirects", {"empty", "ghost"}, {"no_members", "low_response", "dormant"}),
        (Form, "forms", "campaigns", {"orphan"}, {"no_campaign", "dormant", "errors"}),
        (Tag, "tags", "tagged_objects", {"unused", "low_usage", "prospect_only"}, {"no_naming_convention"}),
        (Tag, "tags", "tags", {"unused", "duplicate_prefix", "prospect_only", "no_naming_convention"}, set()),
        (List, "lists", "lists", {"unnamed", "stale", "stale_1y"}, set()),
    ],
)
def test_flags_whose_inputs_were_not_read_are_absent(
    model: Any, area: str, missing: str, without: set[str], others: set[str]
) -> None:
    mark_read(*(name for name in READ if name != missing))
    record = make(model, **({"salesforce_id": SF_18} if model is Campaign else {}))
    audit()
    assert flags(model, record) & without == set()
    assert {flag for flag in without | others if counts(area)[flag] is None} == without
    assert AuditSummary.objects.get(area=area).is_complete is (missing != area)
    if missing in {"campaigns", "tags"}:
        assert all(value is None for name, value in figures(area).items() if "object" not in name)


def test_an_audit_removes_a_flag_that_no_longer_applies_and_keeps_the_others() -> None:
    mark_read(*READ)
    form, campaign = make(Form, campaign_id=None), make(Campaign)
    audit()
    assert "no_campaign" in flags(Form, form)
    Form.objects.filter(pk=form).update(campaign_id=campaign)
    audit()
    assert flags(Form, form) & {"no_campaign", "dormant"} == {"dormant"}
    assert (counts("forms")["no_campaign"], counts("forms")["dormant"]) == (0, 1)
