"""Work on many rows at once, and undo it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.browser.clicks import Clicks
from tests.browser.components import download_csv, fetch_json, fits
from tests.browser.conftest import Open
from tests.browser.sites import Site
from tests.browser.visit import Visit

LARGEST_LIMIT = 500
PLACE = """() => {
  const { top, height } = document.querySelector("[data-table=campaigns] table").getBoundingClientRect();
  return [top + scrollY, height];
}"""
MAP = "/pardot/?tab=campaign-map&campaigns.size=50"


@pytest.fixture
def camp(open_window: Open, camp_site: Site) -> Iterator[Visit]:
    """A Super User's window on a site with data; the test's writes are undone."""
    visit = open_window(camp_site)
    yield visit
    token = next(one for one in visit.page.context.cookies() if one["name"] == "csrftoken")["value"]
    for kind in ("tasks", "exemptions"):
        if ids := [each["id"] for each in fetch_json(visit, f"{kind}?limit={LARGEST_LIMIT}")[kind]]:
            address = f"{visit.url}/api/v1/pardot/{kind}/remove"
            assert visit.page.request.post(address, data={"ids": ids}, headers={"X-CSRFToken": token}).ok


def writes(page: Page) -> list[str]:
    """Collect the paths of all later writes."""
    paths: list[str] = []

    def note(request: Request) -> None:
        if request.method != "GET":
            paths.append(request.url.split("/api/v1/pardot/")[-1].split("?")[0])

    page.on("request", note)
    return paths


def boxes(page: Page) -> Locator:
    return page.locator("tbody .pick input")


def bar(page: Page) -> Locator:
    return page.get_by_role("region", name="Selected: Campaigns")


def test_a_task_needs_a_title_and_its_creation_can_be_undone(camp: Visit) -> None:
    camp.go("/pardot/?open=tasks")
    drawer = camp.page.get_by_role("dialog", name="Tasks")
    title = drawer.get_by_label("Add a task")
    title.press("Enter")
    expect(drawer.get_by_text("Enter a title.")).to_be_visible()
    assert camp.axe() == []
    title.fill("Write to nobody")
    title.press("Enter")
    expect(drawer.get_by_text("Enter a title.")).to_have_count(0)
    expect(title).to_be_focused()
    expect(title).to_have_value("")
    drawer.get_by_role("button", name="Undo").click()
    expect(drawer.get_by_role("row", name="Write to nobody")).to_have_count(0)
    assert fetch_json(camp, "tasks")["count"] == 0


# -- selected rows ---------------------------------------------------------------------------------------------------


def test_one_request_creates_forty_tasks_and_another_undoes_them(camp: Visit, tmp_path: Path) -> None:
    camp.go(f"{MAP}&campaigns.sort=name")
    page, click = camp.page, Clicks()
    before = page.evaluate(PLACE)
    click(boxes(page).first)
    click(boxes(page).nth(39), modifiers=["Shift"])
    expect(bar(page)).to_contain_text("40 selected")
    assert page.evaluate(PLACE) == before, "the table has moved"
    assert len(download_csv(camp, bar(page).get_by_role("button", name="CSV"), tmp_path)) == 40
    expected = fetch_json(camp, "campaigns?sort=name&limit=40")["campaigns"]

    requests = writes(page)
    click(bar(page).get_by_role("button", name="Create tasks"))
    dialog = page.get_by_role("dialog", name="Create tasks")
    dialog.get_by_label("Title").fill("Link it")
    click(dialog.get_by_role("button", name="Create", exact=True))
    expect(page.get_by_text("40 tasks created.").first).to_be_visible()
    expect(bar(page)).to_be_hidden()
    assert click.number == 4
    tasks = fetch_json(camp, f"tasks?limit={LARGEST_LIMIT}")["tasks"]
    assert {task["asset_id"] for task in tasks} == {campaign["id"] for campaign in expected}
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("fetch('/api/v1/pardot/tasks').then((a) => a.json()).then((a) => a.count === 0)")
    assert requests == ["campaigns/tasks", "tasks/remove"]


def test_one_request_exempts_all_matching_rows(camp: Visit) -> None:
    camp.go("/pardot/?tab=campaign-map&campaigns.flag=no_members")
    page, many = camp.page, fetch_json(camp, "asset-health")["types"]["campaigns"]["counts"]["no_members"]
    page.get_by_role("checkbox", name="Select all rows of this page").check()
    if many > 25:
        bar(page).get_by_role("button", name=f"Select all {many} campaigns").click()
    expect(bar(page)).to_contain_text(f"{many} selected")
    requests = writes(page)
    bar(page).get_by_role("button", name="Exempt").click()
    page.get_by_label("Reason").select_option("Right as it is")
    page.get_by_role("dialog").get_by_role("button", name="Exempt", exact=True).click()
    expect(page.get_by_text(re.compile(f"{many} campaigns? exempt until")).first).to_be_visible()
    assert fetch_json(camp, "exemptions")["count"] == many
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("fetch('/api/v1/pardot/exemptions').then((a) => a.json()).then((a) => a.count === 0)")
    assert requests == ["campaigns/exemptions", "exemptions/remove"]


def test_an_export_or_copy_of_all_rows_says_that_it_failed(camp: Visit) -> None:
    camp.expect("status of 500")
    camp.go("/pardot/?tab=campaign-map")
    page = camp.page
    page.route("**/campaigns?*limit=500*", lambda route: route.fulfill(status=500, json={"message": "It broke."}))
    page.get_by_role("checkbox", name="Select all rows of this page").check()
    bar(page).get_by_role("button", name="Select all").click()
    messages = page.get_by_role("region", name="Messages")
    for name in ("CSV", "Copy links"):
        bar(page).get_by_role("button", name=name).click()
        expect(messages.get_by_text("It broke.")).to_be_visible()
        messages.get_by_role("button", name="Dismiss").click()
    expect(bar(page)).to_be_visible()


def test_a_selection_survives_the_next_page_but_not_a_new_filter_and_works_by_keyboard(camp: Visit) -> None:
    camp.go("/pardot/?tab=campaign-map&campaigns.sort=name")
    page = camp.page
    boxes(page).first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(boxes(page).nth(1)).to_be_focused()
    page.keyboard.press("Space")
    expect(bar(page)).to_contain_text("2 selected")
    assert camp.axe() == []
    page.get_by_role("button", name="Next page").click()
    expect(boxes(page).first).not_to_be_checked()
    page.get_by_role("checkbox", name="Select all rows of this page").check()
    selected = 2 + boxes(page).count()
    expect(bar(page)).to_contain_text(f"{selected} selected")
    page.get_by_role("combobox", name="Issue", exact=True).select_option("any")
    expect(bar(page)).to_be_hidden()
    boxes(page).first.check()
    boxes(page).first.press("Escape")
    expect(bar(page)).to_be_hidden()
    page.emulate_media(media="print")
    expect(boxes(page).first).to_be_hidden()


def test_the_bar_of_selected_rows_fits_a_phone(open_window: Open, camp_site: Site) -> None:
    visit = open_window(camp_site, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    visit.go("/pardot/?tab=gear-locker&gear.type=forms")
    page = visit.page
    boxes(page).last.tap()
    expect(page.get_by_role("region", name="Selected: Forms")).to_contain_text("1 selected")
    assert fits(visit)
    assert visit.axe() == []


def test_all_cells_of_a_selected_row_have_the_same_color_in_a_wide_table(open_window: Open, camp_site: Site) -> None:
    visit = open_window(camp_site, viewport={"width": 1024, "height": 800})
    visit.go("/pardot/?tab=campaign-map")
    boxes(visit.page).first.check()
    colors = "(row) => [...row.cells].map((cell) => getComputedStyle(cell).backgroundColor)"
    assert len(set(visit.page.locator("tr:has(.pick input:checked)").first.evaluate(colors))) == 1


def test_each_selected_issue_gets_a_task(camp: Visit) -> None:
    camp.go("/pardot/?steps=all")
    page = camp.page
    for index in range(2):
        boxes(page).nth(index).check()
    page.get_by_role("region", name="Selected: Issues").get_by_role("button", name="Create tasks").click()
    page.get_by_role("dialog").get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_text("2 tasks created.").first).to_be_visible()
    assert fetch_json(camp, "tasks")["count"] == 2
