"""Validate what pages send with forms: any JSON under any name, and times in several notations."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from api.http.fields import require_storable

LONGEST_VALUE = 10_000
DEEPEST = 10
LATEST_MILLISECONDS = 10**14
_FIRST_IN_MILLISECONDS = 10**11
"""Numbers from here on are milliseconds since 1970, for times in 1973 or later.
Smaller numbers are seconds since 1970, for times in 5138 or earlier."""


def _validate(value: Any) -> Any:
    _check(value, DEEPEST)
    size = len(value) if isinstance(value, str) else len(json.dumps(value))
    if size > LONGEST_VALUE:
        raise ValueError(f"Must have at most {LONGEST_VALUE:,} characters")
    return value


def _check(value: Any, depth: int) -> None:
    """Refuse values that PostgreSQL cannot store as JSON, and values that are nested too deeply."""
    if depth < 0:
        raise ValueError(f"Must have at most {DEEPEST} levels")
    if isinstance(value, str):
        require_storable(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("The number is too large")
    elif isinstance(value, dict | list):
        for part in [*value, *value.values()] if isinstance(value, dict) else value:
            _check(part, depth - 1)


def _parse_milliseconds(value: Any) -> float | None:
    if value is None:
        return None
    number = _parse_iso(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise ValueError("Give an ISO time such as 2026-01-31T12:00:00Z, or a number")
    if not 0 <= number <= LATEST_MILLISECONDS:
        raise ValueError(f"Give a number from 0 to {LATEST_MILLISECONDS:,}, or an ISO time")
    in_seconds = not isinstance(value, str) and number < _FIRST_IN_MILLISECONDS
    return number * 1000 if in_seconds else number


def _parse_iso(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
        return max(0.0, moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


FormValue = Annotated[Any, AfterValidator(_validate), WithJsonSchema({})]
"""Any JSON that can be stored.
The schemas in ``api/forms/processors.py`` also check the values of the fields that they declare."""

PageTime = Annotated[
    float | None,
    BeforeValidator(_parse_milliseconds),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "date-time"},
                {"type": "number", "minimum": 0, "maximum": LATEST_MILLISECONDS},
                {"type": "null"},
            ]
        }
    ),
]
"""A moment in milliseconds since 1970.
Seconds and ISO times are accepted too. An ISO time without an offset is UTC."""
