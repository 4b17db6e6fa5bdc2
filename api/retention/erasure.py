"""Erase what is stored about one person, in all tables, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from sf.ingest.lock import lock_table_for_write
from sf.ingest.personal import HOLDINGS, WIDEN, Holding, Person


@dataclass(frozen=True)
class Share:
    """A holding, and the number of its rows that contain one person's data or were erased.

    A holding declares columns of a table that contain data of people.
    """

    holding: Holding
    rows: int

    @property
    def table(self) -> str:
        return str(self.holding.model._meta.verbose_name_plural)


def widen_person(person: Person) -> Person:
    """Return the person with all other identifiers that are stored here."""
    for widen in WIDEN:
        person = widen(person)
    return person


def load_person_shares(person: Person) -> list[Share]:
    """Return the holdings that contain data of the person."""
    shares = (Share(holding, holding.rows(person).count()) for holding in HOLDINGS)
    return [share for share in shares if share.rows]


@transaction.atomic
def erase_person(person: Person) -> list[Share]:
    """Erase the person's data, and count the erased rows by holding.

    Syncs of the affected tables wait meanwhile.
    """
    erased = []
    for holding in HOLDINGS:
        rows = holding.rows(person)
        if rows.exists():
            if hasattr(holding.model, "kept_when_deleted"):
                lock_table_for_write(holding.model._meta.db_table)
            erased.append(Share(holding, holding.erase(rows, person)))
    return erased
