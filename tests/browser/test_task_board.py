"""The task board: the life of a task, the filters, and a task that cannot be saved."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Route, expect

from tests.browser.components import run_module
from tests.browser.visit import Visit


def test_a_task_is_created_changed_completed_and_deleted_by_keyboard(camp: Visit) -> None:
    camp.go("/pardot/")
    page = camp.page
    step = page.get_by_role("listitem").filter(has_text="Linked campaigns without members")
    step.get_by_role("button", name="Create a task").focus()
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
    assert camp.answer("tasks")["count"] == 0


def test_a_quickly_added_task_does_not_lose_an_incomplete_due_date(camp: Visit) -> None:
    camp.go("/pardot/?open=tasks")
    board = camp.page.get_by_role("dialog", name="Tasks")
    form = board.get_by_role("form", name="Add tasks")
    form.get_by_label("Due").focus()
    camp.page.keyboard.type("12")
    form.get_by_label("Add a task").fill("Ship the badges")
    camp.page.keyboard.press("Enter")
    expect(form.get_by_role("alert")).to_have_text("Complete the due date, or clear it.")
    expect(form.get_by_label("Due")).to_be_focused()
    expect(form.get_by_label("Add a task")).to_have_value("Ship the badges")
    assert camp.answer("tasks")["count"] == 0


def test_a_board_that_is_open_at_midnight_knows_the_new_day(camp: Visit) -> None:
    clock = camp.page.clock
    clock.set_fixed_time(datetime(2026, 11, 22, 12, tzinfo=UTC))
    config = camp.answer("config") | {"time_zone": "UTC"}
    tasks = [task(1, "Ship the badges", due_date="2026-11-23")]
    camp.page.route("**/pardot/config", lambda route: route.fulfill(json=config))
    camp.page.route("**/pardot/tasks?*", lambda route: route.fulfill(json={"count": 1, "tasks": tasks}))
    camp.go("/pardot/?open=tasks")
    board = camp.page.get_by_role("dialog", name="Tasks")
    row = board.get_by_role("row").filter(has_text="Ship the badges")
    expect(row).to_contain_text("Tomorrow")
    clock.set_fixed_time(datetime(2026, 11, 23, 12, tzinfo=UTC))
    board.get_by_role("searchbox").fill("badges")
    expect(row).to_contain_text("Today")


def test_the_board_filters_own_and_overdue_tasks(camp: Visit) -> None:
    team = [{"name": "Ines Example"}, {"name": "Bo Sample"}]
    # Noon in UTC is 2:00 AM of the next day in the server's time zone.
    camp.page.clock.set_fixed_time(datetime(2026, 11, 22, 12, tzinfo=UTC))
    config = camp.answer("config") | {"me": "Ines Example", "team": team, "time_zone": "Pacific/Kiritimati"}
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
    expect(board.get_by_role("row")).to_have_count(4)  # including the header row
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
    """Return a task as the endpoint does: open, unassigned, without a due date."""
    no = dict.fromkeys(
        ["assignee", "area", "issue", "asset_type", "asset_id", "asset_name", "due_date", "completed_at"]
    )
    common = {"id": number, "title": title, "description": "", "status": "open", "priority": "normal", "age_days": 3}
    times = {"created_by": "Kit", "created_at": "2026-01-01T08:00:00Z", "updated_at": "2026-01-01T08:00:00Z"}
    return {**no, **common, **times, "is_overdue": False, **values}


def test_a_task_that_cannot_be_saved_stays_in_the_form(camp: Visit) -> None:
    camp.expect("status of 503")
    camp.go("/pardot/?open=tasks")
    page = camp.page
    page.get_by_role("button", name="New task").click()
    form = page.get_by_role("dialog", name="New task")
    form.get_by_role("button", name="Create task").click()
    expect(form).to_contain_text("Enter a title.")
    page.route(
        "**/api/v1/pardot/tasks", lambda route: route.fulfill(status=503, json={"message": "A part is unavailable."})
    )
    form.get_by_label("Title").fill("Something")
    form.get_by_role("button", name="Create task").click()
    expect(form.get_by_role("alert")).to_contain_text("A part is unavailable.")
    expect(form.get_by_label("Title")).to_have_value("Something")


def test_a_form_shows_refusals_beside_their_fields_or_above_all_fields(camp: Visit) -> None:
    camp.expect("status of 422")
    camp.go("/pardot/?open=tasks")
    page = camp.page
    title = {"loc": ["body", "title"], "message": "Must be shorter"}
    issue = {"loc": ["body", "issue"], "message": "There is no such issue"}
    refusal: dict[str, object] = {"message": "The request is not valid."}
    page.route("**/api/v1/pardot/tasks", lambda route: route.fulfill(status=422, json=refusal))
    page.get_by_role("button", name="New task").click()
    form = page.get_by_role("dialog", name="New task")
    form.get_by_label("Title").fill("Something")
    beside, above = form.get_by_text("Must be shorter", exact=True), form.get_by_role("alert")
    refusal["errors"] = [title, issue]
    form.get_by_role("button", name="Create task").click()
    expect(beside).to_be_visible()
    expect(above).to_have_text("issue: There is no such issue")
    refusal["errors"] = [title]
    form.get_by_role("button", name="Create task").click()
    expect(above).to_have_count(0)
    expect(beside).to_be_visible()
    refusal["errors"] = [issue]
    form.get_by_role("button", name="Create task").click()
    expect(above).to_have_text("The request is not valid.")
    refusal["errors"] = [title, {**title, "message": "Must begin with a letter"}]
    form.get_by_role("button", name="Create task").click()
    expect(form.get_by_text("Must be shorter; Must begin with a letter", exact=True)).to_be_visible()


def record_changes(camp: Visit, only: dict[str, Any]) -> list[Any]:
    """Let the board show one task, and return the list to which the body of each change of the task is added."""
    sent: list[Any] = []

    def change(route: Route) -> None:
        sent.append(route.request.post_data_json)
        route.fulfill(json=only)

    camp.page.route("**/pardot/tasks?*", lambda route: route.fulfill(json={"count": 1, "tasks": [only]}))
    camp.page.route("**/pardot/tasks/1", change)
    return sent


def test_changing_a_task_keeps_an_assignee_whom_the_page_does_not_know_yet(camp: Visit) -> None:
    sent = record_changes(camp, task(1, "Of somebody new", assignee="Zoe Newcomer"))
    camp.go("/pardot/?open=tasks")
    camp.page.get_by_role("button", name="Change: Of somebody new").click()
    form = camp.page.get_by_role("dialog", name="Change the task")
    form.get_by_label("Title").fill("Renamed")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    assert sent == [{"title": "Renamed"}]


def test_saving_a_task_does_not_send_a_text_that_the_user_left_alone(camp: Visit) -> None:
    """The form's text field changes line breaks that were entered in the admin, and drops a blank at the end."""
    sent = record_changes(camp, task(1, "Of two lines", description="First ask Bo.\r\nThen delete it. "))
    camp.go("/pardot/?open=tasks")
    form = camp.page.get_by_role("dialog", name="Change the task")
    for label, value, change_of in (
        ("Title", "Renamed", {"title": "Renamed"}),
        ("Description", "", {"description": ""}),
    ):
        camp.page.get_by_role("button", name="Change: Of two lines").click()
        form.get_by_label(label).fill(value)
        form.get_by_role("button", name="Save").click()
        expect(form).to_have_count(0)
        assert sent.pop() == change_of


