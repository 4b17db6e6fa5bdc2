"""Read the values of a query string strictly: a misread filter would silently return wrong records."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, StringConstraints, TypeAdapter, ValidationError, WithJsonSchema

from api.http.fields import ID_SCHEMA, PlainText
from api.http.ids import NOT_AN_ID
from sf.salesforce.ids import id_of_18

_BOOLEAN = TypeAdapter(bool)
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DECODED_PLUS = re.compile(r"(?<=[0-9]) (?=[0-9]{2}:[0-9]{2}$)")


def _parse_boolean(text: Any) -> Any:
    """Accept the same words as Ninja's routes, such as ``true``, ``1``, ``yes`` and their opposites."""
    try:
        return _BOOLEAN.validate_python(text)
    except ValidationError:
        raise ValueError("Give true or false") from None


def _parse_integer(text: Any) -> Any:
    if not isinstance(text, str) or not _INTEGER.fullmatch(text):
        raise ValueError("Give a whole number")
    return int(text)


def _parse_date(text: Any) -> Any:
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        raise ValueError("Give a date such as 2026-01-31")
    return date.fromisoformat(text)


def _parse_moment(text: Any) -> Any:
    """Read RFC 3339 with an offset. An unescaped ``+`` arrives as a space, which is accepted."""
    text = _DECODED_PLUS.sub("+", text) if isinstance(text, str) else ""
    if not _MOMENT.fullmatch(text):
        raise ValueError("Give a time with its offset, such as 2026-01-31T12:00:00Z")
    return parse_moment_in_utc(text.upper())


def parse_moment_in_utc(text: str) -> datetime:
    """Return the time in UTC: PostgreSQL refuses offsets above 15:59, but ISO 8601 allows them.

    Raises ``ValueError`` for a text that is not a time with an offset, or when the time in UTC is out of range.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no offset")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("Give a time between the years 1 and 9999") from None


def _parse_id(text: Any) -> Any:
    """Return the id with 18 characters, as it is stored."""
    whole = id_of_18(text) if isinstance(text, str) else None
    if whole is None:
        raise ValueError(NOT_AN_ID)
    return whole


QueryText = Annotated[PlainText, StringConstraints(max_length=255)]
QueryUuid = Annotated[QueryText, StringConstraints(to_lower=True)]
QueryBoolean = Annotated[bool, BeforeValidator(_parse_boolean)]
QueryInteger = Annotated[int, BeforeValidator(_parse_integer)]
QueryDate = Annotated[date, BeforeValidator(_parse_date)]
QueryMoment = Annotated[datetime, BeforeValidator(_parse_moment)]
QueryId = Annotated[str, BeforeValidator(_parse_id), WithJsonSchema(ID_SCHEMA)]
