"""Convert the values in conditions to the types of the compared fields."""

from __future__ import annotations

from datetime import UTC, date, datetime

from simulator.schema import Field
from simulator.schema.ids import is_id, to_18
from simulator.schema.types import ID_TYPES, NUMBER_TYPES, TEXT_TYPES
from simulator.soql.dates import Span, date_literal
from simulator.soql.errors import SoqlError
from simulator.soql.tokens import Token, string_value

Value = str | int | float | None | Span


def read_value(token: Token, field: Field, soql: str, now: datetime) -> Value:
    """Return the value for the comparison; ``None`` for ``null`` and for a text field's empty string."""
    if token.word == "NULL":
        return None
    if field.type in ID_TYPES:
        return _read_id(token, field, soql)
    if field.type in TEXT_TYPES:
        if token.kind != "string":
            raise _mistyped(field, "string", quoted=True)
        return string_value(token, soql) or None
    if field.type in NUMBER_TYPES:
        return _read_number(token, field)
    if field.type == "boolean":
        return _read_boolean(token, field)
    return _read_time(token, field, now)


def _mistyped(field: Field, type_: str, *, quoted: bool) -> SoqlError:
    should = "should be" if quoted else "should not be"
    return SoqlError(
        "INVALID_FIELD",
        f"value of filter criterion for field '{field.name}' must be of type {type_} and {should} enclosed in quotes",
    )


def _read_id(token: Token, field: Field, soql: str) -> str:
    if token.kind != "string":
        raise _mistyped(field, "ID", quoted=True)
    text = string_value(token, soql)
    if not is_id(text):
        raise SoqlError.at("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text}", soql, token.position)
    return to_18(text)


def _read_number(token: Token, field: Field) -> int | float:
    if token.kind != "number":
        raise _mistyped(field, field.type, quoted=False)
    number = float(token.text)
    return int(number) if number.is_integer() and abs(number) < 2**63 else number


def _read_boolean(token: Token, field: Field) -> int:
    if token.word not in {"TRUE", "FALSE"}:
        raise _mistyped(field, "boolean", quoted=False)
    return int(token.word == "TRUE")


def _read_time(token: Token, field: Field, now: datetime) -> str | Span:
    type_name = "date" if field.type == "date" else "dateTime"
    try:
        span = date_literal(token.word, now)
        if span is not None:
            return span
        if token.kind == "date" and field.type == "date":
            return date.fromisoformat(token.text).isoformat()
        if token.kind == "datetime" and field.type == "datetime":
            return moment_text(datetime.fromisoformat(token.text.upper()))
    except (ValueError, OverflowError) as error:
        raise SoqlError("MALFORMED_QUERY", f"invalid date or time: {token.text}") from error
    raise _mistyped(field, type_name, quoted=False)


def moment_text(moment: datetime) -> str:
    """Return the moment in its stored form: ``2026-01-31T12:00:00.000Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def day_bound(day: date, field: Field) -> str:
    """Return the beginning of the day in the form in which the field's values are stored."""
    return day.isoformat() if field.type == "date" else f"{day.isoformat()}T00:00:00.000Z"
