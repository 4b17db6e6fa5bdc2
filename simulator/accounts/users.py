"""The users of Accounts: Salesforce's contacts, a few demo users, and users added by the control API."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.world import World

SUPER_USER_UUID = "00000000-0000-4000-8000-000000000001"
"""The demo user who is meant to become a Super User."""
NEWCOMER_UUID = "00000000-0000-4000-8000-000000000002"
"""A demo user whom Salesforce does not know."""
DEMO_CONTACTS = 3

User = dict[str, Any]
"""A user in the form of ``/api/users``."""

UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_ROLES = {
    "Instructor": "instructor",
    "Adjunct Faculty": "adjunct",
    "Administrator": "administrator",
    "Instructional Designer": "designer",
    "Librarian": "librarian",
    "Home School Teacher": "homeschool",
    "Student": "student",
    "Other": "other",
}
_SCHOOL_TYPES = {"High School": "high_school", "K-12 School": "k12_school", "Home School": "home_school"}

_CONTACT_USER = """
SELECT c.Id, c.Accounts_UUID__c, c.Accounts_ID__c, c.FirstName, c.LastName, c.Title, c.FV_Status__c, c.Role__c,
  c.Adoption_Status__c, a.Name, a.Type, a.BillingCountryCode, a.Assignable_Status__c
FROM Contact c LEFT JOIN Account a ON a.Id = c.AccountId
WHERE c.IsDeleted = 0 AND c.{} = ? ORDER BY c.LastModifiedDate DESC, c.Id LIMIT 1
"""
_CONTACTS_WITH_ADOPTIONS = """
SELECT c.Accounts_UUID__c FROM Contact c
WHERE c.IsDeleted = 0 AND c.Accounts_UUID__c IS NOT NULL AND c.FV_Status__c = 'confirmed_faculty'
  AND c.AccountId IS NOT NULL AND (
    SELECT count(*) FROM Opportunity o JOIN Adoption__c d ON d.Opportunity__c = o.Id AND d.IsDeleted = 0
    WHERE o.Contact__c = c.Id AND o.IsDeleted = 0) > 1
ORDER BY c.Id LIMIT ?
"""


def find_user(world: World, uuid: str) -> User | None:
    """Return the user with this UUID, in upper or lower case; ``None`` when there is none."""
    uuid = uuid.lower()
    if not UUID.fullmatch(uuid):
        return None
    row = world.store.connection().execute(_CONTACT_USER.format("Accounts_UUID__c"), (uuid,)).fetchone()
    changes = world.accounts.changed.get(uuid)
    if row is not None:
        return {**_from_contact(row), **(changes or {})}
    if changes is not None:
        return {**blank_user(uuid), **changes}
    return DEMO_USERS.get(uuid)


def subject(world: World, uuid: str) -> User | None:
    """Return the ``sub`` of a user's cookie; ``None`` when there is no such user."""
    user = find_user(world, uuid)
    if user is None:
        return None
    names = ("id", "uuid", "name", "first_name", "last_name", "faculty_status", "is_administrator", "is_test")
    return {name: user[name] for name in names}


def demo_users(world: World) -> list[dict[str, Any]]:
    """Return the users to sign in as, the Super User first.

    Each has ``uuid``, ``name``, ``description``, ``salesforce_contact_id``.
    """
    rows = world.store.connection().execute(_CONTACTS_WITH_ADOPTIONS, (DEMO_CONTACTS,)).fetchall()
    described = {SUPER_USER_UUID: "meant as Super User"}
    described |= {uuid: "an instructor with adoptions" for (uuid,) in rows}
    described[NEWCOMER_UUID] = "an instructor whom Salesforce does not know"
    users = [(find_user(world, uuid), text) for uuid, text in described.items()]
    return [
        {
            "uuid": user["uuid"],
            "name": user["name"],
            "description": text,
            "salesforce_contact_id": user["salesforce_contact_id"],
        }
        for user, text in users
        if user is not None
    ]


def find_user_by_id(world: World, value: str) -> User | None:
    known = [*DEMO_USERS.values(), *world.accounts.changed.values()]
    uuid = next((user["uuid"] for user in known if str(user.get("id")) == value), None)
    if uuid is None:
        row = world.store.connection().execute(_CONTACT_USER.format("Accounts_ID__c"), (value,)).fetchone()
        uuid = row[1] if row else None
    return find_user(world, uuid) if uuid else None


def _from_contact(row: tuple[Any, ...]) -> User:
    contact_id, uuid, number, first, last, title, fv_status, role, adoption, school, kind, country, assignable = row
    user = blank_user(uuid.lower(), number)
    college = "college" if kind else "unknown_school_type"
    location = "domestic_school" if country == "US" else "foreign_school"
    return {
        **user,
        **_names(first, last, title),
        "salesforce_contact_id": contact_id,
        "faculty_status": fv_status or "no_faculty_info",
        "adopter_status": adoption,
        "using_openstax": adoption == "Current Adopter",
        "self_reported_role": _ROLES.get(role, "unknown_role"),
        "self_reported_school": school,
        "school_name": school or "unknown to Accounts",
        "school_type": "other_school_type" if kind == "Other" else _SCHOOL_TYPES.get(kind, college),
        "school_location": location if country else "unknown_school_location",
        "assignable_user": user["id"] % 3 == 0,
        "assignable_school_integrated": assignable == "Integrated",
    }


def _names(first: str | None, last: str | None, title: str | None = None) -> User:
    full = " ".join(part for part in (first, last) if part)
    return {"name": full, "first_name": first, "last_name": last, "full_name": full, "title": title}


def blank_user(uuid: str, number: str | None = None) -> User:
    """Return a user of whom only the UUID, and perhaps the id ``number``, is known."""
    return {
        "id": int(number) if number and number.isdecimal() else 10_000_000 + zlib.crc32(uuid.encode()),
        "username": None,
        **_names(None, None),
        "suffix": None,
        "uuid": uuid,
        "is_test": False,
        "using_openstax": False,
        "adopter_status": None,
        "salesforce_contact_id": None,
        "faculty_status": "no_faculty_info",
        "self_reported_role": "unknown_role",
        "self_reported_school": None,
        "school_name": "unknown to Accounts",
        "school_type": "unknown_school_type",
        "school_location": "unknown_school_location",
        "is_administrator": False,
        "contact_infos": [],
        "applications": [],
        "external_ids": [],
        "assignable_school_integrated": False,
        "assignable_user": False,
    }


DEMO_USERS: Mapping[str, User] = {
    SUPER_USER_UUID: {
        **blank_user(SUPER_USER_UUID, "1"),
        **_names("Camp", "Director"),
        "self_reported_role": "other",
        "is_administrator": True,
    },
    NEWCOMER_UUID: {
        **blank_user(NEWCOMER_UUID, "2"),
        **_names("Nell", "Newcomer"),
        "faculty_status": "pending_faculty",
        "self_reported_role": "instructor",
        "school_type": "college",
        "school_location": "domestic_school",
    },
}
