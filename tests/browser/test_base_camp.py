"""Base Camp, and what is on every tab: score, why, what to do next, tasks, days, texts, freshness."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Route, expect

from pardot.domain.issues import ISSUES
from pardot.reports.wording import since_day
from tests.browser.conftest import Open
from tests.browser.past import earlier_days
from tests.browser.sites import Site
from tests.browser.visit import DARK_AND_NARROW, Visit


@pytest.fixture
def camp(open_window: Open, camp_site: Site) -> Visit:
    return open_window(camp_site, permissions=["clipboard-read", "clipboard-write"])


@pytest.fixture
def a_week(camp_site: Site) -> Iterator[None]:
    """Each of the seven days before was a point worse than the next."""
    with earlier_days(camp_site, 7):
        yield


def answer(visit: Visit, path: str) -> dict[str, object]:
    found = visit.page.request.get(f"{visit.url}/api/v1/pardot/{path}").json()
    assert isinstance(found, dict)
    return found


def test_the_score_says_why_and_leads_to_the_rows(camp: Visit) -> None:
    camp.go("/pardot/")
    page, health = camp.page, answer(camp, "health-score")
    score = page.locator('[data-panel="score"]')
    expect(score.get_by_role("img", name=f"Score {health['overall']} of 100, grade {health['grade']}")).to_be_visible()
    expect(score).to_contain_text("Changes appear after the second day with a sync.")
    why = page.locator('[data-panel="why"]')
    expect(why.get_by_role("figure", name="Score and points lost by area").get_by_role("link")).to_have_count(8)
    step = page.get_by_role("listitem").filter(has_text="Linked campaigns without members")
    step.get_by_role("link", name="Show the rows").click()
    expect(page).to_have_url(f"{camp.url}/pardot/?tab=campaign-map&campaigns.flag=no_members")


def test_all_issues_sort_filter_and_export_what_is_shown(camp: Visit, tmp_path: Path) -> None:
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
    page.reload()
    camp.settle()
    expect(page.get_by_role("combobox", name="Priority", exact=True)).to_have_value("high")


def test_the_life_of_a_task_with_the_keyboard(camp: Visit) -> None:
    camp.go("/pardot/")
    page = camp.page
    step = page.get_by_role("listitem").filter(has_text="Linked campaigns without members")
    step.get_by_role("button", name="Make a task").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="New task").get_by_label("Due").fill("2026-01-31")
    page.keyboard.press("Enter")
    expect(step.get_by_role("button", name="Has a task")).to_be_visible()
    page.get_by_role("button", name="Show it").press("Enter")
    board = page.get_by_role("dialog", name="Tasks")
    row = board.get_by_role("row").filter(has_text="Linked campaigns without members")
    expect(row).to_contain_text("days overdue")
    expect(page).to_have_url(re.compile(re.escape("open=tasks")))
    row.get_by_role("button", name="Change").press("Enter")
    page.get_by_label("Title").fill("Read the <b>error</b> report")
    page.get_by_role("dialog", name="Change the task").get_by_label("Due").fill("")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Change the task")).to_have_count(0)
    expect(board).to_contain_text("No tasks match")
    board.get_by_role("searchbox").fill("")
    expect(board.get_by_role("row").filter(has_text="Read the <b>error</b> report")).to_contain_text("–")
    board.get_by_role("button", name="Done: Read the").press("Enter")
    expect(board).to_contain_text("No open tasks.")
    board.get_by_role("combobox", name="State", exact=True).select_option("done")
    expect(board.get_by_role("row").filter(has_text="Read the")).to_contain_text("Done")
    board.get_by_role("button", name="Delete: Read the").press("Enter")
    page.get_by_role("dialog", name="Delete this task?").get_by_role("button", name="Delete").press("Enter")
    expect(board.get_by_role("row").filter(has_text="Read the")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(board).to_have_count(0)
    expect(page).to_have_url(f"{camp.url}/pardot/")
    assert answer(camp, "tasks")["count"] == 0


def test_the_board_tells_mine_from_others_and_what_is_overdue(camp: Visit) -> None:
    team = [{"name": "Ines Example"}, {"name": "Bo Sample"}]
    # Noon in UTC, two o'clock of the next day where the server counts.
    camp.page.clock.set_fixed_time(datetime(2026, 11, 22, 12, tzinfo=UTC))
    config = answer(camp, "config") | {"me": "Ines Example", "team": team, "time_zone": "Pacific/Kiritimati"}
    late = {"assignee": "Ines Example", "due_date": "2026-01-31", "is_overdue": True}
    tasks = [
        task(1, "Late", **late),
        task(2, "Calm", assignee="Ines Example", due_date="2026-11-23"),
        task(3, "Of Bo", assignee="Bo Sample"),
    ]
    camp.page.route("**/pardot/config", lambda route: route.fulfill(json=config))
    camp.page.route("**/pardot/tasks?*", lambda route: route.fulfill(json={"count": 3, "tasks": tasks}))
    camp.go("/pardot/?open=tasks")
    board = camp.page.get_by_role("dialog", name="Tasks")
    expect(board.get_by_role("row")).to_have_count(4)  # with the head
    expect(board.get_by_role("row").filter(has_text="Calm")).to_contain_text("Today")
    board.get_by_role("combobox", name="Assignee", exact=True).last.select_option("Mine")
    expect(board).not_to_contain_text("Of Bo")
    board.get_by_role("combobox", name="State", exact=True).select_option("Overdue")
    expect(board).not_to_contain_text("Calm")
    expect(camp.page).to_have_url(re.compile(re.escape("/pardot/?open=tasks&tasks.whose=me&tasks.state=overdue") + "$"))
    camp.page.keyboard.press("Escape")
    camp.page.get_by_role("button", name="Pin a note").click()
    expect(camp.page.get_by_label("Day", exact=True)).to_have_value("2026-11-23")


def task(number: int, title: str, **values: object) -> dict[str, object]:
    """As the endpoint gives it; open, nobody's, without a date."""
    no = dict.fromkeys(
        ["assignee", "area", "issue", "asset_type", "asset_id", "asset_name", "due_date", "completed_at"]
    )
    made = {"id": number, "title": title, "description": "", "status": "open", "priority": "normal", "age_days": 3}
    times = {"created_by": "Kit", "created_at": "2026-01-01T08:00:00Z", "updated_at": "2026-01-01T08:00:00Z"}
    return {**no, **made, **times, "is_overdue": False, **values}


