"""The types of sObjects and fields, in Salesforce's terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

FieldType = Literal[
    "id",
    "string",
    "textarea",
    "picklist",
    "multipicklist",
    "reference",
    "boolean",
    "int",
    "double",
    "currency",
    "percent",
    "date",
    "datetime",
    "email",
    "phone",
    "url",
]
OnDelete = Literal["clear", "cascade"]

ID_TYPES = frozenset({"id", "reference"})
NUMBER_TYPES = frozenset({"int", "double", "currency", "percent"})
TEXT_TYPES = frozenset({"string", "textarea", "picklist", "multipicklist", "email", "phone", "url"})
_WITHOUT_CHILDREN = frozenset({"User", "RecordType"})
LONG_TEXT = 255
"""A longer text area can be selected, but queries cannot filter, sort or group by it."""


@dataclass(frozen=True)
class Field:
    """One field. The defaults are those of an ordinary, optional, writable field."""

    name: str
    type: FieldType
    label: str
    length: int = 0
    """The greatest number of characters of a text or an id."""
    precision: int = 0
    """The greatest number of digits of a number, before and after the point together."""
    scale: int = 0
    """The number of digits of a number after the point."""
    values: tuple[str, ...] = ()
    """The active values of a picklist."""
    former_values: tuple[str, ...] = ()
    """The inactive values of a picklist. ``describe`` still lists them."""
    restricted: bool = False
    """The picklist refuses all values but the active ones."""
    reference_to: str = ""
    relationship: str = ""
    """The name of the parent record in SOQL: ``Account``, ``Opportunity__r``."""
    on_delete: OnDelete = "clear"
    """The effect on this record when the parent is deleted."""
    nillable: bool = True
    unique: bool = False
    external_id: bool = False
    createable: bool = True
    updateable: bool = True
    formula: bool = False
    auto_number: str = ""
    """The format, with ``{}`` for the number: ``AD-{:07}``."""
    default: Any = None
    """The field's value in a new record that is created without one."""

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    def children_name(self, child: SObject) -> str:
        """Return the name of the ``child`` records in a subquery of the parent; empty if there is none."""
        plural = child.plural.replace(" ", "")
        if not self.reference_to or not self.createable or self.reference_to in _WITHOUT_CHILDREN:
            return ""
        if self.custom:
            return f"{plural}__r"
        return f"Child{plural}" if self.reference_to == child.name else plural

    @property
    def filterable(self) -> bool:
        return self.type != "textarea" or self.length <= LONG_TEXT

    @property
    def sortable(self) -> bool:
        return self.filterable and self.type != "multipicklist"

    @property
    def groupable(self) -> bool:
        return self.sortable and self.type not in {"double", "currency", "percent", "datetime"}

    @property
    def aggregatable(self) -> bool:
        return self.sortable and self.type not in {"boolean"}

    @property
    def required(self) -> bool:
        """Return whether a new record needs a value for this field."""
        return not self.nillable and self.createable and self.default is None


@dataclass(frozen=True)
class SObject:
    """One kind of record. The ids of its records begin with ``prefix``."""

    name: str
    label: str
    plural: str
    prefix: str
    fields: tuple[Field, ...]
    writable: bool = True
    """The API user may create, change and delete records."""
    mergeable: bool = False

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Return the fields by lower-case name, because the API ignores case."""
        return {field.name.lower(): field for field in self.fields}

    @cached_property
    def by_relationship(self) -> Mapping[str, Field]:
        return {field.relationship.lower(): field for field in self.fields if field.relationship}

    def field(self, name: str) -> Field | None:
        return self.by_name.get(name.lower())

    def has(self, name: str) -> bool:
        return name.lower() in self.by_name

    @property
    def soft_deletes(self) -> bool:
        """Return whether deleted records stay in the recycle bin."""
        return self.has("IsDeleted")

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")
