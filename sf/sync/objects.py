"""Declare the synced objects; everything else is derived from the declaration and the model's fields."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sf.ingest.load import Column, Target
from sf.models import Account, Adoption, Book, CachedRecord, Contact, Opportunity
from sf.models.fields import CopiedField, Currency, LongText, Uuid
from sf.salesforce import soql
from sf.sync import source

_KIND_OF_FIELD = {
    "TextField": "text",
    "CharField": "text",
    "BooleanField": "boolean",
    "BigIntegerField": "bigint",
    "FloatField": "double precision",
    "DecimalField": "numeric",
    "DateField": "date",
    "DateTimeField": "timestamptz",
    "ForeignKey": "text",
}


def columns_of(fields: Iterable[CopiedField]) -> tuple[Column, ...]:
    """Return the columns to load, from a model's declaration."""
    return tuple(
        Column(
            name=str(field.column),
            kind=_KIND_OF_FIELD[field.get_internal_type()],
            digits=(field.max_digits, field.decimal_places) if isinstance(field, Currency) else None,
            lower_case=isinstance(field, Uuid),
        )
        for field in fields
    )


@dataclass(frozen=True)
class SyncedObject:
    """A Salesforce object and its table.

    A record is cached only if its ``required`` fields are not empty. Full reads filter by these fields, and a record
    that loses such a value leaves the cache. ``stamps`` are the SOQL paths whose change means that the record changed.
    ``picklists`` are the writable columns whose values Salesforce spells and sorts in its own way.
    ``filled_by_triggers`` are the tables that triggers of the object's table fill.
    """

    name: str
    """The name in commands and logs: plural, lower case."""
    model: type[CachedRecord]
    required: tuple[str, ...] = ()
    stamps: tuple[str, ...] = ("SystemModstamp",)
    picklists: tuple[str, ...] = ()
    filled_by_triggers: tuple[str, ...] = ()
    left_out: frozenset[str] = frozenset()
    """The columns whose fields the API user may not read now (``readable.py``)."""

    @property
    def sobject(self) -> str:
        return self.model.salesforce_object

    @cached_property
    def paths(self) -> Mapping[str, str]:
        """Map database columns to SOQL paths, in the order of the select list."""
        return {str(field.column): field.salesforce_name for field in self._list_fields()}

    def _list_fields(self) -> list[CopiedField]:
        return [field for field in self.model.list_copied_fields() if field.column not in self.left_out]

    @cached_property
    def target(self) -> Target:
        """Return the table as a target of ``sf.ingest.load``."""
        columns = columns_of(self._list_fields())
        return Target(
            table=self.model._meta.db_table,
            columns=columns,
            required=self.required,
            filled_by_triggers=self.filled_by_triggers,
        )

    @property
    def rest_page_rows(self) -> int:
        """Return the number of records in one REST page.

        It is small where records may be long, so that a page fits into memory.
        """
        long = any(isinstance(field, LongText) for field in self.model.list_copied_fields())
        return source.LONG_TEXT_ROWS if long else source.REST_PAGE_ROWS

    @property
    def fingerprint(self) -> str:
        """Return a hash of the fields and the filter: when it changes, everything must be read again."""
        text = "|".join([*(f"{column}={path}" for column, path in self.paths.items()), *self.required])
        return hashlib.sha256(text.encode()).hexdigest()

    def build_full_query(self) -> tuple[str, str]:
        """Return the ``WHERE`` condition of a full read and its SOQL."""
        where = soql.all_of([f"{self.paths[name]} != null" for name in self.required])
        return where, soql.select(list(self.paths.values()), self.sobject, where=where)

    def changes_query(self, since: datetime) -> tuple[str, str]:
        """Return the ``WHERE`` condition of an incremental read and its SOQL.

        The filter of full reads is absent, so that records which leave the filter are read too.
        """
        stamps = [stamp for stamp in self.stamps if "." not in stamp or self._reads_parent_of(stamp)]
        where = soql.any_of([f"{stamp} >= {soql.format_moment(since)}" for stamp in stamps])
        return where, soql.select(list(self.paths.values()), self.sobject, where=where)

    def _reads_parent_of(self, stamp: str) -> bool:
        """Return whether any field is read from the parent in ``stamp`` (``Opportunity__r.SystemModstamp``).

        Otherwise the query does not filter by the parent's stamp either.
        """
        relation = stamp.partition(".")[0]
        return any(path.startswith(f"{relation}.") for path in self.paths.values())


ACCOUNTS = SyncedObject("accounts", Account, filled_by_triggers=("sf_searchedschool", "sf_schoolword"))
BOOKS = SyncedObject("books", Book)
CONTACTS = SyncedObject(
    "contacts",
    Contact,
    required=("verification_status", "accounts_uuid"),
    picklists=("role", "subject_interest", "lms"),
)
OPPORTUNITIES = SyncedObject("opportunities", Opportunity)
# An adoption takes its contact from its opportunity, so an adoption also changes when its opportunity changes.
ADOPTIONS = SyncedObject("adoptions", Adoption, stamps=("SystemModstamp", "Opportunity__r.SystemModstamp"))

INTERDEPENDENT = (ACCOUNTS, CONTACTS, OPPORTUNITIES, ADOPTIONS)
"""The objects that ``sync_all`` syncs, parents first.

While books of the previous org remain (``--adopt-org``), ``sync_all`` syncs books too.
"""

EVERY_OBJECT = (BOOKS, *INTERDEPENDENT)
