"""The layout shift of a page stays within a budget, whatever the delays of its requests."""

from __future__ import annotations

from pathlib import Path

import pytest

from pardot.dashboard.tabs import TABS
from tests.browser.components import alter_answers
from tests.browser.conftest import Open
from tests.browser.past import earlier_days
from tests.browser.sites import Site
from tests.browser.visit import Visit

SHIFTS = Path(__file__).parent / "shifts.js"
BUDGET = 0.05
"""Web Vitals call a cumulative layout shift of at most 0.1 good. The budget is half of this limit."""
SIZES = {390: 844, 1024: 768, 1440: 900}
PAGES = {tab.slug: f"/pardot/?tab={tab.slug}" for tab in TABS} | {
    "settings": "/pardot/admin-settings/",
    "progress": "/pardot/progress/",
}
SOME = ("base-camp", "tags", "scout-report")


def window(open_window: Open, site: Site, width: int, *, seed: int) -> Visit:
    # A window with the option locale does not share a profile, so its cache is empty.
    visit = open_window(site, viewport={"width": width, "height": SIZES[width]}, locale="en-US")
    visit.page.add_init_script(f"globalThis.seed = {seed}; globalThis.span = 500;")
    visit.page.add_init_script(path=SHIFTS)
    return visit


def jumps(visit: Visit, path: str) -> str:
    """Return the elements that moved if their total shift reaches the budget, else ""."""
    visit.go(path)
    # A shift is reported up to two frames after it happens.
    visit.page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
    )
    shifts = visit.page.evaluate("shifts")
    total = sum(shift["value"] for shift in shifts)
    return "" if total < BUDGET else "\n".join(f"{shift['value']:.3f} {shift['moved']}" for shift in shifts)


@pytest.mark.parametrize("width", SIZES)
def test_some_tabs_stay_in_place_while_they_load(open_window: Open, camp_site: Site, width: int) -> None:
    for name in SOME:
        assert jumps(window(open_window, camp_site, width, seed=1), PAGES[name]) == "", name


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("width", SIZES)
def test_every_page_stays_in_place_while_it_loads(
    open_window: Open, camp_site: Site, empty_site: Site, width: int, seed: int
) -> None:
    """Try a cold and a warm cache: each with no data, with one day of data, and with six weeks of data."""
    stay_in_place(open_window, empty_site, width, seed)
    stay_in_place(open_window, camp_site, width, seed)
    with earlier_days(camp_site, 44, slowness=2):
        stay_in_place(open_window, camp_site, width, seed)


def stay_in_place(open_window: Open, site: Site, width: int, seed: int) -> None:
    for name, path in PAGES.items():
        visit = window(open_window, site, width, seed=seed)
        for cache in ("cold", "warm"):
            assert jumps(visit, path) == "", f"{name}, {cache}"


@pytest.mark.parametrize("width", SIZES)
def test_a_banner_that_appears_keeps_the_page_within_the_budget(open_window: Open, camp_site: Site, width: int) -> None:
    visit = window(open_window, camp_site, width, seed=2)
    alter_answers(visit, "sync/status", lambda status: status["entities"][0].update(freshness="old"))
    assert jumps(visit, PAGES["base-camp"]) == ""
    assert visit.page.locator(".strip-banner .banner").is_visible()


def test_a_reload_keeps_the_height_of_the_page(open_window: Open, camp_site: Site) -> None:
    visit = window(open_window, camp_site, 1440, seed=1)
    visit.go(PAGES["base-camp"])
    high = "document.documentElement.scrollHeight"
    before = visit.page.evaluate(high)
    visit.page.get_by_role("button", name="Refresh", exact=True).click()
    assert visit.page.locator(".skeleton").count() > 5
    assert visit.page.evaluate(high) == pytest.approx(before, abs=1)
    visit.settle()
    assert visit.page.evaluate(high) == pytest.approx(before, abs=1)
