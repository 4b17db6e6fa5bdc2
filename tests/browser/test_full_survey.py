"""The tab Full Survey: orphans by kind with instructions, their trend, and figures about prospects."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.components import alter_answers, download_csv, fetch_json, fits
from tests.browser.conftest import Open
from tests.browser.sites import Site
from tests.browser.visit import DARK_AND_NARROW, Visit

TAB = "/pardot/?tab=full-survey"


@pytest.fixture
def survey(open_window: Open, camp_site: Site) -> Visit:
    return open_window(camp_site)


def panel(visit: Visit, name: str) -> Locator:
    return visit.page.locator(f'[data-panel="{name}"]')


def test_a_kind_of_orphans_opens_its_rows(survey: Visit, tmp_path: Path) -> None:
    survey.go(TAB)
    page, latest = survey.page, fetch_json(survey, "orphans?limit=1")
    expect(panel(survey, "orphans").locator(".figure-value.large")).to_have_text(str(latest["total"]))
    kinds = panel(survey, "orphan-kinds")
    counts = {one["kind"]: one["count"] for one in latest["kinds"]}
    link = kinds.get_by_role("link", name="Custom redirects")
    expect(link).to_contain_text(str(counts["custom_redirects"]))
    link.focus()
    page.keyboard.press("Enter")
    survey.settle()
    expect(kinds.get_by_role("heading", level=3)).to_have_text("Custom redirects")
    expect(link).to_be_focused()
    expect(link).to_have_attribute("aria-current", "true")
    expect(kinds).to_contain_text("What to do:")
    assert page.evaluate("new URLSearchParams(location.search).get('orphans.kind')") == "custom_redirects"
    expect(kinds.locator("tbody tr")).to_have_count(counts["custom_redirects"])
    rows = download_csv(survey, kinds.get_by_role("button", name="Export as CSV"), tmp_path)
    records = fetch_json(survey, "orphans?kind=custom_redirects")["records"]
    assert [(row["Name"], row["Deleted campaign"]) for row in rows] == [
        (one["name"], one["missing"]) for one in records
    ]
    expect(kinds.locator("tbody th a").first).to_have_attribute(
        "href", fetch_json(survey, "config")["pardot_url"] + f"/customRedirect/read/id/{records[0]['record_id']}"
    )


def test_the_sum_of_a_group_leads_to_its_first_kind_with_orphans(survey: Visit) -> None:
    survey.go(TAB)
    panel(survey, "orphans").get_by_role("link", name="Leads and contacts").click()
    survey.settle()
    counts = {one["kind"]: one["count"] for one in fetch_json(survey, "orphans?limit=1")["kinds"]}
    expected = "Leads without a prospect" if counts["leads_without_prospect"] else "Contacts without a prospect"
    expect(panel(survey, "orphan-kinds").get_by_role("heading", level=3)).to_have_text(expected)


def test_an_unlinked_prospect_opens_its_drawer_on_this_tab(survey: Visit) -> None:
    survey.go(f"{TAB}&orphans.kind=prospects_unlinked")
    survey.page.get_by_placeholder("Search").fill("visitor")
    expect(panel(survey, "orphan-kinds").locator(".table-count")).to_contain_text("found")
    panel(survey, "orphan-kinds").locator("tbody th button").first.click()
    drawer = survey.page.get_by_role("dialog")
    expect(drawer).to_contain_text("Not in Salesforce")
    survey.page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(survey.page).to_have_url(re.compile(re.escape("orphans.kind=prospects_unlinked")))


def test_a_figure_about_prospects_leads_to_its_prospects(survey: Visit) -> None:
    survey.go(TAB)
    health = fetch_json(survey, "prospect-health")
    figures = panel(survey, "prospect-health")
    expect(figures).to_contain_text(f"{health['link_rate']}% linked")
    figures.get_by_role("link", name=f"Opted out: {health['opted_out']}").click()
    survey.settle()
    expect(survey.page.get_by_role("heading", level=1)).to_have_text("Scout Report")
    table = panel(survey, "top-prospects")
    expect(table.locator(".table-count")).to_have_text(f"({health['opted_out']} prospects found)")
    expect(table.locator("h2")).to_be_in_viewport()


@pytest.mark.parametrize(("impact", "words"), [(1.5, "are not, which costs points."), (0, "are not.")])
def test_unlinked_prospects_cost_points_only_when_the_score_says_so(survey: Visit, impact: float, words: str) -> None:
    def costs(answer: Any) -> None:
        [issue] = [one for one in answer["issues"] if one["key"] == "prospects_unlinked_pct"]
        issue["impact"] = impact

    alter_answers(survey, "issues", costs)
    survey.go(TAB)
    expect(panel(survey, "prospect-health")).to_contain_text(words)


def with_earlier_checks(answer: Any) -> None:
    latest = answer["checks"][0]
    for number in (1, 2, 3):
        counts = {kind: count + number for kind, count in latest["counts"].items()}
        captured = f"2025-0{9 - number}-01T08:00:00Z"
        answer["checks"].append({"captured_at": captured, "total": sum(counts.values()), "counts": counts})


def test_a_second_check_on_the_same_day_is_listed_and_not_called_the_first(survey: Visit) -> None:
    def again(answer: Any) -> None:
        [latest] = answer["checks"]
        answer["checks"].append({**latest, "captured_at": latest["captured_at"][:11] + "00:00:01Z", "total": 3})

    alter_answers(survey, "orphans/history*", again)
    survey.go(TAB)
    expect(panel(survey, "orphans")).not_to_contain_text("This is the first check.")
    expect(panel(survey, "orphans").get_by_role("table", name="Checks so far").get_by_role("row")).to_have_count(3)


def test_the_trend_shows_the_earlier_checks(survey: Visit) -> None:
    survey.go(TAB)
    expect(panel(survey, "orphans")).to_contain_text("This is the first check.")
    alter_answers(survey, "orphans/history*", with_earlier_checks)
    survey.go(f"{TAB}&orphans.kind=forms")
    orphans = panel(survey, "orphans")
    expect(orphans).to_contain_text("−8")
    orphans.get_by_text("Show as table").click()
    expect(orphans.get_by_role("table", name="Orphans by day").get_by_role("row")).to_have_count(5)
    expect(panel(survey, "orphan-kinds").get_by_role("figure", name="Forms by day")).to_be_visible()


def with_a_capped_kind(answer: Any) -> None:
    for kind in answer["kinds"]:
        if kind["kind"] == "landing_pages":
            kind |= {"count": 4321, "capped": True}


def test_a_banner_says_when_only_the_first_orphans_of_a_kind_are_listed(survey: Visit) -> None:
    alter_answers(survey, "orphans?*", with_a_capped_kind)
    survey.go(f"{TAB}&orphans.kind=landing_pages")
    expect(panel(survey, "orphan-kinds").locator(".banner")).to_contain_text("4,321 in all; the first")


@pytest.mark.parametrize(("scheme", "width"), DARK_AND_NARROW)
def test_axe_finds_nothing_and_the_tab_fits(open_window: Open, camp_site: Site, scheme: str, width: int) -> None:
    visit = open_window(camp_site, color_scheme=scheme, viewport={"width": width, "height": 900})
    alter_answers(visit, "orphans/history*", with_earlier_checks)
    visit.go(TAB)
    assert fits(visit)
    assert visit.axe() == []
