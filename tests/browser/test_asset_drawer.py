"""The drawer of one asset: opened from rows and by its address."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.sites import Site
from tests.browser.visit import DARK_AND_NARROW, Visit


def get(visit: Visit, path: str) -> Any:
    return visit.page.request.get(f"{visit.url}/api/v1/pardot/{path}").json()


def answer_with(visit: Visit, path: str, answer: dict[str, Any]) -> None:
    visit.page.route(f"**/{path}", lambda route: route.fulfill(json=answer))


def first_form(visit: Visit) -> tuple[int, str]:
    """Return the id and name of the first form in no campaign."""
    record = get(visit, "assets/forms?flag=no_campaign&sort=name&limit=1")["records"][0]
    return record["id"], record["name"]


def test_the_name_in_a_row_opens_the_drawer_and_the_focus_comes_back(camp: Visit) -> None:
    record, name = first_form(camp)
    camp.go("/pardot/?tab=gear-locker&gear.type=forms&forms.flag=no_campaign&forms.sort=name")
    opener = camp.page.get_by_role("table", name="Forms").get_by_role("button", name=name, exact=True)
    opener.press("Enter")
    dialog = camp.page.get_by_role("dialog", name=name)
    expect(dialog.get_by_role("row", name="No campaign")).to_contain_text("Open")
    expect(dialog.get_by_role("columnheader", name="Duration")).to_be_visible()
    expect(dialog.get_by_role("link", name="Pardot")).to_have_attribute(
        "href", get(camp, "config")["pardot_url"] + f"/form/read/id/{record}"
    )
    assert f"asset.type=forms&asset.id={record}&open=asset" in camp.page.url
    camp.page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(camp.page).not_to_have_url(re.compile("open="))


def test_the_campaign_of_an_asset_opens_in_the_drawer_and_the_back_button_works(camp: Visit) -> None:
    record = next(each for each in get(camp, "assets/forms?limit=500")["records"] if each["campaign_name"])
    camp.go(f"/pardot/?open=asset&asset.type=forms&asset.id={record['id']}")
    dialog = camp.page.get_by_role("dialog")
    dialog.get_by_role("button", name=record["campaign_name"], exact=True).click()
    expect(camp.page.get_by_role("dialog", name=record["campaign_name"])).to_contain_text("Show on the map")
    camp.page.go_back()
    expect(camp.page.get_by_role("dialog", name=record["name"])).to_be_visible()


def test_the_drawer_of_an_asset_without_issues_names_the_checks_without_data(camp: Visit) -> None:
    record = next(each for each in get(camp, "assets/forms?limit=500")["records"] if not each["flags"])
    path = f"assets/forms/{record['id']}"
    answer = get(camp, path)
    flags = answer["summary"]["counts"]
    for counts, audited, shown in [
        (dict.fromkeys(flags, 0), "2026-06-01T00:00:00Z", ["No open issues"]),
        ({**dict.fromkeys(flags, 0), "dormant": None}, "2026-06-01T00:00:00Z", ["No open issues", "No data: dormant"]),
        (dict.fromkeys(flags), None, ["Not audited yet"]),
    ]:
        summary = {**answer["summary"], "counts": counts, "audited_at": audited}
        answer_with(camp, path, {**answer, "summary": summary})
        camp.go(f"/pardot/?open=asset&asset.type=forms&asset.id={record['id']}")
        expect(camp.page.get_by_role("dialog").locator("p.chips .chip")).to_have_text(shown)
        camp.page.unroute(f"**/{path}")


def test_an_issue_fixed_within_a_day_is_called_fixed_and_not_new(camp: Visit) -> None:
    record, _ = first_form(camp)
    path = f"assets/forms/{record}"
    issue = {"issue": "x", "flag": "no_campaign", "first_seen": "2026-06-01", "fixed_on": "2026-06-01", "days": 0}
    answer = {**get(camp, path), "issues": [issue]}
    answer_with(camp, path, answer)
    camp.go(f"/pardot/?open=asset&asset.type=forms&asset.id={record}")
    row = camp.page.get_by_role("dialog").get_by_role("row", name="No campaign")
    expect(row).to_contain_text("Under a day")
    expect(row).to_contain_text("Fixed")
    expect(row).not_to_contain_text("New")


@pytest.mark.parametrize(("scheme", "width"), DARK_AND_NARROW)
def test_axe_finds_nothing_and_the_drawer_fits(open_window: Open, camp_site: Site, scheme: str, width: int) -> None:
    visit = open_window(camp_site, color_scheme=scheme, viewport={"width": width, "height": 900})
    visit.expect("status of 404")
    record, _ = first_form(visit)
    for address in (f"forms&asset.id={record}", "forms&asset.id=999999999999", "nothing"):
        visit.go(f"/pardot/?tab=gear-locker&open=asset&asset.type={address}")
        expect(visit.page.get_by_role("dialog")).to_be_visible()
        visit.settle()
        assert visit.axe() == [], address
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width, address
