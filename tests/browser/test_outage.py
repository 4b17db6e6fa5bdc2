"""An outage shows one banner and no stale data, and the page recovers by itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Open
from tests.browser.sites import Site
from tests.browser.visit import Visit

PATHS = ["**/api/v1/pardot/**", "**/readyz"]


@pytest.fixture
def camp(open_window: Open, camp_site: Site) -> Visit:
    visit = open_window(camp_site)
    visit.expect("status of 502", "ERR_INTERNET_DISCONNECTED", "Failed to fetch", "error loading dynamically")
    return visit


def begin_outage(visit: Visit) -> None:
    for pattern in PATHS:
        visit.page.route(pattern, lambda route: route.fulfill(status=502, body="Bad gateway"))


def end_outage(visit: Visit) -> None:
    """End the outage, and let the page notice at once, before its next try."""
    for pattern in PATHS:
        visit.page.unroute(pattern)
    visit.page.evaluate("dispatchEvent(new Event('online'))")


def banner(visit: Visit) -> Locator:
    return visit.page.get_by_role("region", name="Notices").locator(".banner")


def test_an_outage_shows_one_banner_and_the_panels_stay_gray(camp: Visit) -> None:
    begin_outage(camp)
    for path in ("/pardot/", "/pardot/?tab=scout-report"):
        camp.go(path)
        expect(banner(camp)).to_have_count(1)
        expect(banner(camp)).to_contain_text("The server cannot be reached.")
        expect(camp.page.locator(".state:visible, .figure-value:visible")).to_have_count(0)
        expect(camp.page.get_by_role("button", name="Try")).to_have_text(["Try now"])
        expect(camp.page.locator("#loaded-at")).to_have_text("Not everything could be loaded")
    assert camp.axe() == []
    end_outage(camp)
    expect(camp.page.locator('[data-panel="engagement"] .figure-value').first).to_be_visible()
    camp.settle()
    expect(banner(camp)).to_have_count(0)
    expect(camp.page.locator(".waiting")).to_have_count(0)
    expect(camp.page.locator("#loaded-at")).to_contain_text("Loaded at")
    expect(camp.page.get_by_role("button", name="Tasks")).to_be_visible()


def test_try_now_ends_the_wait_for_the_next_try(camp: Visit) -> None:
    camp.stop_clock()
    begin_outage(camp)
    camp.go("/pardot/", settled=False)
    expect(banner(camp)).to_contain_text("Next try in 1 second.")
    for pattern in PATHS:
        camp.page.unroute(pattern)
    banner(camp).get_by_role("button", name="Try now").click()
    expect(banner(camp)).to_have_count(0)


def test_the_page_tries_again_after_1_second_after_5_seconds_and_then_every_15_seconds(camp: Visit) -> None:
    camp.stop_clock()
    begin_outage(camp)
    camp.go("/pardot/", settled=False)
    for seconds in ("1 second", "5 seconds", "15 seconds", "15 seconds"):
        expect(banner(camp)).to_contain_text(f"Next try in {seconds}.")
        camp.page.clock.run_for(1000 * int(seconds.split()[0]))
    expect(banner(camp)).to_contain_text("Next try in 15 seconds.")
    for pattern in PATHS:
        camp.page.unroute(pattern)
    camp.page.clock.run_for(15_000)
    expect(banner(camp)).to_have_count(0)


def test_typed_values_survive_an_outage(camp: Visit) -> None:
    camp.go("/pardot/admin-settings/")
    weight = camp.page.get_by_label("Forms in no campaign")
    weight.fill("0.7")
    begin_outage(camp)
    camp.page.get_by_role("button", name="Save changes").click()
    expect(banner(camp)).to_be_visible()
    end_outage(camp)
    expect(banner(camp)).to_have_count(0)
    expect(weight).to_have_value("0.7")


def test_a_tab_opened_offline_loads_when_the_browser_is_online(camp: Visit) -> None:
    camp.go("/pardot/")
    camp.page.context.set_offline(True)
    expect(banner(camp)).to_contain_text("You are offline.")
    camp.page.get_by_role("tab", name="Tags").click()
    camp.settle()
    expect(camp.page.locator("#panel-tags .state:visible")).to_have_count(0)
    expect(camp.page.locator("#loaded-at")).to_have_text("Not everything could be loaded")
    camp.page.context.set_offline(False)
    expect(camp.page.locator('[data-panel="tag-summary"] .figure-value').first).to_be_visible()
    expect(banner(camp)).to_have_count(0)


def test_rows_of_a_table_wait_for_the_server(camp: Visit) -> None:
    camp.go("/pardot/?tab=tags")
    begin_outage(camp)
    table = camp.page.locator('[data-table="tags"]')
    table.get_by_role("button", name="Tag", exact=True).or_(table.get_by_role("button", name="Name")).first.click()
    expect(table.locator(".waiting")).to_be_visible()
    expect(banner(camp)).to_have_count(1)
    end_outage(camp)
    expect(table.locator("tbody tr").first).to_be_visible()


def test_a_dialog_says_that_it_waits_for_the_server(camp: Visit) -> None:
    camp.go("/pardot/?tab=scout-report")
    begin_outage(camp)
    camp.page.locator('[data-panel="top-prospects"] tbody th button').first.click()
    dialog = camp.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Waiting for the server…")
    assert camp.axe() == []
    end_outage(camp)
    expect(dialog.locator(".waiting")).to_have_count(0)
    expect(dialog.locator("[data-body] > *").first).to_be_visible()
