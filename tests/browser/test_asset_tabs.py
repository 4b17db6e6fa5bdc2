"""Campaign Map, Gear Locker and Tags in a browser, after a full survey of the simulator."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Open
from tests.browser.sites import Site
from tests.browser.visit import LIGHT_AND_WIDE, Visit

TABS = ["campaign-map", "gear-locker&gear.type=forms", "tags"]


def get(visit: Visit, path: str) -> Any:
    answer = visit.page.request.get(f"{visit.url}/api/v1/pardot/{path}")
    assert answer.ok, answer.text()
    return answer.json()


def count(page: Page, caption: str) -> Locator:
    return page.get_by_role("table", name=caption).locator(".table-count")


def names(page: Page, caption: str) -> list[str]:
    return [
        text.strip()
        for text in page.get_by_role("table", name=caption).locator("tbody > tr > th .record").all_inner_texts()
    ]


def download_csv(page: Page, caption: str, folder: Path) -> list[dict[str, str]]:
    with page.expect_download() as started:
        page.get_by_role("button", name=f"Export as CSV: {caption}", exact=True).click()
    file = folder / started.value.suggested_filename
    started.value.save_as(file)
    with file.open(newline="", encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))


# -- all three tabs --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize(("scheme", "width"), LIGHT_AND_WIDE)
def test_axe_finds_nothing(open_window: Open, camp_site: Site, tab: str, scheme: str, width: int) -> None:
    visit = open_window(camp_site, color_scheme=scheme, viewport={"width": width, "height": 900})
    visit.go(f"/pardot/?tab={tab}")
    assert visit.axe() == []


def test_an_address_with_an_invalid_day_still_shows_the_filters(camp: Visit) -> None:
    camp.expect("status of 422")
    camp.go("/pardot/?tab=gear-locker&gear.type=forms&forms.new=yesterday")
    locker = camp.page.locator('[data-panel="gear"]')
    expect(locker).to_contain_text("Couldn't load")
    locker.get_by_label("New", exact=True).select_option("")
    expect(count(camp.page, "Forms")).to_contain_text("forms")


def test_the_filter_shows_the_day_of_a_link_that_was_followed_on_the_page(camp: Visit) -> None:
    camp.go("/pardot/?tab=gear-locker&gear.type=forms")
    page = camp.page
    new = page.locator('[data-panel="gear"]').get_by_label("New", exact=True)
    expect(new).to_have_value("")
    page.evaluate(
        """() => {
          const link = document.createElement("a");
          link.href = "/pardot/?tab=gear-locker&gear.type=forms&forms.new=2026-01-05";
          document.body.append(link);
          link.click();
        }"""
    )
    expect(new).to_have_value("2026-01-05")
    expect(new.get_by_role("option", name="Since Jan 5, 2026")).to_have_count(1)
    page.go_back()
    expect(new).to_have_value("")


def test_the_three_tabs_fit_a_phone(open_window: Open, camp_site: Site) -> None:
    visit = open_window(camp_site, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    for tab in TABS:
        visit.go(f"/pardot/?tab={tab}")
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360, tab


def test_the_three_tabs_name_the_command_when_there_is_no_data(window: Visit) -> None:
    for tab in ("campaign-map", "gear-locker", "tags"):
        window.go(f"/pardot/?tab={tab}")
        panel = window.page.locator(f"#panel-{tab}")
        expect(panel.get_by_text("No data yet").first).to_be_visible()
        expect(panel.locator("code").first).to_have_text("python manage.py camp_sync")
        expect(panel.locator(".figure-value")).to_have_count(0)


# -- campaign map ---------------------------------------------------------------------------------------------------


def test_an_issue_leads_to_its_campaigns_and_the_csv_contains_them_all(camp: Visit, tmp_path: Path) -> None:
    camp.go("/pardot/?tab=campaign-map")
    page = camp.page
    counts = get(camp, "asset-health")["types"]["campaigns"]["counts"]
    page.locator("[data-panel=campaign-summary]").get_by_role("link", name="No members").click()
    expect(count(page, "Campaigns")).to_have_text(f"({counts['no_members']} campaigns found)")
    expect(page.get_by_role("combobox", name="Issue", exact=True)).to_have_value("no_members")
    page.get_by_role("button", name="Activity", exact=True).click()
    rows = download_csv(page, "Campaigns", tmp_path)
    assert len(rows) == counts["no_members"]
    assert all("No members" in row["Issues"] for row in rows)
    activity = [int(row["Activity"]) for row in rows]
    assert activity == sorted(activity, reverse=True)
    assert all(int(row["Members"]) == 0 for row in rows)


def test_an_issue_that_does_not_occur_shows_0_and_no_number_in_its_name(camp: Visit) -> None:
    camp.go("/pardot/?tab=campaign-map")
    names = camp.page.locator("[data-panel=campaign-summary] .tally-label")
    expect(names.first).to_be_visible()
    counts = camp.page.locator("[data-panel=campaign-summary] .tally-value").all_inner_texts()
    assert "0" in counts
    assert [name for name in names.all_inner_texts() if any(letter.isdigit() for letter in name)] == []


def test_the_filters_of_campaigns_find_as_many_as_the_endpoint(camp: Visit) -> None:
    camp.go("/pardot/?tab=campaign-map&campaigns.sf=no&campaigns.assets=some")
    answer = get(camp, "campaigns?no_sf=true&has_assets=true&limit=500")
    expect(count(camp.page, "Campaigns")).to_have_text(f"({answer['count']} campaigns found)")
    camp.page.get_by_role("combobox", name="Age", exact=True).select_option("older")
    camp.page.get_by_role("combobox", name="Assets", exact=True).select_option("forms")
    expected = get(camp, "campaigns?no_sf=true&asset_type=forms&min_age_days=1095&limit=500")["count"]
    many = "campaign" if expected == 1 else "campaigns"
    text = f"({expected} {many} found)" if expected else "No campaigns match"
    expect(camp.page.locator("[data-panel=campaigns]")).to_contain_text(text)


def test_campaigns_are_in_the_order_of_the_shown_days(camp: Visit, tmp_path: Path) -> None:
    camp.go("/pardot/?tab=campaign-map")
    column = camp.page.get_by_role("columnheader", name="Created")
    column.get_by_role("button", name="Created").click()
    expect(column).to_have_attribute("aria-sort", "descending")
    days = [row["Created"] for row in download_csv(camp.page, "Campaigns", tmp_path)]
    assert len(set(days)) > 10
    assert days == sorted(days, reverse=True)


def test_the_details_of_a_campaign_list_its_assets(camp: Visit) -> None:
    campaign = get(camp, "campaigns?sort=-asset_count&limit=1")["campaigns"][0]
    camp.go(f"/pardot/?tab=campaign-map&campaigns.q={campaign['id']}")
    page = camp.page
    page.get_by_role("button", name=f"Details of {campaign['name']}").click()
    detail = page.locator("td.detail:visible")
    for children in campaign["children"].values():
        for child in children:
            expect(detail.get_by_role("button", name=child["name"]).first).to_be_visible()


def test_the_drawer_of_members_has_an_address(camp: Visit) -> None:
    campaign = get(camp, "campaigns?sort=-member_count&limit=1")["campaigns"][0]
    camp.go("/pardot/?tab=campaign-map&campaigns.sort=-member_count")
    page = camp.page
    members = page.get_by_role("button", name=f"members of {campaign['name']}")
    members.click()
    drawer = page.get_by_role("dialog", name="Members")
    expect(count(page, "Members")).to_have_text(f"({campaign['member_count']} members)")
    expect(page).to_have_url(re.compile(re.escape(campaign["salesforce_id"])))
    assert camp.axe() == []
    page.go_back()
    expect(drawer).to_have_count(0)
    page.go_forward()
    expect(drawer).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(page).not_to_have_url(re.compile(re.escape("members.of")))
    expect(members).to_be_focused()


def test_the_status_filter_includes_members_that_were_loaded_later(camp: Visit) -> None:
    campaign = get(camp, "campaigns?sort=-member_count&limit=1")["campaigns"][0]
    path = f"campaigns/{campaign['salesforce_id']}/members"
    page_of = get(camp, f"{path}?limit=2")
    first, second = page_of["members"]
    pages = [
        page_of | {"members": [first | {"status": "Sent"}], "next": "00v000000000001AAA"},
        page_of | {"members": [second | {"status": "Came late"}], "next": None},
    ]
    camp.page.route(f"**/{path}?*", lambda route: route.fulfill(json=pages["after=" in route.request.url]))
    camp.go(f"/pardot/?open=members&members.of={campaign['salesforce_id']}")
    drawer = camp.page.get_by_role("dialog", name="Members")
    status = drawer.get_by_role("combobox", name="Status", exact=True)
    status.select_option("Sent")
    drawer.get_by_role("button", name="Load more").click()
    expect(status.locator("option")).to_have_text(["All", "Came late", "Sent"])
    expect(status).to_have_value("Sent")
    status.select_option("Came late")
    expect(count(camp.page, "Members")).to_have_text("(1 member found)")


# -- gear locker ----------------------------------------------------------------------------------------------------


def test_the_number_of_an_issue_opens_a_drawer_with_its_rows_and_the_drawer_closes(camp: Visit) -> None:
    camp.go("/pardot/?tab=gear-locker")
    page = camp.page
    dormant = get(camp, "asset-health")["types"]["landing_pages"]["counts"]["dormant"]
    page.get_by_role("link", name=f"{dormant} dormant").and_(page.locator("[href*='landing_pages.flag']")).click()
    expect(count(page, "Landing pages")).to_have_text(f"({dormant} landing pages found)")
    expect(page.get_by_role("heading", name="Landing pages", exact=True).last).to_be_focused()
    page.get_by_role("link", name="List emails", exact=True).click()
    expect(page.get_by_role("table", name="List emails")).to_be_visible()
    expect(page).not_to_have_url(re.compile(re.escape("landing_pages.flag")))
    page.get_by_role("link", name="Close").click()
    expect(page.get_by_role("table", name="List emails")).to_have_count(0)
    expect(page.get_by_role("link", name="List emails", exact=True)).to_be_focused()


@pytest.mark.parametrize("type_", ["campaigns", "custom_redirects", "lists", "tags"])
def test_a_type_has_its_table_and_its_csv(camp: Visit, tmp_path: Path, type_: str) -> None:
    camp.go(f"/pardot/?tab=gear-locker&gear.type={type_}&{type_}.sort=name")
    answer = get(camp, f"assets/{type_}?sort=name&limit=500")
    table = camp.page.locator(".drawer-inside").get_by_role("table")
    expect(table.locator(".table-count")).to_contain_text(str(answer["count"]))
    rows = download_csv(camp.page, answer["summary"]["label"], tmp_path)
    assert [row["Name"] for row in rows] == [record["name"] or "" for record in answer["records"]]


def test_the_tabs_and_the_csv_say_that_a_campaign_was_deleted(camp: Visit, tmp_path: Path) -> None:
    camp.go("/pardot/?tab=gear-locker&gear.type=custom_redirects&custom_redirects.flag=orphan")
    rows = download_csv(camp.page, "Custom redirects", tmp_path)
    assert len(rows) > 0
    for row in rows:
        assert row["Campaign"].endswith(" (deleted)")
        assert "Deleted campaign" in row["Issues"]
    for tab in ("base-camp&steps=all", "campaign-map", "gear-locker", "full-survey&orphans.kind=forms"):
        camp.go(f"/pardot/?tab={tab}")
        text = camp.page.locator("main").inner_text()
        assert re.search("in a deleted campaign|in deleted campaigns|campaign was deleted", text, re.IGNORECASE), tab
        assert not re.search("lost campaign|lost gear|not exist|no longer exist", text, re.IGNORECASE), tab


def test_the_reporting_chain_leads_to_the_assets_that_are_not_linked(camp: Visit) -> None:
    camp.go("/pardot/?tab=gear-locker")
    forms = get(camp, "gear-summary")["content"]["forms"]
    unlinked = forms["in_campaign"] - forms["in_sf_campaign"]
    row = camp.page.locator("[data-panel=chain] tbody tr").first
    row.get_by_role("link", name=str(unlinked), exact=True).first.click()
    expect(count(camp.page, "Forms")).to_have_text(f"({unlinked} forms found)")
    expect(camp.page.get_by_role("combobox", name="Salesforce", exact=True)).to_have_value("no")


@pytest.fixture
def without_traces(camp: Visit) -> Iterator[None]:
    """Undo what the test writes."""
    yield
    cookies = {cookie["name"]: cookie["value"] for cookie in camp.page.context.cookies()}
    for kind in ("tasks", "exemptions"):
        for each in get(camp, kind)[kind]:
            done = camp.page.request.delete(
                f"{camp.url}/api/v1/pardot/{kind}/{each['id']}", headers={"X-CSRFToken": cookies["csrftoken"]}
            )
            assert done.ok


@pytest.mark.usefixtures("without_traces")
def test_an_exempt_asset_is_listed_and_counts_again_without_the_exemption(camp: Visit) -> None:
    camp.go("/pardot/?tab=gear-locker&gear.type=forms&forms.flag=no_campaign&forms.sort=name")
    camp.expect("status of 422")
    page = camp.page
    before = get(camp, "asset-health")["types"]["forms"]["counts"]["no_campaign"]
    name = names(page, "Forms")[0]
    page.get_by_role("button", name=f"Exempt from an issue: {name}").click()
    dialog = page.get_by_role("dialog", name="Exempt from an issue")
    dialog.get_by_role("button", name="Exempt", exact=True).click()
    expect(dialog.get_by_text("Choose a reason.", exact=True)).to_be_visible()
    dialog.get_by_label("Reason").select_option("Other")
    dialog.get_by_role("button", name="Exempt", exact=True).click()
    expect(dialog.get_by_text("Enter a reason.", exact=True).last).to_be_visible()
    dialog.get_by_label("Details").fill("It belongs to everybody.")
    assert date.fromisoformat(dialog.get_by_label("Ends on").input_value()) - date.today() > timedelta(days=175)
    dialog.get_by_label("Ends on").fill("2001-01-01")
    dialog.get_by_role("button", name="Exempt", exact=True).click()
    expect(dialog).to_contain_text("in the past")
    dialog.get_by_label("Ends on").fill("")
    dialog.get_by_role("button", name="Exempt", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("link", name=f"{before - 1} no campaign")).to_be_visible()
    row = page.get_by_role("table", name="Forms").get_by_role("row", name=name)
    expect(row).to_contain_text("exempt")
    expect(page.get_by_role("button", name=f"Exempt from an issue: {name}")).to_be_focused()
    page.get_by_role("link", name=f"{before - 1} no campaign").click()
    expect(count(page, "Forms")).to_have_text(f"({before - 1} forms found)")
    page.get_by_role("link", name="1 exempt: no campaign").click()
    expect(count(page, "Forms")).to_have_text("(1 form found)")
    expect(row).to_be_visible()
    exemption = page.get_by_role("table", name="Exemptions").get_by_role("row", name=name)
    expect(exemption).to_contain_text("It belongs to everybody.")
    exemption.get_by_role("button", name="Remove the exemption").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("No exemptions.")).to_be_visible()
    expect(page.get_by_role("link", name=f"{before} no campaign")).to_be_visible()


def test_the_removal_of_an_exemption_that_another_user_removed_has_no_undo(camp: Visit) -> None:
    """Undo would create the exemption again, against the other user's decision."""
    page, api = camp.page, f"{camp.url}/api/v1/pardot/exemptions"
    camp.go("/pardot/")
    token = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}["csrftoken"]
    form = get(camp, "assets/forms?flag=no_campaign")["records"][0]
    values = {"asset_type": "forms", "asset_id": form["id"], "issue": "forms_no_campaign", "reason": "Known."}
    created = page.request.post(api, data=values, headers={"X-CSRFToken": token})
    assert created.ok, created.text()
    camp.go("/pardot/?tab=gear-locker&gear.type=forms")
    page.get_by_role("table", name="Exemptions").get_by_role("button", name="Remove the exemption").click()
    assert page.request.delete(f"{api}/{created.json()['id']}", headers={"X-CSRFToken": token}).ok
    camp.expect("status of 404")
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("No exemptions.")).to_be_visible()
    assert page.get_by_role("button", name="Undo").count() == 0


