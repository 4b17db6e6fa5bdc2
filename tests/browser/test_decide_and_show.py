"""The preview of changed settings, the trend with target and forecast, and the progress report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from playwright.sync_api import expect

from pardot.domain.days import get_today
from tests.browser.components import run_module
from tests.browser.conftest import Open
from tests.browser.past import earlier_days, plan_camp
from tests.browser.sites import Site
from tests.browser.visit import DARK_AND_NARROW, Visit

OTHER_COUNTS = """
UPDATE pardot_dailysnapshot SET issue_counts = (
    SELECT jsonb_object_agg(key, greatest(0, value::numeric + CASE WHEN place % 2 = 0 THEN 5 ELSE -3 END))
    FROM jsonb_each_text(issue_counts) WITH ORDINALITY AS each(key, value, place) WHERE value IS NOT NULL)
WHERE day = (SELECT min(day) FROM pardot_dailysnapshot)
"""
NO_PLANS = """
const { configuration } = await m.api.get("admin/config");
for (const { key, is_changed } of configuration) if (is_changed) await m.api.delete(`admin/config/${key}`);
"""


@pytest.fixture
def camp(open_window: Open, camp_site: Site) -> Iterator[Visit]:
    """A window on a site with 45 days of scores.

    The score rises a point every two days. Camp began 20 days ago and ends in 20 days.
    """
    visit = open_window(camp_site, permissions=["clipboard-read", "clipboard-write"])
    with earlier_days(camp_site, 44, slowness=2):
        plan_camp(visit)
        yield visit
        visit.go("/pardot/admin-settings/")
        run_module(visit, "core/api", NO_PLANS)


# -- decide -----------------------------------------------------------------------------------------------------------


def test_the_preview_shows_areas_issues_and_earlier_days_and_says_what_it_cannot_show(camp: Visit) -> None:
    camp.expect("status of 422")
    page = camp.page
    camp.go("/pardot/admin-settings/")
    bar = page.get_by_role("region", name="Unsaved changes")
    page.get_by_label("Prospects not linked to Salesforce").fill("9")
    page.get_by_role("button", name="See what changes").click()
    dialog = page.get_by_role("dialog", name="What these settings change")
    chart = dialog.get_by_role("figure", name="Score of the 44 days before today, as recorded and with these settings")
    expect(chart.locator(".mark-line")).to_have_count(4)
    expect(dialog.get_by_role("list").filter(has_text="Prospects")).to_be_visible()
    assert camp.axe() == []
    dialog.get_by_role("button", name="Keep editing").click()
    page.get_by_label("Look-back of activity, in days").fill("1")
    expect(bar.get_by_role("button", name="See what changes")).to_be_disabled()
    page.get_by_role("button", name="See what changes").click()
    expect(dialog).to_contain_text("earlier days cannot be counted again with the new look-back")
    expect(dialog.get_by_role("table", name="Issues that are counted differently")).to_be_visible()
    page.keyboard.press("Escape")
    weight = page.get_by_label("Forms in no campaign")
    weight.fill("-1")
    expect(bar).to_contain_text("Fix the highlighted fields to see what this changes.")
    expect(page.locator(".setting", has=weight).locator(".problem")).to_have_text("Must be 0 or more.")
    weight.fill("0.10")
    expect(bar).to_contain_text("Score")
    expect(weight).not_to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Discard").click()


def test_the_preview_of_saved_values_says_that_no_earlier_score_changes(camp: Visit) -> None:
    camp.go("/pardot/admin-settings/")
    run_module(
        camp, "core/api", "await m.api.put('admin/config/score_weights', { value: { prospects_unlinked_pct: 9 } });"
    )
    camp.page.get_by_label("Prospects not linked to Salesforce").fill("9")
    camp.page.get_by_role("button", name="See what changes").click()
    dialog = camp.page.get_by_role("dialog", name="What these settings change")
    expect(dialog).to_contain_text("The scores of earlier days do not change.")
    dialog.get_by_role("button", name="Keep editing").click()
    camp.page.get_by_role("button", name="Discard").click()


# -- show -------------------------------------------------------------------------------------------------------------


def test_the_trend_shows_any_days_and_a_forecast(camp: Visit) -> None:
    page = camp.page
    run_module(camp, "core/api", "await m.api.put('admin/config/target_score', { value: 99 });")
    camp.go("/pardot/")
    trend = page.locator('[data-panel="score-trend"]')
    expect(trend).to_contain_text(re.compile(r"the score will be \d+ on .+, the last day of camp; the target is 99\."))
    expect(trend.locator(".mark-goal")).to_have_count(1)
    expect(page.locator('[data-panel="score"]')).to_contain_text(re.compile(r"\d+ points? to the target of 99"))
    trend.get_by_role("radio", name="Since camp began").click()
    expect(trend.get_by_role("radio", name="Since camp began")).to_be_focused()
    rows = trend.get_by_role("figure", name="Score").locator("tbody tr")
    expect(rows).to_have_count(21 + 20)
    trend.get_by_role("radio", name="From … to").click()
    first, last = (str(get_today() - timedelta(days=ago)) for ago in (30, 10))
    trend.get_by_label("From", exact=True).fill(first)
    trend.get_by_label("To", exact=True).fill(last)
    trend.get_by_role("button", name="Show", exact=True).press("Enter")
    expect(page).to_have_url(re.compile(re.escape(f"trend.days=free&trend.from={first}&trend.to={last}")))
    expect(rows).to_have_count(21)
    expect(trend).not_to_contain_text("At the pace of")
    assert camp.axe() == []


def test_the_progress_report_prints_on_one_page(camp: Visit, camp_site: Site) -> None:
    with psycopg.connect(camp_site.database, autocommit=True) as connection:
        connection.execute(OTHER_COUNTS)
    page = camp.page
    camp.go("/pardot/")
    page.get_by_role("button", name="Copy the progress report").click()
    page.get_by_role("link", name="One-page report").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Progress report")
    camp.settle()
    expect(page.locator(".report-numbers")).to_have_text(re.compile(r"\d+ \([A-F]\)\s+→\s+\d+ \([A-F]\)"))
    expect(page.get_by_role("figure", name="Score").locator(".mark-line")).to_be_visible()
    for name in ("Improved", "Worsened"):
        expect(page.get_by_role("region", name=name).locator("tbody tr")).to_have_count(6)
        expect(page.get_by_role("region", name=name)).to_contain_text(re.compile(r"and \d+ more"))
    for size in ("A4", "Letter"):
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=size))) == 1, size
    page.get_by_role("link", name="Since camp began").click()
    expect(page.locator(".lead")).to_contain_text("20 days · camp day 21 of 41")
    camp.go("/pardot/progress/?from=2999-01-01")
    expect(page.locator(".lead")).to_have_text("There is no recorded score to compare with.")


@pytest.mark.parametrize(("scheme", "width"), DARK_AND_NARROW)
def test_axe_finds_nothing_on_the_report_and_the_report_fits(
    open_window: Open, camp_site: Site, scheme: str, width: int
) -> None:
    visit = open_window(camp_site, color_scheme=scheme, viewport={"width": width, "height": 900})
    visit.go("/pardot/progress/")
    assert visit.axe() == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
