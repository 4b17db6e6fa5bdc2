"""``/my-work`` has the content of the member's morning message: areas, changes in them, and open tasks."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from pardot.models import DailySnapshot, Task
from pardot.pipeline.after_sync import finish
from tests.api.cookies import UUID
from tests.pardot.team import records
from tests.pardot.team.browser import Browser


def test_it_tells_own_areas_what_changed_in_them_and_own_open_tasks(browser: Browser) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    counts = {"forms_no_campaign": 0, "tags_unused": 3}
    DailySnapshot.objects.create(day=yesterday, tier=1, area_scores={"forms": 100}, issue_counts=counts)
    ines = records.member("Ines", accounts_uuid=UUID, areas=["forms"])
    records.member("Ben", areas=["tags"])
    records.form(campaign_id=None)
    records.mark_read("forms", "tags", "tagged_objects")
    finish(None, timezone.now())
    for number in range(27):
        Task.objects.create(title=f"Task {number}", assignee=ines)
    Task.objects.create(title="Done", assignee=ines, status="done")
    Task.objects.create(title="Nobody's")

    found = browser.get("my-work")
    assert (found["member"], found["since"], found["day"]) == ("Ines", str(yesterday), str(timezone.localdate()))
    assert [(own["area"], own["score"] is not None, own["before"]) for own in found["areas"]] == [("forms", True, 100)]
    assert [(each["key"], each["change"], each["new"]) for each in found["changes"]] == [("forms_no_campaign", 1, 1)]
    assert (found["task_count"], len(found["tasks"])) == (27, 25)
    assert {task["assignee"] for task in found["tasks"]} == {"Ines"}


def test_whoever_is_not_in_the_team_has_no_work_and_reads_the_account_to_enter(browser: Browser) -> None:
    records.member("Ben", areas=["tags"])
    found = browser.get("my-work")
    assert (found["member"], found["account"], found["areas"], found["tasks"]) == (None, UUID, [], [])