def test_the_removal_of_an_ended_exemption_has_no_undo(camp: Visit) -> None:
    """The server would refuse the same exemption: its last day has passed."""
    ended = {
        "id": 1, "asset_type": "forms", "asset_id": 1, "asset_name": "Old form", "salesforce_id": None,
        "issue": "forms_no_campaign", "reason": "Known.", "until": "2026-01-31", "in_force": False,
        "created_by": "Kit", "created_at": "2026-01-01T08:00:00Z",
    }  # fmt: skip
    page = camp.page
    page.route("**/pardot/exemptions?*", lambda route: route.fulfill(json={"count": 1, "exemptions": [ended]}))
    page.route("**/pardot/exemptions/1", lambda route: route.fulfill(status=204))
    camp.go("/pardot/?tab=gear-locker&gear.type=forms")
    page.get_by_role("table", name="Exemptions").get_by_role("button", name="Remove the exemption").click()
    expect(page.get_by_role("dialog")).to_contain_text("It has ended, so no count changes.")
    page.get_by_role("button", name="Remove it").click()
    expect(page.locator(".toast")).to_contain_text("Exemption removed.")
    assert page.get_by_role("button", name="Undo").count() == 0


@pytest.mark.usefixtures("without_traces")
def test_a_task_about_an_asset_is_created_and_shown(camp: Visit) -> None:
    camp.go("/pardot/?tab=gear-locker&gear.type=custom_redirects&custom_redirects.flag=orphan")
    page = camp.page
    name = names(page, "Custom redirects")[0]
    page.get_by_role("button", name=f"Create a task: {name}").click()
    dialog = page.get_by_role("dialog", name="New task")
    assert camp.axe() == []
    dialog.get_by_label("Title").fill("Ask who made it")
    dialog.get_by_label("Due").fill("2030-01-31")
    dialog.get_by_role("button", name="Create task").click()
    expect(page.get_by_text("“Ask who made it” created").first).to_be_visible()
    [task] = get(camp, "tasks")["tasks"]
    assert (task["asset_type"], task["asset_name"], task["due_date"]) == ("custom_redirects", name, "2030-01-31")
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_role("dialog", name="Tasks").get_by_role("row", name="Ask who made it")).to_be_visible()


