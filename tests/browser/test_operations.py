"""The operators' page and the admin in a browser, and *Refresh data* on the dashboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OPERATOR_PASSWORD, Open
from tests.browser.monday import bad_monday
from tests.browser.sites import SUPER_USER, Site
from tests.browser.visit import Visit

PAGES = ["/admin/", "/admin/sf/syncrun/", "/admin/sf/account/", "/admin/ops/start/?action=survey"]
MORE = [
    "/admin/api/apikey/",
    "/admin/pardot/dailysnapshot/",
    "/admin/pardot/task/add/",
    "/admin/sf/syncconfig/1/change/",
    "/admin/ops/switch/",
]
PATIENCE = 90_000
"""Milliseconds to wait for the end of a sync: the machine may be busy."""


def sign_in(visit: Visit) -> Page:
    page = visit.page
    page.goto(f"{visit.url}/admin/")
    page.get_by_label("Username").fill("maren")
    page.get_by_label("Password").fill(OPERATOR_PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Operations")).to_be_visible()
    return page


LOOKS = [("light", 1440), ("dark", 390)]


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_axe_finds_nothing_in_the_admin_and_the_pages_fit(
    open_window: Open, ops_site: Site, scheme: str, width: int
) -> None:
    look_at(open_window(ops_site, color_scheme=scheme, viewport={"width": width, "height": 844}), PAGES)


@pytest.mark.soak
@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_axe_finds_nothing_on_more_admin_pages(open_window: Open, ops_site: Site, scheme: str, width: int) -> None:
    look_at(open_window(ops_site, color_scheme=scheme, viewport={"width": width, "height": 844}), MORE)


def look_at(visit: Visit, paths: list[str]) -> None:
    visit.expect("Applying inline style", "policy: style-src")  # Django's jQuery probes the browser
    page = sign_in(visit)
    width = page.viewport_size["width"] if page.viewport_size else 0
    for path in paths:
        visit.go(path)
        assert visit.axe() == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 1024), ("dark", 390)])
def test_the_admin_on_a_bad_monday_is_accessible_and_fits(
    open_window: Open, ops_site: Site, scheme: str, width: int
) -> None:
    visit = open_window(ops_site, color_scheme=scheme, viewport={"width": width, "height": 844})
    with bad_monday(ops_site):
        look_at(visit, ["/admin/", "/admin/ops/start/?action=accept-accounts-1840", "/admin/api/outboundcase/"])
        visit.go("/admin/")
        assert visit.page.locator(".ops-section").evaluate_all(
            "(all) => all.every((one) => one.scrollWidth <= one.clientWidth)"
        )
        visit.go("/admin/ops/start/?action=accept-accounts-1840")
        expect(visit.page.get_by_role("main")).to_contain_text("1,840 of 4,211")


def test_the_page_shows_that_a_sync_has_started_and_later_that_it_is_done(open_window: Open, ops_site: Site) -> None:
    page = sign_in(open_window(ops_site))
    page.get_by_role("button", name="Sync now books").click()
    expect(page.get_by_text("Sync books: started on")).to_be_visible()
    activity = page.locator(".ops-activity li", has_text="Sync books")
    expect(activity.get_by_text("Done")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("row", name="Books").get_by_text("Fresh")).to_be_visible()


def test_a_click_still_counts_when_a_run_begins_while_the_mouse_button_is_down(
    open_window: Open, ops_site: Site
) -> None:
    page = sign_in(open_window(ops_site))
    state = {"mark": "another", "running": {}, "is_busy": True}
    page.route("**/admin/ops/state.json", lambda route: route.fulfill(json=state))
    page.get_by_role("link", name="Switch all syncs off").hover()
    page.mouse.down()
    page.wait_for_event("response", lambda response: response.url.endswith("/ops/state.json"))
    page.wait_for_timeout(500)
    page.mouse.up()
    expect(page.get_by_label("Reason")).to_be_visible()


def test_a_new_api_key_fits_its_box_on_a_phone(open_window: Open, ops_site: Site) -> None:
    visit = open_window(ops_site, viewport={"width": 390, "height": 844})
    visit.expect("Applying inline style", "policy: style-src")
    page = sign_in(visit)
    visit.go("/admin/api/apikey/add/")
    page.get_by_label("Name").fill("book store")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#api-key")).to_contain_text("sfapi_")
    assert page.locator("#api-key").evaluate("(key) => key.scrollWidth <= key.clientWidth")


def test_the_sign_out_page_asks_before_it_signs_out(open_window: Open, ops_site: Site) -> None:
    visit = open_window(ops_site)
    page = sign_in(visit)
    visit.go("/admin/logout/")
    assert visit.axe() == []
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    visit.go("/admin/")
    expect(page.get_by_label("Username")).to_be_visible()


def test_syncs_are_switched_off_with_a_reason_and_on_again(open_window: Open, ops_site: Site) -> None:
    page = sign_in(open_window(ops_site))
    page.get_by_role("link", name="Switch all syncs off").click()
    page.get_by_role("button", name="Switch all syncs off").click()
    expect(page.get_by_label("Reason")).to_be_focused()  # without a reason nothing is sent
    page.get_by_label("Reason").fill("the org is moved")
    page.get_by_role("button", name="Switch all syncs off").click()
    expect(page.get_by_text("the org is moved").first).to_be_visible()
    page.get_by_role("button", name="Refresh Pardot data").click()
    expect(page.get_by_text("Nothing was started.")).to_be_visible()
    page.get_by_role("link", name="Switch on").click()
    page.get_by_role("button", name="Switch syncs on").click()
    expect(page.get_by_text("Syncs are switched on.")).to_be_visible()
    expect(page.get_by_text("Syncs are switched off")).to_have_count(0)


def test_a_super_user_who_may_start_syncs_refreshes_the_data_from_the_dashboard(
    open_window: Open, ops_site: Site
) -> None:
    visit = open_window(ops_site)
    visit.go("/pardot/")
    page = visit.page
    page.get_by_title("Data freshness").click()
    dialog = page.get_by_role("dialog", name="Data freshness")
    dialog.get_by_role("button", name="Refresh data", exact=True).click()
    messages = page.get_by_role("region", name="Messages")
    expect(messages.get_by_text("Refresh Pardot data: started on")).to_be_visible()
    expect(messages.get_by_text("The sync has ended.")).to_be_visible(timeout=PATIENCE)
    expect(dialog.get_by_role("row", name="Forms").get_by_text("Fresh")).to_be_visible()
    expect(dialog.get_by_text("by Ines Example")).to_be_visible()
    assert visit.axe() == []


def test_a_super_user_who_may_not_start_syncs_sees_no_refresh_button(open_window: Open, empty_site: Site) -> None:
    visit = open_window(empty_site, who=SUPER_USER)
    visit.go("/pardot/")
    visit.page.get_by_title("Data freshness").click()
    dialog = visit.page.get_by_role("dialog", name="Data freshness")
    expect(dialog.get_by_text("Ask your administrator to start a sync.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Refresh data")).to_have_count(0)
