"""Create a task about a whole issue (not about one asset), unless such a task is open."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from pardot.models import Task
from pardot.planning.tasks import add_task
from pardot.scoring.issue_list import ListedIssue
from sf.ingest.lock import lock_table_for_write


def add_issue_task(
    listed: ListedIssue, *, assignee: str | None, due_date: date | None, created_by: str
) -> tuple[Task, bool]:
    """Create a task to fix the issue, or return the issue's open task unchanged.

    Also return whether the task is new. A task about a single asset does not count as the issue's task.

    ``assignee`` is a member's name. Raises ``BadTask`` when no member has this name.
    """
    with transaction.atomic():
        lock_table_for_write(Task._meta.db_table)
        known = Task.objects.select_related("assignee").filter(
            issue=listed.issue.key, status=Task.Status.OPEN, asset_id=None
        )
        if task := known.first():
            return task, False
        task = add_task(
            title=listed.title[: Task._meta.get_field("title").max_length],
            description=listed.description,
            assignee=assignee,
            area=listed.issue.area,
            issue=listed.issue.key,
            priority=listed.priority.value,
            due_date=due_date,
            created_by=created_by,
        )
        return task, True
