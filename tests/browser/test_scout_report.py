"""The tab Scout Report: figures, prospects, broken CRM links, stuck adoption data."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.components import alter_answers, download_csv, fetch_json, fits
from tests.browser.conftest import Open
from tests.browser.sites import Site
from tests.browser.visit import LIGHT_AND_WIDE, Visit

TAB = "/pardot/?tab=scout-report"


@pytest.fixture
def scout(open_window: Open, camp_site: Site) -> Visit:
    return open_window(camp_site)


def panel(visit: Visit, name: str) -> Locator:
    return visit.page.locator(f'[data-panel="{name}"]')


def test_figures_lead_to_their_prospects(scout: Visit) -> None:
    scout.go(TAB)
    page, summary = scout.page, fetch_json(scout, "engagement")["summary"]
    engagement, table = panel(scout, "engagement"), panel(scout, "top-prospects")
    expect(engagement.locator(".figure-value.large")).to_have_text(str(summary["active_30d"]))
    expect(table.locator(".table-count")).to_have_text(f"({summary['total_count']} prospects)")
    engagement.get_by_role("link", name="Prospects: ").click()
    expect(table.locator("h2")).to_be_in_viewport()
    engagement.get_by_role("link", name="Active in the last 30 days").click()
    expect(table.locator(".table-count")).to_have_text(f"({summary['active_30d']} prospects found)")
    expect(table.get_by_label("Group")).to_have_value("active")
    expect(table.locator("h2")).to_be_in_viewport()
    grade, count = next(iter((g, c) for g, c in summary["grade_distribution"].items() if g != "none" and c > 1))
    tooltip = engagement.get_by_role("link", name=f"{grade} {count}", exact=True).locator("title")
    expect(tooltip).to_have_text(f"Grade {grade}: {count}")
    engagement.get_by_role("link", name=f"{grade} {count}", exact=True).click()
    assert page.evaluate("new URLSearchParams(location.search).get('prospects.grade')") == grade
    expect(table.locator(".table-count")).to_have_text(f"({count} prospects found)")
    page.go_back()
    expect(table.locator(".table-count")).to_have_text(f"({summary['active_30d']} prospects found)")


def test_prospects_are_searched_sorted_and_exported(scout: Visit, tmp_path: Path) -> None:
    best = first_prospect(scout)
    table = panel(scout, "top-prospects")
    names = table.locator("tbody th")
    expect(names.first).to_contain_text(best["name"])
    scout.page.get_by_placeholder("Name, email, company").fill(best["company"].split()[0])
    expect(table.locator(".table-count")).to_contain_text("found")
    expect(names.first).to_contain_text(best["name"])
    rows = download_csv(scout, table.get_by_role("button", name="Export as CSV"), tmp_path)
    assert rows[0]["Prospect"] == best["name"]
    assert rows[0]["Score"] == str(best["score"])
    assert rows[0]["Pardot"].endswith(f"/prospect/read/id/{best['id']}")
    crm_id = best["salesforce_contact_id"] or best["salesforce_lead_id"]
    assert rows[0]["Salesforce"] == f"{fetch_json(scout, 'config')['sf_instance_url']}/{crm_id}"
    assert all(best["company"].split()[0].lower() in " ".join(row.values()).lower() for row in rows)
    table.get_by_role("button", name="Score", exact=True).click()
    expect(table.get_by_role("columnheader", name="Score", exact=True)).to_have_attribute("aria-sort", "ascending")
    scout.page.get_by_placeholder("Name, email, company").fill("ab")
    expect(table.get_by_text("A search needs three letters or digits in a row")).to_be_visible()


def first_prospect(visit: Visit) -> Any:
    """Open the tab and return the first prospect."""
    visit.go(TAB)
    return fetch_json(visit, "engagement?limit=1")["prospects"][0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_name_opens_the_prospects_activities(open_window: Open, camp_site: Site, scheme: str) -> None:
    visit = open_window(camp_site, color_scheme=scheme)
    visit.go(f"{TAB}&prospects.sort=-activity_count")
    page = visit.page
    button = panel(visit, "top-prospects").locator("tbody th button").first
    button.focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    who = page.evaluate("new URLSearchParams(location.search).get('prospect.id')")
    answer = fetch_json(visit, f"engagement/{who}/activities")
    expect(drawer.get_by_role("heading", level=2)).to_have_text(answer["prospect"]["name"])
    expect(drawer.locator(".table-count")).to_have_text(f"({answer['count']} events)")
    expect(drawer.get_by_role("link", name="Pardot", exact=False).first).to_have_attribute(
        "href", fetch_json(visit, "config")["pardot_url"] + f"/prospect/read/id/{who}"
    )
    assert visit.axe() == []
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(page).not_to_have_url(re.compile(re.escape("prospect.id=")))
    expect(button).to_be_focused()


def test_the_address_alone_opens_the_drawer_and_the_back_button_closes_it(scout: Visit) -> None:
    best = first_prospect(scout)
    scout.go(f"/pardot/?tab=tags&open=prospect&prospect.id={best['id']}")
    drawer = scout.page.get_by_role("dialog", name=best["name"])
    expect(drawer).to_be_visible()
    scout.page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(scout.page).to_have_url(re.compile(re.escape("/pardot/?tab=tags") + "$"))
    scout.page.go_back()
    expect(scout.page).to_have_url(re.compile(re.escape(TAB)))
    expect(drawer).to_have_count(0)
    panel(scout, "top-prospects").locator("tbody th button").first.click()
    expect(drawer).to_be_visible()
    scout.page.go_back()
    expect(drawer).to_have_count(0)


def test_the_drawer_fits_a_phone(open_window: Open, camp_site: Site) -> None:
    visit = open_window(camp_site, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    visit.go(f"{TAB}&prospects.sort=-activity_count")
    panel(visit, "top-prospects").locator("tbody th button").first.click()
    body = visit.page.locator("dialog .dialog-body")
    expect(body.locator("table")).not_to_have_count(0)
    assert body.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    assert visit.page.locator("dialog").evaluate("(one) => one.getBoundingClientRect().left") == 0


def test_the_drawer_says_that_the_prospect_was_not_synced(scout: Visit) -> None:
    scout.expect("status of 404")
    scout.go(f"{TAB}&open=prospect&prospect.id=404")
    expect(scout.page.get_by_role("dialog")).to_contain_text("No prospect with this id was synced.")


def break_links(answer: Any) -> None:
    who = answer["prospects"][0]
    person = {name: who[name] for name in ("id", "email", "name", "salesforce_id", "salesforce_contact_id")}
    alerts = answer["crm_id_alerts"]
    alerts["bad_lead_ids"] = [{**person, "salesforce_lead_id": "n/a", "value": "n/a"}]
    alerts |= {"bad_contact_ids": [], "bad_lead_count": 70, "bad_contact_count": 0, "total_bad": 70}


def test_broken_crm_links_are_listed_with_instructions(scout: Visit) -> None:
    alter_answers(scout, "engagement?*", break_links)
    scout.go(TAB)
    broken = panel(scout, "crm-links")
    expect(broken.locator(".figure-value")).to_have_text(["70", "0"])
    expect(broken).to_contain_text("What to do:")
    expect(broken.locator("tbody code")).to_have_text(["n/a"])
    broken.get_by_role("combobox", name="Field", exact=True).select_option("contact")
    expect(broken).to_contain_text("No fields match")
    broken.get_by_role("link", name="Invalid lead ID").click()
    expect(panel(scout, "top-prospects").get_by_label("Group")).to_have_value("bad_lead_id")
    scout.settle()


def test_stuck_adoption_data_leads_to_its_prospects(scout: Visit) -> None:
    scout.go(TAB)
    alert = fetch_json(scout, "engagement")["adoption_json_alert"]
    stuck = panel(scout, "stuck-adoptions")
    stuck.get_by_role("link", name="Prospects with adoption data that is stuck").click()
    expect(panel(scout, "top-prospects").locator(".table-count")).to_contain_text(f"({alert['stuck_count']} ")
    expect(stuck.locator("tbody tr")).to_have_count(len(alert["sample"]))


def make_sample(answer: Any) -> None:
    answer["tier"] = 2
    answer["summary"]["active_30d"] = None


def test_a_sample_of_prospects_is_labeled_as_a_sample(scout: Visit) -> None:
    alter_answers(scout, "engagement?*", make_sample)
    scout.go(TAB)
    engagement = panel(scout, "engagement")
    expect(engagement.locator(".banner")).to_contain_text("A sample, not all prospects")
    expect(engagement).to_contain_text("Known after a survey.")
    expect(engagement.locator(".figure-value.large")).not_to_have_text("–")


@pytest.mark.parametrize(("scheme", "width"), LIGHT_AND_WIDE)
def test_axe_finds_nothing_and_the_tab_fits(open_window: Open, camp_site: Site, scheme: str, width: int) -> None:
    visit = open_window(camp_site, color_scheme=scheme, viewport={"width": width, "height": 900})
    alter_answers(visit, "engagement?*", break_links)
    visit.go(TAB)
    assert fits(visit)
    assert visit.axe() == []