def test_a_task_that_is_saved_after_its_form_was_closed_is_reported(camp: Visit) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    camp.go("/pardot/?open=tasks")
    page = camp.page
    page.route("**/api/v1/pardot/tasks", hold)
    page.get_by_role("button", name="New task").click()
    form = page.get_by_role("dialog", name="New task")
    form.get_by_label("Title").fill("Saved slowly")
    form.get_by_role("button", name="Create task").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Discard").click()
    expect(form).to_have_count(0)
    held[0].fulfill(status=201, json=task(1, "Saved slowly"))
    expect(page.get_by_role("region", name="Messages").get_by_text("“Saved slowly” created.")).to_be_visible()


def test_a_task_that_could_not_be_added_is_named_when_the_next_is_being_typed(camp: Visit) -> None:
    camp.expect("status of 503")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    camp.go("/pardot/?open=tasks")
    camp.page.route("**/api/v1/pardot/tasks", hold)
    form = camp.page.get_by_role("form", name="Add tasks")
    title = form.get_by_label("Add a task")
    for text in ("First", "Second"):
        title.fill(text)
        title.press("Enter")
    title.fill("Third")
    for number in (0, 1):
        with camp.page.expect_response("**/api/v1/pardot/tasks"):
            while len(held) <= number:
                camp.page.wait_for_timeout(20)
            held[number].fulfill(status=503, json={"message": "It broke."})
    expect(form.get_by_role("alert")).to_have_text("Not added: “First” and “Second”. It broke.")
    expect(title).to_have_value("Third")


