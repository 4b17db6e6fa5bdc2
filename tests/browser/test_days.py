"""Comparing days, the trend, badges, and notes on days."""

from __future__ import annotations

import re
from datetime import date, timedelta

import psycopg
import pytest
from playwright.sync_api import expect

from pardot.reports.wording import format_since_day
from tests.browser.past import earlier_days
from tests.browser.sites import Site
from tests.browser.visit import Visit


@pytest.mark.usefixtures("a_week")
def test_a_change_of_the_score_opens_the_comparison_of_two_days(camp: Visit) -> None:
    camp.go("/pardot/")
    page = camp.page
    page.get_by_role("button", name="+7 since last week").click()
    dialog = page.get_by_role("dialog", name="Compare two days")
    expect(dialog).to_contain_text("+7 points")
    today = str(camp.answer("briefing")["date"])
    expect(page).to_have_url(re.compile(re.escape(f"compare.to={today}")))
    dialog.get_by_label("From", exact=True).fill(dialog.get_by_label("To", exact=True).input_value())
    dialog.get_by_label("From", exact=True).blur()
    expect(dialog).to_contain_text("±0 points")
    dialog.get_by_label("Show").select_option("all")
    expect(dialog.get_by_role("row").filter(has_text="Landing pages").first).to_be_visible()
    page.go_back()
    page.go_back()
    page.go_back()
    expect(dialog).to_have_count(0)


@pytest.mark.usefixtures("a_week")
def test_the_change_names_the_day_it_is_counted_from_and_the_trend_bridges_missed_nights(
    camp: Visit, camp_site: Site
) -> None:
    with psycopg.connect(camp_site.database, autocommit=True) as connection:
        connection.execute(
            "DELETE FROM pardot_dailysnapshot WHERE day IN (SELECT day FROM pardot_dailysnapshot ORDER BY day DESC"
            " OFFSET 1 LIMIT 3)"
        )
    today = date.fromisoformat(str(camp.answer("briefing")["date"]))
    since = format_since_day(today - timedelta(days=4), today)
    camp.go("/pardot/")
    score = camp.page.locator('[data-panel="score"]')
    expect(score.get_by_role("button", name=f"+4 {since}")).to_be_visible()
    expect(camp.page.locator('[data-panel="score-trend"] .mark-bridge')).to_have_count(1)
    camp.page.get_by_role("button", name="Compare days").click()
    expect(camp.page.get_by_role("dialog", name="Compare two days")).to_contain_text("+4 points")


def test_a_change_since_more_than_a_week_ago_names_the_day(camp: Visit, camp_site: Site) -> None:
    with earlier_days(camp_site, 9) as connection:
        connection.execute(
            "DELETE FROM pardot_dailysnapshot WHERE day = (SELECT max(day) - 7 FROM pardot_dailysnapshot)"
        )
        briefing = camp.answer("briefing")
        before, today = (date.fromisoformat(day) for day in (briefing["last_week"]["day"], str(briefing["date"])))
        assert today - before == timedelta(days=8)
        camp.go("/pardot/?steps=all")
        why = camp.page.locator('[data-panel="why"]')
        expect(why).to_contain_text(f"marks the score on {before:%b} {before.day}, {before.year}, if it differs")
        since = format_since_day(before, today)
        expect(camp.page.locator('[data-panel="gear-overview"] .delta').first).to_contain_text(since)
        expect(camp.page.get_by_role("button", name=f"Change {since}")).to_be_visible()
        assert "a week" not in camp.page.locator("main").inner_text()


@pytest.mark.usefixtures("a_week")
def test_badges_are_computed_from_the_data(camp: Visit) -> None:
    camp.go("/pardot/")
    camp.page.get_by_role("button", name="Uphill, Steady fire").click()
    badges = camp.page.get_by_role("dialog", name="Badges")
    expect(badges.get_by_role("listitem").filter(has_text="Steady fire")).to_contain_text("Earned")
    expect(badges.get_by_role("listitem").filter(has_text="All roped up")).to_contain_text("Not yet")


def test_a_note_is_pinned_to_a_day_and_deleted(camp: Visit) -> None:
    camp.go("/pardot/")
    page = camp.page
    trend = page.locator('[data-panel="score-trend"]')
    trend.get_by_role("button", name="Pin a note").click()
    page.get_by_label("Note", exact=True).fill("A launch <script>")
    page.get_by_role("button", name="Pin it").click()
    expect(trend.locator(".day-notes")).to_contain_text("A launch <script>")
    trend.get_by_role("radio", name="Issues by area").check(force=True)
    expect(trend.get_by_role("figure", name="Issues by area")).to_be_visible()
    expect(page).to_have_url(re.compile(re.escape("trend.show=issues")))
    expect(trend.get_by_role("radio", name="Issues by area")).to_be_focused()
    trend.get_by_role("button", name="Delete the note").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(trend.locator(".day-notes")).not_to_contain_text("A launch")
