"""Base Camp: score, reasons, next steps, copied texts, a failed endpoint; and filters on a phone."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from pardot.domain.issues import ISSUES
from tests.browser.components import alter_answers
from tests.browser.conftest import Open
from tests.browser.sites import Site
from tests.browser.visit import DARK_AND_NARROW, Visit


@pytest.fixture
def camp(open_window: Open, camp_site: Site) -> Visit:
    """A Super User's window with permission to use the clipboard."""
    return open_window(camp_site, permissions=["clipboard-read", "clipboard-write"])


def test_the_score_has_its_reasons_and_a_next_step_leads_to_its_rows(camp: Visit) -> None:
    camp.go("/pardot/")
    page, health = camp.page, camp.answer("health-score")
    score = page.locator('[data-panel="score"]')
    expect(score.get_by_role("img", name=f"Score {health['overall']} of 100, grade {health['grade']}")).to_be_visible()
    expect(score).to_contain_text("Changes appear from the second day with a sync.")
    why = page.locator('[data-panel="why"]')
    expect(why.get_by_role("figure", name="Score and points lost by area").get_by_role("link")).to_have_count(8)
    step = page.get_by_role("listitem").filter(has_text="Linked campaigns without members")
    step.get_by_role("link", name="Show the rows").click()
    expect(page).to_have_url(f"{camp.url}/pardot/?tab=campaign-map&campaigns.flag=no_members")


def test_the_table_of_all_issues_sorts_filters_and_exports(camp: Visit, tmp_path: Path) -> None:
    camp.go("/pardot/")
    page = camp.page
    page.get_by_role("button", name=f"All {len(ISSUES)} issues").click()
    expect(page.get_by_role("table", name=f"Issues ({len(ISSUES)} issues)")).to_be_visible()
    page.locator('[data-panel="gear-overview"] a.chip').first.click()
    expect(page.get_by_role("combobox", name="Area", exact=True)).to_have_value("campaigns")
    expect(page.get_by_role("heading", name="What to do next")).to_be_in_viewport()
    page.get_by_role("combobox", name="Area", exact=True).select_option("All")
    page.get_by_role("combobox", name="Priority", exact=True).select_option("high")
    page.get_by_role("combobox", name="State", exact=True).select_option("found")
    page.get_by_role("button", name="Count").click()
    expect(page).to_have_url(re.compile(re.escape("issues.sort=-count")))
    expect(page).to_have_url(re.compile(re.escape("issues.priority=high")))
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as CSV: Issues").click()
    file = tmp_path / "issues.csv"
    download.value.save_as(file)
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    assert {row["Priority"] for row in rows} == {"high"}
    counts = [float(row["Count"]) for row in rows]
    assert counts == sorted(counts, reverse=True)
    assert not [row["Issue"] for row in rows if re.search(r"\d", row["Issue"])], "an issue's name contains its count"
    page.reload()
    camp.settle()
    expect(page.get_by_role("combobox", name="Priority", exact=True)).to_have_value("high")


def test_no_issue_is_called_absent_while_its_data_is_missing(camp: Visit) -> None:
    missing = [ISSUES[0].key]

    def without_findings(body: Any) -> None:
        for issue in body["issues"]:
            issue["count"] = None if issue["key"] in missing else 0

    alter_answers(camp, "issues", without_findings)
    steps = camp.page.locator('[data-panel="next-steps"]')
    camp.go("/pardot/")
    expect(steps).to_contain_text("No issues found, but 1 issue could not be checked, because data is missing.")
    missing.clear()
    camp.go("/pardot/")
    expect(steps).to_contain_text("No issues today.")


def test_what_if_shows_the_resulting_score_and_has_an_address(camp: Visit) -> None:
    camp.go("/pardot/")
    page = camp.page
    page.get_by_role("button", name="What if…").click()
    dialog = page.get_by_role("dialog", name="What if…")
    dialog.get_by_role("button", name="Everything").click()
    result = dialog.get_by_role("group", name="Resulting score")
    expect(result).to_contain_text("100 A")
    dialog.get_by_role("button", name="Nothing").click()
    dialog.get_by_role("spinbutton", name="Number to fix: Forms in no campaign").fill("2")
    box = dialog.get_by_role("checkbox", name="Forms in no campaign")
    expect(box).to_be_checked()
    expect(box).to_have_accessible_name(re.compile(r"^Forms in no campaign [\d.]+ points$"))
    expect(page).to_have_url(f"{camp.url}/pardot/?open=what-if&what-if.fix=forms_no_campaign%3A2")
    page.reload()
    expect(dialog.get_by_role("spinbutton", name="Number to fix: Forms in no campaign")).to_have_value("2")


