"""Salesforce's checks of a written record, one field at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from simulator import schema
from simulator.schema import Field, SObject
from simulator.schema.ids import is_id, to_18
from simulator.schema.types import ID_TYPES, NUMBER_TYPES, TEXT_TYPES
from simulator.store.errors import RecordError
from simulator.store.rows import stamp_text

_EMAIL = re.compile(r"[^@\s,;<>()\[\]]+@[^@\s,;<>()\[\]]+\.[^@\s,;<>()\[\]]+")
_ZONE = re.compile(r"([+-]\d\d)(\d\d)$")
_MAX_INT = 2**31


def clean(
    sobject: SObject, values: Mapping[str, Any], *, creating: bool, visible: Callable[[Field], bool]
) -> dict[str, Any]:
    """Return the values in their stored form, by field name in Salesforce's spelling.

    As in Salesforce, an empty string becomes null, but a boolean field accepts neither an empty string nor null. Raises
    ``RecordError`` for a bad value, a required value that is missing, or a field that the user cannot write.
    """
    cleaned: dict[str, Any] = {}
    locked: list[str] = []
    for name, value in values.items():
        field = sobject.field(name)
        if field is None or not visible(field):
            raise RecordError("INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
        if not (field.createable if creating else field.updateable):
            locked.append(field.name)
        elif locked:
            continue
        else:
            cleaned[field.name] = stored(field, value)
    if locked:
        raise RecordError(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to create/update fields: {', '.join(locked)}. Please check the security settings of this"
            " field and verify that it is read/write for your profile or permission set.",
            locked,
        )
    _check_required(sobject, cleaned, creating=creating)
    return cleaned


def _check_required(sobject: SObject, cleaned: Mapping[str, Any], *, creating: bool) -> None:
    missing = [
        field.name
        for field in sobject.fields
        if field.required and cleaned.get(field.name) is None and (creating or field.name in cleaned)
    ]
    if missing:
        names = ", ".join(missing)
        raise RecordError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{names}]", missing)


def stored(field: Field, value: Any) -> Any:
    """Check one value, and return it in SQLite's form."""
    if value is None or value == "":
        if field.type == "boolean":
            raise _mistyped(field, value)
        return None
    return _READERS[field.type](field, value)


def _mistyped(field: Field, value: Any) -> RecordError:
    return RecordError(
        "INVALID_TYPE_ON_FIELD_IN_RECORD",
        f"{field.label}: value not of required type: {value!s:.80}",
        [field.name],
    )


def _text(field: Field, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _mistyped(field, value)
    text = str(value)
    if len(text) > field.length:
        raise RecordError(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {text[:255]} (max length={field.length})",
            [field.name],
        )
    if field.type == "email" and not _EMAIL.fullmatch(text):
        raise RecordError("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {text}", [field.name])
    return _chosen(field, text) if field.values else text


def _chosen(field: Field, text: str) -> str:
    """Return the text with known values in the spelling of the picklist.

    Raises ``RecordError`` for other values if the picklist is restricted.
    """
    known = {value.casefold(): value for value in field.values}
    parts = text.split(";") if field.type == "multipicklist" else [text]
    parts = [known.get(part.strip().casefold(), part) for part in parts]
    for part in parts:
        if field.restricted and part.casefold() not in known:
            raise RecordError(
                "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                f"{field.label}: bad value for restricted picklist field: {part}",
                [field.name],
            )
    return ";".join(dict.fromkeys(parts))


def _number(field: Field, value: Any) -> int | float:
    if isinstance(value, bool):
        raise _mistyped(field, value)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise _mistyped(field, value) from error
    limit = _MAX_INT if field.type == "int" else 10 ** (field.precision - field.scale)
    if not -limit < number < limit:
        raise RecordError(
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"{field.label}: value outside of valid range on numeric field: {value!s:.80}",
            [field.name],
        )
    if field.type == "int":
        return int(number)
    # As in Salesforce, halves are rounded away from zero. Python's round() rounds halves to even numbers.
    return float(Decimal(str(number)).quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_UP))


def _boolean(field: Field, value: Any) -> int:
    known = {"true": 1, "false": 0}.get(str(value).lower())
    if known is None:
        raise _mistyped(field, value)
    return known


def _date(field: Field, value: Any) -> str:
    try:
        return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError as error:
        raise _mistyped(field, value) from error


def _moment(field: Field, value: Any) -> str:
    try:
        moment = datetime.fromisoformat(_ZONE.sub(r"\1:\2", str(value)))
        if moment.tzinfo is None:
            raise _mistyped(field, value)
        return stamp_text(moment)
    except (ValueError, OverflowError) as error:
        raise _mistyped(field, value) from error


def _reference(field: Field, value: Any) -> str:
    text = str(value)
    if not is_id(text) or text[:3] != schema.SOBJECTS[field.reference_to].prefix:
        raise RecordError("MALFORMED_ID", f"{field.label}: id value of incorrect type: {text}", [field.name])
    return to_18(text)


_READERS: dict[str, Callable[[Field, Any], Any]] = {
    **dict.fromkeys(TEXT_TYPES, _text),
    **dict.fromkeys(NUMBER_TYPES, _number),
    **dict.fromkeys(ID_TYPES, _reference),
    "boolean": _boolean,
    "date": _date,
    "datetime": _moment,
}
