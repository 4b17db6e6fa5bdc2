"""Saved views: the rights to see and change them, the query parameters that they keep, and mail."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from api.models import SuperUser
from pardot.audits.run import run_audits
from pardot.models import SavedView, TeamMember, ViewSubscription
from pardot.planning.saved_views import MOST, edit_view
from tests.api.cookies import UUID, CookieMaker
from tests.pardot.team import records
from tests.pardot.team.browser import Browser
from tests.sf.processes import wait_for

OTHER = "7c1d9f04-0000-4000-8000-0000000050d0"
FORMS = "tab=gear-locker&gear.type=forms&forms.flag=dormant&forms.sort=-name"


@pytest.fixture
def colleague(browser: Browser, cookies: CookieMaker) -> Browser:
    SuperUser.objects.create(accounts_uuid=OTHER)
    client = Client(enforce_csrf_checks=True)
    client.cookies["oxa"] = cookies.cookie(uuid=OTHER, name="Ben Example")
    return Browser(client)


def save(browser: Browser, name: str = "Dormant forms", query: str = FORMS, **values: Any) -> Any:
    return browser.ask("post", "views", {"name": name, "query": query, **values}, expect=201)


def names(browser: Browser) -> list[str]:
    return [view["name"] for view in browser.get("views")["views"]]


def test_only_the_owner_sees_a_view_until_it_is_shared(browser: Browser, colleague: Browser) -> None:
    made = save(browser)
    assert made == {
        "id": made["id"], "name": "Dormant forms", "query": FORMS, "is_shared": False, "is_mine": True,
        "created_by": "Ines Example", "created_at": made["created_at"], "can_be_mailed": True, "mailed": None,
    }  # fmt: skip
    assert browser.get("views")["views"] == [made]
    assert names(colleague) == []
    assert browser.ask("patch", f"views/{made['id']}", {"is_shared": True})["is_shared"]
    assert [(view["name"], view["is_mine"]) for view in colleague.get("views")["views"]] == [("Dormant forms", False)]


@contextmanager
def waiting_edit(view: int, changes: dict[str, Any]) -> Iterator[None]:
    """Run the block in a transaction that another edit of the view must wait for, then let that edit end."""

    def edit_elsewhere() -> None:
        with closing(connection):
            edit_view(UUID, view, changes)

    with ThreadPoolExecutor() as elsewhere:
        with transaction.atomic():
            yield
            edit = elsewhere.submit(edit_elsewhere)
            wait_for(has_waiting_lock)
        edit.result()


def has_waiting_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def test_two_changes_of_a_view_at_the_same_time_are_both_kept(transactional_db: None, browser: Browser) -> None:
    view = save(browser)["id"]
    with waiting_edit(view, {"name": "Old forms"}):
        browser.ask("patch", f"views/{view}", {"is_shared": True})
    [kept] = browser.get("views")["views"]
    assert (kept["name"], kept["is_shared"]) == ("Old forms", True)


def test_only_the_owner_changes_and_deletes_a_view(browser: Browser, colleague: Browser) -> None:
    view = save(browser, is_shared=True)["id"]
    for method, body in (("patch", {"name": "Mine now"}), ("delete", None)):
        refused = colleague.ask(method, f"views/{view}", body, expect=404)["message"]
        assert "Only the person who saved a shared view" in refused
    assert browser.ask("patch", f"views/{view}", {"name": " Old forms "})["name"] == "Old forms"
    browser.ask("delete", f"views/{view}", expect=204)
    browser.ask("delete", f"views/{view}", expect=404)
    assert names(colleague) == []


def test_two_users_may_use_the_same_name_but_one_user_may_not_use_it_twice(
    browser: Browser, colleague: Browser
) -> None:
    first, second = save(browser, "Forms"), save(browser, "Others")
    save(colleague, "Forms")
    assert "You have a view called “FORMS” already" in browser.refused(
        "post", "views", {"name": "FORMS", "query": FORMS}
    )
    assert "“forms” already" in browser.refused("patch", f"views/{second['id']}", {"name": "forms"})
    assert browser.ask("patch", f"views/{first['id']}", {"name": "FORMS"})["name"] == "FORMS"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?tab=tags", "tab=tags"),
        ("tab=tags&tags.page=3&tags.size=50", "tab=tags&tags.size=50"),
        ("tab=tags&open=compare&compare.from=2026-01-01", "tab=tags"),
        ("tab=tags&tags.q=a b%26c", "tab=tags&tags.q=a+b%26c"),
        ("tab=tags&tags.q=", "tab=tags"),
    ],
)
def test_a_view_keeps_no_page_number_no_open_dialog_and_no_empty_parameter(
    browser: Browser, query: str, expected: str
) -> None:
    assert save(browser, query=query)["query"] == expected


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0b"}, "NUL"),
        ({"query": "open=tasks"}, "contains nothing to save"),
        ({"query": "nothing"}, "contains nothing to save"),
        ({"query": "tags.q=" + "€" * 300}, "longer than 2000 characters"),
        ({"is_shared": "maybe"}, "is_shared"),
        ({"owner": UUID}, "owner"),
        ({"query": "tab=tags&tags.q=a%00b"}, "NUL"),
    ],
)
def test_a_view_with_a_wrong_value_is_refused_and_not_saved(
    browser: Browser, values: dict[str, Any], message: str
) -> None:
    assert message in browser.refused("post", "views", {"name": "Forms", "query": FORMS, **values})
    assert not SavedView.objects.exists()


def test_the_number_of_views_of_a_user_has_a_limit(browser: Browser, colleague: Browser) -> None:
    SavedView.objects.bulk_create(SavedView(name=str(n), query=FORMS, owner_uuid=UUID) for n in range(MOST))
    assert "Delete one first" in browser.refused("post", "views", {"name": "More", "query": FORMS})
    save(colleague)


# -- by mail ----------------------------------------------------------------------------------------------------------


def test_a_member_can_subscribe_to_a_view_and_unsubscribe(browser: Browser) -> None:
    records.member("Ines", accounts_uuid=UUID, email="ines@camp.example")
    records.form(campaign_id=None)
    records.mark_read("forms")
    run_audits()
    view = save(browser, query="tab=gear-locker&gear.type=forms")
    assert (view["can_be_mailed"], view["mailed"]) == (True, None)
    assert browser.ask("put", f"views/{view['id']}/subscription", {"when": "monday"})["mailed"] == "monday"
    assert browser.ask("put", f"views/{view['id']}/subscription", {"when": "change"})["mailed"] == "change"
    assert [each["mailed"] for each in browser.get("views")["views"]] == ["change"]
    assert ViewSubscription.objects.get().count == 1
    for _ in range(2):
        browser.ask("delete", f"views/{view['id']}/subscription", expect=204)
    assert [each["mailed"] for each in browser.get("views")["views"]] == [None]


def test_a_subscription_needs_a_team_member_and_a_visible_view_of_a_table_with_current_data(
    browser: Browser, colleague: Browser
) -> None:
    def refusal(query: str) -> str:
        view = save(browser, query, query)["id"]
        return browser.refused("put", f"views/{view}/subscription", {"when": "monday"})

    assert "No team member has your account" in refusal("tab=tags")
    records.member("Ines", accounts_uuid=UUID)
    assert "Only views of a table" in refusal("tab=scout-report")
    assert "no current data for this view" in refusal("tab=tags&tags.flag=unused")
    theirs = save(colleague)["id"]
    browser.ask("put", f"views/{theirs}/subscription", {"when": "monday"}, expect=404)
    assert not ViewSubscription.objects.exists()


def test_unsubscribing_succeeds_for_a_user_outside_the_team(browser: Browser) -> None:
    browser.ask("delete", f"views/{save(browser)['id']}/subscription", expect=204)


def test_the_list_of_views_says_why_no_mail_is_sent(browser: Browser, settings: Any) -> None:
    assert browser.get("views")["no_mail"].startswith("No team member has your account")
    ines = records.member("Ines", accounts_uuid=UUID)
    for change, reason in (
        ({}, "Ines has no email address"),
        ({"email": "ines@camp.example"}, "PUBLIC_URL"),
        ({"gets_messages": False}, "Ines stopped the morning messages"),
    ):
        TeamMember.objects.filter(pk=ines.pk).update(**{"name": "Ines", **change})
        assert reason in browser.get("views")["no_mail"]
    TeamMember.objects.update(gets_messages=True)
    settings.PUBLIC_URL = "https://camp.example"
    assert browser.get("views")["no_mail"] == ""
