"""The palette finds assets, issues, pages and drawers, by keyboard alone or by clicks."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.components import fetch_json
from tests.browser.conftest import Open
from tests.browser.sites import Site
from tests.browser.visit import DARK_AND_NARROW, Visit


@pytest.fixture
def camp(open_window: Open, camp_site: Site) -> Visit:
    visit = open_window(camp_site)
    visit.go("/pardot/?tab=tags")
    return visit


def palette(visit: Visit) -> Locator:
    return visit.page.get_by_role("dialog", name="Search everything")


def active(visit: Visit) -> Locator:
    """Return the active option, which Enter chooses."""
    option = palette(visit).get_by_role("combobox").get_attribute("aria-activedescendant")
    selected = palette(visit).locator(f"#{option}")
    assert selected.get_attribute("aria-selected") == "true"
    return selected


@pytest.mark.parametrize("keys", ["ControlOrMeta+k", "/"])
def test_a_half_remembered_campaign_is_opened_without_the_mouse(camp: Visit, keys: str) -> None:
    campaign = next(
        each for each in fetch_json(camp, "campaigns?limit=100")["campaigns"] if len(each["name"].split()) >= 4
    )
    camp.page.keyboard.press(keys)
    expect(palette(camp).get_by_role("combobox")).to_be_focused()
    camp.page.keyboard.type(" ".join(word[:6].upper() for word in reversed(campaign["name"].split()[1:4])))
    option = palette(camp).get_by_role("group", name="Campaigns").get_by_role("option", name=campaign["name"])
    expect(option.first).to_be_visible()
    while campaign["name"] not in active(camp).inner_text():
        camp.page.keyboard.press("ArrowDown")
    camp.page.keyboard.press("Enter")
    drawer = camp.page.get_by_role("dialog", name=campaign["name"])
    expect(drawer).to_contain_text("Show on the map")
    camp.page.keyboard.press("Escape")
    camp.page.keyboard.press(keys)
    expect(palette(camp).get_by_role("group", name="Recent")).to_contain_text(campaign["name"])


@pytest.mark.parametrize(
    ("typed", "group", "name", "address"),
    [
        ("scout", "Go to", "Scout Report", "tab=scout-report"),
        ("forms in no", "Issues", "Forms in no campaign", "gear.type=forms&forms.flag=no_campaign"),
        ("what if", "Open", "What if…", "open=what-if"),
    ],
)
def test_a_page_an_issue_and_a_drawer_are_found(camp: Visit, typed: str, group: str, name: str, address: str) -> None:
    camp.page.get_by_role("button", name="Search everything").click()
    camp.page.keyboard.type(typed)
    palette(camp).get_by_role("group", name=group).get_by_role("option", name=name).click()
    expect(palette(camp)).to_have_count(0)
    camp.settle()
    assert address in camp.page.url


@pytest.mark.parametrize("what", ["a drawer", "an asset"])
def test_enter_chooses_from_the_results_for_the_typed_text(camp: Visit, what: str) -> None:
    """A fast typist presses Enter before the list matches the text, or before the server has answered."""
    asset = fetch_json(camp, "campaigns?limit=1")["campaigns"][0]["id"]
    typed, address = ("compare", "open=compare") if what == "a drawer" else (str(asset), f"asset.id={asset}")
    camp.page.keyboard.press("/")
    expect(palette(camp).get_by_role("option").first).to_be_visible()
    camp.page.keyboard.type(typed)
    camp.page.keyboard.press("Enter")
    expect(palette(camp)).to_have_count(0)
    camp.settle()
    assert address in camp.page.url


def test_the_palette_reports_no_match_and_a_failed_search(camp: Visit) -> None:
    camp.expect("status of 503")
    camp.page.keyboard.press("/")
    camp.page.keyboard.type("zzzz")
    expect(palette(camp)).to_contain_text("Nothing matches “zzzz”.")
    assert camp.axe() == []
    camp.page.route(
        "**/pardot/search*", lambda route: route.fulfill(status=503, json={"message": "A part is unavailable."})
    )
    camp.page.keyboard.type("y")
    expect(palette(camp)).to_contain_text("A part is unavailable.")


def test_an_item_chosen_by_arrow_keys_stays_chosen_when_more_items_arrive(camp: Visit) -> None:
    page, held = camp.page, list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/pardot/views", hold)
    page.keyboard.press("/")
    page.keyboard.type("survey")
    expect(palette(camp).get_by_role("option", name="Full Survey")).to_be_visible()
    camp.settle()
    page.wait_for_timeout(500)
    page.keyboard.press("ArrowDown")
    chosen = palette(camp).get_by_role("option", selected=True)
    name = chosen.inner_text()
    with page.expect_response("**/pardot/search*"):
        held[0].fulfill(json={"views": [], "no_mail": ""})
    page.wait_for_timeout(200)
    expect(chosen).to_have_text(name, use_inner_text=True)


def test_escape_cancels_a_choice_by_enter_also_when_saved_views_arrive_later(camp: Visit) -> None:
    page, held = camp.page, list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/pardot/views", hold)
    page.route("**/pardot/search*", hold)
    page.keyboard.press("/")
    expect(palette(camp).get_by_role("option").first).to_be_visible()
    with page.expect_request("**/pardot/search*"):
        page.keyboard.type("survey")
        page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(palette(camp)).to_have_count(0)
    page.unroute("**/pardot/search*")
    address = page.url
    views = next(route for route in held if route.request.url.endswith("/views"))
    with page.expect_response("**/pardot/views"):
        views.fulfill(json={"views": [], "no_mail": ""})
    page.wait_for_timeout(700)
    assert page.url == address


def test_a_click_still_counts_when_results_arrive_while_the_mouse_button_is_down(camp: Visit) -> None:
    page, held = camp.page, list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.keyboard.press("/")
    palette(camp).get_by_role("option", name="Full Survey").hover()
    page.route("**/pardot/search*", hold)
    with page.expect_request("**/pardot/search*"):
        page.keyboard.type("form")
    page.mouse.down()
    with page.expect_response("**/pardot/search*"):
        held[0].continue_()
    page.wait_for_timeout(100)
    page.mouse.up()
    expect(palette(camp)).to_have_count(0)
    expect(page.get_by_role("tab", name="Full Survey")).to_have_attribute("aria-selected", "true")


def test_single_key_shortcuts_do_nothing_while_typing_and_can_be_turned_off(camp: Visit) -> None:
    search = camp.page.get_by_role("searchbox").first
    search.press("/")
    search.press("?")
    expect(search).to_have_value("/?")
    camp.page.locator("main").focus()
    camp.page.keyboard.press("?")
    sheet = camp.page.get_by_role("dialog", name="Keyboard shortcuts")
    assert camp.axe() == []
    sheet.get_by_label("Use single-key shortcuts").uncheck()
    camp.page.keyboard.press("Escape")
    camp.page.keyboard.type("/x")
    camp.page.keyboard.press("ControlOrMeta+k")
    # A palette opened by "/" would contain the "x".
    expect(palette(camp).get_by_role("combobox")).to_have_value("")


@pytest.mark.parametrize(("scheme", "width"), DARK_AND_NARROW)
def test_axe_finds_nothing_and_the_palette_fits(open_window: Open, camp_site: Site, scheme: str, width: int) -> None:
    visit = open_window(camp_site, color_scheme=scheme, viewport={"width": width, "height": 700})
    visit.go("/pardot/")
    visit.page.get_by_role("button", name="Search everything").click()
    for typed in ("", "form"):
        visit.page.keyboard.type(typed)
        expect(palette(visit).get_by_role("option", name="Gear Locker")).to_be_visible()
        assert visit.axe() == [], typed
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
