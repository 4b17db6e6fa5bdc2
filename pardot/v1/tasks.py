"""``/pardot/tasks``: the task board."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.responses import Status
from pydantic import ConfigDict, StringConstraints

from api.auth.callers import get_signed_in_user
from api.http.errors import NotFound, Unprocessable, document_errors
from api.http.fields import STORABLE
from api.records.values import QueryBoolean, QueryText
from pardot.catalog.asset_names import load_campaign_salesforce_ids
from pardot.domain.areas import Area
from pardot.models import Task, TeamMember
from pardot.planning.settled_tasks import find_settled_tasks
from pardot.planning.tasks import (
    BadTask,
    TaskFilter,
    add_task,
    compute_age_days,
    edit_task,
    filter_tasks,
    is_overdue,
    remove_task,
)
from pardot.planning.team import UnknownMember, find_member_by_account, require_member_by_name
from pardot.v1.fields import NOT_BLANK, AssetId, Day, Line, PageQuery, PathId, get_actor_name

router = Router(tags=["pardot: team"])

TaskText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000), STORABLE]
MemberName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), STORABLE]
TaskPriority = Task.Priority
_ASSIGNEE = "The name of a team member; null: unassigned."
_NO_TASK = "There is no task with this id."


class TaskValues(Schema):
    """The values of a task besides its title."""

    description: TaskText = ""
    assignee: MemberName | None = Field(None, description=_ASSIGNEE)
    area: Area | None = Field(None, description="The area. A task without one gets the area of its asset or issue.")
    issue: MemberName | None = Field(None, description="The key of the issue that the task is about.")
    asset_type: Area | None = Field(
        None, description="The type of the asset that the task is about. Give `asset_id` too."
    )
    asset_id: AssetId | None = None
    asset_name: MemberName | None = Field(
        None,
        description="The name of the asset. If `asset_id` is given without a name, the asset's name in Pardot is used.",
    )
    status: Task.Status = Task.Status.OPEN
    priority: Task.Priority = Task.Priority.NORMAL
    due_date: Day | None = None


class TaskIn(TaskValues):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"title": "Ask who still needs this form", "due_date": "2026-01-31"}},
    )

    title: Line = Field(json_schema_extra=NOT_BLANK)


class TaskChange(TaskValues):
    """The values to change. Values that are left out stay. `null` empties a field that accepts it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"minProperties": 1, "example": {"status": "done"}})

    title: Line = Field("", json_schema_extra=NOT_BLANK)

    def require_changes(self) -> dict[str, Any]:
        """Return the values to change. Raises ``Unprocessable`` when there are none."""
        if not self.model_fields_set:
            raise Unprocessable(
                f"Nothing to change: give one or more of {', '.join(type(self).model_fields)}.", errors=[]
            )
        return {name: getattr(self, name) for name in self.model_fields_set}


class TaskOut(Schema):
    id: int
    title: str
    description: str
    assignee: str | None = Field(description=_ASSIGNEE)
    area: Area | None
    issue: str | None
    asset_type: Area | None
    asset_id: int | None
    asset_name: str | None
    salesforce_id: str | None = Field(description="The Salesforce id, when the asset is a linked campaign.")
    status: Task.Status
    priority: Task.Priority
    due_date: date | None
    is_overdue: bool = Field(description="True when the task is open and past its due date.")
    is_settled: bool = Field(
        description="True when the task is open but can be closed, because its asset no longer has the issue or, for a "
        "task without an asset, because the issue no longer occurs."
    )
    age_days: int = Field(description="The days from creation to completion, or to today.")
    created_by: str
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None


class TaskPage(Schema):
    count: int = Field(description="The number of all matching tasks, whatever the limit.")
    tasks: list[TaskOut]


class TaskQuery(PageQuery):
    assignee: QueryText | None = Field(None, description="The name of a team member. Ignored with `mine`.")
    unassigned: QueryBoolean = Field(False, description="Only unassigned tasks.")
    mine: QueryBoolean = Field(False, description="Only tasks of the team member with the caller's account.")
    status: Task.Status | None = None
    overdue: QueryBoolean | None = Field(
        None, description="true: only open tasks past their due date; false: all other tasks."
    )


