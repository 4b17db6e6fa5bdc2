"""The readable resources: one per object in ``EVERY_OBJECT``, with its columns, filters and schemas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Field
from ninja import Schema
from pydantic import Field as SchemaField
from pydantic import create_model

from api.http.fields import EXAMPLE_ID
from api.records.query import RecordQuery, RecordsQuery, with_fields
from api.records.values import QueryBoolean, QueryDate, QueryId, QueryInteger, QueryText, QueryUuid
from sf.models import CachedRecord
from sf.models.fields import Uuid
from sf.sync.objects import EVERY_OBJECT


@dataclass(frozen=True)
class Kind:
    """A kind of column: the type of its values in answers, and in a filter (``None``: no filter)."""

    value: Any
    filter: Any = None


_TEXT = Kind(str, QueryText)
_UUID = Kind(str, QueryUuid)
_ID = Kind(str, QueryId)
_KINDS = {
    "TextField": _TEXT,
    "CharField": _ID,
    "ForeignKey": _ID,
    "BooleanField": Kind(bool, QueryBoolean),
    "BigIntegerField": Kind(int, QueryInteger),
    "DateField": Kind(date, QueryDate),
    "DateTimeField": Kind(datetime),
    "FloatField": Kind(float),
    "DecimalField": Kind(float),
}
_GOVERNED_BY_INCLUDE_DELETED = "is_deleted"


_OWN_COLUMNS = {
    "local_create_date": "When the record was first copied.",
    "local_update_date": "When the copy changed last.",
}


def _describe_field(field: Field[Any, Any]) -> str:
    """Name the field of Salesforce that a column copies, or describe a column of SFAPI's own."""
    source = getattr(field, "salesforce_name", "")
    return f"`{source}` in Salesforce." if source else _OWN_COLUMNS[str(field.column)]


@dataclass(frozen=True)
class Column:
    """A column of a cached table. ``name`` is its name in the database: ``account_id``, not ``account``."""

    name: str
    kind: Kind
    nullable: bool
    description: str

    @classmethod
    def of(cls, field: Field[Any, Any]) -> Column:
        kind = _UUID if isinstance(field, Uuid) else _KINDS[field.get_internal_type()]
        return cls(str(field.column), kind, field.null, _describe_field(field))


@dataclass(frozen=True)
class Resource:
    """One cached object under ``/records/``."""

    name: str
    """The name in the path: plural, lower case."""
    model: type[CachedRecord]

    @property
    def schema_name(self) -> str:
        return f"{self.model.__name__}Record"

    @cached_property
    def columns(self) -> dict[str, Column]:
        columns = [Column.of(field) for field in self.model._meta.concrete_fields if not field.generated]
        return {column.name: column for column in columns}

    @cached_property
    def filters(self) -> dict[str, Any]:
        """Return the columns that can be filtered by value, with the type of the filter."""
        return {
            column.name: column.kind.filter
            for column in self.columns.values()
            if column.kind.filter is not None and column.name != _GOVERNED_BY_INCLUDE_DELETED
        }

    @cached_property
    def row_schema(self) -> type[Schema]:
        """Return the schema of a row.

        Only the id is always there: the query parameter ``fields`` may leave out every other column.
        """
        columns: dict[str, Any] = {
            column.name: (
                column.kind.value | None if column.nullable else column.kind.value,
                SchemaField(None, description=column.description),
            )
            for column in self.columns.values()
        }
        columns["id"] = (str, SchemaField(description="The Salesforce id, 18 characters.", examples=[EXAMPLE_ID]))
        return create_model(self.schema_name, __base__=Schema, **columns)

    @cached_property
    def page_schema(self) -> type[Schema]:
        return create_model(
            f"{self.model.__name__}RecordPage",
            __base__=RecordPage,
            results=(list[self.row_schema], SchemaField(description="The records of this page.")),  # type: ignore[name-defined]
        )

    @cached_property
    def record_query(self) -> type[RecordQuery]:
        """Return the query parameters of a request for one record."""
        return with_fields(RecordQuery, f"{self.model.__name__}RecordQuery", list(self.columns))

    @cached_property
    def records_query(self) -> type[RecordsQuery]:
        """Return the query parameters of a request for a page."""
        query = with_fields(RecordsQuery, f"{self.model.__name__}RecordsQuery", list(self.columns))
        filters = {
            name: (
                kind,
                SchemaField(None, description=f"Only records with this value. {self.columns[name].description}"),
            )
            for name, kind in self.filters.items()
            if name not in query.model_fields
        }
        return create_model(query.__name__, __base__=query, **filters)  # type: ignore[call-overload, no-any-return]


class RecordPage(Schema):
    """A page of records."""

    as_of: datetime = SchemaField(
        description="Every change with a `local_update_date` before this moment is already visible. Pass this "
        "moment as `modified_since` in the next read. All pages of one read have the same value."
    )
    next: str | None = SchemaField(description="The address of the next page; null on the last page.")


RESOURCES = tuple(Resource(synced.name, synced.model) for synced in EVERY_OBJECT)
