"""Exemptions remove assets from counts, and stay listed after they end; notes belong to days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from api.models import SuperUser
from pardot.audits.run import run_audits
from pardot.models import DayNote, Exemption, TeamMember
from tests.api.cookies import UUID, CookieMaker
from tests.pardot.team import records
from tests.pardot.team.browser import Browser


def day(offset: int) -> str:
    return str(timezone.localdate() + timedelta(days=offset))


def body(asset: int, **values: Any) -> dict[str, Any]:
    return {"asset_type": "forms", "asset_id": asset, "issue": "forms_no_campaign", "reason": "A test form.", **values}


def no_campaign(browser: Browser) -> Any:
    return browser.get("health-score")["issue_counts"]["forms_no_campaign"]


def test_the_exemption_of_a_campaign_contains_the_campaigns_salesforce_id(browser: Browser) -> None:
    linked = records.campaign(salesforce_id=records.salesforce_id("701"))
    values = {"asset_type": "campaigns", "asset_id": linked.id, "issue": "campaigns_empty", "reason": "A test."}
    made = browser.ask("post", "exemptions", values, expect=201)
    assert made["salesforce_id"] == linked.salesforce_id
    assert browser.get("exemptions")["exemptions"] == [made]


def test_an_exemption_and_its_deletion_change_the_count_from_the_next_request_on(browser: Browser) -> None:
    first, second = (records.form(campaign_id=None) for _ in range(2))
    records.mark_read("forms")
    run_audits()
    assert no_campaign(browser) == 2

    made = browser.ask("post", "exemptions", body(first.id, reason=" A test form. ", until=day(0)), expect=201)
    assert made == {
        "id": made["id"], "asset_type": "forms", "asset_id": first.id, "asset_name": "Contact us",
        "salesforce_id": None, "issue": "forms_no_campaign", "reason": "A test form.", "until": day(0),
        "in_force": True, "created_by": "Ines Example", "created_at": made["created_at"],
    }  # fmt: skip
    assert no_campaign(browser) == 1
    browser.ask("post", "exemptions", body(second.id), expect=201)
    assert no_campaign(browser) == 0

    browser.ask("delete", f"exemptions/{made['id']}", expect=204)
    browser.ask("delete", f"exemptions/{made['id']}", expect=404)
    assert no_campaign(browser) == 1


def test_an_ended_exemption_stays_listed_and_can_be_replaced(browser: Browser) -> None:
    form = records.form()
    ended = Exemption.objects.create(
        asset_type="forms", asset_id=form.id, issue="forms_no_campaign", reason="Once.", until=day(-1)
    )
    assert [row["in_force"] for row in browser.get("exemptions")["exemptions"]] == [False]
    made = browser.ask("post", "exemptions", body(form.id, until=day(30)), expect=201)
    assert made["id"] != ended.pk
    refused = browser.refused("post", "exemptions", body(form.id))
    assert f"exempt from forms_no_campaign already, until {day(30)}, created by Ines Example: A test form." in refused
    assert Exemption.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"asset_type": "pages"}, "asset_type"),
        ({"asset_id": 987654}, "There is no asset 987654 among the forms that were synced"),
        ({"asset_id": 0}, "asset_id"),
        ({"asset_id": 2**63}, "asset_id"),
        ({"asset_id": True}, "asset_id"),
        ({"issue": "forms_lost"}, "There is no issue forms_lost. Known: campaigns_no_sf"),
        (
            {"issue": "lists_stale"},
            "lists_stale is an issue of lists, not of forms. Issues of forms: forms_no_campaign, ",
        ),
        ({"asset_type": "prospects", "issue": "prospects_unlinked_pct"}, "a percentage"),
        ({"reason": " "}, "reason"),
        ({"reason": "a\0b"}, "NUL"),
        ({"until": day(-1)}, "in the past"),
        ({"until": "next week"}, "until"),
        ({"until": 1}, "until"),
        ({"created_by": "me"}, "created_by"),
    ],
)
def test_wrong_values_in_exemptions_are_named_and_not_stored(
    browser: Browser, values: dict[str, Any], message: str
) -> None:
    form = records.form()
    assert message in browser.refused("post", "exemptions", {**body(form.id), **values})
    assert not Exemption.objects.exists()


def test_exemptions_can_be_filtered_and_paged(browser: Browser) -> None:
    form, campaign = records.form("A form"), records.campaign("A campaign")
    for asset_type, asset, issue, until in (
        ("forms", form.id, "forms_dormant", None), ("forms", form.id, "forms_errors", day(-1)),
        ("campaigns", campaign.id, "campaigns_dormant", day(0)), ("campaigns", 987, "campaigns_dormant", None),
    ):  # fmt: skip
        Exemption.objects.create(asset_type=asset_type, asset_id=asset, issue=issue, reason="So.", until=until)

    def rows(query: str = "") -> list[tuple[str, Any]]:
        return [(row["issue"], row["asset_name"]) for row in browser.get(f"exemptions{query}")["exemptions"]]

    everything = [("campaigns_dormant", None), ("campaigns_dormant", "A campaign"), ("forms_errors", "A form"),
                  ("forms_dormant", "A form")]  # fmt: skip
    assert rows() == everything, "newest first"
    assert rows("?asset_type=campaigns") == everything[:2]
    assert rows("?issue=forms_errors") == everything[2:3]
    assert rows("?in_force=false") == everything[2:3]
    assert rows("?in_force=true") == [*everything[:2], everything[3]]
    assert rows("?limit=2&offset=1") == everything[1:3]
    assert browser.get("exemptions?limit=1")["count"] == 4
    for query in ("asset_type=pages", "in_force=maybe", "limit=0"):
        assert query.partition("=")[0] in browser.refused("get", f"exemptions?{query}")


def test_many_exemptions_take_no_more_queries_than_one(browser: Browser) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.get("exemptions")
        return len(captured)

    browser.ask("post", "exemptions", body(records.form().id), expect=201)
    alone = queries()
    for _ in range(20):
        browser.ask("post", "exemptions", body(records.form().id), expect=201)
    assert queries() == alone


# -- notes ------------------------------------------------------------------------------------------------------------


def test_notes_are_pinned_to_days(browser: Browser) -> None:
    made = {
        when: browser.ask("post", "notes", {"day": when, "text": f" Note of {when} "}, expect=201)
        for when in ("2026-03-02", "2026-03-01", "2026-03-03")
    }
    first = made["2026-03-01"]
    assert first == {
        "id": first["id"], "day": "2026-03-01", "text": "Note of 2026-03-01", "created_by": "Ines Example",
        "created_at": first["created_at"],
    }  # fmt: skip

    def days(query: str = "") -> list[str]:
        return [note["day"] for note in browser.get(f"notes{query}")["notes"]]

    assert days() == sorted(made)
    assert days("?from=2026-03-02") == ["2026-03-02", "2026-03-03"]
    assert days("?to=2026-03-02") == ["2026-03-01", "2026-03-02"]
    assert days("?from=2026-03-02&to=2026-03-02") == ["2026-03-02"]
    assert days("?limit=1&offset=1") == ["2026-03-02"]
    assert browser.get("notes?limit=1")["count"] == 3
    browser.ask("delete", f"notes/{first['id']}", expect=204)
    browser.ask("delete", f"notes/{first['id']}", expect=404)
    assert days() == ["2026-03-02", "2026-03-03"]


def test_a_user_without_a_name_gets_the_name_of_the_team_member_or_super_user(
    user: Client, browser: Browser, cookies: CookieMaker
) -> None:
    user.cookies["oxa"] = cookies.cookie(name="")
    note = {"day": "2026-03-01", "text": "A note"}

    def author() -> object:
        return browser.ask("post", "notes", note, expect=201)["created_by"]

    SuperUser.objects.filter(accounts_uuid=UUID).update(name="")
    assert author() == UUID
    SuperUser.objects.filter(accounts_uuid=UUID).update(name="Ada Example")
    assert author() == "Ada Example"
    TeamMember.objects.create(name="Ada", accounts_uuid=UUID)
    assert author() == "Ada"


def test_wrong_values_in_notes_are_named(browser: Browser) -> None:
    good: dict[str, Any] = {"day": "2026-03-01", "text": "A note"}
    for values, message in (
        ({"day": "yesterday"}, "day"), ({"day": 5}, "day"), ({"text": ""}, "text"), ({"text": "x" * 501}, "text"),
        ({"text": "a\0b"}, "NUL"), ({"text": "a\ud800b"}, "unpaired surrogate"), ({"by": "me"}, "by"),
    ):  # fmt: skip
        assert message in browser.refused("post", "notes", {**good, **values})
    assert not DayNote.objects.exists()
    assert "must not be after" in browser.refused("get", "notes?from=2026-03-02&to=2026-03-01")
    assert "from" in browser.refused("get", "notes?from=5")
    browser.ask("delete", f"notes/{2**63}", expect=422)
