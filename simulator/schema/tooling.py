"""A few read-only sObjects of the Tooling API. They describe the org itself."""

from __future__ import annotations

from simulator.schema.fields import area, flag, integer, moment, number, pick, ref, text
from simulator.schema.types import Field, SObject

_ID = Field("Id", "id", "Record ID", length=18, nillable=False, createable=False, updateable=False)

ENTITY_DEFINITION = SObject(
    "EntityDefinition",
    "Entity Definition",
    "Entity Definitions",
    "4ie",
    (
        _ID,
        text("DurableId"),
        text("QualifiedApiName", 70),
        text("DeveloperName", 40),
        text("Label", 80),
        text("PluralLabel", 80),
        text("KeyPrefix", 3),
        text("NamespacePrefix", 15),
        flag("IsQueryable"),
        flag("IsCustomizable"),
    ),
    writable=False,
)

FIELD_DEFINITION = SObject(
    "FieldDefinition",
    "Field Definition",
    "Field Definitions",
    "0Mf",
    (
        _ID,
        text("DurableId"),
        ref("EntityDefinitionId", "EntityDefinition"),
        text("QualifiedApiName", 70),
        text("DeveloperName", 40),
        text("Label", 80),
        text("DataType", 80),
        integer("Length"),
        flag("IsNillable"),
    ),
    writable=False,
)

APEX_CLASS = SObject(
    "ApexClass",
    "Apex Class",
    "Apex Classes",
    "01p",
    (
        _ID,
        text("Name"),
        text("NamespacePrefix", 15),
        number("ApiVersion", scale=1),
        pick("Status", ("Active", "Inactive", "Deleted")),
        flag("IsValid"),
        area("Body", 1_000_000),
        integer("LengthWithoutComments"),
        moment("CreatedDate"),
        moment("LastModifiedDate"),
    ),
    writable=False,
)

TOOLING: dict[str, SObject] = {sobject.name: sobject for sobject in (ENTITY_DEFINITION, FIELD_DEFINITION, APEX_CLASS)}
"""The sObjects of the Tooling API by API name."""


def find(name: str) -> SObject | None:
    """Return the Tooling API's sObject with this name, in upper or lower case."""
    return next((sobject for sobject in TOOLING.values() if sobject.name.lower() == name.lower()), None)
