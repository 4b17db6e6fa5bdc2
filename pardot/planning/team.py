"""The team: the owners of areas, and the assignees of tasks."""

from __future__ import annotations

import uuid
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Q

from pardot.domain.areas import Area
from pardot.models import Task, TeamMember


@dataclass(frozen=True)
class Member:
    """A member in a request that replaces the team. With ``id``, the row with this id gets these values."""

    name: str
    id: int | None = None
    role: str = ""
    areas: Sequence[Area] = ()
    label: str = ""
    order: int = 0
    accounts_uuid: uuid.UUID | None = None
    email: str | None = None
    """The address for morning messages. ``None`` leaves it unchanged."""
    gets_messages: bool | None = None
    """``None`` leaves the choice unchanged: editing the team must not restart stopped messages."""

    def write_to(self, row: TeamMember) -> TeamMember:
        row.name, row.role, row.label, row.order = self.name, self.role, self.label, self.order
        row.areas, row.accounts_uuid = [area.value for area in self.areas], self.accounts_uuid
        row.email = row.email if self.email is None else self.email
        row.gets_messages = row.gets_messages if self.gets_messages is None else self.gets_messages
        return row


@dataclass
class BadTeam(ValueError):
    """The team is invalid. ``problems`` are tuples: index of the member, name of the field, message."""

    problems: list[tuple[int, str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        return "; ".join(message for _, _, message in self.problems)


class TeamChanged(Exception):
    """The team has changed since the caller read it."""


class UnknownMember(LookupError):
    """No team member has this name. The message lists the team."""


_FIELDS = ("id", "name", "role", "areas", "label", "order", "accounts_uuid", "email", "gets_messages")
_ORDER = ("order", "name", "id")
_TWICE = "“{}” is in the team twice"


def load_team_with_tasks() -> list[dict[str, Any]]:
    """Return the members in display order, each with the number of open tasks; one query."""
    still_open = Count("tasks", filter=Q(tasks__status=Task.Status.OPEN))
    members = TeamMember.objects.annotate(open_tasks=still_open).order_by(*_ORDER)
    return list(members.values(*_FIELDS, "open_tasks"))


def require_member_by_name(name: str) -> TeamMember:
    """Return the member with this name. Case does not matter. Raises ``UnknownMember``."""
    member = TeamMember.objects.filter(name__iexact=name.strip()).first()
    if member is None:
        names = ", ".join(TeamMember.objects.values_list("name", flat=True))
        raise UnknownMember(f"No team member is called “{name}”. The team: {names or 'empty so far'}.")
    return member


def find_member_by_account(accounts_uuid: str) -> TeamMember | None:
    """Return the member with this OpenStax account, or ``None``."""
    return TeamMember.objects.filter(accounts_uuid=accounts_uuid).first()


def replace_team(members: Sequence[Member], *, was: Sequence[Mapping[str, Any]] | None = None) -> None:
    """Replace the team. Members who are left out are removed, and their tasks become unassigned.

    ``was``: the team as the caller read it, without the open tasks. Raises ``BadTeam`` when ``members`` is invalid, and
    ``TeamChanged`` when the stored team differs from ``was``. In both cases nothing is changed.
    """
    with transaction.atomic():
        _keep_others_from_writing()
        if was is not None and list(was) != list(TeamMember.objects.order_by(*_ORDER).values(*_FIELDS)):
            raise TeamChanged
        rows = TeamMember.objects.in_bulk()
        problems = [*_find_duplicates(members), *_find_unknown(members, rows.keys())]
        if problems:
            raise BadTeam(problems)
        kept = {member.id for member in members}
        TeamMember.objects.exclude(pk__in=[key for key in kept if key is not None]).delete()
        _free_names([rows[key] for key in kept if key is not None])
        for index, member in enumerate(members):
            _save(index, member.write_to(rows[member.id] if member.id is not None else TeamMember()))


def _save(index: int, row: TeamMember) -> None:
    """Save a member. PostgreSQL may treat names as equal that differ in Python, such as “İ” and “i”."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise BadTeam([(index, "name", _TWICE.format(row.name))]) from error


def _keep_others_from_writing() -> None:
    """Keep other writers, such as the admin, waiting until the transaction ends. Readers are not blocked."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {TeamMember._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


def _free_names(rows: Sequence[TeamMember]) -> None:
    """Give the members temporary names and no accounts.

    Names and accounts are unique, so two members could not swap them otherwise.
    """
    for row in rows:
        row.name, row.accounts_uuid = str(uuid.uuid4()), None
    TeamMember.objects.bulk_update(rows, ["name", "accounts_uuid"])


def _find_duplicates(members: Sequence[Member]) -> list[tuple[int, str, str]]:
    def find_repeats(name: str, values: Sequence[Hashable], message: str) -> list[tuple[int, str, str]]:
        return [
            (index, name, message.format(getattr(members[index], name)))
            for index, value in enumerate(values)
            if value is not None and value in values[:index]
        ]

    return [
        *find_repeats("name", [member.name.casefold() for member in members], _TWICE),
        *find_repeats("id", [member.id for member in members], "two members have the id {}"),
        *find_repeats("accounts_uuid", [member.accounts_uuid for member in members], "two members have the account {}"),
    ]


def _find_unknown(members: Sequence[Member], known: Any) -> list[tuple[int, str, str]]:
    return [
        (index, "id", f"no team member has the id {member.id}; leave the id out for a new member")
        for index, member in enumerate(members)
        if member.id is not None and member.id not in known
    ]
