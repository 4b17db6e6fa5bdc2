"""``/pardot/issues``: the issues by their cost in points, and tasks to fix them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from pydantic import ConfigDict, StringConstraints

from api.http.errors import NotFound, Unprocessable, document_errors
from api.http.fields import STORABLE, PlainText
from api.records.values import QueryDate
from pardot.domain.areas import Area
from pardot.domain.days import get_today
from pardot.domain.issues import BY_KEY
from pardot.models import Task
from pardot.planning.issue_tasks import add_issue_task
from pardot.planning.tasks import BadTask
from pardot.scoring.changes import load_oldest_findings
from pardot.scoring.issue_list import ListedIssue, build_issue_list, build_listed_issue, load_open_issue_tasks
from pardot.scoring.scorecard import Scorecard, load_current_scorecard
from pardot.scoring.snapshots import as_number
from pardot.v1.fields import NOT_BLANK, get_actor_name
from pardot.v1.tasks import make_refusal

router = Router(tags=["pardot: score"])

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), STORABLE]


class IssueTask(Schema):
    id: int
    title: str
    description: str
    assignee: str | None = Field(description="The name of the team member; null: unassigned.")
    area: Area | Literal[""]
    issue: str
    asset_id: int | None = Field(description="The id of the asset; null: the task is about the whole issue.")
    status: Literal["open", "done"]
    priority: Literal["high", "normal", "low"]
    due_date: date | None
    created_by: str
    created_at: datetime


class IssueItem(Schema):
    key: str
    area: Area
    flag: str = Field(description="The flag that the issue counts; for prospects, a figure of `prospect-health`.")
    title: str = Field(description="The title with the count, or with a dash when there is no data.")
    description: str = Field(description="The steps to take in Pardot.")
    priority: Literal["high", "normal", "low"]
    count: int | float | None = Field(
        description="The number of assets with the issue, without exempt ones, or a percentage; null: no data."
    )
    is_percentage: bool
    exempt: int = Field(description="The number of assets that have the issue and are exempt today.")
    weight: float = Field(description="The points that the area loses per asset, or per percentage point.")
    impact: float | None = Field(description="The points of the overall score that the issue costs; null: no data.")
    oldest: date | None = Field(
        description="The earliest known first day of the issue on an asset that is not exempt; null: none is known."
    )
    owners: list[str]
    tasks: list[IssueTask] = Field(description="The open tasks for the issue, newest first.")


class IssueList(Schema):
    count: int
    audited_at: datetime | None
    issues: list[IssueItem]


class NewIssueTask(Schema):
    """The assignee and due date of the new task."""

    model_config = ConfigDict(extra="forbid")

    assignee: Name | None = Field(
        None,
        description="The name of a team member; null or left out: the first owner of the area, if it has one.",
        json_schema_extra=NOT_BLANK,
    )
    due_date: QueryDate | None = None


class NewIssueTasks(NewIssueTask):
    """Tasks for several issues. Without `assignee`, the first owner of an area gets the area's tasks."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"issues": ["forms_dormant"]}})

    issues: list[PlainText] = Field(
        description="The keys of the issues.", json_schema_extra={"minItems": 1, "maxItems": len(BY_KEY)}
    )


class MadeIssueTasks(Schema):
    ids: list[int] = Field(description="The ids of the new tasks. `tasks/remove` with these ids removes them again.")
    left_out: int = Field(
        description="The number of issues that already had an open task for the whole issue. That task is unchanged."
    )


class MadeTask(Schema):
    created: bool = Field(description="True when the task is new; false when it was open already and stays unchanged.")
    task: IssueTask


@router.get("/issues", response={200: IssueList, **document_errors(401, 403)}, summary="Issues by their cost in points")
def list_issues(request: HttpRequest) -> IssueList:
    """Return all issues by impact. Issues that do not occur or have no data are last."""
    card = load_current_scorecard()
    oldest = load_oldest_findings(get_today())
    issues = [
        _build_item(listed, oldest.get(listed.issue.key)) for listed in build_issue_list(card, load_open_issue_tasks())
    ]
    return IssueList(count=len(issues), audited_at=card.audited_at, issues=issues)


