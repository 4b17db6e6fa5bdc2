"""List the issues by the points that they cost, with their texts, owners and tasks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from pardot.domain.grading import Occurrences
from pardot.domain.issues import Issue, Priority
from pardot.models import Task
from pardot.scoring.scorecard import IssueCount, Scorecard

UNKNOWN_COUNT = "–"
_ORDER = {priority: place for place, priority in enumerate(Priority)}


@dataclass(frozen=True)
class ListedIssue:
    """One issue with its current figures.

    ``impact`` is the number of points that the issue costs the overall score. ``impact`` and ``count`` are ``None``
    without data.
    """

    issue: Issue
    title: str
    description: str
    priority: Priority
    count: Occurrences | None
    exempt: int
    weight: Decimal
    impact: float | None
    owners: tuple[str, ...]
    tasks: tuple[Task, ...]
    """The open tasks that were created for the issue."""


def build_issue_list(card: Scorecard, tasks: Iterable[Task]) -> list[ListedIssue]:
    """Return the issues with the largest impact first. Issues without data are last.

    Among issues with equal impact, those that occur come before those that do not. Then the priority decides.
    """
    by_issue: dict[str, list[Task]] = {}
    for task in tasks:
        by_issue.setdefault(task.issue, []).append(task)
    issues = [build_listed_issue(card, counted, by_issue.get(key, ())) for key, counted in card.issues.items()]
    return sorted(issues, key=_build_sort_key)


def build_listed_issue(card: Scorecard, counted: IssueCount, tasks: Iterable[Task] = ()) -> ListedIssue:
    """Return the counted issue with the team's configured texts."""
    key = counted.issue.key
    template = card.configuration.templates[key]
    return ListedIssue(
        issue=counted.issue,
        title=with_count(template.title, counted.count),
        description=with_count(template.description, counted.count),
        priority=template.priority,
        count=counted.count,
        exempt=counted.exempt,
        weight=card.configuration.weights[key],
        impact=card.grading.impacts.get(key) if counted.count is not None else None,
        owners=tuple(card.owners(counted.issue.area)),
        tasks=tuple(tasks),
    )


def with_count(text: str, count: Occurrences | None) -> str:
    """Replace ``{count}`` in a text. Other braces stay."""
    return text.replace("{count}", UNKNOWN_COUNT if count is None else format_occurrences(count))


def format_occurrences(count: Occurrences) -> str:
    """Format the count as ``1,234`` or ``12.5``. A whole percentage has no decimals."""
    return f"{count.normalize():,f}" if isinstance(count, Decimal) else f"{count:,}"


def load_open_issue_tasks() -> list[Task]:
    """Return open tasks that were created for an issue, newest first, with their assignees; one query."""
    return list(Task.objects.filter(status=Task.Status.OPEN).exclude(issue="").select_related("assignee"))


def _build_sort_key(listed: ListedIssue) -> tuple[bool, float, bool, int]:
    """Return the sort key. Equal issues stay in the order of their declaration."""
    return (listed.impact is None, -(listed.impact or 0.0), not listed.count, _ORDER[listed.priority])
