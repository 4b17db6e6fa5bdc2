"""Find in the models' declarations the other objects to read when records of one object changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sf.models.fields import Reference
from sf.sync.objects import BOOKS, INTERDEPENDENT, SyncedObject

PARENTS_FIRST = (BOOKS, *INTERDEPENDENT)


@dataclass(frozen=True)
class Link:
    """A lookup field of ``child`` to another object. ``path`` is the field's name in SOQL."""

    child: SyncedObject
    column: str
    path: str
    shows_parent: bool
    """True when the child stores values of the parent, so that a change of the parent changes the child."""


def find_links_to(parent: SyncedObject) -> Iterator[Link]:
    """Yield the lookup fields that refer to an object directly, not through a third object."""
    for child in PARENTS_FIRST:
        for field in child.model.list_copied_fields():
            if not isinstance(field, Reference) or field.remote_field.model is not parent.model:
                continue
            if "." not in field.salesforce_name:
                shown = f"{_relation_of(field.salesforce_name)}.SystemModstamp" in child.stamps
                yield Link(child, str(field.column), field.salesforce_name, shown)


def find_touched_by(parent: SyncedObject, *, moved: bool) -> set[str]:
    """Return the names of the objects to read when records of ``parent`` changed, ``parent`` included.

    ``moved``: records of ``parent`` were deleted or restored.
    """
    names = {parent.name}
    for link in find_links_to(parent):
        if link.shows_parent or moved:
            names |= find_touched_by(link.child, moved=False)
    return names


def sort_parents_first(names: Iterable[str]) -> list[SyncedObject]:
    """Return the objects with these names, parents first."""
    unordered = set(names)
    return [synced for synced in PARENTS_FIRST if synced.name in unordered]


def _relation_of(path: str) -> str:
    """Return ``Opportunity__r`` for ``Opportunity__c``, ``Account`` for ``AccountId``."""
    return f"{path.removesuffix('__c')}__r" if path.endswith("__c") else path.removesuffix("Id")
