"""Changes since an earlier day: the card on Base Camp, its rows, and the day each row appeared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.components import download_csv, fetch_json, run_module
from tests.browser.conftest import Open
from tests.browser.past import worse_and_better
from tests.browser.sites import Site
from tests.browser.visit import DARK_AND_NARROW, Visit


@pytest.fixture
def a_change(camp_site: Site) -> Iterator[None]:
    with worse_and_better(camp_site):
        yield


@pytest.mark.usefixtures("a_change")
def test_the_card_says_what_changed_and_leads_to_the_new_rows(camp: Visit) -> None:
    camp.go("/pardot/")
    card = camp.page.locator('[data-panel="changes"]')
    expect(card).to_contain_text("Since yesterday: 1 worse, 1 better")
    worse = card.get_by_role("listitem").filter(has_text="Forms in no campaign")
    expect(worse).to_contain_text("+2")
    expect(worse).to_contain_text("Unassigned")
    expect(worse.get_by_role("img", name=re.compile("^Forms in no campaign, 8 days: from"))).to_be_visible()
    expect(card.get_by_role("link", name="1 fixed: Lists without a name")).to_be_visible()
    card.get_by_role("link", name="2 new rows: Forms in no campaign").click()
    table = camp.page.get_by_role("table", name=re.compile("^Forms"))
    expect(table).to_contain_text("2 forms found")
    expect(camp.page.get_by_role("combobox", name="New", exact=True)).to_have_value(re.compile(r"^\d{4}-\d\d-\d\d$"))
    camp.page.get_by_role("combobox", name="New", exact=True).select_option("All")
    camp.page.get_by_role("button", name="Since", exact=True).click()
    expect(camp.page).to_have_url(re.compile(re.escape("forms.sort=-since")))


@pytest.mark.usefixtures("a_change")
def test_fixed_rows_are_shown_and_another_day_can_be_chosen(camp: Visit) -> None:
    camp.go("/pardot/")
    card = camp.page.locator('[data-panel="changes"]')
    card.get_by_role("button", name=re.compile(r"^Since \w+, \w+ \d+")).click()
    expect(camp.page).to_have_url(re.compile("changes.since="))
    expect(card).to_contain_text("1 worse, 1 better")
    card.get_by_role("link", name="1 fixed: Lists without a name").click()
    expect(camp.page.get_by_role("table", name=re.compile("^Lists"))).to_contain_text("1 list found")


@pytest.mark.usefixtures("a_change")
def test_a_comparison_begins_with_the_worst_change_and_an_issue_has_a_trend(camp: Visit) -> None:
    camp.go("/pardot/?steps=all&open=compare")
    dialog = camp.page.get_by_role("dialog", name="Compare two days")
    rows = dialog.get_by_role("row")
    expect(rows).to_have_count(3)  # including the header row
    expect(rows.nth(1)).to_contain_text("Forms in no campaign")
    expect(rows.nth(2)).to_contain_text("Lists without a name")
    dialog.get_by_role("combobox", name="Effect", exact=True).select_option("Better")
    expect(rows).to_have_count(2)
    dialog.get_by_role("link", name="Lists without a name").click()
    expect(camp.page.get_by_role("table", name=re.compile("^Lists"))).to_be_visible()
    camp.go("/pardot/?steps=all")
    issue = camp.page.get_by_role("table", name=re.compile("^Issues")).get_by_role("row", name="Forms in no campaign")
    expect(issue).to_contain_text("+2")
    expect(issue.get_by_role("img", name=re.compile("^Forms in no campaign, 8 days"))).to_be_visible()


@pytest.mark.parametrize(("area", "caption"), [("campaigns", "Campaigns"), ("forms", "Forms")])
def test_the_csv_of_a_table_contains_ids_links_owner_and_numbers(
    camp: Visit, tmp_path: Path, area: str, caption: str
) -> None:
    camp.go("/pardot/?tab=campaign-map" if area == "campaigns" else f"/pardot/?gear.type={area}&tab=gear-locker")
    [record] = fetch_json(camp, f"assets/{area}?limit=1&sort=name")["records"]
    button = camp.page.get_by_role("button", name=f"Export as CSV: {caption}", exact=True)
    row = next(row for row in download_csv(camp, button, tmp_path) if row["Pardot ID"] == str(record["id"]))
    assert str(record["id"]) in row["Pardot link"]
    assert row["Folder"] == (record["folder_name"] or "")
    assert "Owner" in row
    days = [row[name] for name in ("Since", "Updated", "Created") if name in row]
    assert all(re.fullmatch(r"(\d{4}-\d\d-\d\d)?", day) for day in days)
    if area == "campaigns":
        assert row["Salesforce link"].endswith(record["salesforce_id"] or "")
        assert all(row[name].isdigit() for name in ("Forms", "Landing pages", "List emails", "Custom redirects"))


def test_a_task_whose_issue_is_fixed_can_be_closed(camp: Visit) -> None:
    camp.go("/pardot/")
    run_module(camp, "core/api", "return (await m.api.post('issues/campaigns_low_response/create-task', {})).task.id;")
    camp.go("/pardot/?open=tasks&tasks.state=settled")
    board = camp.page.get_by_role("dialog", name="Tasks")
    expect(board).to_contain_text("Issue fixed")
    board.get_by_role("button", name="Close the task: ").click()
    board.get_by_role("combobox", name="State", exact=True).select_option("Done")
    board.get_by_role("button", name="Delete: ").click()
    camp.page.get_by_role("dialog", name="Delete this task?").get_by_role("button", name="Delete").click()
    expect(board).to_contain_text("No tasks match these filters.")


@pytest.mark.usefixtures("a_change")
@pytest.mark.parametrize(("scheme", "width"), DARK_AND_NARROW)
def test_axe_finds_nothing_and_the_changes_fit_the_window(
    open_window: Open, camp_site: Site, scheme: str, width: int
) -> None:
    visit = open_window(camp_site, color_scheme=scheme, viewport={"width": width, "height": 900})
    for address in ("/pardot/", "/pardot/?tab=gear-locker&gear.type=forms&forms.sort=-since"):
        visit.go(address)
        visit.page.evaluate("scrollTo(0, 0)")
        assert visit.axe() == []
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
