"""Generate prospects: most are linked to a Contact or Lead of Salesforce, a few of them wrongly."""

from __future__ import annotations

import json
import random
import sqlite3
from array import array
from collections.abc import Iterator, Sequence

from simulator.pardot import words
from simulator.pardot.assets import USERS
from simulator.pardot.chance import DAY, pick
from simulator.pardot.objects import PROSPECTS
from simulator.pardot.people import People, Person
from simulator.pardot.plan import Plan
from simulator.pardot.tables import Row, insert
from simulator.schema.ids import make_id

FIRST_PROSPECT = 10_000_001
_SPAN_DAYS = 2_200
_GROWTH = 1.3
"""More than 1, so that more prospects came recently than at the start."""

_BAD_IDS = (
    "[[Unknown]]",
    "null",
    "0030",
    "n/a",
    "003Hs",
    "undefined",
    "contact@camp.example",
    "00Q-lost-id-here-1",
)
_GONE_SERIAL = 60_000_000_000
"""Ids with this serial number or a higher one are well formed, but belong to no record."""


def prospects_at(plan: Plan, moment: int) -> int:
    """Return the number of prospects at this moment, at least 1."""
    share = max(0.0, (plan.now - moment) / (_SPAN_DAYS * DAY)) ** (1 / _GROWTH)
    return max(1, int(plan.sizes.prospects * (1 - min(1.0, share))))


def _created(plan: Plan, index: int) -> int:
    """Return the time at which prospect ``index`` was created. This is the inverse of ``prospects_at``."""
    return plan.now - int(_SPAN_DAYS * DAY * (1 - index / plan.sizes.prospects) ** _GROWTH)


def make_prospects(
    connection: sqlite3.Connection, plan: Plan, campaigns: Sequence[int], last_activity: array[int]
) -> None:
    """Insert prospects, and write their URLs into ``pi__url__c`` of their Contacts and Leads."""
    people = People(connection, plan.sizes.prospects)
    insert(connection, PROSPECTS, _prospects(plan, people, campaigns, last_activity))
    people.finish()


def _prospects(plan: Plan, people: People, campaigns: Sequence[int], last_activity: array[int]) -> Iterator[Row]:
    rng = plan.chance("prospects")
    for index in range(plan.sizes.prospects):
        prospect_id = FIRST_PROSPECT + index
        person = people.draw(rng.random(), prospect_id) or _stranger(rng, index)
        created = _created(plan, index)
        yield (
            *(prospect_id, person.email, person.first_name, person.last_name, person.company),
            *(person.title, pick(rng, words.COUNTRIES)),
            *_standing(rng),
            None if rng.random() < 0.02 else pick(rng, campaigns),
            *_crm_fields(rng, person, index),
            *_history(rng, plan, created, last_activity[index]),
        )


def _stranger(rng: random.Random, index: int) -> Person:
    """Return a person whom Salesforce does not know. One in thirty has no email address."""
    first, last = pick(rng, words.FIRST_NAMES), pick(rng, words.LAST_NAMES)
    school = f"{pick(rng, words.PLACES)} {pick(rng, words.INSTITUTIONS)}"
    luck = rng.random()
    email = None if luck < 0.03 else f"visitor.{index}@{pick(rng, ('camp', 'school', 'mail'))}.example"
    if luck > 0.97:
        # Several prospects may have the same address.
        email = f"info@{school.split(maxsplit=1)[0].lower()}.example"
    return Person("", None, first, last, email, school, pick(rng, words.JOB_TITLES))


def _standing(rng: random.Random) -> tuple[int, str | None]:
    """Return score and grade. Most scores are low, a few are very high."""
    luck = rng.random()
    score = 0 if luck < 0.25 else int(6 / (1.002 - luck) ** 0.9)
    return score, pick(rng, words.GRADES) if rng.random() < 0.8 else None


def _crm_fields(rng: random.Random, person: Person, index: int) -> tuple[str | None, ...]:
    """Return salesforceId, salesforceLeadId, salesforceContactId, salesforceAccountId."""
    luck = rng.random()
    if luck < 0.006:
        # A text that is not an id, in the field of the lead or of the contact.
        bad = pick(rng, _BAD_IDS)
        return (None, bad, None, None) if luck < 0.003 else (None, None, bad, None)
    if luck < 0.014:
        deleted_id = make_id("003" if luck < 0.01 else "00Q", _GONE_SERIAL + index)
        return (deleted_id, None, deleted_id, None) if luck < 0.01 else (deleted_id, deleted_id, None, None)
    crm_id: str | None = person.crm_id or None
    if crm_id and luck < 0.1:
        crm_id = crm_id[:15]
    if crm_id and crm_id.startswith("00Q"):
        return (crm_id, crm_id, None, None)
    return (crm_id, None, crm_id, person.account_id)


def _history(rng: random.Random, plan: Plan, created: int, last_activity: int) -> tuple[object, ...]:
    """Return the last fields of a prospect.

    The fields are optedOut, isDoNotEmail, isDeleted, lastActivityAt, the adoption JSON, createdAt, updatedAt,
    createdById and updatedById.
    """
    luck = rng.random()
    # Half of the prospects without generated activities get a time of last activity, soon after their creation.
    last = last_activity or (created + 3_600 if luck < 0.5 else 0)
    last = min(last, plan.now - 60)
    changed = created + int((plan.now - 60 - created) * rng.random() ** 0.5)
    updated = max(created, changed, last)
    opted_out = int(luck < 0.06)
    flags = (opted_out, opted_out, int(rng.random() < 0.02))
    stamps = (plan.stamp(created), plan.stamp(updated), pick(rng, USERS), pick(rng, USERS))
    return (*flags, plan.stamp(last) if last else None, _adoption_json(rng), *stamps)


def _adoption_json(rng: random.Random) -> str | None:
    """Return adoption JSON for 1 prospect in 40. For all others the field is null, empty or "Blank"."""
    luck = rng.random()
    if luck > 0.1:
        return None
    if luck > 0.025:
        return "Blank" if luck > 0.06 else ""
    book = pick(rng, words.SUBJECTS)
    return json.dumps({"Books": [{"name": book, "students": int(luck * 10_000), "howUsing": "As the core textbook"}]})
