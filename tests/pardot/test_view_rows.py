"""A saved view counts the rows that the table at the view's address shows."""

from __future__ import annotations

import json
import re
from inspect import getsource
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from django.test import Client
from django.utils import timezone

from pardot.domain.areas import Area
from pardot.models import Campaign, Folder, Form, Tag, TaggedObject
from pardot.selectors import view_rows
from pardot.selectors.view_rows import area_of_view, count_view_rows
from tests.api.conftest import super_user  # noqa: F401 - a fixture
from tests.environments import ROOT
from tests.pardot.audit_factories import NOW, SF_18, audit, make, mark_read
from tests.pardot.team.browser import Browser

# ruff: noqa: F811 - the fixture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def assets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    folder = make(Folder, id=7, name="Spring")
    linked = make(Campaign, id=10, name="Linked", salesforce_id=SF_18, folder_id=folder, created_at=NOW)
    other = make(Campaign, id=11, name="Other", folder_id=8, created_at=NOW.replace(year=2024))
    tagged = make(Form, id=20, name="Física", campaign_id=linked)
    make(Form, id=21, name="Plain", campaign_id=other)
    make(Form, id=22, name="Lost", campaign_id=None)
    make(Tag, id=30, name="Region: North", prefix="Region")
    make(Tag, id=31, name="Loose", prefix="")
    make(TaggedObject, id=40, tag_id=30, object_type="Form", object_id=tagged)
    make(TaggedObject, id=41, tag_id=30, object_type="Campaign", object_id=linked)
    mark_read("campaigns", "forms", "folders", "tags", "tagged_objects")
    audit()


def count(tab: str, **filters: str) -> int | None:
    rows = count_view_rows(
        urlencode({"tab": tab, **{name.replace("__", "."): value for name, value in filters.items()}})
    )
    return None if rows is None else rows.count


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, 3),
        ({"forms__flag": "no_campaign"}, 1),
        ({"forms__flag": "any"}, 1),
        ({"forms__flag": "none"}, 2),
        ({"forms__flag": "no_campaign", "forms__exempt": "yes"}, 0),
        ({"forms__flag": "no_campaign", "forms__exempt": "no"}, 1),
        ({"forms__reach": "yes"}, 1),
        ({"forms__reach": "no"}, 1),
        ({"forms__tagged": "yes"}, 1),
        ({"forms__tagged": "no"}, 2),
        ({"forms__campaign": "11"}, 1),
        ({"forms__q": "fisica"}, 1),
        ({"forms__new": "2026-06-29"}, 1),
        ({"forms__new": "2026-06-30"}, 0),
        ({"forms__sort": "-name", "forms__size": "50"}, 3),
    ],
)
def test_a_view_of_assets_counts_the_rows_of_its_filters(filters: dict[str, str], expected: int) -> None:
    assert count("gear-locker", gear__type="forms", **filters) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, 2),
        ({"campaigns__sf": "yes"}, 1),
        ({"campaigns__sf": "no"}, 1),
        ({"campaigns__assets": "some"}, 2),
        ({"campaigns__assets": "empty"}, 0),
        ({"campaigns__assets": "forms"}, 2),
        ({"campaigns__assets": "landing_pages"}, 0),
        ({"campaigns__folder": "7"}, 1),
        ({"campaigns__age": "month"}, 1),
        ({"campaigns__age": "three"}, 1),
        ({"campaigns__q": "link"}, 1),
    ],
)
def test_a_view_of_campaigns_counts_the_rows_of_its_filters(filters: dict[str, str], expected: int) -> None:
    assert count("campaign-map", **filters) == expected


def test_a_view_of_tags_counts_the_rows_of_its_filters() -> None:
    assert [count("tags"), count("tags", tags__prefix="region"), count("tags", tags__flag="unused")] == [2, 1, 1]


@pytest.mark.parametrize(
    ("query", "area"),
    [
        ("tab=gear-locker&gear.type=forms", Area.FORMS),
        ("tab=gear-locker&lists.q=x", Area.LISTS),
        ("tab=gear-locker", None),
        ("tab=campaign-map", Area.CAMPAIGNS),
        ("tab=tags", Area.TAGS),
        ("tab=base-camp&forms.flag=dormant", None),
        ("tab=scout-report&prospects.q=jo", None),
        ("tab=full-survey&orphans.kind=forms", None),
        ("tab=gear-locker&gear.type=prospects", None),
    ],
)
def test_only_tables_without_people_are_counted(query: str, area: Area | None) -> None:
    assert area_of_view(query) is area


@pytest.mark.parametrize(
    "filters",
    [
        {"gear__type": "lists"},
        {"gear__type": "forms", "forms__flag": "gone"},
        {"gear__type": "forms", "forms__flag": "dormant"},
        {"gear__type": "forms", "forms__new": "yesterday"},
        {"gear__type": "forms", "forms__campaign": "x"},
        {"gear__type": "forms", "forms__prefix": "x"},
        {"gear__type": "forms", "forms__q": "a\0b"},
        {"gear__type": "forms", "forms__q": "x" * 256},
    ],
)
def test_a_view_without_data_or_with_an_invalid_filter_has_no_count(filters: dict[str, Any]) -> None:
    assert count("gear-locker", **filters) is None


def test_a_view_with_a_nul_character_in_its_prefix_has_no_count() -> None:
    assert count("tags", tags__prefix="a\0b") is None


def test_equal_counts_of_different_rows_have_different_fingerprints() -> None:
    query = "tab=gear-locker&gear.type=forms&forms.campaign="
    first, second, again = count_view_rows(f"{query}10"), count_view_rows(f"{query}11"), count_view_rows(f"{query}10")
    assert first == again
    assert first is not None
    assert second is not None
    assert (first.count, first.fingerprint != second.fingerprint) == (second.count, True)


LINKED = json.loads((ROOT / "tests" / "javascript" / "linked-filters.json").read_text())
"""Views with their endpoints and parameters. tests/javascript/linked-filters.test.js checks them too."""


def test_a_view_counts_as_many_rows_as_the_page_shows_at_its_address(super_user: Client) -> None:
    browser, different = Browser(super_user), set()
    for case in LINKED:
        shown = browser.get(
            f"{case['path']}?{urlencode(case['params']).replace('True', 'true').replace('False', 'false')}"
        )
        rows = count_view_rows(case["view"])
        assert rows is not None, case["view"]
        assert rows.count == shown["count"], case["view"]
        different.add(rows.count)
    assert len(different) > 2


def test_every_filter_of_a_view_is_compared_with_the_page() -> None:
    """Filters are the parameters that ``view_rows`` reads from the address, except the search by words."""
    filters = set(re.findall(r'options(?:\.get\(|\[)"(\w+)"', getsource(view_rows))) - {"q"}
    compared = {name.partition(".")[2] for case in LINKED for name, _ in parse_qsl(case["view"])}
    assert filters == compared - {"", "type"}
