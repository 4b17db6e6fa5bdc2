"""Every sObject of the simulated org and its fields, declared once.

Tables, checks of queries and of writes, and describe calls all follow from these declarations.
"""

from __future__ import annotations

from simulator.schema.describe import describe, describe_field, describe_global
from simulator.schema.education import ACCOUNT, ADOPTION, BOOK, CONTACT, OPPORTUNITY
from simulator.schema.marketing import (
    CAMPAIGN,
    CAMPAIGN_MEMBER,
    CASE,
    CONTACT_SCORE,
    LEAD,
    LEAD_SCORE,
)
from simulator.schema.organization import ORGANIZATION, RECORD_TYPE, USER
from simulator.schema.types import Field, SObject

SOBJECTS: dict[str, SObject] = {
    sobject.name: sobject
    for sobject in (
        ORGANIZATION,
        USER,
        RECORD_TYPE,
        BOOK,
        ACCOUNT,
        CONTACT,
        OPPORTUNITY,
        ADOPTION,
        LEAD,
        CAMPAIGN,
        CAMPAIGN_MEMBER,
        CASE,
        LEAD_SCORE,
        CONTACT_SCORE,
    )
}
"""The sObjects by API name."""

FIRST_SERIAL = 62**4
"""The serial number of the first record of every object. It is high, so that ids look real."""

_BY_LOWER_NAME = {name.lower(): sobject for name, sobject in SOBJECTS.items()}
_BY_PREFIX = {sobject.prefix: sobject for sobject in SOBJECTS.values()}


def find(name: str) -> SObject | None:
    """Return the sObject with this API name. Case is ignored."""
    return _BY_LOWER_NAME.get(name.lower())


def of_id(record_id: str) -> SObject | None:
    """Return the sObject that an id belongs to, by its first three characters."""
    return _BY_PREFIX.get(record_id[:3])


def children_of(sobject: SObject) -> list[tuple[SObject, Field]]:
    """Return the lookup fields that point to this sObject, each with the sObject that has it."""
    return [
        (child, field) for child in SOBJECTS.values() for field in child.fields if field.reference_to == sobject.name
    ]


def find_children(sobject: SObject, name: str) -> tuple[SObject, Field] | None:
    """Return the child sObject and its lookup field for this relationship name. Case is ignored."""
    lookups = ((field.children_name(child), child, field) for child, field in children_of(sobject))
    return next(((child, field) for known, child, field in lookups if known and known.lower() == name.lower()), None)


__all__ = [
    "FIRST_SERIAL",
    "SOBJECTS",
    "Field",
    "SObject",
    "children_of",
    "describe",
    "describe_field",
    "describe_global",
    "find",
    "find_children",
    "of_id",
]
