"""The task board: validation, assignment, age, and end of tasks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pardot.models import Prospect, Tag, Task
from tests.api.cookies import UUID
from tests.pardot.team import records
from tests.pardot.team.browser import Browser


def titles(page: Any) -> list[str]:
    return [task["title"] for task in page["tasks"]]


def day(offset: int) -> str:
    return str(timezone.localdate() + timedelta(days=offset))


def test_a_task_is_created_finished_reopened_and_deleted(browser: Browser) -> None:
    records.member("Ada")
    form = records.form("Contact us")
    made = browser.ask(
        "post",
        "tasks",
        {"title": " Ask who needs it ", "assignee": "ada", "asset_type": "forms", "asset_id": form.id,
         "priority": "high", "due_date": day(-1)},
        expect=201,
    )  # fmt: skip
    assert made == {
        "id": made["id"], "title": "Ask who needs it", "description": "", "assignee": "Ada", "area": "forms",
        "issue": None, "asset_type": "forms", "asset_id": form.id, "asset_name": "Contact us", "salesforce_id": None,
        "status": "open",
        "priority": "high", "due_date": day(-1), "is_overdue": True, "is_settled": False, "age_days": 0,
        "created_by": "Ines Example",
        "created_at": made["created_at"], "updated_at": made["updated_at"], "completed_at": None,
    }  # fmt: skip
    assert browser.get("tasks")["tasks"] == [made]

    path = f"tasks/{made['id']}"
    done = browser.ask("patch", path, {"status": "done"})
    assert done["completed_at"] is not None
    assert not done["is_overdue"]
    assert browser.ask("patch", path, {"title": "Ask again"})["completed_at"] == done["completed_at"], (
        "the completion time stays"
    )
    opened = browser.ask("patch", path, {"status": "open", "due_date": None, "assignee": None})
    assert (opened["completed_at"], opened["due_date"], opened["assignee"]) == (None, None, None)
    assert opened["title"] == "Ask again"

    browser.ask("delete", path, expect=204)
    assert browser.get("tasks") == {"count": 0, "tasks": []}
    for method, body in (("delete", None), ("patch", {"status": "done"})):
        browser.ask(method, path, body, expect=404)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"assignee": "Nemo"}, "No team member is called “Nemo”. The team: Ada, Ben"),
        ({"asset_type": "forms", "asset_id": 987654}, "There is no asset 987654 among the forms"),
        ({"asset_type": "forms"}, "both the type and the id"),
        ({"asset_id": 3}, "both the type and the id"),
        ({"asset_type": "pages", "asset_id": 3}, "asset_type"),
        ({"asset_type": "forms", "asset_id": 2**63}, "asset_id"),
        ({"asset_type": "forms", "asset_id": "3"}, "asset_id"),
        ({"issue": "forms_lost"}, "There is no issue forms_lost. Known: campaigns_no_sf"),
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "a\0b"}, "NUL"),
        ({"status": "later"}, "status"),
        ({"priority": "urgent"}, "priority"),
        ({"area": "pages"}, "area"),
        ({"due_date": 20260101}, "due_date"),
        ({"due_date": "2026-02-30"}, "due_date"),
        ({"created_by": "somebody else"}, "created_by"),
    ],
)
def test_wrong_values_are_named_and_change_nothing(browser: Browser, values: dict[str, Any], message: str) -> None:
    records.member("Ada", order=1)
    records.member("Ben", order=2)
    assert message in browser.refused("post", "tasks", {"title": "Look at it", **values})
    assert not Task.objects.exists()
    task = Task.objects.create(title="Look at it")
    before = Task.objects.values().get()
    assert message in browser.refused("patch", f"tasks/{task.pk}", values)
    assert Task.objects.values().get() == before


def test_a_title_is_required_and_an_empty_change_is_refused(browser: Browser) -> None:
    assert "title" in browser.refused("post", "tasks", {})
    task = Task.objects.create(title="Look at it")
    answer = browser.ask("patch", f"tasks/{task.pk}", {}, expect=422)
    assert "Nothing to change: give one or more of" in answer["message"]


def test_a_task_gets_the_area_of_its_issue(browser: Browser) -> None:
    made = browser.ask("post", "tasks", {"title": "Tidy", "priority": "low", "issue": "tags_unused"}, expect=201)
    assert (made["priority"], made["area"], made["issue"]) == ("low", "tags", "tags_unused")


@pytest.mark.parametrize("about", [{"issue": "tags_unused"}, {"asset_type": "tags", "asset_id": 1}])
def test_a_task_whose_area_is_emptied_gets_the_area_of_its_issue_or_asset(
    browser: Browser, about: dict[str, Any]
) -> None:
    Tag.objects.create(id=1, name="Spring")
    made = browser.ask("post", "tasks", {"title": "Tidy", "area": "forms", **about}, expect=201)
    assert made["area"] == "forms"
    assert browser.ask("patch", f"tasks/{made['id']}", {"area": None})["area"] == "tags"
    plain = browser.ask("post", "tasks", {"title": "Tidy", "area": "forms"}, expect=201)
    assert browser.ask("patch", f"tasks/{plain['id']}", {"area": None})["area"] is None


def test_a_given_asset_name_stays_until_the_task_gets_another_asset(browser: Browser) -> None:
    first, second = records.form("First"), records.form(None)
    prospect = Prospect.objects.create(id=1, email="ana@school.example")
    made = browser.ask(
        "post", "tasks", {"title": "Look", "asset_type": "forms", "asset_id": first.id, "asset_name": "The old one"},
        expect=201,
    )  # fmt: skip
    assert made["asset_name"] == "The old one", "the given name is kept"

    def change(**values: Any) -> Any:
        return browser.ask("patch", f"tasks/{made['id']}", values)["asset_name"]

    assert change(asset_id=second.id) == f"form {second.id}"
    assert change(asset_type="prospects", asset_id=prospect.id) == "ana@school.example"
    assert change(asset_type=None, asset_id=None) is None
    assert change(asset_name="A thing elsewhere") == "A thing elsewhere"


def test_a_task_about_a_campaign_has_the_campaigns_salesforce_id(browser: Browser) -> None:
    linked, here = records.campaign(salesforce_id=records.salesforce_id("701")), records.campaign(salesforce_id=" ")
    about = {"title": "Look", "asset_type": "campaigns"}
    made = [browser.ask("post", "tasks", {**about, "asset_id": one.id}, expect=201) for one in (linked, here)]
    assert [one["salesforce_id"] for one in made] == [linked.salesforce_id, None]
    assert browser.get("tasks")["tasks"] == made


def test_tasks_are_filtered_by_assignee(browser: Browser) -> None:
    ada, ben = records.member("Ada", accounts_uuid=UUID), records.member("Ben")
    for title, assignee in (("Ada's", ada), ("Ben's", ben), ("Nobody's", None)):
        Task.objects.create(title=title, assignee=assignee)
    assert titles(browser.get("tasks?assignee=BEN")) == ["Ben's"]
    assert titles(browser.get("tasks?mine=true")) == ["Ada's"]
    assert titles(browser.get("tasks?unassigned=true")) == ["Nobody's"]
    assert browser.get("tasks?mine=false")["count"] == 3
    assert "The team: Ada, Ben" in browser.refused("get", "tasks?assignee=Nemo")
    ada.delete()
    assert sorted(titles(browser.get("tasks?unassigned=true"))) == ["Ada's", "Nobody's"]
    assert f"Enter {UUID}" in browser.refused("get", "tasks?mine=true")


def test_tasks_are_filtered_by_status_and_due_date(browser: Browser) -> None:
    for title, due, status in (("late", -1, "open"), ("today", 0, "open"), ("done late", -1, "done")):
        Task.objects.create(title=title, due_date=day(due), status=status)
    Task.objects.create(title="some time")
    assert titles(browser.get("tasks?overdue=true")) == ["late"]
    assert titles(browser.get("tasks?overdue=false")) == ["today", "some time", "done late"]
    assert titles(browser.get("tasks?status=done")) == ["done late"]
    for query in ("status=later", "overdue=perhaps", "mine=perhaps", "limit=0", "limit=501", "offset=-1"):
        assert query.partition("=")[0] in browser.refused("get", f"tasks?{query}")


def test_open_tasks_come_first_sorted_by_priority_and_due_date_across_pages(browser: Browser) -> None:
    for title, priority, due, status in (
        ("done", "high", None, "done"), ("low", "low", -9, "open"), ("no date", "normal", None, "open"),
        ("soon", "normal", 1, "open"), ("sooner", "normal", 0, "open"), ("high", "high", 9, "open"),
    ):  # fmt: skip
        Task.objects.create(title=title, priority=priority, status=status, due_date=None if due is None else day(due))
    order = ["high", "sooner", "soon", "no date", "low", "done"]
    assert titles(browser.get("tasks")) == order
    pages = [browser.get(f"tasks?limit=4&offset={offset}") for offset in (0, 4, 8)]
    assert [titles(page) for page in pages] == [order[:4], order[4:], []]
    assert {page["count"] for page in pages} == {6}


def test_a_task_ages_until_it_is_done(browser: Browser) -> None:
    now = timezone.now()
    open_one = Task.objects.create(title="open", created_at=now - timedelta(days=10))
    Task.objects.create(
        title="done", status="done", created_at=now - timedelta(days=10), completed_at=now - timedelta(days=7)
    )
    ages = {task["title"]: task["age_days"] for task in browser.get("tasks")["tasks"]}
    assert ages == {"open": 10, "done": 3}
    assert browser.ask("patch", f"tasks/{open_one.pk}", {"status": "done"})["age_days"] == 10


def test_the_time_zone_decides_when_a_task_is_overdue(browser: Browser) -> None:
    """In a time zone where the day is over, tasks that were due on that day are overdue."""
    west, east = ZoneInfo("Etc/GMT+12"), ZoneInfo("Pacific/Kiritimati")
    Task.objects.create(title="due today in the west", due_date=timezone.localdate(timezone=west))
    late = {}
    for zone in (west, east):
        with timezone.override(zone):
            late[zone] = [task["is_overdue"] for task in browser.get("tasks?overdue=true")["tasks"]]
    assert late == {west: [], east: [True]}


def test_many_tasks_take_no_more_queries_than_one_task(browser: Browser) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.get("tasks")
        return len(captured)

    Task.objects.create(title="one", assignee=records.member("Ada"))
    alone = queries()
    for number in range(20):
        Task.objects.create(title=f"{number}", assignee=records.member(f"Member {number}"))
    assert queries() == alone


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "tasks", {"title": "Forged"}),
        ("patch", "tasks/{}", {"status": "done"}),
        ("delete", "tasks/{}", None),
        ("post", "exemptions", {}),
        ("delete", "exemptions/{}", None),
        ("post", "notes", {"day": "2026-01-01", "text": "Forged"}),
        ("delete", "notes/{}", None),
        ("put", "admin/team", {"team": []}),
        ("put", "admin/config/list_stale_months", {"value": 3}),
        ("delete", "admin/config/list_stale_months", None),
    ],
)
def test_nothing_is_changed_without_the_csrf_token(browser: Browser, method: str, path: str, body: Any) -> None:
    task = Task.objects.create(title="Mine", assignee=records.member("Ada"))
    answer = browser.send(method, path.format(task.pk), body, token="")
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["message"]
    assert [(kept.title, kept.status, kept.assignee_id is None) for kept in Task.objects.all()] == [
        ("Mine", "open", False)
    ]
    for kind in ("notes", "exemptions"):
        assert browser.get(kind)["count"] == 0
