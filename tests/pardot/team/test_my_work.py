"""``/my-work`` contains a member's morning message: areas, changes in them, and open tasks."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from pardot.models import DailySnapshot, Task
from pardot.pipeline.after_sync import finish
from tests.api.cookies import UUID
from tests.pardot.team import records
from tests.pardot.team.browser import Browser


def test_a_member_gets_own_open_tasks_and_the_scores_and_changes_of_own_areas(browser: Browser) -> None:
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

    work = browser.get("my-work")
    assert (work["member"], work["since"], work["day"]) == ("Ines", str(yesterday), str(timezone.localdate()))
    assert [(own["area"], own["score"] is not None, own["before"]) for own in work["areas"]] == [("forms", True, 100)]
    assert [(each["key"], each["change"], each["new"]) for each in work["changes"]] == [("forms_no_campaign", 1, 1)]
    assert (work["task_count"], len(work["tasks"])) == (27, 25)
    assert {task["assignee"] for task in work["tasks"]} == {"Ines"}


def test_a_user_outside_the_team_has_no_work_and_gets_the_id_of_their_account(browser: Browser) -> None:
    records.member("Ben", areas=["tags"])
    work = browser.get("my-work")
    assert (work["member"], work["account"], work["areas"], work["tasks"]) == (None, UUID, [], [])
