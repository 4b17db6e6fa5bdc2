"""Tasks: work for a person, often about one asset. Only a task that is done has ``completed_at``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from pardot.catalog.asset_names import UnknownAsset, find_asset_name
from pardot.domain.areas import Area
from pardot.domain.days import get_today
from pardot.domain.issues import BY_KEY
from pardot.models import Task, TeamMember
from pardot.planning.team import UnknownMember, require_member_by_name


class BadTask(ValueError):
    """The task is invalid. ``field`` says where, the message says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class TaskFilter:
    """A filter of tasks. A field with its default value does not filter."""

    assignee: TeamMember | None = None
    unassigned: bool = False
    status: Task.Status | None = None
    overdue: bool | None = None


_URGENCY = Case(
    When(priority=Task.Priority.HIGH, then=Value(0)),
    When(priority=Task.Priority.NORMAL, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def filter_tasks(filters: TaskFilter) -> QuerySet[Task]:
    """Return tasks with their assignees: open ones first, then by priority, due date and age."""
    tasks = Task.objects.select_related("assignee")
    if filters.assignee is not None:
        tasks = tasks.filter(assignee=filters.assignee)
    if filters.unassigned:
        tasks = tasks.filter(assignee=None)
    if filters.status is not None:
        tasks = tasks.filter(status=filters.status)
    if filters.overdue is not None:
        late = Q(status=Task.Status.OPEN, due_date__isnull=False, due_date__lt=get_today())
        tasks = tasks.filter(late) if filters.overdue else tasks.exclude(late)
    return tasks.order_by("-status", _URGENCY, F("due_date").asc(nulls_last=True), "created_at", "id")


def compute_age_days(task: Task) -> int:
    """Return the days, in ``TIME_ZONE``, from the creation of the task to its completion, or to today."""
    ended = get_today(task.completed_at) if task.completed_at else get_today()
    return (ended - get_today(task.created_at)).days


def is_overdue(task: Task) -> bool:
    return task.status == Task.Status.OPEN and task.due_date is not None and task.due_date < get_today()


def add_task(*, title: str, created_by: str, **values: Any) -> Task:
    """Create a task. ``values`` are fields, as in ``edit_task``. Raises ``BadTask``."""
    task = Task(title=title, created_by=created_by, created_at=timezone.now())
    _apply(task, values)
    task.save()
    return task


def edit_task(task_id: int, changes: Mapping[str, Any]) -> Task:
    """Change the fields in ``changes``. ``None`` empties a field. ``assignee`` is a member's name.

    Raises ``Task.DoesNotExist`` or ``BadTask``. Then nothing is changed.
    """
    with transaction.atomic():
        task = Task.objects.select_for_update().get(pk=task_id)
        _apply(task, changes)
        task.save()
    return task


def remove_task(task_id: int) -> bool:
    """Delete the task, and return whether it existed."""
    return bool(Task.objects.filter(pk=task_id).delete()[0])


def note_status(task: Task, now: datetime) -> None:
    """Set ``completed_at`` when the task becomes done, and clear it when the task is reopened."""
    if task.status == Task.Status.OPEN:
        task.completed_at = None
    elif task.completed_at is None:
        task.completed_at = now


def check_asset(task: Task, *, is_named: bool) -> None:
    """Check that type and id identify a copied asset, or are both empty.

    Fill in the asset's name unless ``is_named``. Raises ``BadTask``.
    """
    if bool(task.asset_type) != (task.asset_id is not None):
        raise BadTask("asset_id", "Give both the type and the id of the asset, or neither")
    if task.asset_id is None:
        return
    try:
        name = find_asset_name(Area(task.asset_type), task.asset_id)
    except UnknownAsset as error:
        raise BadTask("asset_id", str(error)) from error
    if not is_named:
        task.asset_name = name


def fill_in_area(task: Task) -> None:
    """Give a task without an area the area of its issue or asset."""
    if not task.area:
        task.area = BY_KEY[task.issue].area if task.issue in BY_KEY else task.asset_type


_EMPTY_IS_TEXT = {"description", "area", "issue", "asset_type", "asset_name"}
_ASSET = {"asset_type", "asset_id"}


def _apply(task: Task, changes: Mapping[str, Any]) -> None:
    values = {name: "" if value is None and name in _EMPTY_IS_TEXT else value for name, value in changes.items()}
    if "assignee" in values:
        task.assignee = _find_assignee(values.pop("assignee"))
    for name, value in values.items():
        setattr(task, name, value)
    if values.get("issue"):
        _check_issue(task.issue)
    if _ASSET & values.keys():
        if not values.get("asset_name"):
            task.asset_name = ""
        check_asset(task, is_named=bool(task.asset_name))
    fill_in_area(task)
    task.updated_at = timezone.now()
    note_status(task, task.updated_at)


def _find_assignee(name: str | None) -> TeamMember | None:
    if not name:
        return None
    try:
        return require_member_by_name(name)
    except UnknownMember as error:
        raise BadTask("assignee", str(error)) from error


def _check_issue(key: str) -> None:
    if key not in BY_KEY:
        raise BadTask("issue", f"There is no issue {key}. Known: {', '.join(BY_KEY)}")