@router.get("/tasks", response={200: TaskPage, **document_errors(401, 403, 422)}, summary="The task board")
def list_tasks(request: HttpRequest, query: Query[TaskQuery]) -> TaskPage:
    """Return the matching tasks: open ones first, then by priority, due date and age."""
    tasks = filter_tasks(
        TaskFilter(
            assignee=_find_assignee(request, query),
            unassigned=query.unassigned,
            status=query.status,
            overdue=query.overdue,
        )
    )
    page = tasks[query.offset : query.offset + query.limit]
    return TaskPage(count=tasks.count(), tasks=load_task_answers(page))


@router.post(
    "/tasks", response={201: TaskOut, **document_errors(400, 401, 403, 413, 415, 422)}, summary="Create a task"
)
def create_task(request: HttpRequest, task: TaskIn) -> Status[TaskOut]:
    """Create a task, and return it with its id."""
    try:
        new_task = add_task(**task.dict(exclude_unset=True), created_by=get_actor_name(request))
    except BadTask as error:
        raise make_refusal(error) from error
    return Status(201, load_task_answers([new_task])[0])


@router.patch(
    "/tasks/{task_id}",
    response={200: TaskOut, **document_errors(400, 401, 403, 404, 413, 415, 422)},
    summary="Change, finish or reopen a task",
)
def update_task(request: HttpRequest, task_id: PathId, change: TaskChange) -> TaskOut:
    """Change a task. `completed_at` is set when the task becomes done, and cleared when it is reopened."""
    try:
        return load_task_answers([edit_task(task_id, change.require_changes())])[0]
    except Task.DoesNotExist:
        raise NotFound(_NO_TASK) from None
    except BadTask as error:
        raise make_refusal(error) from error


@router.delete("/tasks/{task_id}", response={204: None, **document_errors(401, 403, 404, 422)}, summary="Delete a task")
def delete_task(request: HttpRequest, task_id: PathId) -> Status[None]:
    """Delete a task. A finished task that is deleted no longer counts in the progress report."""
    if not remove_task(task_id):
        raise NotFound(_NO_TASK)
    return Status(204, None)


def _find_assignee(request: HttpRequest, query: TaskQuery) -> TeamMember | None:
    """Return the member to filter by. Raises ``Unprocessable`` for a name or account that no member has."""
    if query.mine:
        return _require_caller(request)
    if query.assignee is None:
        return None
    try:
        return require_member_by_name(query.assignee)
    except UnknownMember as error:
        raise Unprocessable(str(error), errors=[{"loc": ["query", "assignee"], "message": str(error)}]) from error


def _require_caller(request: HttpRequest) -> TeamMember:
    uuid = get_signed_in_user(request).session.uuid
    member = find_member_by_account(uuid)
    if member is None:
        message = f"No team member has your account. Enter {uuid} as the accounts_uuid of a team member."
        raise Unprocessable(message, errors=[{"loc": ["query", "mine"], "message": message}])
    return member


def make_refusal(error: BadTask) -> Unprocessable:
    """Return the answer to an invalid task."""
    return Unprocessable(str(error), errors=[{"loc": ["body", error.field], "message": str(error)}])


def load_task_answers(tasks: Iterable[Task]) -> list[TaskOut]:
    """Return the tasks as answers.

    If the assignees are loaded already, the number of queries does not grow with the number of tasks.
    """
    tasks = list(tasks)
    linked = load_campaign_salesforce_ids(asset for task in tasks if (asset := _find_asset(task)))
    settled = find_settled_tasks(tasks)
    return [_build_answer(task, linked, is_settled=task.pk in settled) for task in tasks]


def _find_asset(task: Task) -> tuple[Area, int] | None:
    return (Area(task.asset_type), task.asset_id) if task.asset_type and task.asset_id else None


def _build_answer(task: Task, linked: Mapping[tuple[Area, int], str], *, is_settled: bool) -> TaskOut:
    asset = _find_asset(task)
    return TaskOut(
        id=task.pk,
        title=task.title,
        description=task.description,
        assignee=task.assignee.name if task.assignee else None,
        area=Area(task.area) if task.area else None,
        issue=task.issue or None,
        asset_type=Area(task.asset_type) if task.asset_type else None,
        asset_id=task.asset_id,
        asset_name=task.asset_name or None,
        salesforce_id=linked.get(asset) if asset else None,
        status=Task.Status(task.status),
        priority=Task.Priority(task.priority),
        due_date=task.due_date,
        is_overdue=is_overdue(task),
        is_settled=is_settled,
        age_days=compute_age_days(task),
        created_by=task.created_by,
        created_at=task.created_at,
        updated_at=task.updated_at,
        completed_at=task.completed_at,
    )