def test_the_address_forgets_a_drawer_from_which_another_was_opened(camp: Visit) -> None:
    [form] = get(camp, "assets/forms?limit=1")["records"]
    task = {"title": "Ask who made it", "assignee": None}
    page = camp.page
    page.route("**/api/v1/pardot/tasks", lambda route: route.fulfill(status=201, json=task))
    camp.go(f"/pardot/?open=asset&asset.type=forms&asset.id={form['id']}")
    page.get_by_role("button", name="Create a task", exact=True).click()
    page.get_by_role("dialog", name="New task").get_by_role("button", name="Create task").click()
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_role("dialog", name="Tasks")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/pardot/\?open=tasks&tasks\.q=Ask"))
    page.keyboard.press("Escape")
    expect(page).to_have_url(f"{camp.url}/pardot/")


def test_a_name_is_shown_as_text_and_a_missing_name_as_the_id(camp: Visit) -> None:
    def answer(route: Route) -> None:
        body = route.fetch(max_retries=3).json()
        body["records"][0] |= {"name": "<script>alert(1)</script>"}
        body["records"][1] |= {"name": None, "campaign_name": None}
        route.fulfill(json=body)

    camp.page.route("**/api/v1/pardot/assets/forms?*", answer)
    camp.go("/pardot/?tab=gear-locker&gear.type=forms")
    shown = names(camp.page, "Forms")
    assert shown[0] == "<script>alert(1)</script>"
    assert re.fullmatch(r"\(no name, \d+\)", shown[1])


