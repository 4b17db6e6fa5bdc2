"""Generate the org, its users, its record types and its books. All other records refer to these."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from simulator import credentials
from simulator.data import words
from simulator.data.draw import Draw
from simulator.data.tables import Table

_STAMPS = ("CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp")
_COLLEGE_ONLY = frozenset({"Nursing", "Business", "College Success"})
_RECORD_TYPES = (
    ("Account", "Higher Education", "Higher_Education"),
    ("Account", "K-12", "K12"),
    ("Opportunity", "Book", "Book"),
    ("Opportunity", "Assignable", "Assignable"),
)


@dataclass(frozen=True)
class Book:
    id: str
    name: str
    subject: str


@dataclass(frozen=True)
class Directory:
    """The records that every other record may refer to."""

    api_user: str
    users: tuple[str, ...]
    """The ids of all users. The API user occurs several times, because this user changes most records."""
    owners: tuple[str, ...]
    account_types: tuple[str, str]
    """The ids of the record types ``Higher Education`` and ``K-12``."""
    opportunity_types: tuple[str, str]
    books: tuple[Book, ...]
    """The books; popular ones occur several times."""
    school_books: tuple[Book, ...]
    """The ``books`` for schools below college level."""


def make_organization(connection: sqlite3.Connection, draw: Draw, number: int) -> Directory:
    users = _users(connection, draw)
    stamps = _old_stamps(draw, users[0])
    name = "Simulated Open Textbooks" if number == 1 else f"Simulated Open Textbooks {number}"
    organization = Table(
        connection,
        "Organization",
        ("Id", "Name", *_STAMPS, "InstanceName", "IsSandbox", "OrganizationType", "DefaultLocaleSidKey",
         "TimeZoneSidKey", "PrimaryContactId"),
    )  # fmt: skip
    organization.rows.append(
        (credentials.organization_id(number), name, *stamps, "SIM1", 1, "Developer Edition", "en_US",
         "America/Chicago", users[1])
    )  # fmt: skip
    organization.finish()
    types = _record_types(connection, stamps)
    books = _books(connection, draw, users[0])
    return Directory(
        api_user=users[0],
        users=(users[0],) * 12 + tuple(users[1:]),
        owners=tuple(users[:6]),
        account_types=(types[0], types[1]),
        opportunity_types=(types[2], types[3]),
        books=books,
        school_books=tuple(book for book in books if book.subject not in _COLLEGE_ONLY),
    )


def _old_stamps(draw: Draw, user: str) -> tuple[str, ...]:
    created_at, changed_at = draw.moment(4300), draw.moment(900)
    return (created_at, user, changed_at, user, changed_at)


def _users(connection: sqlite3.Connection, draw: Draw) -> list[str]:
    table = Table(
        connection,
        "User",
        ("Id", "Name", *_STAMPS, "Username", "FirstName", "LastName", "Email", "Alias", "Title", "IsActive",
         "UserType", "TimeZoneSidKey", "LastLoginDate"),
    )  # fmt: skip
    ids: list[str] = []
    for first, last, title in words.STAFF:
        ids.append(table.next_id())
        address = f"{first}.{last}@books.example.org".lower()
        kind = "AutomatedProcess" if first == "Automated" else "Standard"
        table.rows.append(
            (ids[-1], f"{first} {last}", *_old_stamps(draw, ids[0]), f"{address}.sim", first, last, address,
             (first[0] + last)[:8].lower(), title, int(title != "Former Colleague"), kind, "America/Chicago",
             draw.moment(1))
        )  # fmt: skip
    table.finish()
    return ids


def _record_types(connection: sqlite3.Connection, stamps: tuple[str, ...]) -> list[str]:
    table = Table(connection, "RecordType", ("Id", "Name", *_STAMPS, "DeveloperName", "SobjectType", "IsActive"))
    for sobject, name, developer_name in _RECORD_TYPES:
        table.rows.append((table.next_id(), name, *stamps, developer_name, sobject, 1))
    ids = [str(row[0]) for row in table.rows]
    table.finish()
    return ids


def _books(connection: sqlite3.Connection, draw: Draw, user: str) -> tuple[Book, ...]:
    table = Table(
        connection,
        "Book__c",
        ("Id", "IsDeleted", "Name", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById",
         "SystemModstamp", "OwnerId", "Official_Name__c", "Book_Type__c", "Subject_Area__c", "OSC_URL__c",
         "Active__c"),
    )  # fmt: skip
    books: list[Book] = []
    titles = [(title, subject, 1) for subject, titles in words.BOOKS.items() for title in titles]
    titles += [(title, "Science", 0) for title in words.INACTIVE_BOOKS]
    for number, (title, subject, active) in enumerate(titles):
        book = Book(table.next_id(), title, subject)
        books += [book] * (1 if not active else 1 + (number * 7) % 5)
        created = int(600 + draw.random() * 3500)
        created_at, changed_at = draw.life(created)
        subjects = f"{subject};High School" if number % 9 == 4 else subject
        link = f"https://books.example.org/details/{_slug(title)}" if active else None
        kind = "Translation" if title.startswith(("Intro", "Fiz")) and not active else "OpenStax"
        table.rows.append(
            (book.id, int(title.startswith("Sandbox")), title[:80], created_at, user, changed_at, user,
             changed_at, user, f"{title} (official edition)" if number % 3 else title, kind, subjects, link, active)
        )  # fmt: skip
    table.finish()
    return tuple(books)


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
