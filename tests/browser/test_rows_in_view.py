"""After a click on a link to a table, or when the link's address is opened, the table's first row is in view."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from pardot.dashboard.tabs import TABS
from tests.browser.components import fetch_json
from tests.browser.conftest import Open
from tests.browser.past import worse_and_better
from tests.browser.sites import Site
from tests.browser.test_my_work import show_work
from tests.browser.visit import Visit

NUMBERS = Path(__file__).parent / "numbers.js"
TABLES = {
    "forms", "landing_pages", "custom_redirects", "list_emails", "lists", "campaigns", "tags", "prospects", "orphans",
    "issues", "crm",
}  # fmt: skip
"""The tables that the tabs link to with filters. Links to `exemptions` appear only when there are exemptions."""
SIZES = [
    pytest.param((1440, 900), id="desktop", marks=pytest.mark.soak),
    pytest.param((1366, 768), id="laptop", marks=pytest.mark.soak),
    pytest.param((390, 844), id="phone"),
]
"""The default run tries the smallest window."""


COMPARED = ("/pardot/?open=compare", "Forms in no campaign")


def links_of(camp: Visit) -> list[str]:
    links = list[str]()
    for tab in TABS:
        camp.go(f"/pardot/?tab={tab.slug}" + ("&steps=all" if tab.slug == "base-camp" else ""))
        links += camp.page.evaluate("linksToRows", tab.slug)
    return list(dict.fromkeys(links))


@pytest.fixture(params=SIZES)
def camp(open_window: Open, camp_site: Site, request: pytest.FixtureRequest) -> Visit:
    width, height = request.param
    visit = open_window(camp_site, viewport={"width": width, "height": height})
    visit.page.add_init_script(path=NUMBERS)
    return visit


def links_by_table(camp: Visit) -> dict[str, str]:
    """Return one link to each table: links to the same table with other filters behave alike."""
    return {camp.page.evaluate("tableOf", link): link for link in links_of(camp)}


def test_links_to_rows_bring_the_first_row_into_view(camp: Visit) -> None:
    """Follow one link to each table, and open every fourth of these links as an address."""
    by_table = links_by_table(camp)
    assert set(by_table) == TABLES
    assert camp.page.evaluate("linksWithoutRowsInView", list(by_table.values())) == ""
    for link in list(by_table.values())[::4]:
        rows_come_into_view(camp, link)


def rows_come_into_view(camp: Visit, link: str) -> None:
    camp.page.goto("about:blank")
    camp.go(link)
    camp.page.wait_for_function("() => rowOutOfView() === ''")


def test_links_in_the_changes_panel_and_in_a_dialog_bring_the_first_row_into_view(camp: Visit, camp_site: Site) -> None:
    with worse_and_better(camp_site):
        for address, link in (("/pardot/", "2 new rows: Forms in no campaign"), COMPARED):
            camp.go(address)
            camp.page.get_by_role("link", name=link, exact=True).click()
            camp.page.wait_for_function("() => rowOutOfView() === ''")


def test_links_in_the_palette_in_my_work_and_in_an_asset_bring_the_first_row_into_view(camp: Visit) -> None:
    show_work(camp)
    camp.go("/pardot/")
    camp.page.get_by_role("button", name="Search everything").click()
    camp.page.keyboard.type("forms in no campaign")
    camp.page.get_by_role("group", name="Issues").get_by_role("option", name="Forms in no campaign").click()
    camp.page.wait_for_function("() => rowOutOfView() === ''")
    campaign = fetch_json(camp, "campaigns?limit=1")["campaigns"][0]["id"]
    for address, link in (
        ("?tab=tags&open=my-work", "Forms in no campaign"),
        (f"?open=asset&asset.type=campaigns&asset.id={campaign}", "Show on the map"),
    ):
        camp.go(f"/pardot/{address}")
        camp.page.get_by_role("dialog").get_by_role("link", name=link, exact=True).click()
        camp.page.wait_for_function("() => rowOutOfView() === ''")


@pytest.mark.soak
def test_every_link_to_rows_brings_the_first_row_into_view(camp: Visit) -> None:
    assert camp.page.evaluate("linksWithoutRowsInView", links_of(camp)) == ""
    for link in links_by_table(camp).values():
        rows_come_into_view(camp, link)


@pytest.mark.parametrize("width", [1024, 1440])
def test_the_actions_of_a_row_are_in_view_in_a_wide_table(open_window: Open, camp_site: Site, width: int) -> None:
    visit = open_window(camp_site, viewport={"width": width, "height": 1200})
    visit.go("/pardot/?tab=campaign-map")
    expect(visit.page.locator("[data-table=campaigns] .row-actions").first).to_be_in_viewport(ratio=1)
