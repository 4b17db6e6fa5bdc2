"""The morning message of one team member: areas, what changed in them, open tasks, views. Each line has its link.

It holds nothing about prospects: neither names nor addresses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef

from pardot.domain.areas import Area
from pardot.domain.days import today
from pardot.models import Task, TeamMember
from pardot.planning.tasks import TaskFilter, is_overdue, tasks_filtered
from pardot.reports.addresses import rows_address, tasks_address
from pardot.reports.view_news import ViewNews, view_news
from pardot.reports.wording import Section, change, long_date, number, plural, score_and_grade, since_day, text_of
from pardot.scoring.changes import Changes, IssueChange, changes_since
from pardot.scoring.scorecard import Scorecard, current_scorecard

MOST_TASKS = 10
_LONGEST_TITLE = 100


@dataclass(frozen=True)
class PersonalFacts:
    """Every fact in the messages of a day, whoever they are for."""

    day: date
    card: Scorecard
    changes: Changes


def personal_facts(now: datetime | None = None) -> PersonalFacts:
    """Return the facts as of now."""
    day, card = today(now), current_scorecard(now)
    return PersonalFacts(day, card, changes_since(None, card, day))


def members_with_messages(day: date) -> list[TeamMember]:
    """Return the members who have an address, want messages, and own an area, have an open task or news of a view."""
    busy = Task.objects.filter(assignee=OuterRef("pk"), status=Task.Status.OPEN)
    wanting = TeamMember.objects.exclude(email="").filter(gets_messages=True).annotate(has_task=Exists(busy))
    return [member for member in wanting if member.areas or member.has_task or view_news(member, day)]


def personal_message(
    facts: PersonalFacts, member: TeamMember, news: Iterable[ViewNews] = (), *, stop_address: str
) -> str:
    """Return the message of ``member``, with the address that stops the messages."""
    since = since_day(facts.changes.since.day, facts.day) if facts.changes.since else ""
    areas = [Area(area) for area in member.areas]
    text = text_of(
        f"Camp Campaign for {member.name}, {long_date(facts.day)}",
        [
            Section("Your areas", tuple(_areas(facts, areas))),
            Section(f"Changed {since}", tuple(_changes(facts, areas)) if facts.changes.since else ()),
            Section("Your open tasks", tuple(_tasks(member))),
            Section("Your views", tuple(each.line(facts.day) for each in news)),
        ],
    )
    return f"{text}\nStop these messages: {stop_address}\n"


def _areas(facts: PersonalFacts, areas: list[Area]) -> Iterator[str]:
    before = facts.changes.since.area_scores if facts.changes.since else {}
    for area in areas:
        score = facts.card.grading.areas[area].score
        graded = score_and_grade(score, facts.card.area_grades[area])
        yield f"{area.label}: {graded}{change(score, before.get(area.value))} {rows_address(area)}"


def _changes(facts: PersonalFacts, areas: list[Area]) -> Iterator[str]:
    assert facts.changes.since is not None
    changed = [*facts.changes.worse, *facts.changes.other_rows, *facts.changes.better]
    own = [found for found in changed if found.listed.issue.area in areas]
    yield from (_changed(found, facts.changes.since.day) for found in own)
    if areas and not own:
        yield f"nothing in your areas {rows_address(areas[0])}"


def _changed(found: IssueChange, since: date) -> str:
    issue, new = found.listed.issue, found.ledger.new
    parts = [found.listed.title, f"was {number(found.before)}"]
    filters = {"flag": issue.flag, **({"exempt": "no"} if found.listed.exempt else {})}
    if new:
        parts.append(f"{number(new)} new")
        filters["new"] = str(since)
    return f"{', '.join(parts)} {rows_address(issue.area, **filters)}"


def _tasks(member: TeamMember) -> Iterator[str]:
    tasks = tasks_filtered(TaskFilter(assignee=member, status=Task.Status.OPEN))
    for task in tasks[:MOST_TASKS]:
        yield _task(task)
    if (more := tasks.count() - MOST_TASKS) > 0:
        yield f"{plural(more, 'more task')} {tasks_address()}"


def _task(task: Task) -> str:
    """Return a line without the title of a task about a prospect: it may have a name in it."""
    is_personal = Area.PROSPECTS in (task.area, task.asset_type)
    title = "A task about a prospect" if is_personal else task.title[:_LONGEST_TITLE]
    due = f", due {task.due_date:%b} {task.due_date.day}" if task.due_date else ""
    overdue = ", overdue" if is_overdue(task) else ""
    return f"{title}{due}{overdue} {tasks_address('' if is_personal else task.title)}"
