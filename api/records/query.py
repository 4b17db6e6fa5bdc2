"""The parameters that all resources share, and the parser of query strings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar

from django.http import QueryDict
from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, ValidationError, create_model

from api.http.errors import Unprocessable
from api.http.query_parameters import is_ignored, refuse_unknown_parameters
from api.http.refusal_words import describe_error
from api.records.cursor import MAX_CHARACTERS, Cursor, UnreadableCursor
from api.records.values import QueryBoolean, QueryInteger, QueryMoment

DEFAULT_LIMIT = 500
MAX_LIMIT = 5000
_ALWAYS = "id"


def _parse_cursor(text: Any) -> Any:
    try:
        return Cursor.from_text(str(text)[: MAX_CHARACTERS + 1])
    except UnreadableCursor as error:
        raise ValueError(str(error)) from error


class RecordQuery(Schema):
    """Parameters of one record."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    include_deleted: QueryBoolean = Field(
        False,
        description="Include records that were deleted in Salesforce or are no longer copied (`is_deleted`). Some "
        "weeks after the deletion, all columns are null except `id`, `system_modstamp`, `is_deleted`, "
        "`local_create_date` and `local_update_date`.",
    )
    fields: list[str] | None = None  # replaced for each resource by ``with_fields``
    format: Literal["json", "csv", "html"] = Field("json", description="The format of the answer. Wins over `Accept`.")
    dialect: Literal["rfc4180", "excel"] = Field(
        "rfc4180",
        description="The dialect of CSV. `excel` is for spreadsheets: the file begins with a byte order mark, and an "
        "apostrophe is put before text that would be a formula. `rfc4180` is for programs: values are unchanged.",
    )

    def columns(self, known: Sequence[str]) -> list[str]:
        """Return the requested columns in their usual order; the id is always one of them."""
        names = set(self.fields or known)
        return [name for name in known if name in names or name == _ALWAYS]


class RecordsQuery(RecordQuery):
    """Parameters of a page."""

    modified_since: QueryMoment = Field(  # type: ignore[assignment]
        None,
        description="Only records that changed in SFAPI at this moment or later. Give the `as_of` of the previous "
        "read. Without `include_deleted`, you miss deletions.",
        examples=["2026-01-31T12:00:00Z"],
    )
    limit: Annotated[QueryInteger, Field(ge=1, le=MAX_LIMIT)] = Field(
        DEFAULT_LIMIT, description="The largest number of records on a page."
    )
    cursor: Annotated[Any, BeforeValidator(_parse_cursor), Field(json_schema_extra={"type": "string"})] = Field(
        None, description="The cursor from `next`, which continues after the last record of a page."
    )


Query = TypeVar("Query", bound=RecordQuery)


def with_fields(base: type[Query], name: str, columns: Sequence[str]) -> type[Query]:
    """Return a subclass of ``base`` whose ``fields`` accepts these columns."""
    names: Any = Annotated[list[Literal[tuple(columns)]], BeforeValidator(_split), Field(min_length=1)]  # type: ignore[misc]
    field = Field(None, description="Only these columns, separated by commas; `id` is always included.")
    return create_model(name, __base__=base, fields=(names, field))


def read_query(kind: type[Query], parameters: QueryDict) -> Query:
    """Parse the parameters. Raises ``Unprocessable`` for unknown, repeated or invalid parameters."""
    refuse_unknown_parameters(parameters, kind.model_fields)
    parameters = parameters.copy()
    for name in [name for name in parameters if is_ignored(name)]:
        del parameters[name]
    twice = [name for name, values in parameters.lists() if len(values) > 1]
    if twice:
        raise _make_refusal([{"loc": ["query", name], "message": "Given more than once"} for name in twice])
    try:
        return kind.model_validate(parameters.dict())
    except ValidationError as error:
        problems = error.errors(include_url=False)
        raise _make_refusal(
            [{"loc": ["query", *each["loc"]], "message": describe_error(each)} for each in problems]
        ) from None


def _make_refusal(errors: Sequence[Mapping[str, Any]]) -> Unprocessable:
    first = errors[0]
    return Unprocessable(f"The request is not valid: {first['loc'][1]}: {first['message']}.", errors=errors)


def _split(text: Any) -> Any:
    return list(dict.fromkeys(text.split(","))) if isinstance(text, str) else text
