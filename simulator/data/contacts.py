"""Generate the people at the schools (Contact)."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from simulator.data import words
from simulator.data.draw import Draw, weighted
from simulator.data.organization import Directory
from simulator.data.people import Person, person
from simulator.data.schools import Place
from simulator.data.tables import Row, Table
from simulator.schema import picklists

COLUMNS = (
    "Id", "IsDeleted", "MasterRecordId", "Name", "CreatedDate", "CreatedById", "LastModifiedDate",
    "LastModifiedById", "SystemModstamp", "OwnerId", "LastActivityDate", "AccountId", "Salutation", "FirstName",
    "LastName", "Title", "Email", "Phone", "MailingCity", "MailingCountry", "LeadSource", "Description",
    "HasOptedOutOfEmail", "Role__c", "Position__c", "Adoption_Status__c", "AdoptionsJSON__c", "FV_Status__c",
    "Reject_Reason__c", "Accounts_UUID__c", "Accounts_ID__c", "Signup_Date__c", "LMS__c",
    "Subject_Interest__c", "pi__url__c", "pi__score__c", "pi__grade__c",
)  # fmt: skip
PROSPECT_URL = "https://pi.pardot.com/pc/crm/read/id/"
"""``pi__url__c`` is this URL, followed by the number of a prospect."""
FIRST_PROSPECT = 20_000_000
"""A contact's prospect number is this number plus the contact's index in the order of ids.

Some contacts have a copy in the recycle bin, with the same number. The generation of Pardot's data then replaces or
clears the numbers of most contacts. The numbers that remain belong to no prospect.
"""
_EXCLUDED_EVERY = 10
"""For every 10 contacts there is another contact that SFAPI's filter excludes."""
_DELETED_EVERY = 60
_SHARED_UUID_EVERY = 400
_ORPHAN_EVERY = 500
_ROLES = weighted({"Instructor": 62, "Adjunct Faculty": 12, "Administrator": 7, "Instructional Designer": 4,
                   "Librarian": 4, "Home School Teacher": 4, "Student": 2, "Other": 5, None: 4})  # fmt: skip
_STATUSES = weighted({"confirmed_faculty": 74, "pending_faculty": 5, "pending_sheerid": 3, "rejected_faculty": 5,
                      "rejected_by_sheerid": 4, "no_faculty_info": 5, "incomplete_signup": 4})  # fmt: skip
_SUBJECTS = (None, None, *picklists.SUBJECTS, "Math;Science", "Business;Social Sciences", "Math;Science;Nursing",
             ";".join(picklists.SUBJECTS))  # fmt: skip
_LMS = (None, None, *picklists.LMS)
_POSITIONS = (None, None, *picklists.POSITIONS, "Emeritus")
_COLLEGE_TITLES = (None, None, None, *words.COLLEGE_TITLES)
_SCHOOL_TITLES = (None, None, *words.SCHOOL_TITLES)
_SALUTATIONS = (None, None, None, "Dr.", "Prof.", "Ms.", "Mr.")
_SOURCES = (None, *picklists.LEAD_SOURCES)
_GRADES = ("A", "A-", "B+", "B", "C", "D", "F")


@dataclass(slots=True)
class Somebody:
    """A contact whose row is made after its adoptions, because the row lists them."""

    id: str
    number: int
    """The number of the contact in the order of ids, from 0."""
    person: Person
    books: list[tuple[str, int, int | None]]
    """The book, school year and number of students of each adoption."""