def test_the_flags_dormant_and_errors_show_no_data_until_activities_are_read(camp: Visit) -> None:
    def answer(route: Route) -> None:
        body = route.fetch(max_retries=3).json()
        forms = body["types"]["forms"]
        forms["has_activities"], forms["counts"] = False, {**forms["counts"], "dormant": None, "errors": None}
        route.fulfill(json=body)

    camp.page.route("**/api/v1/pardot/asset-health", answer)
    camp.go("/pardot/?tab=gear-locker&gear.type=forms")
    expect(camp.page.locator(".gear-drawer").first).to_contain_text("No data: dormant, errors")
    camp.page.locator(".drawer-inside").get_by_role("button", name="Data freshness").click()
    expect(camp.page.get_by_role("dialog", name="Data freshness")).to_be_visible()


# -- tags -----------------------------------------------------------------------------------------------------------


def test_a_prefix_leads_to_its_tags(camp: Visit) -> None:
    camp.go("/pardot/?tab=tags")
    pattern = get(camp, "tags?limit=1")["naming_patterns"][0]
    camp.page.get_by_role("link", name=pattern["prefix"], exact=True).click()
    expect(camp.page.get_by_role("combobox", name="Prefix", exact=True)).to_have_value(pattern["prefix"])
    expect(count(camp.page, "Tags")).to_have_text(f"({pattern['tags']} tags found)")
    expect(camp.page.get_by_role("heading", name="All tags")).to_be_in_viewport()


