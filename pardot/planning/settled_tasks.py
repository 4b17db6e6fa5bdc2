"""Find open tasks whose issue is fixed, so that the task board can offer to close them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q

from pardot.domain.issues import BY_KEY
from pardot.models import Finding, Task
from pardot.scoring.scorecard import load_current_scorecard


def find_settled_tasks(tasks: Iterable[Task]) -> frozenset[int]:
    """Return the ids of open tasks whose issue no longer occurs, or whose asset no longer has the issue.

    A task about a whole issue is not settled while there is no data about the issue. Queries are made only if an open
    task is about an issue.
    """
    about = [task for task in tasks if task.status == Task.Status.OPEN and task.issue in BY_KEY]
    whole = [task for task in about if not task.asset_id]
    return _load_settled_of_issues(whole) | _load_settled_of_assets([task for task in about if task.asset_id])


def _load_settled_of_issues(tasks: list[Task]) -> frozenset[int]:
    if not tasks:
        return frozenset()
    issues = load_current_scorecard().issues
    return frozenset(task.pk for task in tasks if issues[task.issue].count == 0)


def _load_settled_of_assets(tasks: list[Task]) -> frozenset[int]:
    """Return the ids of tasks whose asset had the issue and, by the ledger of findings, no longer has it."""
    if not tasks:
        return frozenset()
    findings = (
        Finding.objects.order_by()
        .filter(asset_id__in={task.asset_id for task in tasks}, issue__in={task.issue for task in tasks})
        .values_list("asset_type", "asset_id", "issue")
        .annotate(still=Count("id", filter=Q(fixed_on=None)))
    )
    settled = {(kind, asset, issue) for kind, asset, issue, still in findings if not still}
    return frozenset(task.pk for task in tasks if (task.asset_type, task.asset_id, task.issue) in settled)
