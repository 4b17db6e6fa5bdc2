"""Generate the made-up data in batches of rows. Equal options give equal data."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime

from simulator.data.adoptions import Adoptions, Opportunities
from simulator.data.contacts import Contacts
from simulator.data.counts import family
from simulator.data.draw import Draw
from simulator.data.marketing import make_campaigns, make_leads, make_members, make_scores, settle
from simulator.data.organization import Directory, make_organization
from simulator.data.schools import Schools, place
from simulator.pardot import data as pardot
from simulator.schema import FIRST_SERIAL, SOBJECTS
from simulator.schema.ids import make_id
from simulator.schema.tables import create_indexes, create_tables

_SCHOOLS_AT_ONCE = 200
_REPORT_EVERY = 10_000
_MISSING = 62**9
"""A serial number that no record has. A record that refers to this number has lost its parent."""


def make(
    connection: sqlite3.Connection,
    schools: int,
    seed: int,
    as_of: datetime,
    progress: Callable[[str], None],
    *,
    organization: int = 1,
) -> None:
    """Fill an empty database with the data of Salesforce and Pardot. Accounts uses Salesforce's contacts."""
    create_tables(connection)
    pardot.create(connection)
    connection.execute("BEGIN")
    draw = Draw(seed, as_of)
    directory = make_organization(connection, draw, organization)
    contacts = _make_schools(connection, draw, directory, schools, progress)
    progress("leads, campaigns and scores")
    leads = make_leads(connection, draw, directory, schools, contacts.table)
    campaigns = make_campaigns(connection, draw, directory, min(40 + schools // 100, 400))
    make_members(connection, draw, directory, schools * 2, campaigns, leads, contacts.table)
    make_scores(connection, draw, directory, "pi__Category_Lead_Score__c", "pi__Lead__c", leads)
    make_scores(connection, draw, directory, "pi__Category_Contact_Score__c", "pi__Contact__c", contacts.table)
    _start_empty(connection)
    progress("indexes")
    create_indexes(connection)
    settle(connection)
    progress("Pardot")
    pardot.generate(connection, schools=schools, seed=seed, as_of=as_of)
    if connection.in_transaction:
        connection.execute("COMMIT")
    connection.execute("PRAGMA analysis_limit = 1000")
    connection.execute("ANALYZE")


def _make_schools(
    connection: sqlite3.Connection,
    draw: Draw,
    directory: Directory,
    schools: int,
    progress: Callable[[str], None],
) -> Contacts:
    """Generate the schools with their contacts, opportunities and adoptions, one school after another."""
    accounts = Schools(connection, draw, directory)
    contacts = Contacts(connection, draw, directory)
    opportunities = Opportunities(connection, draw, directory)
    adoptions = Adoptions(connection, draw, directory)
    lost_account, lost_deal = make_id("001", _MISSING), make_id("006", _MISSING)
    for index in range(schools):
        people_count, deal_count, adoption_count = family(index, schools)
        account_id, site = accounts.table.next_id(), place(draw, index)
        people = contacts.plan(people_count)
        deals = opportunities.add(deal_count, account_id, site, people)
        adoptions.add(adoption_count, site.name, deals, lost_deal)
        contacts.add(people, account_id, site, lost_account)
        accounts.add(account_id, site, index, [deal.book.name for deal in deals])
        if index % _SCHOOLS_AT_ONCE == 0:
            for maker in (accounts, contacts, opportunities, adoptions):
                maker.table.flush()
        if index % _REPORT_EVERY == _REPORT_EVERY - 1:
            progress(f"{index + 1:,} of {schools:,} schools")
    for maker in (accounts, contacts, opportunities, adoptions):
        maker.table.finish()
    return contacts


def _start_empty(connection: sqlite3.Connection) -> None:
    """Insert the first serial number for each object that has no records yet."""
    for sobject in SOBJECTS:
        connection.execute("INSERT OR IGNORE INTO simulator_serial VALUES (?, ?)", (sobject, FIRST_SERIAL))
