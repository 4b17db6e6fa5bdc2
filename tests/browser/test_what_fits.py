"""Wide content scrolls on a phone and is complete on paper, and chart labels do not touch."""

from __future__ import annotations

from itertools import pairwise
from time import sleep

import pytest
from playwright.sync_api import Route, expect

from tests.browser.components import print_page, run_module
from tests.browser.conftest import Open
from tests.browser.sites import Site
from tests.browser.visit import Visit

TABS = ["base-camp", "campaign-map", "gear-locker", "tags", "scout-report", "full-survey"]
GEAR = ["forms", "landing_pages", "list_emails", "custom_redirects", "lists"]

DAYS_AND_LINES = r"""
() => {
  const days = /(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,2}(, \d{4})?/g;
  return [...document.querySelectorAll(".table")].filter((one) => one.checkVisibility()).flatMap((table) => {
    const texts = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode())
      for (const { 0: day, index } of texts.currentNode.data.matchAll(days)) {
        const range = document.createRange();
        range.setStart(texts.currentNode, index);
        range.setEnd(texts.currentNode, index + day.length);
        found.push([day, new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size]);
      }
    return found;
  });
}
"""

SCROLLERS = """
() => [...document.querySelectorAll("main *, .app-header *, .camp-strip *")]
  .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)
  .filter((one) => ["auto", "scroll"].includes(getComputedStyle(one).overflowX) && !one.matches("input, textarea"))
  .map((one) => [one.classList[0] ?? one.localName, getComputedStyle(one).backgroundAttachment])
"""

LABELS = """
const labels = [];
for (const width of [300, 390, 718, 960])
  for (const length of [1, 2, 5, 8, 12, 30, 31, 43, 44, 91, 366]) {
    const days = Array.from({ length }, (_, at) => new Date(Date.UTC(2026, 8, 1 + at)).toISOString().slice(0, 10));
    const place = document.createElement("div");
    place.style.setProperty("width", `${width}px`);
    document.querySelector("main").replaceChildren(place);
    const series = [{ name: "Score", values: days.map(() => 90) }];
    place.append(m.trend({ title: "Trend", days, series, low: 0, high: 100 }));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))));
    const texts = [...place.querySelectorAll("svg > text")].filter((one) => /[A-Z]/.test(one.textContent));
    labels.push(texts.map((one) => {
      const { left, right } = one.getBoundingClientRect();
      return [one.textContent, left, right];
    }));
  }
return labels;
"""


def test_all_rows_are_printed_even_when_they_load_late(open_window: Open, camp_site: Site) -> None:
    visit = open_window(camp_site, viewport={"width": 718, "height": 1000})
    visit.go("/pardot/?tab=scout-report")
    visit.page.route("**/pardot/engagement?*", late)
    print_page(visit)
    table = visit.page.get_by_role("table", name="Prospects (")
    total = int(table.locator(".table-count").inner_text().strip("()").split()[0])
    assert table.locator("tbody th[scope=row]").count() == total > 25


def late(route: Route) -> None:
    answer = route.fetch(max_retries=3)
    sleep(1)
    route.fulfill(response=answer)


def test_no_date_in_a_table_is_broken_across_lines_on_paper(open_window: Open, camp_site: Site) -> None:
    visit = open_window(camp_site, viewport={"width": 718, "height": 1000})
    seen = 0
    for path in (
        "?steps=all",
        *(f"?tab={tab}" for tab in TABS),
        *(f"?tab=gear-locker&gear.type={one}" for one in GEAR),
    ):
        visit.go(f"/pardot/{path}")
        print_page(visit)
        days: list[tuple[str, int]] = visit.page.evaluate(DAYS_AND_LINES)
        assert [day for day, lines in days if lines > 1] == [], path
        assert visit.page.evaluate("document.documentElement.scrollWidth") == 718, path
        seen += len(days)
        visit.page.emulate_media(media="screen")
    assert seen > 50


@pytest.mark.parametrize("width", [961, 1024, 1120, 1248, 1249, 1280, 1376, 1377, 1440])
def test_all_tabs_fit_beside_the_tools(open_window: Open, width: int) -> None:
    visit = open_window(viewport={"width": width, "height": 800})
    visit.go("/pardot/")
    tabs = visit.page.get_by_role("tab")
    expect(tabs).to_have_count(6)
    edge = visit.page.locator(".app-tools > :visible").first.bounding_box()
    last = tabs.last.bounding_box()
    assert last
    assert edge
    assert last["x"] + last["width"] <= edge["x"]
    assert visit.page.locator(".tabs").evaluate("(one) => one.scrollWidth <= one.clientWidth")


def test_content_that_scrolls_sideways_on_a_phone_shows_a_shadow(open_window: Open, camp_site: Site) -> None:
    visit = open_window(camp_site, viewport={"width": 390, "height": 844})
    for tab in TABS:
        visit.go(f"/pardot/?tab={tab}&steps=all&gear.type=forms")
        scrollers: list[list[str]] = visit.page.evaluate(SCROLLERS)
        assert "tabs" in {name for name, _ in scrollers}
        assert {name for name, shadow in scrollers if shadow != "local, local, scroll, scroll"} == set(), tab
    visit.go("/pardot/?tab=tags")
    types = visit.page.get_by_role("region", name="Types")
    assert types.evaluate("(one) => one.scrollWidth <= one.clientWidth"), "a table with few numbers fits"


def test_labels_of_days_do_not_touch_and_begin_with_the_first_day(window: Visit) -> None:
    window.go("/pardot/")
    charts = run_module(window, "charts/trend", LABELS)
    assert isinstance(charts, list)
    assert len(charts) == 44
    for labels in charts:
        assert labels[0][0] in {"Sep 1", "Sep 1, 2026"}
        gaps = [right[1] - left[2] for left, right in pairwise(labels)]
        assert min(gaps, default=9) > 8, labels
        assert len({day for day, _, _ in labels}) == len(labels)
