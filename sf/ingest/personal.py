"""Declare which columns contain data of people, and how the rows of one person are found and erased.

Each app declares its own models: ``sf/sync/personal.py``, ``api/retention/personal.py``,
``pardot/catalog/personal.py``. A test compares the declarations with the models: no column of text is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q

from sf.ingest.tombstones import empty_rows


@dataclass(frozen=True)
class Person:
    """All identifiers of a person that are known here."""

    uuids: frozenset[str] = frozenset()
    """UUIDs of OpenStax accounts, lower case."""
    emails: frozenset[str] = frozenset()
    """Email addresses in lower case."""
    contacts: frozenset[str] = frozenset()
    """18-character Salesforce ids of contacts."""
    leads: frozenset[str] = frozenset()
    """18-character Salesforce ids of leads."""
    prospects: frozenset[int] = frozenset()
    """Pardot ids of prospects."""
    staff_names: frozenset[str] = frozenset()
    """The names under which a staff member appears here."""

    @property
    def identities(self) -> frozenset[str]:
        """Return the person's identities in logs, cases and limits."""
        return frozenset(f"user:{uuid}" for uuid in self.uuids)

    @property
    def signatures(self) -> frozenset[str]:
        """Return the names that are recorded when the person is the author of something."""
        return self.staff_names | self.uuids


Rows = models.QuerySet[Any]
Model = TypeVar("Model", bound=models.Model)


def remove(rows: Rows, person: Person) -> int:
    """Delete the rows, and return how many rows of their table were deleted."""
    return rows.delete()[1].get(rows.model._meta.label, 0)


def empty(rows: Rows, person: Person) -> int:
    """Empty rows of copied records, and mark these rows as deleted."""
    return empty_rows(rows.model, rows)


def clear(**values: Any) -> Callable[[Rows, Person], int]:
    """Return a function that sets these columns and keeps the rest of the row."""

    def clear_values(rows: Rows, person: Person) -> int:
        return rows.update(**values)

    return clear_values


@dataclass(frozen=True)
class Holding:
    """Columns of a table that contain data of people, and how one person's rows are found and erased."""

    model: type[models.Model]
    personal: frozenset[str]
    find: Callable[[Person], Q]
    """A condition on the rows; an empty condition finds nothing."""
    erase: Callable[[Rows, Person], int] = remove
    action: str = "remove"
    """The effect of ``erase``, as an imperative.
    ``erase_person`` lists the effects before it asks for confirmation."""

    def rows(self, person: Person) -> Rows:
        condition = self.find(person)
        manager = self.model._base_manager
        return manager.filter(condition) if condition else manager.none()


HOLDINGS: list[Holding] = []
"""In the order of erasure: rows that refer to other rows come first."""
NOT_PERSONAL: dict[type[models.Model], frozenset[str]] = {}
"""Columns of text that contain nothing about a person."""
UNREACHED: list[str] = []
"""Data that may be about people but cannot be searched by person."""
WIDEN: list[Callable[[Person], Person]] = []
"""Functions that add further identifiers of the person."""


def not_personal(model: type[models.Model], *columns: str) -> None:
    """Declare that these columns, or the whole table if none is given, contain nothing about people."""
    NOT_PERSONAL[model] = frozenset(columns) or list_text_columns(model)


def list_text_columns(model: type[models.Model]) -> frozenset[str]:
    """Return the columns that could contain text about a person.

    Primary keys are left out; so are generated columns, which PostgreSQL recomputes from other columns.
    """
    kinds = (models.CharField, models.TextField, models.JSONField, models.GenericIPAddressField, models.UUIDField)
    return frozenset(
        field.name
        for field in model._meta.concrete_fields
        if not (field.primary_key or field.generated)
        and (isinstance(field, kinds) or field.get_internal_type() == "ArrayField")
    )


def any_of(column: str, values: Iterable[Any]) -> Q:
    """Return the condition that the column has one of the values. Without values, the condition is empty."""
    ordered = sorted(values)
    return Q(**{f"{column}__in": ordered}) if ordered else Q()


def any_text(column: str, texts: Iterable[str], lookup: str = "iexact") -> Q:
    """Return the condition that the column matches one of the texts by ``lookup``.

    Without texts, the condition is empty.
    """
    condition = Q()
    for text in sorted(texts):
        condition |= Q(**{f"{column}__{lookup}": text})
    return condition