@router.post(
    "/issues/{key}/create-task",
    response={200: MadeTask, 201: MadeTask, **document_errors(400, 401, 403, 404, 413, 415, 422)},
    summary="Create a task for an issue",
)
def create_issue_task(
    request: HttpRequest, key: Annotated[PlainText, StringConstraints(max_length=64)], body: NewIssueTask | None = None
) -> Status[MadeTask]:
    """Create a task for an issue, with the issue's title and priority.

    201: the task is new. 200: a task for the whole issue was open already, and is returned unchanged.
    """
    if key not in BY_KEY:
        raise NotFound(f"There is no issue {key}. Known: {', '.join(BY_KEY)}.")
    task, created = _make(request, load_current_scorecard(), key, body or NewIssueTask(assignee=None))
    return Status(201 if created else 200, MadeTask(created=created, task=_build_task(task)))


@router.post(
    "/issues/create-tasks",
    response={201: MadeIssueTasks, **document_errors(400, 401, 403, 413, 415, 422)},
    summary="Create a task for each of several issues",
)
def create_issue_tasks(request: HttpRequest, body: NewIssueTasks) -> Status[MadeIssueTasks]:
    """Create a task for each given issue, unless a task for the whole issue is open already.

    If a task is refused, none is created.
    """
    keys = list(dict.fromkeys(body.issues))
    unknown = [key for key in keys if key not in BY_KEY]
    if unknown or not keys:
        message = f"There is no issue {unknown[0]}. Known: {', '.join(BY_KEY)}" if unknown else "Nothing is chosen"
        raise Unprocessable(f"{message}.", errors=[{"loc": ["body", "issues"], "message": message}])
    card = load_current_scorecard()
    with transaction.atomic():
        tasks = [_make(request, card, key, body) for key in keys]
    ids = [task.pk for task, created in tasks if created]
    return Status(201, MadeIssueTasks(ids=ids, left_out=len(keys) - len(ids)))


def _make(request: HttpRequest, card: Scorecard, key: str, body: NewIssueTask) -> tuple[Task, bool]:
    """Create a task for an issue, or return the issue's open task. Also return whether the task is new."""
    owner = next(iter(card.owners(BY_KEY[key].area)), None)
    try:
        return add_issue_task(
            build_listed_issue(card, card.issues[key]),
            assignee=body.assignee or owner,
            due_date=body.due_date,
            created_by=get_actor_name(request),
        )
    except BadTask as error:
        raise make_refusal(error) from error


def _build_item(listed: ListedIssue, oldest: date | None) -> IssueItem:
    return IssueItem(
        key=listed.issue.key,
        area=listed.issue.area,
        flag=listed.issue.flag,
        title=listed.title,
        description=listed.description,
        priority=listed.priority.value,
        count=as_number(listed.count),
        is_percentage=listed.issue.is_percentage,
        exempt=listed.exempt,
        weight=float(listed.weight),
        impact=None if listed.impact is None else round(listed.impact, 2),
        oldest=oldest if listed.count else None,
        owners=list(listed.owners),
        tasks=_build_tasks(listed.tasks),
    )


def _build_tasks(tasks: Iterable[Task]) -> list[IssueTask]:
    return [_build_task(task) for task in tasks]


def _build_task(task: Task) -> IssueTask:
    return IssueTask(
        id=task.pk,
        title=task.title,
        description=task.description,
        assignee=task.assignee.name if task.assignee else None,
        area=Area(task.area) if task.area else "",
        issue=task.issue,
        asset_id=task.asset_id,
        status=task.status,  # type: ignore[arg-type]  # a choice of the model
        priority=task.priority,  # type: ignore[arg-type]
        due_date=task.due_date,
        created_by=task.created_by,
        created_at=task.created_at,
    )
