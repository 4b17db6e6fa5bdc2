"""``/config``: the current team, links, dates and thresholds."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pardot.configuration.values import set_value
from sf.models import SyncConfig
from tests.api.conftest import anonymous, cookies, super_user, user  # noqa: F401 - fixtures
from tests.pardot.score_factories import member

# ruff: noqa: F811 - fixtures that are imported

pytestmark = pytest.mark.django_db

URL = "/api/v1/pardot/config"


def test_the_defaults(super_user: Client, settings: Any) -> None:
    settings.PARDOT_API_URL = "https://pi.demo.pardot.com/"
    found = super_user.get(URL).json()
    assert (found["sf_instance_url"], found["pardot_url"], found["team"]) == (None, "https://pi.demo.pardot.com", [])
    assert found["pardot_pages"]["forms"] == "/form/read/id/{id}"
    assert found["camp"] == {"start": None, "end": None}
    assert found["target_score"] is None
    assert found["grade_thresholds"][0] == {"grade": "A", "minimum": 90}
    assert (found["activity_lookback_days"], found["list_stale_months"], found["list_stale_severe_months"]) == (
        30, 6, 12,
    )  # fmt: skip
    assert found["cleanup_tags"] == {
        "Remove": "Camp: Remove", "Archive": "Camp: Archive", "Reviewed": "Camp: Reviewed",
    }  # fmt: skip


def test_it_says_which_flag_counts_for_which_issue(super_user: Client) -> None:
    found = super_user.get(URL).json()["issues"]
    assert {"key": "emails_no_subject", "area": "list_emails", "flag": "no_subject"} in found
    assert {"key": "prospects_unlinked_pct", "area": "prospects", "flag": "unlinked_pct"} in found
    health = super_user.get("/api/v1/pardot/asset-health").json()["types"]
    of_assets = {(issue["area"], issue["flag"]): issue["key"] for issue in found if issue["area"] != "prospects"}
    assert of_assets == {(area, flag): key for area in health for flag, key in health[area]["issues"].items()}


def test_a_change_is_seen_at_once(super_user: Client) -> None:
    SyncConfig.objects.create(instance_url="https://example.my.salesforce.com")
    member("Ben Example", "forms", role="Writer", order=2)
    member("Ada Example", "forms", label="Ada", order=1)
    set_value("camp_dates", {"start": "2026-06-01", "end": "2026-06-30"}, by="test")
    set_value("target_score", 95, by="test")
    found = super_user.get(URL).json()
    assert found["sf_instance_url"] == "https://example.my.salesforce.com"
    assert [(person["name"], person["label"], person["areas"]) for person in found["team"]] == [
        ("Ada Example", "Ada", ["forms"]),
        ("Ben Example", "", ["forms"]),
    ]
    owners = {area["area"]: area["owners"] for area in found["areas"]}
    assert (owners["forms"], owners["lists"]) == (["Ada Example", "Ben Example"], [])
    assert found["camp"] == {"start": "2026-06-01", "end": "2026-06-30"}
    assert found["target_score"] == 95


def test_it_says_who_asks(super_user: Client) -> None:
    somebody = member("Ada Example", "forms")
    asked = super_user.get(URL).json()
    assert asked["me"] is None
    somebody.accounts_uuid = asked["account"]
    somebody.save()
    assert super_user.get(URL).json()["me"] == "Ada Example"


def test_the_number_of_queries_does_not_grow(super_user: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        member(f"Person {number}", "forms")
    with django_assert_max_num_queries(4):  # caller, team, configuration, instance
        assert super_user.get(URL).status_code == 200