class Contacts:
    """Makes the rows of Contact."""

    def __init__(self, connection: sqlite3.Connection, draw: Draw, directory: Directory) -> None:
        self.table = Table(connection, "Contact", COLUMNS)
        self._draw = draw
        self._directory = directory
        users, owners = directory.users, directory.owners
        self._facts = draw.combinations(
            *(users, users, owners, _SALUTATIONS, _COLLEGE_TITLES, _SCHOOL_TITLES),
            *(_SOURCES, _ROLES, _POSITIONS, _LMS, _SUBJECTS),
        )
        self._matching = 0
        self._uuid = draw.uuid()

    def plan(self, count: int) -> list[Somebody]:
        """Return ``count`` contacts that pass SFAPI's filter. Call ``add`` after their adoptions are made."""
        return [self._somebody() for _ in range(count)]

    def _somebody(self) -> Somebody:
        record_id = self.table.next_id()
        number = self.table.id_count - 1
        return Somebody(record_id, number, person(self._draw, number), [])

    def add(self, contacts: list[Somebody], account_id: str, site: Place, lost_account: str) -> None:
        """Add the rows of ``contacts``, and some contacts that SFAPI's filter excludes or that are deleted."""
        for contact in contacts:
            number = self._matching = self._matching + 1
            school = lost_account if number % _ORPHAN_EVERY == 250 else account_id
            row = self._row(contact, school, site)
            self.table.rows.append(row)
            if number % _EXCLUDED_EVERY == 5:
                self.table.rows.append(self._excluded(account_id, site, number))
            if number % _DELETED_EVERY == 30:
                self.table.rows.append(self._deleted(row, number))

    def _row(self, contact: Somebody, account_id: str | None, site: Place) -> Row:
        draw, random, who = self._draw, self._draw.random, contact.person
        first_year = min((year for _, year, _ in contact.books), default=draw.year)
        created = min(draw.ago(1500) + (draw.year - first_year) * 365, 4300)
        created_at, changed_at = draw.life(created)
        creator, changer, owner, salutation, title, school_title, source, role, position, lms, subjects = draw.pick(
            self._facts
        )
        status = draw.pick(_STATUSES)
        number = contact.number
        scored = random() < 0.6
        if self._matching % _SHARED_UUID_EVERY != _SHARED_UUID_EVERY // 2:
            self._uuid = draw.uuid()
        return (
            contact.id, 0, None, who.full, created_at, creator, changed_at, changer, changed_at, owner,
            draw.days[draw.ago(created)] if random() < 0.3 else None, account_id, salutation, who.first, who.last,
            school_title if site.below_college else title,
            f"{who.mailbox}{number % 97}@{site.domain}" if random() < 0.995 else None,
            f"(555) 01{int(random() * 100):02}-{number % 10000:04}" if random() < 0.3 else None,
            site.city[:40] if random() < 0.3 else None, site.country[1] if random() < 0.3 else None,
            source, draw.pick(words.NOTES) if random() < 0.05 else None, int(random() < 0.06), role, position,
            _adoption_status(contact, draw), _adoptions_json(contact), status,
            draw.pick(picklists.REJECT_REASONS) if status.startswith("rejected") else None, self._uuid,
            f"{100_000 + number}", draw.moment(created), lms, subjects,
            f"{PROSPECT_URL}{FIRST_PROSPECT + number}" if scored else None,
            float(int(random() ** 4 * 800)) if scored else None, draw.pick(_GRADES) if scored else None,
        )  # fmt: skip

    def _excluded(self, account_id: str, site: Place, number: int) -> Row:
        """Return a contact without Accounts UUID, or without faculty status, or without both."""
        row = list(self._row(self._somebody(), account_id if number % 4 else None, site))
        without = ("Accounts_UUID__c", "FV_Status__c", "Accounts_UUID__c")[number % 3]
        row[COLUMNS.index(without)] = None
        if number % 20 == 5:
            row[COLUMNS.index("FV_Status__c")] = None
        return tuple(row)

    def _deleted(self, row: Row, number: int) -> Row:
        """Return a copy of ``row`` in the recycle bin. Every second copy was merged into ``row``."""
        stamp, user = max(row[4], self._draw.binned()), self._directory.api_user
        merged = number % (2 * _DELETED_EVERY) == 30
        master = row[0] if merged else None
        tail = (*row[9:29], row[29] if merged else self._draw.uuid(), *row[30:])
        return (self.table.next_id(), 1, master, row[3], row[4], row[5], stamp, user, stamp, *tail)


def _adoption_status(contact: Somebody, draw: Draw) -> str | None:
    if not contact.books:
        return draw.pick((None, "Not Adopter", "Not Adopter", "Future Adopter"))
    last = max(year for _, year, _ in contact.books)
    return "Current Adopter" if last >= draw.year - 1 else "Past Adopter"


def _adoptions_json(contact: Somebody) -> str | None:
    if not contact.books:
        return None
    entries = [{"name": book, "base_year": year, "students": students} for book, year, students in contact.books]
    return json.dumps({"Books": entries}, ensure_ascii=False)