def test_what_the_server_refuses_stays_on_the_board(camp: Visit) -> None:
    camp.expect("status of 503")
    camp.go("/pardot/?open=tasks")
    page = camp.page
    page.get_by_role("button", name="New task").click()
    form = page.get_by_role("dialog", name="New task")
    form.get_by_role("button", name="Create task").click()
    expect(form).to_contain_text("Enter a title.")
    page.route("**/api/v1/pardot/tasks", lambda route: route.fulfill(status=503, json={"message": "A part is away."}))
    form.get_by_label("Title").fill("Something")
    form.get_by_role("button", name="Create task").click()
    expect(form.get_by_role("alert")).to_contain_text("A part is away.")


@pytest.mark.usefixtures("a_week")
def test_a_change_opens_the_two_days(camp: Visit) -> None:
    camp.go("/pardot/")
    page = camp.page
    page.get_by_role("button", name="+7 since last week").click()
    dialog = page.get_by_role("dialog", name="Compare two days")
    expect(dialog).to_contain_text("+7 points")
    today = str(answer(camp, "briefing")["date"])
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
def test_after_missed_nights_the_change_names_its_day_and_the_trend_bridges_the_gap(
    camp: Visit, camp_site: Site
) -> None:
    with psycopg.connect(camp_site.database, autocommit=True) as connection:
        connection.execute(
            "DELETE FROM pardot_dailysnapshot WHERE day IN (SELECT day FROM pardot_dailysnapshot ORDER BY day DESC"
            " OFFSET 1 LIMIT 3)"
        )
    today = date.fromisoformat(str(answer(camp, "briefing")["date"]))
    since = since_day(today - timedelta(days=4), today)
    camp.go("/pardot/")
    score = camp.page.locator('[data-panel="score"]')
    expect(score.get_by_role("button", name=f"+4 {since}")).to_be_visible()
    expect(camp.page.locator('[data-panel="score-trend"] .mark-bridge')).to_have_count(1)
    camp.page.get_by_role("button", name="Compare days").click()
    expect(camp.page.get_by_role("dialog", name="Compare two days")).to_contain_text("+4 points")


@pytest.mark.usefixtures("a_week")
def test_badges_come_from_the_data(camp: Visit) -> None:
    camp.go("/pardot/")
    camp.page.get_by_role("button", name="Uphill, Steady fire").click()
    badges = camp.page.get_by_role("dialog", name="Badges")
    expect(badges.get_by_role("listitem").filter(has_text="Steady fire")).to_contain_text("Earned")
    expect(badges.get_by_role("listitem").filter(has_text="All roped up")).to_contain_text("Not yet")


