"""Create tasks about many assets at once, one per asset or one for all; delete many tasks at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from django.db import transaction

from pardot.domain.areas import Area
from pardot.domain.issues import BY_KEY
from pardot.models import Task
from pardot.planning.tasks import BadTask, add_task

_LONGEST_TITLE = 200
_LONGEST_DESCRIPTION = 10_000
_REST = "\n\n… and {:,} more"
_ROOM_FOR_TEXT = _LONGEST_DESCRIPTION - len(_REST.format(1_000))
"""The longest text that leaves room for the line “… and 1,000 more”."""


def add_task_for_each(
    area: Area, names: Mapping[int, str], *, title: str, issue: str | None, created_by: str, **values: str | date | None
) -> list[Task]:
    """Create a task for each asset, with the title ``title: name``.

    All tasks are created, or none. Raises ``BadTask``.
    """
    if issue is not None and issue in BY_KEY and BY_KEY[issue].area is not area:
        raise BadTask("issue", f"{issue} is an issue of {BY_KEY[issue].area}, not of {area}")
    first, *others = names.items()
    with transaction.atomic():
        example = add_task(
            title=_compose_title(title, first[1]),
            created_by=created_by,
            asset_type=area,
            asset_id=first[0],
            issue=issue,
            **values,
        )
        copies = Task.objects.bulk_create(
            _copy_for(example, asset, name, _compose_title(title, name)) for asset, name in others
        )
    return [example, *copies]


def add_task_for_all(
    area: Area, names: Mapping[int, str], *, title: str, description: str, created_by: str, **values: str | date | None
) -> Task:
    """Create one task that lists the assets in its description. Raises ``BadTask``.

    The task has no issue: an open task with an issue and without an asset is about all assets that have the issue.
    """
    if len(description) > _ROOM_FOR_TEXT:
        raise BadTask(
            "description", f"Use at most {_ROOM_FOR_TEXT:,} characters, so that the list of assets can follow"
        )
    lines = [f"{name} (Pardot ID {asset})" for asset, name in names.items()]
    return add_task(
        title=title, description="\n".join(_fit(description, lines)), area=area, created_by=created_by, **values
    )


def remove_tasks(ids: Collection[int]) -> int:
    """Delete these tasks, and return how many were deleted."""
    return Task.objects.filter(pk__in=ids).delete()[0]


def _compose_title(title: str, name: str) -> str:
    return f"{title}: {name}"[:_LONGEST_TITLE]


def _copy_for(example: Task, asset: int, name: str, title: str) -> Task:
    """Return an unsaved task like ``example`` for another asset of the same type."""
    fields = {field.attname: getattr(example, field.attname) for field in Task._meta.concrete_fields}
    return Task(**{**fields, "id": None, "asset_id": asset, "asset_name": name, "title": title})


def _fit(description: str, lines: list[str]) -> Iterator[str]:
    """Yield ``description``, as many ``lines`` as fit into a task, and the number of lines left out."""
    if description:
        yield f"{description}\n"
    room = _ROOM_FOR_TEXT - len(description)
    for index, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            yield _REST.format(len(lines) - index).strip()
            return
        yield line