@pytest.mark.parametrize("then", ["another target", "other fixes"])
def test_fixes_that_are_found_too_late_replace_no_later_choice(camp: Visit, then: str) -> None:
    def hold(route: Route) -> None:
        held.append(route)

    camp.go("/pardot/?open=what-if")
    dialog, held = camp.page.get_by_role("dialog", name="What if…"), list[Route]()
    target, find = dialog.get_by_label("Score to reach"), dialog.get_by_role("button", name="Find fixes")
    box = dialog.get_by_role("checkbox", name="Forms in no campaign")
    camp.page.route("**/pardot/goal?target=99", hold)
    target.fill("99")
    with camp.page.expect_request("**/pardot/goal?*"):
        find.click()
    if then == "another target":
        target.fill("1")
        find.click()
        expect(dialog).to_contain_text("The score is 1 or more already.")
    else:
        box.check()
    late = {"target": 99, "rows": 7, "fixes": [{"issue": "forms_errors", "count": 1}]}
    held[0].fulfill(json={**camp.answer("goal?target=1"), **late})
    camp.page.wait_for_timeout(300)
    expect(dialog).not_to_contain_text("To reach 99")
    expect(box).to_be_checked(checked=then == "other fixes")
    assert "forms_errors" not in camp.page.url


def test_a_fix_chosen_without_a_valid_number_fixes_all_occurrences(camp: Visit) -> None:
    camp.go("/pardot/?open=what-if")
    dialog = camp.page.get_by_role("dialog", name="What if…")
    box = dialog.get_by_role("checkbox", name="Forms in no campaign")
    number = dialog.get_by_role("spinbutton", name="Number to fix: Forms in no campaign")
    whole = number.input_value()
    for text in ("", "1000000"):
        number.fill(text)
        box.check()
        expect(dialog.get_by_role("group", name="Resulting score")).to_contain_text("Then")
        expect(number).to_have_value(whole)
        expect(camp.page).to_have_url(re.compile("what-if.fix=forms_no_campaign$"))
        box.uncheck()


def test_texts_are_copied_as_the_server_writes_them(camp: Visit) -> None:
    camp.go("/pardot/")
    for name, path in [("The morning digest", "digest"), ("The progress report", "progress")]:
        camp.page.get_by_role("button", name=f"Copy {name.lower()}").click()
        text = str(camp.answer(path)["text"])
        expect(camp.page.get_by_role("dialog", name=name).locator("pre")).to_have_text(
            text.strip(), use_inner_text=True
        )
        camp.page.get_by_role("button", name="Dismiss").click()
        assert camp.page.evaluate("navigator.clipboard.readText()") == text
        camp.page.keyboard.press("Escape")


def test_the_clipboard_is_not_blamed_for_a_picture_that_cannot_be_drawn(camp: Visit) -> None:
    camp.go("/pardot/")
    camp.page.evaluate("() => { HTMLCanvasElement.prototype.toBlob = (done) => done(null); }")
    chart = camp.page.get_by_role("figure", name="Score and points lost by area")
    chart.get_by_text("Picture", exact=True).click()
    chart.get_by_role("button", name="Copy").click()
    expect(camp.page.locator(".toast")).to_contain_text("This browser could not draw the picture.")


def test_a_failed_endpoint_affects_only_its_panels(camp: Visit) -> None:
    camp.expect("status of 503")
    camp.page.route(
        "**/pardot/health-score", lambda route: route.fulfill(status=503, json={"message": "It is unavailable."})
    )
    camp.go("/pardot/")
    why = camp.page.locator('[data-panel="why"]')
    expect(why).to_contain_text("It is unavailable.")
    expect(camp.page.locator('[data-panel="score"]')).to_contain_text("Grade")
    camp.page.unroute("**/pardot/health-score")
    why.get_by_role("button", name="Try again").click()
    expect(why).to_contain_text("points lost")


@pytest.mark.usefixtures("a_week")
@pytest.mark.parametrize(("scheme", "width"), DARK_AND_NARROW)
def test_axe_finds_nothing_and_base_camp_fits(open_window: Open, camp_site: Site, scheme: str, width: int) -> None:
    visit = open_window(camp_site, color_scheme=scheme, viewport={"width": width, "height": 900})
    for opened in ("", "tasks", "compare", "what-if&what-if.fix=forms_errors", "freshness", "badges"):
        visit.go(f"/pardot/?open={opened}" if opened else "/pardot/?steps=all")
        if opened:
            expect(visit.page.get_by_role("dialog")).to_be_visible()
            visit.settle()
        assert visit.axe() == [], opened
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width, opened


def test_a_link_inside_a_chart_changes_the_tab_without_loading_the_page(camp: Visit) -> None:
    camp.go("/pardot/")
    camp.page.evaluate("window.stays = true")
    camp.page.locator("[data-panel=why] svg a").first.click()
    expect(camp.page.locator("#panel-base-camp")).to_be_hidden()
    assert camp.page.evaluate("window.stays") is True


def test_filters_are_behind_a_button_on_a_phone(open_window: Open, camp_site: Site) -> None:
    phone = open_window(camp_site, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.go("/pardot/?tab=campaign-map&campaigns.sf=yes")
    filters = phone.page.get_by_label("Folder", exact=True)
    expect(filters).to_be_hidden()
    phone.page.locator('[data-table="campaigns"]').get_by_role("button", name="Filters (1)").click()
    expect(filters).to_be_visible()
    assert phone.axe() == []