def test_what_if_shows_the_score_then_and_can_be_sent(camp: Visit) -> None:
    camp.go("/pardot/")
    page = camp.page
    page.get_by_role("button", name="What if…").click()
    dialog = page.get_by_role("dialog", name="What if…")
    dialog.get_by_role("button", name="Everything").click()
    result = dialog.get_by_role("group", name="The score then")
    expect(result).to_contain_text("100 A")
    dialog.get_by_role("button", name="Nothing").click()
    dialog.get_by_role("spinbutton", name="Number to fix: Forms in no campaign").fill("2")
    expect(dialog.get_by_role("checkbox", name="Forms in no campaign")).to_be_checked()
    expect(page).to_have_url(f"{camp.url}/pardot/?open=what-if&what-if.fix=forms_no_campaign%3A2")
    page.reload()
    expect(dialog.get_by_role("spinbutton", name="Number to fix: Forms in no campaign")).to_have_value("2")


def test_a_note_is_pinned_to_a_day_and_taken_off(camp: Visit) -> None:
    camp.go("/pardot/")
    page = camp.page
    trend = page.locator('[data-panel="score-trend"]')
    trend.get_by_role("button", name="Pin a note").click()
    page.get_by_label("What happened").fill("A launch <script>")
    page.get_by_role("button", name="Pin it").click()
    expect(trend.locator(".day-notes")).to_contain_text("A launch <script>")
    trend.get_by_role("radio", name="Issues by area").check(force=True)
    expect(trend.get_by_role("figure", name="Issues by area")).to_be_visible()
    expect(page).to_have_url(re.compile(re.escape("trend.show=issues")))
    expect(trend.get_by_role("radio", name="Issues by area")).to_be_focused()
    trend.get_by_role("button", name="Delete the note").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(trend.locator(".day-notes")).not_to_contain_text("A launch")


def test_texts_are_copied_as_the_server_writes_them(camp: Visit) -> None:
    camp.go("/pardot/")
    for name, path in [("The morning digest", "digest"), ("The progress report", "progress")]:
        camp.page.get_by_role("button", name=f"Copy {name.lower()}").click()
        text = str(answer(camp, path)["text"])
        expect(camp.page.get_by_role("dialog", name=name).locator("pre")).to_have_text(
            text.strip(), use_inner_text=True
        )
        camp.page.get_by_role("button", name="Dismiss").click()
        assert camp.page.evaluate("navigator.clipboard.readText()") == text
        camp.page.keyboard.press("Escape")


def test_one_endpoint_that_fails_takes_only_its_panels(camp: Visit) -> None:
    camp.expect("status of 503")
    camp.page.route("**/pardot/health-score", lambda route: route.fulfill(status=503, json={"message": "It is away."}))
    camp.go("/pardot/")
    why = camp.page.locator('[data-panel="why"]')
    expect(why).to_contain_text("It is away.")
    expect(camp.page.locator('[data-panel="score"]')).to_contain_text("Grade")
    camp.page.unroute("**/pardot/health-score")
    why.get_by_role("button", name="Try again").click()
    expect(why).to_contain_text("points lost")


def test_never_synced_says_what_to_run(window: Visit) -> None:
    window.go("/pardot/")
    page = window.page
    expect(page.locator('[data-panel="score"]')).to_contain_text("No data yet")
    expect(page.locator('[data-panel="score"] code')).to_have_text("python manage.py camp_sync")
    expect(page.locator('[data-panel="why"]')).to_be_hidden()
    page.get_by_role("button", name="Never synced").click()
    rows = page.get_by_role("dialog", name="Data freshness").get_by_role("row").filter(has_text="Never synced")
    expect(rows.filter(has_text="Prospects")).to_contain_text("--survey")
    assert window.axe() == []


def test_old_data_are_named_with_their_age(camp: Visit) -> None:
    status = answer(camp, "sync/status")
    entities = status["entities"]
    assert isinstance(entities, list)
    entities[1] |= {"freshness": "never", "state": None, "last_sync": None}
    entities[2] |= {"freshness": "old", "last_sync": "2026-01-31T08:00:00Z"}
    entities[5] |= {"state": "failed", "problem": "failed", "failed_at": minutes_ago(1), "message": "An outage."}
    camp.page.route("**/pardot/sync/status", lambda route: route.fulfill(body=json.dumps(status)))
    camp.go("/pardot/?tab=tags")
    banner = camp.page.locator('[data-panel="freshness-banner"]')
    expect(banner).to_contain_text("Never synced: Lists.")
    expect(banner).to_contain_text("Late: Forms (last good: ")
    expect(banner).to_contain_text("Sync failed: Custom redirects (last good: ")
    expect(banner).to_contain_text(" · failed 1 minute ago)")
    banner.get_by_role("button", name="Details").click()
    camp.page.get_by_role("dialog").get_by_role("combobox", name="State", exact=True).select_option("failed")
    expect(camp.page.get_by_role("dialog")).to_contain_text("An outage.")


