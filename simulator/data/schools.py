"""Generate schools (Account) and their locations."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from simulator.data import words
from simulator.data.draw import Draw, weighted
from simulator.data.organization import Directory
from simulator.data.people import plain
from simulator.data.tables import Row, Table
from simulator.schema import picklists

COLUMNS = (
    "Id", "IsDeleted", "MasterRecordId", "Name", "CreatedDate", "CreatedById", "LastModifiedDate",
    "LastModifiedById", "SystemModstamp", "OwnerId", "LastActivityDate", "ParentId", "RecordTypeId", "Type",
    "BillingStreet", "BillingCity", "BillingState", "BillingPostalCode", "BillingCountry", "BillingStateCode",
    "BillingCountryCode", "Phone", "Website", "NumberOfEmployees", "Description", "LMS__c", "Books_Adopted__c",
    "SheerID_School_Name__c", "IPEDS_ID__c", "NCESID__c", "NCES_District_ID__c", "NCES_District_ID2__c",
    "Assignable_Status__c", "Assignable_Maturity_Score__c", "Assignments_Created__c",
    "Assignments_Completed__c",
)  # fmt: skip
_ABROAD = 0.08
_DUPLICATE_EVERY = 50
"""Every 50th school has a duplicate in the recycle bin. It was merged into the school."""
_BEFORE = weighted({"": 12, **dict.fromkeys(words.TOWN_PREFIXES, 1)})
_STATES = tuple(picklists.STATES.items())
_LMS = weighted({None: 30, "Canvas": 34, "Blackboard": 12, "Brightspace": 8, "Moodle": 7, "Other": 5,
                 "Google Classroom": 3, "Schoology": 1})  # fmt: skip
_ASSIGNABLE = weighted({None: 70, "Not Assignable": 12, "Interested": 8, "Pilot": 5, "Integrated": 4, "Churned": 1})
_BELOW_COLLEGE = frozenset({"High School", "K-12 School", "Home School"})
_USING_ASSIGNABLE = frozenset({"Pilot", "Integrated", "Churned"})


@dataclass(frozen=True, slots=True)
class Place:
    """The name, kind and location of a school."""

    name: str
    kind: str
    city: str
    state: tuple[str | None, str | None]
    """Code and name."""
    country: tuple[str, str]
    domain: str
    """The domain of the school's addresses. It ends in ``.example``, so that mail reaches no real person."""

    @property
    def below_college(self) -> bool:
        return self.kind in _BELOW_COLLEGE


def place(draw: Draw, number: int) -> Place:
    state: tuple[str | None, str | None] = (None, None)
    if draw.random() < _ABROAD:
        pattern, code, towns = draw.pick(words.OTHER_KINDS)
        town = draw.pick(towns)
        if draw.random() < 0.8:
            pattern = f"{pattern} {2 + int(draw.random() * 60)}"
        kind = picklists.ACCOUNT_TYPES[0]
    else:
        town = draw.pick(_BEFORE) + draw.pick(words.TOWN_STARTS) + draw.pick(words.TOWN_ENDS)
        pattern, kind = draw.pick(words.US_KINDS)
        state, code = draw.pick(_STATES), "US"
    domain = f"{plain(town) or 'school'}{number % 1000}.{'k12' if kind in _BELOW_COLLEGE else 'edu'}.example"
    return Place(pattern.format(town), kind, town, state, (code, picklists.COUNTRIES[code]), domain)


class Schools:
    """Makes the rows of Account."""

    def __init__(self, connection: sqlite3.Connection, draw: Draw, directory: Directory) -> None:
        self.table = Table(connection, "Account", COLUMNS)
        self._draw = draw
        self._directory = directory
        self._district: str | None = None

    def add(self, record_id: str, site: Place, number: int, books: list[str]) -> None:
        row = self._row(record_id, site, number, books)
        self.table.rows.append(row)
        if number % _DUPLICATE_EVERY == _DUPLICATE_EVERY // 2:
            self.table.rows.append(self._merged(row))
        if site.name.endswith("District"):
            self._district = record_id

    def _row(self, record_id: str, site: Place, number: int, books: list[str]) -> Row:
        draw, random = self._draw, self._draw.random
        created = draw.age(4300, new=0.06)
        created_at, changed_at = draw.life(created)
        school = site.below_college
        assignable = draw.pick(_ASSIGNABLE)
        created_count, completed_count = self._assignments(assignable)
        return (
            record_id, 0, None, site.name, created_at, draw.pick(self._directory.users), changed_at,
            draw.pick(self._directory.users), changed_at, draw.pick(self._directory.owners),
            draw.days[draw.ago(created)] if random() < 0.4 else None,
            self._district if school and random() < 0.1 else None,
            self._directory.account_types[school], site.kind if random() < 0.97 else None,
            f"{int(random() * 9800) + 100} {draw.pick(words.STREETS)}" if random() < 0.7 else None,
            site.city[:40], site.state[1], f"{int(random() * 99000) + 500:05}", site.country[1], site.state[0],
            site.country[0], f"+1 555 01{int(random() * 100):02}" if random() < 0.6 else None,
            f"https://www.{site.domain}/" if random() < 0.8 else None,
            int(random() ** 3 * 4000) if random() < 0.3 else None, _note(draw, 0.1), draw.pick(_LMS),
            "; ".join(dict.fromkeys(books)) or None,
            site.name.upper() if random() < 0.5 else None,
            f"{100000 + number}" if not school and site.state[0] else None,
            f"{number:012}" if school else None, f"{number // 9:07}" if school and random() < 0.8 else None,
            f"ST-{number // 9:05}" if school and random() < 0.5 else None, assignable,
            float(int(random() * 100)) if assignable in _USING_ASSIGNABLE else None, created_count, completed_count,
        )  # fmt: skip

    def _assignments(self, assignable: str | None) -> tuple[float | None, float | None]:
        if assignable not in _USING_ASSIGNABLE:
            return (None, None) if self._draw.random() < 0.7 else (0.0, 0.0)
        count = int(self._draw.random() ** 2 * 900)
        return float(count), float(int(count * self._draw.random()))

    def _merged(self, row: Row) -> Row:
        """Return a deleted duplicate of the school ``row``, merged into it in the last 14 days."""
        stamp = max(row[4], self._draw.binned())
        user = self._directory.api_user
        head = (self.table.next_id(), 1, row[0], f"{row[3]} (duplicate)"[:255], row[4], row[5], stamp, user, stamp)
        return head + row[9:28] + (None, None) + row[30:]


def _note(draw: Draw, share: float) -> str | None:
    return draw.pick(words.NOTES) if draw.random() < share else None
