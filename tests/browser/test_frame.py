"""The dashboard's frame and the landing page in a browser: access, tabs, themes, widths, print, axe-core."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.sites import SUPER_USER, VISITOR, Site
from tests.browser.visit import Visit
from tests.sampling import sampled

TABS = ["base-camp", "campaign-map", "gear-locker", "tags", "scout-report", "full-survey"]
PHONE = {"width": 360, "height": 740}
SCHEMES = ["light", "dark"]


def test_a_signed_out_visitor_gets_a_link_to_sign_in_and_come_back(stranger: Visit) -> None:
    stranger.expect("status of 401")
    assert stranger.go("/pardot/?tab=tags").status == 401
    link = stranger.page.get_by_role("link", name="Sign in with OpenStax")
    assert link.get_attribute("href") == "/sign-in/?next=%2Fpardot%2F%3Ftab%3Dtags"


def test_a_user_who_is_not_a_super_user_sees_the_command_that_adds_one(visitor: Visit) -> None:
    visitor.expect("status of 403")
    assert visitor.go("/pardot/").status == 403
    expect(visitor.page.get_by_text(f"create_super_user --uuid={VISITOR}")).to_be_visible()


def test_tabs_have_addresses_and_the_back_button_works(window: Visit) -> None:
    window.go("/pardot/")
    page = window.page
    page.get_by_role("tab", name="Gear Locker").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gear Locker")
    expect(page).to_have_url(re.compile(re.escape("/pardot/?tab=gear-locker") + "$"))
    expect(page).to_have_title("Gear Locker · Camp Campaign")
    page.get_by_role("tab", name="Tags").click()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gear Locker")
    page.go_back()
    expect(page.get_by_role("tab", name="Base Camp")).to_have_attribute("aria-selected", "true")


def test_tabs_work_by_keyboard(window: Visit) -> None:
    window.go("/pardot/?tab=campaign-map")
    page = window.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("tab", name="Campaign Map")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Gear Locker")).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_have_text("Campaign Map")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Gear Locker")
    page.keyboard.press("End")
    page.keyboard.press(" ")
    expect(page.get_by_role("heading", level=1)).to_have_text("Full Survey")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Base Camp")).to_be_focused()


def test_a_link_to_another_tab_moves_the_focus_to_that_tab(window: Visit) -> None:
    window.go("/pardot/")
    page = window.page
    page.evaluate("document.querySelector('#panel-base-camp .lead').innerHTML = '<a href=\"?tab=tags\">The tags</a>'")
    page.get_by_role("link", name="The tags").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#panel-tags")).to_be_focused()


def test_the_status_strip_and_a_tab_with_old_data_are_loaded_again(window: Visit) -> None:
    page, requests = window.page, list[str]()
    page.clock.set_fixed_time(datetime(2026, 11, 22, 9, 0))
    window.go("/pardot/")
    page.clock.set_fixed_time(datetime(2026, 11, 22, 9, 5))
    page.get_by_role("tab", name="Tags").click()
    expect(page.locator("#loaded-at")).to_contain_text("Loaded at 9:05")
    page.get_by_role("tab", name="Base Camp").click()
    expect(page.locator("#loaded-at")).to_contain_text("Loaded at 9:00")
    window.settle()
    page.on("request", lambda request: requests.append(request.url.rpartition("/pardot/")[2].partition("?")[0]))
    page.clock.set_fixed_time(datetime(2026, 11, 22, 9, 11))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#loaded-at")).to_contain_text("Loaded at 9:11")
    window.settle()
    assert "health-score" in requests, "Base Camp was not loaded again"
    assert "sync/status" in requests, "the status strip was not loaded again"


def test_the_skip_link_leads_past_the_header(window: Visit) -> None:
    window.go("/pardot/")
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Enter")
    expect(window.page.locator("#main")).to_be_focused()


def test_the_chosen_theme_is_kept(window: Visit) -> None:
    window.go("/pardot/")
    page = window.page
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    ink = page.evaluate("getComputedStyle(document.body).color")
    button = page.locator("[data-theme-button]")
    button.click()
    expect(button).to_have_accessible_name("Theme: light")
    button.click()
    expect(button).to_have_accessible_name("Theme: dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.reload()
    expect(button).to_have_accessible_name("Theme: dark")
    assert page.evaluate("Object.keys(localStorage)") == ["theme"]
    page.emulate_media(media="print")
    on_paper = page.evaluate("[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]")
    assert on_paper == ["rgb(255, 255, 255)", ink], "the print has the colors of the dark theme"


def test_the_page_sets_the_csrf_cookie(window: Visit) -> None:
    window.go("/pardot/")
    assert "csrftoken" in {cookie["name"] for cookie in window.page.context.cookies()}


@pytest.mark.parametrize("path", ["/", "/nowhere", "/pardot/", "/pardot/admin-settings/"])
def test_the_page_fits_a_phone(open_window: Open, path: str) -> None:
    visit = open_window(viewport=PHONE, has_touch=True, is_mobile=True)
    visit.expect("status of 404")
    visit.go(path)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_landing_page_links_to_every_part(stranger: Visit) -> None:
    assert stranger.go("/").status == 200
    for name in ("Camp Campaign", "The API", "Administration", "Health"):
        link = stranger.page.get_by_role("list").get_by_role("link", name=name)
        href = link.get_attribute("href")
        assert href
        assert stranger.page.request.get(stranger.url + href).status in {200, 401, 503}, href


def test_an_unknown_page_links_to_the_landing_page(stranger: Visit) -> None:
    stranger.expect("status of 404")
    assert stranger.go("/nowhere").status == 404
    stranger.page.get_by_role("link", name="Back to the trailhead").click()
    expect(stranger.page).to_have_url(f"{stranger.url}/")


@pytest.mark.parametrize(
    ("scheme", "viewport"),
    [
        pytest.param("light", {"width": 1280, "height": 800}, id="desktop"),
        pytest.param("dark", PHONE, id="phone", marks=pytest.mark.soak),
    ],
)
def test_axe_finds_nothing_on_the_landing_page_the_settings_and_the_tabs(
    open_window: Open, scheme: str, viewport: dict[str, int]
) -> None:
    window = open_window(color_scheme=scheme, viewport=viewport)
    window.expect("status of 404")
    for path in ["/", "/nowhere", "/pardot/admin-settings/", *(f"/pardot/?tab={tab}" for tab in TABS)]:
        window.go(path)
        assert window.axe() == [], path


CALLERS = [(None, 401), (VISITOR, 403), (SUPER_USER, 200)]
VISITS = [(scheme, who, status) for who, status in CALLERS for scheme in SCHEMES]


@pytest.mark.parametrize(("scheme", "who", "status"), sampled(*VISITS, each=3))
def test_axe_finds_nothing_for_any_kind_of_visitor(
    open_window: Open, scheme: str, who: str | None, status: int
) -> None:
    window = open_window(who=who, color_scheme=scheme)
    window.expect(f"status of {status}")
    assert window.go("/pardot/").status == status
    assert window.axe() == []


def test_a_printed_tab_names_itself_and_shows_all_rows(open_window: Open, camp_site: Site) -> None:
    visit = open_window(camp_site)
    page = visit.page
    visit.go("/pardot/?tab=campaign-map")
    table = page.get_by_role("table", name="Campaigns")
    count = int(table.locator(".table-count").inner_text().strip("()").split()[0])
    shown = table.locator("tbody th[scope=row]")
    expect(shown).to_have_count(25)
    page.evaluate(
        "window.print = () => (window.printed = document.querySelectorAll('table tbody th[scope=row]').length)"
    )
    page.get_by_role("button", name="Print this tab").click()
    expect(shown).to_have_count(count)
    page.wait_for_function("window.printed > 0")
    page.emulate_media(media="print")
    expect(page.locator("#print-head")).to_be_visible()
    expect(page.locator("#print-head")).to_contain_text("Campaign Map · Camp Campaign · ")
    expect(page.locator("#print-head")).to_contain_text(" · data of ")
    expect(page.locator(".app-header")).to_be_hidden()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(shown).to_have_count(25)


def test_rows_that_arrive_after_printing_are_not_shown(open_window: Open, camp_site: Site) -> None:
    visit = open_window(camp_site)
    page = visit.page
    visit.go("/pardot/?tab=campaign-map")
    shown = page.get_by_role("table", name="Campaigns").locator("tbody th[scope=row]")
    expect(shown).to_have_count(25)
    with page.expect_response("**/campaigns?*limit=500*"):
        page.evaluate("for (const name of ['beforeprint', 'afterprint']) dispatchEvent(new Event(name))")
    visit.settle()
    expect(shown).to_have_count(25)


def test_an_open_drawer_is_printed_alone(open_window: Open, camp_site: Site) -> None:
    visit = open_window(camp_site)
    visit.go("/pardot/?open=freshness")
    visit.page.emulate_media(media="print")
    drawer = visit.page.get_by_role("dialog")
    assert drawer.evaluate("(one) => getComputedStyle(one).position") == "absolute"
    assert drawer.evaluate("(one) => one.scrollHeight <= one.clientHeight + 1")
    expect(visit.page.locator("main")).to_be_hidden()
    pages = visit.page.pdf(format="A4").count(b"/Type /Page\n")
    assert 1 <= pages <= 4


def test_printed_tabs_fit_the_paper(open_window: Open, camp_site: Site) -> None:
    visit = open_window(camp_site, viewport={"width": 718, "height": 1000})
    visit.page.emulate_media(media="print")
    for tab in ("base-camp", "campaign-map", "full-survey"):
        visit.go(f"/pardot/?tab={tab}")
        assert visit.page.evaluate("document.documentElement.scrollWidth") == 718, tab


def test_no_chip_of_an_issue_is_cut_off_on_a_phone(open_window: Open, camp_site: Site) -> None:
    visit = open_window(camp_site, viewport={"width": 390, "height": 844})
    visit.go("/pardot/")
    chips = visit.page.locator(".further .chip")
    rights = chips.evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().right)")
    assert len(rights) > 10
    assert max(rights) <= 390 - 16