REMEDIES = {
    "deletes": ("33 of 118 are missing", "camp_sync --entities forms,lists --allow-deletes"),
    "refused": ("Nothing new arrives until this is fixed.", "sf check"),
    "quota": ("continues by itself", None),
    "interrupted": ("The next sync tries again.", "camp_sync --entities forms,lists"),
    "failed": ("The next sync tries again.", "camp_sync --entities forms,lists"),
}


def test_each_failure_has_its_own_sentence_and_remedy(camp: Visit) -> None:
    status = answer(camp, "sync/status")
    entities = status["entities"]
    assert isinstance(entities, list)
    found = sorted(
        (entity for entity in entities if entity["name"] in {"forms", "lists"}), key=lambda each: each["name"]
    )
    assert len(found) == 2
    entities[:] = found
    camp.go("/pardot/?tab=tags")
    camp.page.route("**/pardot/sync/status", lambda route: route.fulfill(body=json.dumps(status)))
    for problem, (sentence, command) in REMEDIES.items():
        for entity in found:
            entity |= {"problem": problem, "failed_at": minutes_ago(0), "deletes": {"missing": 33, "of": 118}}
        camp.page.get_by_role("button", name="Refresh", exact=True).click()
        banner = camp.page.locator('[data-panel="freshness-banner"]')
        expect(banner).to_contain_text(sentence)
        assert banner.locator("code").all_text_contents() == ([f"python manage.py {command}"] if command else [])
        expect(camp.page.get_by_role("button", name="2 sources failed")).to_be_visible()
    assert camp.axe() == []


BUTTONS = {
    "deletes": ["Accept deletions"],
    "failed": ["Refresh data"],
    "old": ["Run survey"],
    "refused": [],
}


def test_whoever_may_start_syncs_has_the_remedy_as_a_button(camp: Visit) -> None:
    status = answer(camp, "sync/status") | {"may_refresh": True}
    entities = status["entities"]
    assert isinstance(entities, list)
    entity = next(each for each in entities if each["name"] == "prospects")
    entities[:] = [entity | {"failed_at": minutes_ago(0), "deletes": {"missing": 33, "of": 118}}]
    sent: list[object] = []
    camp.page.route("**/pardot/sync/status", lambda route: route.fulfill(body=json.dumps(status)))
    camp.page.route("**/pardot/sync/accept-deletions", lambda route: note(route, sent))
    banner = camp.page.locator('[data-panel="freshness-banner"]')
    for kind, labels in BUTTONS.items():
        entities[0] |= {"freshness": kind, "problem": None} if kind == "old" else {"problem": kind}
        camp.go("/pardot/?tab=tags")
        assert [each for each in banner.get_by_role("button").all_inner_texts() if each in REMEDY_BUTTONS] == labels
        if kind == "deletes":
            banner.get_by_role("button", name="Accept deletions").click()
            dialog = camp.page.get_by_role("dialog", name="Accept deletions?")
            expect(dialog).to_contain_text("33 of 118 prospects")
            assert camp.axe() == []
            dialog.get_by_role("button", name="Cancel").click()
            assert sent == []
            banner.get_by_role("button", name="Accept deletions").click()
            dialog.get_by_role("button", name="Accept deletions").click()
            expect(camp.page.get_by_role("region", name="Messages")).to_contain_text("It is started.")
            assert sent == [{"entities": ["prospects"]}]


REMEDY_BUTTONS = {"Refresh data", "Accept deletions", "Run survey"}


def note(route: Route, sent: list[object]) -> None:
    sent.append(route.request.post_data_json)
    route.fulfill(status=202, json={"message": "It is started."})


def minutes_ago(minutes: int) -> str:
    return (datetime.now(tz=UTC) - timedelta(minutes=minutes, seconds=5)).isoformat()


@pytest.mark.usefixtures("a_week")
@pytest.mark.parametrize(("scheme", "width"), DARK_AND_NARROW)
def test_axe_finds_nothing_and_it_fits(open_window: Open, camp_site: Site, scheme: str, width: int) -> None:
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


def test_on_a_phone_filters_wait_behind_a_button(open_window: Open, camp_site: Site) -> None:
    phone = open_window(camp_site, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.go("/pardot/?tab=campaign-map&campaigns.sf=yes")
    filters = phone.page.get_by_label("Folder", exact=True)
    expect(filters).to_be_hidden()
    phone.page.locator('[data-table="campaigns"]').get_by_role("button", name="Filters (1)").click()
    expect(filters).to_be_visible()
    assert phone.axe() == []
