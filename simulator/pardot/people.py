"""Choose, among the Contacts and Leads of the simulated Salesforce, those that Pardot knows."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from simulator.pardot.tables import BATCH

_LINKED_SHARE = 0.78
"""At most this share of prospects has a link to a Contact or Lead."""
_LOST_SHARE = 0.012
"""At least this share of people has no prospect. A few of them keep a link to a deleted prospect."""
_URL = "https://pi.pardot.com/pc/crm/read/id/{}"

_CONTACTS = """
SELECT c.Id, c.AccountId, c.FirstName, c.LastName, c.Email, a.Name, c.Title
FROM Contact c LEFT JOIN Account a ON a.Id = c.AccountId
WHERE c.pi__url__c IS NOT NULL AND c.IsDeleted = 0 ORDER BY c.Id
"""
_LEADS = """
SELECT Id, NULL, FirstName, LastName, Email, Company, Title
FROM Lead WHERE pi__url__c IS NOT NULL AND IsDeleted = 0 ORDER BY Id
"""


class Person(NamedTuple):
    """A person who becomes a prospect: a Contact, a Lead, or a stranger."""

    crm_id: str
    """The Salesforce id. It is empty for a stranger, whom Salesforce does not know."""
    account_id: str | None
    first_name: str | None
    last_name: str | None
    email: str | None
    company: str | None
    title: str | None


class _Source:
    """The people of one sObject, in the order of their ids. An even sample of them gets prospects."""

    def __init__(self, connection: sqlite3.Connection, sobject: str, query: str) -> None:
        condition = "pi__url__c IS NOT NULL AND IsDeleted = 0"
        (self.count,) = connection.execute(f"SELECT count(*) FROM {sobject} WHERE {condition}").fetchone()
        self._connection = connection
        self._rows = connection.execute(query)
        self._update = f"UPDATE {sobject} SET pi__url__c = ? WHERE Id = ?"
        self._urls: list[tuple[str | None, str]] = []
        self._seen = 0
        self.sample_size = self.count

    def next(self, prospect_id: int) -> Person | None:
        """Return the next person, linked to this prospect; ``None`` when no person is left."""
        for row in self._rows:
            self._seen += 1
            before, now = (place * self.sample_size // self.count for place in (self._seen - 1, self._seen))
            if now > before:
                self._write(_URL.format(prospect_id), row[0])
                return Person(*row)
            self._skip(row[0])
        return None

    def finish(self) -> None:
        """Clear the links of most people whom ``next`` has not reached, and write all waiting links."""
        for row in self._rows:
            self._seen += 1
            self._skip(row[0])
        self._flush()

    def _skip(self, crm_id: str) -> None:
        # A few people keep the URL of a deleted prospect. The other people were never in Pardot.
        if self._seen % 100 >= 100 * _LOST_SHARE:
            self._write(None, crm_id)

    def _write(self, url: str | None, crm_id: str) -> None:
        self._urls.append((url, crm_id))
        if len(self._urls) == BATCH:
            self._flush()

    def _flush(self) -> None:
        self._connection.executemany(self._update, self._urls)
        self._urls.clear()


class People:
    """Gives people to prospects, each person at most once."""

    def __init__(self, connection: sqlite3.Connection, prospects: int) -> None:
        self._contacts = _Source(connection, "Contact", _CONTACTS)
        self._leads = _Source(connection, "Lead", _LEADS)
        known = self._contacts.count + self._leads.count
        share = min(1 - _LOST_SHARE, _LINKED_SHARE * prospects / max(known, 1))
        for source in (self._contacts, self._leads):
            source.sample_size = round(source.count * share)
        self._contact_share = self._contacts.sample_size / prospects
        self._lead_share = self._leads.sample_size / prospects

    def draw(self, luck: float, prospect_id: int) -> Person | None:
        """Return a Contact, a Lead, or ``None`` for a stranger. ``luck``, from 0 to 1, decides."""
        if luck < self._contact_share:
            return self._contacts.next(prospect_id)
        if luck < self._contact_share + self._lead_share:
            return self._leads.next(prospect_id)
        return None

    def finish(self) -> None:
        """Finish the links (``pi__url__c``) of all Contacts and Leads."""
        self._contacts.finish()
        self._leads.finish()
