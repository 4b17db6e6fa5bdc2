"""The age of the data, failed syncs, and the remedy of each failure."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Route, expect

from tests.browser.visit import Visit


def test_base_camp_and_the_freshness_dialog_say_what_to_run_when_nothing_was_synced(window: Visit) -> None:
    window.go("/pardot/")
    page = window.page
    expect(page.locator('[data-panel="score"]')).to_contain_text("No data yet")
    expect(page.locator('[data-panel="score"] code')).to_have_text("python manage.py camp_sync")
    expect(page.locator('[data-panel="why"]')).to_be_hidden()
    page.get_by_role("button", name="Never synced").click()
    rows = page.get_by_role("dialog", name="Data freshness").get_by_role("row").filter(has_text="Never synced")
    expect(rows.filter(has_text="Prospects")).to_contain_text("Run survey")
    expect(page.get_by_role("dialog").get_by_role("button", name="Run survey")).to_have_count(0)
    assert window.axe() == []


def test_the_banner_names_sources_that_are_missing_late_or_failed(camp: Visit) -> None:
    status = camp.answer("sync/status")
    entities = {entity["name"]: entity for entity in status["entities"]}
    entities["lists"] |= {"freshness": "never", "state": None, "last_sync": None}
    entities["forms"] |= {"freshness": "old", "last_sync": "2026-01-31T08:00:00Z"}
    failed = {"state": "failed", "problem": "failed", "failed_at": minutes_ago(1), "message": "An outage."}
    entities["custom_redirects"] |= failed
    camp.page.route("**/pardot/sync/status", lambda route: route.fulfill(body=json.dumps(status)))
    camp.go("/pardot/?tab=tags")
    expect(camp.page.get_by_role("button", name="1 source failed")).to_be_visible()
    banner = camp.page.locator('[data-panel="freshness-banner"]')
    expect(banner).to_contain_text("Never synced: Lists.")
    expect(banner).to_contain_text("Late: Forms (last good: ")
    expect(banner).to_contain_text("Sync failed: Custom redirects (last good: ")
    expect(banner).to_contain_text(" · failed 1 minute ago)")
    banner.get_by_role("button", name="Details").click()
    camp.page.get_by_role("dialog").get_by_role("combobox", name="State", exact=True).select_option("failed")
    expect(camp.page.get_by_role("dialog")).to_contain_text("An outage.")


def test_a_button_shows_the_progress_of_a_running_sync(camp: Visit) -> None:
    reading = {"entity": "forms", "mode": "full", "started": minutes_ago(1), "rows_read": 17, "api_calls": 3}
    status = camp.answer("sync/status") | {"running": [reading], "steps": {"step": 3, "of": 12}, "activity": []}
    camp.page.route("**/pardot/sync/status", lambda route: route.fulfill(body=json.dumps(status)))
    camp.go("/pardot/")
    expect(camp.page.get_by_role("button", name="Syncing Forms, 3 of 12")).to_be_visible()


def test_the_end_of_a_sync_by_cron_is_not_reported_as_the_failure_of_an_earlier_request(camp: Visit) -> None:
    reading = {"entity": "forms", "mode": "full", "started": minutes_ago(1), "rows_read": 17, "api_calls": 3}
    failed = {"label": "Refresh Pardot data", "by": "Ines", "state": "failed", "message": "It broke."}
    earlier = {**failed, "requested_at": minutes_ago(600), "ended": minutes_ago(599)}
    ended = camp.answer("sync/status") | {"activity": [earlier]}
    answers = [ended | {"running": [reading]}]
    camp.page.route(
        "**/pardot/sync/status", lambda route: route.fulfill(body=json.dumps(answers.pop() if answers else ended))
    )
    camp.go("/pardot/")
    messages = camp.page.get_by_role("region", name="Messages")
    expect(messages.get_by_text("The sync has ended.")).to_be_visible()


@pytest.mark.parametrize("name", ["Syncing Forms, 3 of 12", "What if…"])
def test_a_click_still_counts_when_a_sync_continues_while_the_mouse_button_is_down(camp: Visit, name: str) -> None:
    page = camp.page
    reading = {"entity": "forms", "mode": "full", "started": minutes_ago(1), "rows_read": 17, "api_calls": 3}
    status = camp.answer("sync/status") | {"running": [reading], "steps": {"step": 3, "of": 12}, "activity": []}
    page.route("**/pardot/sync/status", lambda route: route.fulfill(body=json.dumps(status)))
    camp.go("/pardot/")
    page.get_by_role("button", name=name).first.hover()
    page.mouse.down()
    reading |= {"entity": "lists"}
    status["entities"][0] |= {"problem": "failed", "failed_at": minutes_ago(1), "message": "An outage."}
    page.wait_for_event("response", lambda response: response.url.endswith("/sync/status"))
    page.wait_for_timeout(200)
    page.mouse.up()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.locator('[data-panel="freshness"]')).to_contain_text("Syncing Lists")
    expect(page.locator('[data-panel="freshness-banner"]')).to_contain_text("Sync failed")


REMEDIES = {
    "deletes": ("33 of 118 are missing", "camp_sync --entities forms,lists --allow-deletes forms=33,lists=33"),
    "refused": ("Nothing new arrives until this is fixed.", "sf check"),
    "quota": ("continues by itself", None),
    "interrupted": ("The next sync tries again.", "camp_sync --entities forms,lists"),
    "failed": ("The next sync tries again.", "camp_sync --entities forms,lists"),
}


def test_each_failure_has_a_sentence_and_if_needed_a_command(camp: Visit) -> None:
    status = camp.answer("sync/status")
    entities = status["entities"]
    sources = sorted(
        (entity for entity in entities if entity["name"] in {"forms", "lists"}), key=lambda each: each["name"]
    )
    assert len(sources) == 2
    entities[:] = sources
    camp.go("/pardot/?tab=tags")
    camp.page.route("**/pardot/sync/status", lambda route: route.fulfill(body=json.dumps(status)))
    for problem, (sentence, command) in REMEDIES.items():
        for entity in sources:
            deletes = {"missing": 33, "of": 118, "parts": {entity["name"]: 33}}
            entity |= {"problem": problem, "failed_at": minutes_ago(0), "deletes": deletes}
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


def test_users_who_may_start_syncs_see_the_remedy_as_a_button(camp: Visit) -> None:
    status = camp.answer("sync/status") | {"may_refresh": True}
    entities = status["entities"]
    entity = next(each for each in entities if each["name"] == "prospects")
    entities[:] = [entity | {"failed_at": minutes_ago(0), "deletes": {"missing": 33, "of": 118}}]
    bodies: list[object] = []
    camp.page.route("**/pardot/sync/status", lambda route: route.fulfill(body=json.dumps(status)))
    camp.page.route("**/pardot/sync/accept-deletions", lambda route: note(route, bodies))
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
            assert bodies == []
            banner.get_by_role("button", name="Accept deletions").click()
            dialog.get_by_role("button", name="Accept deletions").click()
            expect(camp.page.get_by_role("region", name="Messages")).to_contain_text("It is started.")
            assert bodies == [{"entities": ["prospects"], "seen": {"prospects": 33}}]


def test_deletions_that_another_user_has_accepted_meanwhile_need_no_answer(camp: Visit) -> None:
    status = camp.answer("sync/status") | {"may_refresh": True}
    entity = next(each for each in status["entities"] if each["name"] == "prospects")
    blocked = entity | {"failed_at": minutes_ago(0), "problem": "deletes", "deletes": {"missing": 33, "of": 118}}
    status["entities"] = [blocked]
    camp.page.route("**/pardot/sync/status", lambda route: route.fulfill(body=json.dumps(status)))
    camp.go("/pardot/?tab=tags")
    button = camp.page.locator('[data-panel="freshness-banner"]').get_by_role("button", name="Accept deletions")
    expect(button).to_be_visible()
    status["entities"] = [entity | {"problem": None, "deletes": None}]
    button.click()
    expect(camp.page.get_by_role("region", name="Messages")).to_contain_text("No deletions wait to be accepted")
    expect(camp.page.get_by_role("dialog")).to_have_count(0)


def test_the_drawer_keeps_the_focus_when_it_is_redrawn(camp: Visit) -> None:
    status = camp.answer("sync/status") | {"may_refresh": True, "activity": []}
    entities = status["entities"]
    entities[0] |= {"failed_at": minutes_ago(0), "problem": "failed", "message": "An outage."}
    bodies: list[object] = []
    camp.page.route("**/pardot/sync/status", lambda route: route.fulfill(body=json.dumps(status)))
    camp.page.route("**/pardot/sync/refresh", lambda route: note(route, bodies))
    camp.go("/pardot/?tab=tags&open=freshness")
    dialog = camp.page.get_by_role("dialog", name="Data freshness")
    button = dialog.get_by_role("row").filter(has_text="An outage.").get_by_role("button", name="Refresh data")
    with camp.page.expect_response("**/pardot/sync/status"):
        button.press("Enter")
    camp.settle()
    expect(button).to_be_focused()
    assert bodies == [{"entities": [entities[0]["name"]]}]

    entities[0] |= {"problem": None, "message": ""}
    with camp.page.expect_response("**/pardot/sync/status"):
        button.press("Enter")
    camp.settle()
    expect(dialog.get_by_role("button", name="Refresh data")).to_be_focused()


REMEDY_BUTTONS = {"Refresh data", "Accept deletions", "Run survey"}


def note(route: Route, bodies: list[object]) -> None:
    bodies.append(route.request.post_data_json)
    route.fulfill(status=202, json={"message": "It is started."})


def minutes_ago(minutes: int) -> str:
    return (datetime.now(tz=UTC) - timedelta(minutes=minutes, seconds=5)).isoformat()
