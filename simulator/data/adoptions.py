"""Generate opportunities (a book at a school) and adoptions (the use of this book in one school year)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from simulator.data import words
from simulator.data.contacts import Somebody
from simulator.data.draw import Draw, weighted
from simulator.data.organization import Book, Directory
from simulator.data.schools import Place
from simulator.data.tables import Row, Table
from simulator.schema import picklists

OPPORTUNITY_COLUMNS = (
    "Id", "IsDeleted", "Name", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById",
    "SystemModstamp", "OwnerId", "LastActivityDate", "LastViewedDate", "LastReferencedDate", "AccountId",
    "ContactId", "Contact__c", "Book__c", "RecordTypeId", "Description", "StageName", "Amount", "Probability",
    "CloseDate", "Type", "LeadSource", "IsClosed", "IsWon", "LastActivityInDays", "LastStageChangeDate",
    "LastStageChangeInDays", "FiscalYear", "Fiscal",
)  # fmt: skip
ADOPTION_COLUMNS = (
    "Id", "IsDeleted", "Name", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById",
    "SystemModstamp", "OwnerId", "LastActivityDate", "Opportunity__c", "Name__c", "Class_Start_Date__c",
    "Confirmation_Date__c", "Base_Year__c", "Adoption_Type__c", "Students__c", "School_Year__c",
    "Terms_Used__c", "Confirmation_Type__c", "How_Using__c", "Savings__c",
)  # fmt: skip
_DELETED_EVERY = 80
_ORPHAN_EVERY = 400
_LONG_EVERY = 900
_NOTE_EVERY = 5
_STAGES = weighted({"Confirmed Adoption Won": 44, "Assumed Adoption Won": 26, "Closed Lost": 12, "Interested": 8,
                    "Evaluating": 6, "Committed": 4})  # fmt: skip
_TYPES = weighted({"New Business": 45, "Renewal": 35, "Renewal - Verified": 14, "Add-On": 3, None: 3})
_SOURCES = (None, *picklists.LEAD_SOURCES)
_TERMS = weighted({"Fall": 30, "Spring": 20, "Fall;Spring": 30, "Summer": 5, "Fall;Winter;Spring": 4,
                   "Fall;Winter;Spring;Summer": 3, None: 8})  # fmt: skip
_CONFIRMATIONS = weighted({"OpenStax Confirmed Adoption": 52, "OpenStax Assumed Adoption": 34,
                           "Partner Confirmed Adoption": 7, "Bookstore Report": 5, None: 2})  # fmt: skip
_HOW = weighted({picklists.HOW_USING[0]: 70, picklists.HOW_USING[1]: 18, picklists.HOW_USING[2]: 4, None: 8})
_KINDS = weighted({"Faculty/Instructor": 78, "Department": 12, "Institution": 5, "High School": 3, None: 2})
_BOOK_PRICE = 78.25


@dataclass(frozen=True, slots=True)
class Deal:
    """The part of an opportunity that its adoptions need."""

    id: str
    book: Book
    contact: Somebody | None
    created: int
    """The age of the opportunity in days."""
    idle: int
    """The number of school years since the last adoption."""


class Opportunities:
    """Makes the rows of Opportunity."""

    def __init__(self, connection: sqlite3.Connection, draw: Draw, directory: Directory) -> None:
        self.table = Table(connection, "Opportunity", OPPORTUNITY_COLUMNS)
        self._draw = draw
        self._directory = directory
        self._facts = draw.combinations(directory.users, directory.users, directory.owners, _STAGES, _TYPES, _SOURCES)
        self._alive = 0

    def add(self, count: int, account_id: str, site: Place, contacts: list[Somebody]) -> list[Deal]:
        """Add ``count`` opportunities at one school, distributed among its contacts, and some deleted copies."""
        deals = []
        books = self._directory.school_books if site.below_college else self._directory.books
        for index in range(count):
            self._alive += 1
            created = self._draw.age(3200, new=0.12)
            contact = contacts[index % len(contacts)] if contacts else None
            idle = int(self._draw.random() ** 3 * created / 365)
            deal = Deal(self.table.next_id(), self._draw.pick(books), contact, created, idle)
            row = self._row(deal, account_id, site.name)
            self.table.rows.append(row)
            if self._alive % _DELETED_EVERY == _DELETED_EVERY // 2:
                self.table.rows.append(self._deleted(row))
            deals.append(deal)
        return deals

    def _row(self, deal: Deal, account_id: str, school: str) -> Row:
        draw, random = self._draw, self._draw.random
        created_at, changed_at = draw.life(deal.created)
        creator, changer, owner, stage, kind, source = draw.pick(self._facts)
        probability, closed, won = picklists.STAGES[stage]
        staged = draw.ago(deal.created)
        active = draw.ago(deal.created) if random() < 0.35 else None
        close = draw.days[draw.ago(deal.created)]
        seen = draw.moment(draw.ago(200)) if random() < 0.1 else None
        contact_id = deal.contact.id if deal.contact else None
        return (
            deal.id, 0, f"{deal.book.name} – {school}"[:120], created_at, creator,
            changed_at, changer, changed_at, owner,
            draw.days[active] if active else None, seen, seen, account_id,
            contact_id if random() < 0.97 else None, contact_id, deal.book.id if random() < 0.985 else None,
            self._directory.opportunity_types[random() < 0.05], self._description(), stage,
            self._amount(), probability if random() < 0.98 else None, close, kind,
            source, int(closed), int(won), active, draw.moment(staged), staged, int(close[:4]),
            f"{close[:4]} {(int(close[5:7]) + 2) // 3}",
        )  # fmt: skip

    def _description(self) -> str | None:
        if self._alive % _LONG_EVERY == 7:
            return (words.LONG_NOTE * (60 + self._alive % 40))[:31_990]
        turn, place = divmod(self._alive, _NOTE_EVERY)
        return None if place else words.NOTES[turn % len(words.NOTES)]

    def _amount(self) -> float | None:
        chance = self._draw.random()
        if chance < 0.3:
            return None
        return 0.0 if chance < 0.4 else round((chance - 0.4) ** 2 * 90_000, 2)

    def _deleted(self, row: Row) -> Row:
        stamp, user = max(row[3], self._draw.binned()), self._directory.api_user
        return (self.table.next_id(), 1, row[2], row[3], row[4], stamp, user, stamp, *row[8:])


class Adoptions:
    """Makes the rows of Adoption__c."""

    def __init__(self, connection: sqlite3.Connection, draw: Draw, directory: Directory) -> None:
        self.table = Table(connection, "Adoption__c", ADOPTION_COLUMNS)
        self._draw = draw
        self._directory = directory
        self._alive = 0
        self._facts = draw.combinations(
            directory.users, directory.users, directory.owners, _KINDS, _TERMS, _CONFIRMATIONS, _HOW
        )
        self._autumn = f"{draw.as_of:%m-%d}" >= "07-01"

    def add(self, count: int, school: str, deals: list[Deal], lost_deal: str) -> None:
        """Add ``count`` adoptions at one school, and some deleted copies.

        The deals take turns. Each deal starts with its last school year and continues with earlier years.
        """
        latest = self._draw.year if self._autumn else self._draw.year - 1
        for index in range(count):
            self._alive += 1
            deal, year = deals[index % len(deals)], latest - index // len(deals)
            year -= deal.idle
            row = self._row(deal, school, year)
            if self._alive % _ORPHAN_EVERY == _ORPHAN_EVERY // 2:
                row = (*row[:10], lost_deal, *row[11:])
            self.table.rows.append(row)
            if self._alive % _DELETED_EVERY == _DELETED_EVERY // 2:
                self.table.rows.append(self._deleted(row))

    def _row(self, deal: Deal, school: str, year: int) -> Row:
        draw, random = self._draw, self._draw.random
        created = min(deal.created, 1 + (draw.year - year) * 365 + int(random() * 200))
        created_at, changed_at = draw.life(created)
        students = self._students()
        if deal.contact:
            deal.contact.books.append((deal.book.name, year, students))
        creator, changer, owner, kind, terms, confirmation, how = draw.pick(self._facts)
        start = (
            f"{year}-08-{int(random() * 28) + 1:02}" if random() < 0.7 else f"{year + 1}-01-{int(random() * 28) + 1:02}"
        )
        return (
            self.table.next_id(), 0, f"AD-{self.table.id_count:07}", created_at, creator,
            changed_at, changer, changed_at, owner,
            draw.days[draw.ago(created)] if random() < 0.2 else None, deal.id,
            f"{deal.book.name}, {school}, {year}"[:255], start if random() < 0.9 else None,
            draw.days[draw.ago(created)] if random() < 0.8 else None, float(year), kind,
            None if students is None else float(students), f"{year} - {(year + 1) % 100:02}", terms,
            confirmation, how, self._savings(students),
        )  # fmt: skip

    def _students(self) -> int | None:
        chance = self._draw.random()
        if chance < 0.04:
            return None
        if chance < 0.07:
            return 0
        return int(8 + (chance - 0.07) ** 3 * 300 + (chance > 0.99) * self._draw.random() ** 2 * 2400)

    def _savings(self, students: int | None) -> float | None:
        if students is None:
            return None
        if students % 89 == 88:
            return -round(students * 1.5, 2)
        return round(students * _BOOK_PRICE, 2)

    def _deleted(self, row: Row) -> Row:
        stamp, user = max(row[3], self._draw.binned()), self._directory.api_user
        name = f"AD-{self.table.id_count + 1:07}"
        return (self.table.next_id(), 1, name, row[3], row[4], stamp, user, stamp, *row[8:])