def test_a_slow_list_of_tasks_does_not_replace_a_newer_one(camp: Visit) -> None:
    tasks = [task(1, "First"), task(2, "Second")]
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    camp.page.route("**/pardot/tasks?*", lambda route: route.fulfill(json={"count": 2, "tasks": tasks}))
    camp.page.route("**/pardot/tasks/*", lambda route: route.fulfill(json=tasks[0]))
    camp.go("/pardot/?open=tasks")
    board = camp.page.get_by_role("dialog", name="Tasks")
    camp.page.route("**/pardot/tasks?*limit=500*", hold)
    for number, title in enumerate(("First", "Second")):
        with camp.page.expect_request("**/pardot/tasks?*limit=500*"):
            board.get_by_role("button", name=f"Done: {title}").click()
        camp.page.wait_for_timeout(100)
        assert len(held) == number + 1
    done = {"status": "done", "completed_at": "2026-01-01T09:00:00Z"}
    held[1].fulfill(json={"count": 2, "tasks": [task(1, "First", **done), task(2, "Second", **done)]})
    expect(board).to_contain_text("No open tasks.")
    held[0].fulfill(json={"count": 2, "tasks": [task(1, "First", **done), task(2, "Second")]})
    camp.page.wait_for_timeout(200)
    expect(board).to_contain_text("No open tasks.")


def test_an_open_board_forgets_tasks_that_an_undo_removes(camp: Visit) -> None:
    tasks, page = [task(1, "Look at the forms")], camp.page

    def remove(route: Route) -> None:
        tasks.clear()
        route.fulfill(json={"removed": 1})

    page.route("**/pardot/tasks?*", lambda route: route.fulfill(json={"count": len(tasks), "tasks": tasks}))
    page.route("**/issues/create-tasks", lambda route: route.fulfill(status=200, json={"ids": [1], "left_out": 0}))
    page.route("**/pardot/tasks/remove", remove)
    camp.go("/pardot/")
    run_module(camp, "tasks/make-task", 'm.makeIssueTasks(["forms_errors"]); await 0;')
    page.get_by_role("dialog", name="Create tasks").get_by_role("button", name="Create").click()
    page.locator("#strip").get_by_role("button", name="Tasks").click()
    board = page.get_by_role("dialog", name="Tasks")
    expect(board.get_by_role("row").filter(has_text="Look at the forms")).to_be_visible()
    board.get_by_role("button", name="New task").focus()
    page.keyboard.press("Control+z")
    expect(board).to_contain_text("No open tasks.")


def test_texts_are_cut_between_characters(camp: Visit) -> None:
    camp.go("/pardot/")
    # Half a character cannot be sent to pytest.
    assert run_module(camp, "charts/chart", 'return m.fit("Camp 🏕🏕🏕", 70, 10) === "Camp…"')
    assert run_module(camp, "charts/chart", 'return m.fit("Camp 🏕🏕🏕", 90, 10) === "Camp 🏕…"')
    sign = (
        'm.initials({ name: "🏕 Camp 🔥", label: "" }) === "🏕🔥" && m.initials({ name: "🏕🔥🌲", label: "" }) === "🏕🔥"'
    )
    assert run_module(camp, "panels/team-settings", f"return {sign}")
    run_module(camp, "tasks/make-task", 'm.makeAssetTask("forms", { id: 1, name: "x".repeat(190) + "🏕" }); await 0;')
    title = camp.page.get_by_role("dialog", name="New task").get_by_label("Title")
    assert title.evaluate("(input) => input.value.isWellFormed() && input.value.length <= 200")


def test_done_tasks_are_sorted_by_the_day_that_the_board_shows(camp: Visit) -> None:
    tasks = [
        task(1, "Due late, done early", status="done", due_date="2026-03-01", completed_at="2026-01-05T09:00:00Z"),
        task(2, "Due early, done late", status="done", due_date="2026-01-01", completed_at="2026-02-05T09:00:00Z"),
    ]
    camp.page.route("**/pardot/tasks?*", lambda route: route.fulfill(json={"count": 2, "tasks": tasks}))
    camp.go("/pardot/?open=tasks&tasks.state=done&tasks.sort=due_date")
    rows = camp.page.get_by_role("dialog", name="Tasks").locator("tbody tr:visible")
    expect(rows.first).to_contain_text("Done Jan 5")
    expect(rows.last).to_contain_text("Done Feb 5")


def test_only_an_open_task_is_new(camp: Visit) -> None:
    done = {"status": "done", "completed_at": "2026-01-01T09:00:00Z"}
    tasks = [task(1, "Made today", age_days=0), task(2, "Done at once", age_days=0, **done)]
    camp.page.route("**/pardot/tasks?*", lambda route: route.fulfill(json={"count": 2, "tasks": tasks}))
    camp.go("/pardot/?open=tasks&tasks.state=any")
    rows = camp.page.get_by_role("dialog", name="Tasks").get_by_role("row")
    expect(rows.filter(has_text="Made today")).to_contain_text("New")
    expect(rows.filter(has_text="Done at once")).to_contain_text("0 days")
