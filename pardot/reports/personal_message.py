"""Write the morning message of one team member: own areas, changes, open tasks and saved views.

Each item ends with a link. The link to a saved view keeps only the parameters that are about the view's table.
The message leaves out the titles of tasks about prospects. The message includes other text that staff typed: titles of
other tasks, names of saved views, and the searches in these views. Staff may have typed a person's name there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from outgoing.numbers import format_count
from pardot.domain.areas import Area
from pardot.models import Task, TeamMember
from pardot.planning.tasks import is_overdue
from pardot.reports.addresses import build_rows_address, build_tasks_address
from pardot.reports.personal_work import OwnArea, PersonalWork, WorkFacts, load_personal_work
from pardot.reports.view_news import ViewNews, view_news
from pardot.reports.wording import (
    Section,
    format_amount,
    format_change,
    format_long_date,
    format_score_and_grade,
    format_since_day,
    number,
    text_of,
)
from pardot.scoring.changes import IssueChange

MOST_TASKS = 10
_LONGEST_TITLE = 100


def load_members_to_message(day: date) -> list[TeamMember]:
    """Return the members who get a message on ``day``.

    These members have an email address and have not stopped the messages. They have an area, an open task, or news
    about a saved view to which they subscribed.
    """
    open_tasks = Task.objects.filter(assignee=OuterRef("pk"), status=Task.Status.OPEN)
    recipients = TeamMember.objects.exclude(email="").filter(gets_messages=True).annotate(has_task=Exists(open_tasks))
    return [member for member in recipients if member.areas or member.has_task or view_news(member, day)]


def compose_personal_message(
    facts: WorkFacts, member: TeamMember, news: Iterable[ViewNews] = (), *, stop_address: str
) -> str:
    """Return the message to ``member``. ``stop_address``: the link at the end, which stops these messages."""
    work = load_personal_work(facts, member)
    since = format_since_day(facts.since, facts.day) if facts.since else ""
    text = text_of(
        f"Camp Campaign for {member.name}, {format_long_date(facts.day)}",
        [
            Section("Your areas", tuple(_compose_area(own) for own in work.areas)),
            Section(f"Changed {since}", tuple(_compose_changes(work, facts.since)) if facts.since else ()),
            Section("Your open tasks", tuple(_compose_tasks(work.tasks))),
            Section("Your views", tuple(each.line(facts.day) for each in news)),
        ],
    )
    return f"{text}\nStop these messages: {stop_address}\n"


def _compose_area(own: OwnArea) -> str:
    graded = format_score_and_grade(own.score, own.grade)
    return f"{own.area.label}: {graded}{format_change(own.score, own.before)} {build_rows_address(own.area)}"


def _compose_changes(work: PersonalWork, since: date) -> Iterator[str]:
    yield from (_compose_change(item, since) for item in work.changes)
    if work.areas and not work.changes:
        yield f"nothing in your areas {build_rows_address(work.areas[0].area)}"


def _compose_change(item: IssueChange, since: date) -> str:
    issue, new = item.listed.issue, item.ledger.new
    parts = [item.listed.title, f"was {format_amount(item.before, is_percentage=issue.is_percentage)}"]
    filters = {"flag": issue.flag, **({"exempt": "no"} if item.listed.exempt else {})}
    if new:
        parts.append(f"{number(new)} new")
        filters["new"] = str(since)
    return f"{', '.join(parts)} {build_rows_address(issue.area, **filters)}"


def _compose_tasks(tasks: QuerySet[Task]) -> Iterator[str]:
    for task in tasks[:MOST_TASKS]:
        yield _compose_task(task)
    if (more := tasks.count() - MOST_TASKS) > 0:
        yield f"{format_count(more, 'more task')} {build_tasks_address()}"


def _compose_task(task: Task) -> str:
    """Return the line about a task.

    The title of a task about prospects is left out, because it may contain a name.
    """
    is_about_prospects = Area.PROSPECTS in (task.area, task.asset_type)
    title = "A task about prospects" if is_about_prospects else task.title[:_LONGEST_TITLE]
    due = f", due {task.due_date:%b} {task.due_date.day}" if task.due_date else ""
    overdue = ", overdue" if is_overdue(task) else ""
    return f"{title}{due}{overdue} {build_tasks_address('' if is_about_prospects else task.title)}"
