"""Generate leads, campaigns with members, and scores by category."""

from __future__ import annotations

import sqlite3

from simulator.data import words
from simulator.data.contacts import PROSPECT_URL
from simulator.data.draw import Draw
from simulator.data.organization import Directory
from simulator.data.people import person
from simulator.data.tables import Table
from simulator.schema import picklists

FIRST_LEAD_PROSPECT = 60_000_000
"""A lead's prospect number is this number plus the lead's index in the order of ids.

The generation of Pardot's data then replaces or clears most of these numbers.
"""
_FLUSH_EVERY = 4000
_STAMPS = ("CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp")
_DELETED_EVERY = 70
_CONVERTED_EVERY = 30


def make_leads(connection: sqlite3.Connection, draw: Draw, directory: Directory, count: int, contacts: Table) -> Table:
    """Generate ``count`` leads, and some more in the recycle bin. A few leads are converted to contacts."""
    table = Table(
        connection,
        "Lead",
        ("Id", "IsDeleted", "Name", *_STAMPS, "OwnerId", "FirstName", "LastName", "Company", "Email", "Country",
         "LeadSource", "Status", "HasOptedOutOfEmail", "Role__c", "FV_Status__c", "Accounts_UUID__c",
         "Subject_Interest__c", "pi__url__c", "pi__score__c", "Title", "City", "IsConverted", "ConvertedDate",
         "ConvertedContactId"),
    )  # fmt: skip
    for number in range(count + count // _DELETED_EVERY):
        deleted = number % (_DELETED_EVERY + 1) == _DELETED_EVERY
        contact = contacts.id_at(number % contacts.id_count) if number % _CONVERTED_EVERY == 7 else None
        _add_lead(table, draw, directory, number, deleted=deleted, contact=contact)
        if number % _FLUSH_EVERY == 0:
            table.flush()
    table.finish()
    return table


def _add_lead(
    table: Table, draw: Draw, directory: Directory, number: int, *, deleted: bool, contact: str | None
) -> None:
    random, who, created = draw.random, person(draw, number), draw.ago(1500)
    created_at, changed_at = draw.life(created)
    if deleted:
        changed_at = max(created_at, draw.binned())
    linked = random() < 0.8
    company = draw.pick(words.COMPANIES) if random() < 0.5 else f"{draw.pick(words.TOWN_STARTS)} County Schools"
    table.rows.append(
        (
            table.next_id(), int(deleted), who.full, created_at, draw.pick(directory.users), changed_at,
            directory.api_user, changed_at, draw.pick(directory.owners), who.first, who.last, company,
            f"{who.mailbox}.{number}@mail.example", draw.pick(tuple(picklists.COUNTRIES.values())),
            draw.pick(picklists.LEAD_SOURCES),
            "Qualified" if contact else draw.pick(picklists.LEAD_STATUSES), int(random() < 0.08),
            draw.pick(picklists.ROLES), draw.pick(picklists.FV_STATUSES) if random() < 0.5 else None,
            draw.uuid() if random() < 0.4 else None, draw.pick((None, *picklists.SUBJECTS)),
            f"{PROSPECT_URL}{FIRST_LEAD_PROSPECT + number}" if linked else None,
            float(int(random() ** 5 * 500)) if linked else None,
            draw.pick(words.SCHOOL_TITLES) if random() < 0.4 else None,
            draw.pick(words.TOWN_STARTS) + draw.pick(words.TOWN_ENDS) if random() < 0.3 else None,
            int(contact is not None), changed_at[:10] if contact else None, contact,
        )
    )  # fmt: skip


def make_campaigns(connection: sqlite3.Connection, draw: Draw, directory: Directory, count: int) -> Table:
    table = Table(
        connection,
        "Campaign",
        ("Id", "IsDeleted", "Name", *_STAMPS, "OwnerId", "Type", "Status", "StartDate", "EndDate", "IsActive",
         "BudgetedCost", "ActualCost", "Description"),
    )  # fmt: skip
    for number in range(count):
        created = 20 + draw.ago(1500)
        created_at, changed_at = draw.life(created)
        start, end = draw.days[created - int(draw.random() * 20)], draw.days[draw.ago(created)]
        name = f"{draw.year - created // 365} {words.CAMPAIGN_THEMES[number % len(words.CAMPAIGN_THEMES)]}"
        cost = round(draw.random() * 5000, 2) if draw.chance(0.4) else None
        table.rows.append(
            (
                table.next_id(), int(number % 25 == 24), f"{name} {number // len(words.CAMPAIGN_THEMES) + 1}",
                created_at, draw.pick(directory.users), changed_at, directory.api_user, changed_at,
                draw.pick(directory.owners), draw.pick(picklists.CAMPAIGN_TYPES),
                draw.pick(picklists.CAMPAIGN_STATUSES), start if draw.chance(0.8) else None,
                max(start, end) if draw.chance(0.6) else None, int(draw.chance(0.6)),
                cost, cost if draw.chance(0.5) else None, draw.pick((None, None, *words.NOTES)),
            )
        )  # fmt: skip
    table.finish()
    return table


def make_members(
    connection: sqlite3.Connection,
    draw: Draw,
    directory: Directory,
    count: int,
    campaigns: Table,
    leads: Table,
    contacts: Table,
) -> None:
    """Generate many members of some campaigns, few or none of others. No person is in a campaign twice."""
    table = Table(
        connection,
        "CampaignMember",
        ("Id", *_STAMPS, "CampaignId", "LeadId", "ContactId", "Status", "HasResponded", "FirstRespondedDate"),
    )
    shares = [draw.random() ** 4 if number % 5 else 0.0 for number in range(campaigns.id_count)]
    unit = count / max(sum(shares), 1e-9)
    for number, share in enumerate(shares):
        for index in range(int(share * unit)):
            people, other = (leads, contacts) if index % 3 == 0 else (contacts, leads)
            place = index // 3 if people is leads else index - index // 3 - 1
            if place < people.id_count:
                _add_member(table, draw, directory, campaigns.id_at(number), people, place, people is leads)
            elif place >= other.id_count:
                break
        table.flush()
    table.finish()


def _add_member(
    table: Table, draw: Draw, directory: Directory, campaign: str, people: Table, place: int, lead: bool
) -> None:
    created = draw.ago(900)
    created_at, changed_at = draw.life(created)
    status = draw.pick(("Sent", "Sent", "Sent", "Sent", "Opened", "Opened", "Clicked", "Responded", "Attended"))
    responded = picklists.MEMBER_STATUSES[status]
    person_id = people.id_at((place * 7 + 3) % people.id_count if people.id_count % 7 else place)
    table.rows.append(
        (
            table.next_id(), created_at, directory.api_user, changed_at, directory.api_user, changed_at,
            campaign, person_id if lead else None, None if lead else person_id, status, int(responded),
            draw.days[draw.ago(created)] if responded else None,
        )
    )  # fmt: skip


_SETTLING = (
    """DELETE FROM CampaignMember WHERE LeadId IN (SELECT Id FROM Lead WHERE IsDeleted = 1)
       OR ContactId IN (SELECT Id FROM Contact WHERE IsDeleted = 1)
       OR CampaignId IN (SELECT Id FROM Campaign WHERE IsDeleted = 1)""",
    """DELETE FROM pi__Category_Lead_Score__c WHERE pi__Lead__c IN (SELECT Id FROM Lead WHERE IsDeleted = 1)""",
    """DELETE FROM pi__Category_Contact_Score__c
       WHERE pi__Contact__c IN (SELECT Id FROM Contact WHERE IsDeleted = 1)""",
    """UPDATE CampaignMember SET Name = COALESCE((SELECT Name FROM Lead WHERE Lead.Id = LeadId),
       (SELECT Name FROM Contact WHERE Contact.Id = ContactId))""",
    "UPDATE Campaign SET NumberOfLeads = 0, NumberOfContacts = 0, NumberOfResponses = 0",
    """UPDATE Campaign SET NumberOfLeads = leads, NumberOfContacts = contacts, NumberOfResponses = responses
       FROM (SELECT CampaignId, COUNT(LeadId) AS leads, COUNT(ContactId) AS contacts,
             SUM(HasResponded) AS responses FROM CampaignMember GROUP BY CampaignId) AS members
       WHERE Campaign.Id = members.CampaignId""",
)
"""Delete the members and scores of deleted records; name the members; count them in each campaign."""


def settle(connection: sqlite3.Connection) -> None:
    """Delete members and scores of deleted records, and derive values.

    Call this after the indexes are created.
    """
    for statement in _SETTLING:
        connection.execute(statement)


def make_scores(
    connection: sqlite3.Connection, draw: Draw, directory: Directory, sobject: str, field: str, people: Table
) -> None:
    """Generate scores by category for every third person: one score for most, two for some."""
    table = Table(connection, sobject, ("Id", "Name", *_STAMPS, field, "pi__Scoring_Category_Name__c", "pi__Score__c"))
    for place in range(0, people.id_count, 3):
        person_id = people.id_at(place)
        first = int(draw.random() * len(words.SCORING_CATEGORIES))
        for offset in range(1 + (place % 4 == 0)):
            created = draw.ago(700)
            created_at, changed_at = draw.life(created)
            category = words.SCORING_CATEGORIES[(first + offset) % len(words.SCORING_CATEGORIES)]
            record_id = table.next_id()
            table.rows.append(
                (record_id, f"SC-{table.id_count:08}", created_at, directory.api_user, changed_at,
                 directory.api_user, changed_at, person_id, category, float(int(draw.random() ** 3 * 300)))
            )  # fmt: skip
        if len(table.rows) > _FLUSH_EVERY:
            table.flush()
    table.finish()