def test_the_address_filters_tags_by_flag(camp: Visit) -> None:
    camp.go("/pardot/?tab=tags&tags.flag=unused&tags.sort=-name")
    unused = get(camp, "assets/tags?flag=unused&sort=-name")
    expect(count(camp.page, "Tags")).to_have_text(f"({unused['count']} tags found)")
    assert names(camp.page, "Tags") == [record["name"] for record in unused["records"]]


def test_missing_clean_up_tags_are_made_and_refusals_are_shown(camp: Visit) -> None:
    camp.expect("status of 502")
    page = camp.page
    page.route(
        "**/api/v1/pardot/cleanup/setup",
        lambda route: route.fulfill(
            status=502, json={"code": 502, "message": "Not all tags could be created: no permission."}
        ),
    )
    camp.go("/pardot/?tab=tags")
    triage = page.locator("[data-panel=triage]")
    expect(triage).to_contain_text("3 tags were not synced yet: Camp: Remove, Camp: Archive, Camp: Reviewed.")
    triage.get_by_role("button", name="Create tags in Pardot").click()
    expect(triage.get_by_role("alert")).to_have_text("Not all tags could be created: no permission.")
    page.unroute("**/api/v1/pardot/cleanup/setup")
    made = {"tags": [{"action": "Remove", "tag": "Camp: Remove", "tag_id": 7, "created": True}]}
    page.route("**/api/v1/pardot/cleanup/setup", lambda route: route.fulfill(json=made))
    page.route("**/api/v1/pardot/cleanup/status*", with_tags)
    triage.get_by_role("button", name="Create tags in Pardot").click()
    expect(page.get_by_text("1 tag created in Pardot.").first).to_be_visible()
    expect(triage.get_by_text("not synced yet")).to_have_count(0)
    triage.get_by_role("button", name="show them").first.click()
    drawer = page.get_by_role("dialog", name="Tagged “Camp: Remove”")
    expect(drawer.get_by_role("link", name="Old form")).to_be_visible()
    assert camp.axe() == []
    page.reload()
    expect(drawer.get_by_role("link", name="Old form")).to_be_visible()


