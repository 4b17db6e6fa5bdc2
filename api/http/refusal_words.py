"""Say in plain words why a value is refused: Pydantic's own sentences are for programmers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from outgoing.numbers import format_count

_WORDS = {
    "missing": "This is required",
    "extra_forbidden": "There is no such field",
    "greater_than_equal": "Must be {ge} or more",
    "greater_than": "Must be more than {gt}",
    "less_than_equal": "Must be {le} or less",
    "less_than": "Must be less than {lt}",
    "finite_number": "Must be a finite number",
    "enum": "Must be {expected}",
    "literal_error": "Must be {expected}",
    "string_pattern_mismatch": "Must match {pattern}",
}
"""Sentences by the type of Pydantic's error, filled in with its ``ctx``."""

_KINDS = (
    ("bool", "Must be true or false"),
    ("int", "Must be a whole number"),
    ("float", "Must be a number"),
    ("decimal", "Must be a number"),
    ("string", "Must be text"),
    ("datetime", "Must be a date and time, such as 2026-06-30T08:00:00Z"),
    ("date", "Must be a date, such as 2026-06-30"),
    ("uuid", "Must be a UUID"),
    ("list", "Must be a list"),
    ("dict", "Must be a JSON object"),
    ("model", "Must be a JSON object"),
)
"""Sentences for errors whose names begin with a type of value, such as ``int_type``."""

_LENGTHS = {
    "too_short": ("at least", "min_length"),
    "too_long": ("at most", "max_length"),
    "string_too_short": ("at least", "min_length"),
    "string_too_long": ("at most", "max_length"),
}


def describe_error(error: Mapping[str, Any]) -> str:
    """Return a sentence without a period for one error of Pydantic.

    Errors that are not in the tables above keep Pydantic's sentence.
    """
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind in _LENGTHS:
        return _describe_length(kind, context)
    if kind in _WORDS:
        return _WORDS[kind].format(**{name: _simplify_number(value) for name, value in context.items()})
    for name, sentence in _KINDS:
        if kind == name or kind.startswith(f"{name}_"):
            return sentence
    return str(error["msg"]).removeprefix("Value error, ")


def _simplify_number(value: Any) -> Any:
    """Return a limit such as ``100.0`` as people write it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _describe_length(kind: str, context: Mapping[str, Any]) -> str:
    bound, name = _LENGTHS[kind]
    number = int(context[name])
    is_text = kind.startswith("string") or context.get("field_type") == "Value"
    one, many = ("character", "characters") if is_text else ("entry", "entries")
    if bound == "at least" and number == 1:
        return "Must not be empty"
    return f"Must have {bound} {format_count(number, one, many)}"
