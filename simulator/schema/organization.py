"""The org itself, its users and record types: read only."""

from __future__ import annotations

from simulator.schema.fields import email, flag, moment, pick, ref, system_fields, text
from simulator.schema.types import Field, SObject


def _undeletable(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Return the fields without ``IsDeleted``, for an sObject whose records are never deleted."""
    return tuple(field for field in fields if field.name != "IsDeleted")


USER = SObject(
    "User",
    "User",
    "Users",
    "005",
    (
        *_undeletable(system_fields(name=text("Name", 121, nillable=False, read_only=True), owner=False)),
        text("Username", 80, nillable=False),
        text("FirstName", 40),
        text("LastName", 80, nillable=False),
        email("Email", nillable=False),
        text("Alias", 8, nillable=False),
        text("Title", 80),
        flag("IsActive"),
        pick("UserType", ("Standard", "AutomatedProcess")),
        text("TimeZoneSidKey", 40),
        moment("LastLoginDate"),
    ),
    writable=False,
)

RECORD_TYPE = SObject(
    "RecordType",
    "Record Type",
    "Record Types",
    "012",
    (
        *_undeletable(system_fields(name=text("Name", 80, nillable=False), owner=False)),
        text("DeveloperName", 80, nillable=False),
        text("Description"),
        text("SobjectType", 40, nillable=False),
        flag("IsActive"),
    ),
    writable=False,
)

ORGANIZATION = SObject(
    "Organization",
    "Organization",
    "Organizations",
    "00D",
    (
        *_undeletable(system_fields(name=text("Name", 80, nillable=False), owner=False)),
        text("InstanceName", 5),
        flag("IsSandbox"),
        text("OrganizationType", 40),
        text("DefaultLocaleSidKey", 40),
        text("TimeZoneSidKey", 40),
        text("NamespacePrefix", 15),
        ref("PrimaryContactId", "User"),
    ),
    writable=False,
)
