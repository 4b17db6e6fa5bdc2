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


def test_the_defaults_are_returned(super_user: Client, settings: Any) -> None:
    settings.PARDOT_API_URL = "https://pi.demo.pardot.com/"
    body = super_user.get(URL).json()
    assert (body["sf_instance_url"], body["pardot_url"], body["team"]) == (None, "https://pi.demo.pardot.com", [])
    assert body["pardot_pages"]["forms"] == "/form/read/id/{id}"
    assert body["camp"] == {"start": None, "end": None}
    assert body["target_score"] is None
    assert body["grade_thresholds"][0] == {"grade": "A", "minimum": 90}
    assert (body["activity_lookback_days"], body["list_stale_months"], body["list_stale_severe_months"]) == (
        30, 6, 12,
    )  # fmt: skip
    assert body["cleanup_tags"] == {
        "Remove": "Camp: Remove", "Archive": "Camp: Archive", "Reviewed": "Camp: Reviewed",
    }  # fmt: skip


def test_the_configuration_says_which_flag_counts_for_which_issue(super_user: Client) -> None:
    body = super_user.get(URL).json()["issues"]
    assert {"key": "emails_no_subject", "area": "list_emails", "flag": "no_subject"} in body
    assert {"key": "prospects_unlinked_pct", "area": "prospects", "flag": "unlinked_pct"} in body
    health = super_user.get("/api/v1/pardot/asset-health").json()["types"]
    of_assets = {(issue["area"], issue["flag"]): issue["key"] for issue in body if issue["area"] != "prospects"}
    assert of_assets == {(area, flag): key for area in health for flag, key in health[area]["issues"].items()}


def test_a_change_is_seen_at_once(super_user: Client) -> None:
    before = super_user.get(URL).json()
    SyncConfig.objects.create(instance_url="https://example.my.salesforce.com")
    member("Ben Example", "forms", role="Writer", order=2)
    member("Ada Example", "forms", label="Ada", order=1)
    set_value("camp_dates", {"start": "2026-06-01", "end": "2026-06-30"}, by="test")
    set_value("target_score", 95, by="test")
    body = super_user.get(URL).json()
    assert before["target_score"] != body["target_score"]
    assert body["sf_instance_url"] == "https://example.my.salesforce.com"
    assert [(person["name"], person["label"], person["areas"]) for person in body["team"]] == [
        ("Ada Example", "Ada", ["forms"]),
        ("Ben Example", "", ["forms"]),
    ]
    owners = {area["area"]: area["owners"] for area in body["areas"]}
    assert (owners["forms"], owners["lists"]) == (["Ada Example", "Ben Example"], [])
    assert body["camp"] == {"start": "2026-06-01", "end": "2026-06-30"}
    assert body["target_score"] == 95


def test_the_configuration_names_the_member_who_asks(super_user: Client) -> None:
    somebody = member("Ada Example", "forms")
    body = super_user.get(URL).json()
    assert body["me"] is None
    somebody.accounts_uuid = body["account"]
    somebody.save()
    assert super_user.get(URL).json()["me"] == "Ada Example"


def test_the_number_of_queries_does_not_grow(super_user: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        member(f"Person {number}", "forms")
    with django_assert_max_num_queries(4):  # caller, team, configuration, instance
        assert super_user.get(URL).status_code == 200