def test_tags_that_pardot_had_already_are_not_reported_as_created(camp: Visit) -> None:
    made = {"tags": [{"action": "Remove", "tag": "Camp: Remove", "tag_id": 7, "created": False}]}
    camp.page.route("**/api/v1/pardot/cleanup/setup", lambda route: route.fulfill(json=made))
    camp.go("/pardot/?tab=tags")
    camp.page.locator("[data-panel=triage]").get_by_role("button", name="Create tags in Pardot").click()
    expect(camp.page.get_by_text("Pardot had all tags already.").first).to_be_visible()


def with_tags(route: Route) -> None:
    """Answer as if the tags existed and one form was tagged."""
    status = route.fetch(max_retries=3).json()
    for number, action in enumerate(status["actions"]):
        action["tag_id"] = 7 + number
    item = {"type": "forms", "object_type": "Form", "object_id": 12, "object_name": "Old form"}
    status["actions"][0] |= {"count": 1, "by_type": {"forms": 1}, "items": [item]}
    route.fulfill(json=status)


def test_the_three_tabs_define_terms(camp: Visit) -> None:
    for tab, button, term in (
        ("campaign-map", "Issues of campaigns", "Members but no assets"),
        ("tags", "Issues of tags", "Mixed separators"),
        ("gear-locker", "Issues of lists", "Very stale"),
    ):
        camp.go(f"/pardot/?tab={tab}")
        camp.page.get_by_role("button", name=f"Definition: {button}").first.click()
        expect(camp.page.get_by_role("dialog", name=button)).to_contain_text(term)
        camp.page.keyboard.press("Escape")
    expect(camp.page.get_by_role("button", name="Definition: Deleted campaign")).to_be_visible()
