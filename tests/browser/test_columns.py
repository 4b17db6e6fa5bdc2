"""A table's header stays in view; columns are chosen, shared and remembered, and have definitions."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.components import alter_answers
from tests.browser.conftest import Open
from tests.browser.sites import Site
from tests.browser.visit import Visit

FORMS = "/pardot/?tab=gear-locker&gear.type=forms"


@pytest.fixture
def camp(open_window: Open, camp_site: Site) -> Visit:
    return open_window(camp_site, viewport={"width": 1440, "height": 700})


def table(visit: Visit) -> Locator:
    return visit.page.get_by_role("table", name="Forms")


def heads(visit: Visit) -> list[str]:
    """Return the column names, without the text of the "?" buttons that open their definitions."""
    texts = table(visit).get_by_role("columnheader").all_inner_texts()
    return [each.strip().partition("\n")[0] for each in texts if each.strip()]


def test_the_table_header_stays_below_the_page_header_while_the_rows_scroll(camp: Visit) -> None:
    camp.go(f"{FORMS}&forms.size=100")
    page = camp.page
    table(camp).get_by_role("row").last.scroll_into_view_if_needed()
    head = table(camp).get_by_role("columnheader", name="Name").bounding_box()
    header = page.locator(".app-header").bounding_box()
    last = table(camp).get_by_role("row").last.bounding_box()
    assert head is not None
    assert header is not None
    assert last is not None
    assert page.evaluate("scrollY") > 500
    assert header["y"] + header["height"] - 2 <= head["y"] < header["y"] + header["height"] + 4
    assert last["y"] > head["y"] + head["height"]


def test_hidden_columns_are_shared_by_the_address_and_remembered_by_the_browser(
    camp: Visit, open_window: Open, camp_site: Site
) -> None:
    camp.go(FORMS)
    before = heads(camp)
    block = camp.page.locator("[data-table=forms]")
    block.get_by_text("Columns", exact=True).click()
    menu = block.get_by_role("group", name="Columns: Forms")
    expect(menu.get_by_label("Name", exact=True)).to_have_count(0)
    menu.get_by_label("Updated").uncheck()
    menu.get_by_label("Since").uncheck()
    assert camp.axe() == []
    assert heads(camp) == [name for name in before if name not in {"Updated", "Since"}]
    assert len(table(camp).get_by_role("row").nth(1).locator("th:visible, td:visible").all()) == len(before) - 2 + 1
    assert "forms.hide=since%2Cupdated_at" in camp.page.url
    camp.page.keyboard.press("Escape")
    expect(menu).to_be_hidden()

    colleague = open_window(camp_site)
    colleague.go(camp.page.url.removeprefix(camp.url))
    assert heads(colleague) == heads(camp)

    camp.go(FORMS)
    assert "Updated" not in heads(camp)
    block.get_by_text("Columns", exact=True).click()
    menu.get_by_label("Updated").check()
    menu.get_by_label("Since").check()
    assert heads(camp) == before


@pytest.mark.parametrize(("count", "words"), [(1, "; 1 now costs "), (2, "; 2 now cost ")])
def test_a_definition_says_what_its_issue_costs_now(camp: Visit, count: int, words: str) -> None:
    def counted(answer: Any) -> None:
        [issue] = [one for one in answer["issues"] if one["key"] == "forms_no_campaign"]
        issue["count"] = count

    alter_answers(camp, "issues", counted)
    camp.go(FORMS)
    camp.page.get_by_role("button", name="Definition: Issues", exact=True).click()
    expect(camp.page.get_by_role("dialog", name="Issues", exact=True)).to_contain_text(words)


def test_a_definition_is_opened_by_touch_and_by_keyboard(open_window: Open, camp_site: Site) -> None:
    phone = open_window(camp_site, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.go(FORMS)
    page = phone.page
    page.get_by_role("button", name="Definition: Issues", exact=True).tap()
    issues = page.get_by_role("dialog", name="Issues", exact=True)
    expect(issues.locator("div", has=page.get_by_text("No campaign", exact=True)).last).to_contain_text(
        "points of its area"
    )
    assert phone.axe() == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Definition: Issues", exact=True)).to_be_focused()
    phone.go("/pardot/")
    page.get_by_role("button", name="Definition: How the score works").press("Enter")
    health = page.request.get(f"{phone.url}/api/v1/pardot/health-score").json()
    expect(page.get_by_role("dialog", name="How the score works")).to_contain_text(f" make {health['overall']}.")
