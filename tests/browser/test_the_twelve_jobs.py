"""The twelve jobs of a Monday morning at Camp Campaign, most with a limit of clicks.

Each job begins on Base Camp. Clicks are counted; typing is free.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.clicks import Clicks
from tests.browser.components import download_csv, fetch_json, run_module
from tests.browser.conftest import Open
from tests.browser.past import earlier_days, plan_camp, worse_and_better
from tests.browser.sites import Site
from tests.browser.visit import Visit
from tests.simulated import Simulator, manage

TIDY = """
for (const kind of ["tasks", "exemptions"]) {
  const ids = (await m.api.get(kind))[kind].map(({ id }) => id);
  if (ids.length) await m.api.post(`${kind}/remove`, { ids });
}
const { configuration } = await m.api.get("admin/config");
for (const { key, is_changed } of configuration) if (is_changed) await m.api.delete(`admin/config/${key}`);
await m.api.put("admin/team", { team: [] });
"""
OWNER = """await m.api.put("admin/team", { team: [{ name: "Juniper", areas: ["forms"] }] });"""
COPIED = """
async () => {
  const [item] = await navigator.clipboard.read();
  const bytes = new Uint8Array(await (await item.getType("image/png")).arrayBuffer());
  const view = new DataView(bytes.buffer);
  return { png: bytes[1] === 0x50 && bytes[2] === 0x4e, width: view.getUint32(16), size: bytes.length };
}
"""
PATIENCE = 90_000
"""Milliseconds to wait for the end of a sync: the machine may be busy."""


@pytest.fixture
def camp(open_window: Open, camp_site: Site) -> Iterator[Visit]:
    """A Super User's window on a site with data; the job's writes are undone."""
    visit = open_window(camp_site, permissions=["clipboard-read", "clipboard-write"])
    yield visit
    run_module(visit, "core/api", TIDY)


@pytest.fixture
def a_change(camp_site: Site) -> Iterator[None]:
    with worse_and_better(camp_site):
        yield


@pytest.fixture
def six_weeks(camp: Visit, camp_site: Site) -> Iterator[None]:
    """A site with 45 days of scores, and with camp dates around today."""
    with earlier_days(camp_site, 44, slowness=2):
        plan_camp(camp)
        yield


@pytest.mark.usefixtures("a_change")
def test_job_a_base_camp_shows_worse_issues_with_owners_and_one_click_leads_to_the_rows(camp: Visit) -> None:
    camp.go("/pardot/admin-settings/")
    run_module(camp, "core/api", OWNER)
    camp.go("/pardot/")
    page, click = camp.page, Clicks()
    card = page.locator('[data-panel="changes"]')
    expect(card).to_contain_text("Since yesterday: 1 worse")
    expect(card.get_by_role("listitem").filter(has_text="Forms in no campaign")).to_contain_text("Juniper")
    click(card.get_by_role("link", name="2 new rows: Forms in no campaign"))
    expect(page.get_by_role("table", name="Forms (2 forms found)")).to_be_in_viewport()
    assert click.number <= 1


def test_job_b_two_clicks_show_and_export_the_forms_in_no_campaign(camp: Visit, tmp_path: Path) -> None:
    camp.go("/pardot/")
    page, click = camp.page, Clicks()
    click(page.get_by_role("link", name="Forms in no campaign"))
    expect(page).to_have_url(re.compile(re.escape("?tab=gear-locker&gear.type=forms&forms.flag=no_campaign")))
    expect(page.locator("[data-table=forms] tbody tr").first).to_be_in_viewport()
    rows = download_csv(camp, page.get_by_role("button", name="Export as CSV: Forms", exact=True), tmp_path, click)
    assert click.number <= 2
    assert len(rows) == fetch_json(camp, "asset-health")["types"]["forms"]["counts"]["no_campaign"] > 0
    assert all(row["Pardot ID"] in row["Pardot link"] for row in rows)


def test_job_c_a_half_remembered_campaign_is_found_with_three_clicks_and_typing(camp: Visit) -> None:
    camp.go("/pardot/")
    campaign = next(
        each for each in fetch_json(camp, "campaigns?limit=100")["campaigns"] if len(each["name"].split()) >= 4
    )
    page, click = camp.page, Clicks()
    click(page.get_by_role("tab", name="Campaign Map"))
    click(page.get_by_role("searchbox", name="Name, folder, tag, ID"))
    page.keyboard.type(" ".join(word[:6].lower() for word in reversed(campaign["name"].split()[1:4])))
    row = page.locator("[data-table=campaigns] tbody tr", has_text=campaign["name"]).first
    click(row.locator(".expand-button"))
    detail = page.locator("td.detail:visible")
    expect(detail).to_contain_text(str(campaign["id"]))
    assert click.number <= 3


def test_job_d_creating_five_tasks_and_closing_two_takes_at_most_six_clicks(camp: Visit) -> None:
    camp.go("/pardot/")
    page, click = camp.page, Clicks()
    click(page.get_by_role("button", name="Tasks").first)
    drawer = page.get_by_role("dialog", name="Tasks")
    click(drawer.get_by_label("Due", exact=True).first)
    drawer.get_by_label("Due", exact=True).first.fill("2031-05-02")
    click(drawer.get_by_label("Add a task"))
    for number in range(5):
        page.keyboard.type(f"Write to school {number}")
        page.keyboard.press("Enter")
    expect(drawer.locator(".table-count")).to_have_text("(5 tasks)")
    for number in range(2):
        click(drawer.get_by_role("button", name=f"Done: Write to school {number}"))
        expect(drawer.locator(".table-count")).to_contain_text(f"({4 - number} tasks)")
    assert click.number <= 6
    tasks = fetch_json(camp, "tasks")["tasks"]
    assert {(task["title"], task["due_date"]) for task in tasks} == {
        (f"Write to school {number}", "2031-05-02") for number in range(5)
    }
    assert sorted(task["status"] for task in tasks) == ["done", "done", "open", "open", "open"]


def test_job_e_one_click_leads_to_the_broken_crm_links_and_their_values(camp: Visit) -> None:
    camp.go("/pardot/")
    alerts = fetch_json(camp, "engagement?limit=1")["crm_id_alerts"]
    page, click = camp.page, Clicks()
    click(page.get_by_role("link", name=f"{alerts['total_bad']} broken CRM links"))
    rows = page.locator("[data-table=crm] tbody tr")
    expect(rows.first).to_be_in_viewport()
    assert click.number <= 1
    values = {row["value"] for row in alerts["bad_lead_ids"] + alerts["bad_contact_ids"]}
    for value in values:
        expect(rows.locator("code", has_text=value).first).to_be_visible()
    assert set(rows.locator("code").all_inner_texts()) == values


@pytest.mark.usefixtures("six_weeks")
def test_job_f_a_picture_for_the_boss_takes_three_clicks(camp: Visit, tmp_path: Path) -> None:
    page, click = camp.page, Clicks()
    camp.go("/pardot/")
    trend = page.locator('[data-panel="score-trend"]')
    click(trend.get_by_role("radio", name="6 weeks"))
    chart = trend.get_by_role("figure", name="Score")
    click(chart.get_by_text("Picture", exact=True))
    click(chart.get_by_role("button", name="Copy"))
    expect(page.locator(".toast")).to_contain_text("Picture copied.")
    assert click.number <= 3
    image = page.evaluate(COPIED)
    assert image["png"]
    assert image["width"] == 2 * 960
    assert image["size"] > 20_000
    with page.expect_download() as started:
        chart.get_by_role("button", name="SVG").click()
    assert re.fullmatch(r"score-\d{4}-\d\d-\d\d\.svg", started.value.suggested_filename)
    started.value.save_as(tmp_path / "chart.svg")
    picture = ElementTree.fromstring((tmp_path / "chart.svg").read_text())
    texts = ["".join(text.itertext()) for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0] == "Score"
    assert re.fullmatch(r"\d+ \([A-F]\) → \d+ \([A-F]\), .+ to .+", texts[1])
    assert "At this pace" in texts
    assert texts[-1].startswith("Camp Campaign · ")
    marks = list(picture.iter())
    assert not [mark for mark in marks if {"class", "style"} & set(mark.attrib)], (
        "the picture needs no style sheet of the page"
    )
    lines = [mark for mark in marks if mark.tag.endswith("path") and mark.get("stroke-width") == "2.25px"]
    assert {line.get("stroke") for line in lines} == {"rgb(23, 96, 77)", "rgb(47, 111, 168)"}


def test_job_g_an_exemption_takes_three_clicks_and_a_word_and_can_be_undone(camp: Visit) -> None:
    camp.go("/pardot/")
    page, click = camp.page, Clicks()
    click(page.locator(".step a[href*='.flag=']").filter(has_text="Show the rows").first)
    click(page.get_by_role("button", name="Exempt from an issue").first)
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("Kept")
    click(page.get_by_role("dialog").get_by_role("button", name="Exempt", exact=True))
    assert click.number <= 3
    expect(page.get_by_role("dialog")).to_have_count(0)
    [exemption] = fetch_json(camp, "exemptions")["exemptions"]
    assert exemption["reason"] == "Kept as a record"
    toast = page.locator(".toast").filter(has_text="exempt until")
    expect(toast).to_be_visible()
    toast.get_by_role("button", name="Undo").click()
    expect(toast).to_have_count(0)
    page.wait_for_function("fetch('/api/v1/pardot/exemptions').then((a) => a.json()).then((a) => a.count === 0)")


def scores(result: Locator) -> list[int]:
    """Return the score now and after the fixes."""
    return [int(text) for text in result.locator(".figure-value").all_text_contents()]


def test_job_h_two_clicks_find_fixes_that_reach_the_target(camp: Visit) -> None:
    page, click = camp.page, Clicks()
    camp.go("/pardot/")
    click(page.get_by_role("button", name="What if…"))
    dialog = page.get_by_role("dialog", name="What if…")
    target = int(dialog.get_by_label("Score to reach").input_value())
    click(dialog.get_by_role("button", name="Find fixes"))
    result = dialog.get_by_role("group", name="Resulting score")
    expect(result.locator(".figure-value")).to_have_count(2)
    now, then = scores(result)
    assert click.number <= 2
    assert now < target <= then
    expect(dialog.locator(".what-if-goal")).to_contain_text(
        re.compile(rf"To reach {target}, fix \d+ rows?\. The fixes")
    )
    assert dialog.get_by_role("checkbox").first.is_checked(), "selected rows come first"
    assert camp.axe() == []
    chosen = dialog.locator("input:checked").count()
    dialog.get_by_role("button", name="Create tasks").click()
    expect(page.get_by_role("dialog", name="Create tasks")).to_contain_text(
        re.compile(rf"One task for each of {chosen} issues?\.")
    )
    page.keyboard.press("Escape")
    dialog.get_by_label("Score to reach").fill("1")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("The score is 1 or more already.")


def test_job_i_a_failed_sync_is_named_and_one_click_reads_the_data_again(
    open_window: Open, ops_site: Site, simulator_process: Simulator
) -> None:
    sync = partial(manage, "camp_sync", "--entities=forms", database=ops_site.database)
    assert sync(variables=simulator_process.variables).returncode == 0
    simulator_process.fail("status", path="objects/forms", status=400)
    assert sync(variables=simulator_process.variables).returncode != 0
    visit = open_window(ops_site)
    visit.go("/pardot/")
    page, click = visit.page, Clicks()
    problem = page.locator(".banner-lines > *", has_text="Sync failed: Forms")
    expect(problem).to_contain_text("last good: ")
    click(problem.get_by_role("button", name="Refresh data"))
    assert click.number <= 1
    expect(page.get_by_role("region", name="Messages").get_by_text("The sync has ended.")).to_be_visible(
        timeout=PATIENCE
    )
    expect(problem).to_have_count(0)


def test_job_j_weights_are_changed_in_three_clicks_with_a_preview(camp: Visit) -> None:
    page, click = camp.page, Clicks()
    camp.go("/pardot/")
    before = fetch_json(camp, "health-score")["overall"]
    click(page.get_by_role("link", name="Settings"))
    click(page.get_by_label("Prospects not linked to Salesforce"))
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("9")
    bar = page.get_by_role("region", name="Unsaved changes")
    expect(bar).to_contain_text(re.compile(rf"Score {before} → \d+ \(grade [A-F]\), Prospects \d+ → 0"))
    promised = int((re.search(r"→ (\d+) \(grade", bar.inner_text()) or [""])[1])
    click(page.get_by_role("button", name="Save changes"))
    expect(bar).to_have_count(0)
    assert click.number <= 3
    assert fetch_json(camp, "health-score")["overall"] == promised < before


def test_job_k_the_score_is_within_the_first_300_pixels_of_a_phones_screen(open_window: Open, camp_site: Site) -> None:
    phone = open_window(camp_site, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.go("/pardot/")
    score = phone.page.locator('[data-panel="score"] .ring text').bounding_box()
    assert score is not None
    assert score["y"] + score["height"] < 300


@pytest.mark.usefixtures("a_change")
def test_job_l_the_first_link_to_rows_is_fewer_than_eight_tab_stops_away(camp: Visit) -> None:
    camp.go("/pardot/")
    keyboard, stops = camp.page.keyboard, list[str]()
    keyboard.press("Tab")
    keyboard.press("Enter")  # the skip link
    while "row" not in (stops or [""])[-1]:
        keyboard.press("Tab")
        stops.append(str(camp.page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.innerText")))
    assert len(["Skip to content", *stops]) < 8, stops
