"""``GET /pardot/my-work``: the caller's areas, changes in them, and the caller's open tasks.

The caller's morning message is made from the same data.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from api.auth.callers import get_signed_in_user
from api.http.errors import document_errors
from pardot.domain.areas import Area
from pardot.models import TeamMember
from pardot.planning.team import find_member_by_account
from pardot.reports.personal_work import WorkFacts, load_personal_work, load_work_facts
from pardot.v1.changes import ChangedRows, build_changed_rows
from pardot.v1.tasks import TaskOut, load_task_answers

router = Router(tags=["pardot: team"])

MOST_TASKS = 25


class AreaOfMine(Schema):
    area: Area
    label: str
    score: int | None = Field(description="The score of the area; null: no data.")
    grade: str | None
    before: int | None = Field(description="The area's score on `since`; null: no data.")


class MyWork(Schema):
    member: str | None = Field(description="The caller's name in the team; null: no team member has this account.")
    account: str = Field(description="The UUID of the caller's account, to enter in the team's settings.")
    day: date = Field(description="Today.")
    since: date | None = Field(description="The day of the snapshot to compare with; null: there is none.")
    areas: list[AreaOfMine]
    changes: list[ChangedRows] = Field(
        description="The changes in the caller's areas, the changes for the worse first."
    )
    tasks: list[TaskOut] = Field(description=f"At most {MOST_TASKS} of the caller's open tasks, the most urgent first.")
    task_count: int = Field(description="The number of all the caller's open tasks.")


@router.get("/my-work", response={200: MyWork, **document_errors(401, 403)}, summary="The caller's own work")
def get_my_work(request: HttpRequest) -> MyWork:
    """Return the caller's areas, the changes in these areas, and the caller's open tasks.

    The changes are those since the last snapshot before today.
    """
    account = get_signed_in_user(request).session.uuid
    member, facts = find_member_by_account(account), load_work_facts()
    whose: dict[str, Any] = {
        "member": member.name if member else None,
        "account": account,
        "day": facts.day,
        "since": facts.since,
    }
    return MyWork(**whose, **(_load_work(facts, member) if member else _NOTHING))


_NOTHING: dict[str, Any] = {"areas": [], "changes": [], "tasks": [], "task_count": 0}


def _load_work(facts: WorkFacts, member: TeamMember) -> dict[str, Any]:
    work = load_personal_work(facts, member)
    return {
        "areas": [
            AreaOfMine(area=own.area, label=own.area.label, score=own.score, grade=own.grade, before=own.before)
            for own in work.areas
        ],
        "changes": [ChangedRows(**build_changed_rows(each)) for each in work.changes],
        "tasks": load_task_answers(work.tasks[:MOST_TASKS]),
        "task_count": work.tasks.count(),
    }
