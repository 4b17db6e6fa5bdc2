"""Build SOQL text from values, without calls to Salesforce.

simple-salesforce can format values too, but it drops fractions of a second and writes ``IN ()`` for an empty
list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

_ESCAPES = str.maketrans(
    {"\\": r"\\", "'": r"\'", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\b": r"\b", "\f": r"\f"}
)


def quote(value: str) -> str:
    """Return a string literal."""
    return f"'{value.translate(_ESCAPES)}'"


def format_moment(value: datetime) -> str:
    """Return a dateTime literal (unquoted in SOQL) in UTC with milliseconds. ``value`` must be aware."""
    if value.tzinfo is None:
        raise ValueError("a naive datetime cannot be written in SOQL: it has no time zone")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"


def one_of(field: str, values: Iterable[str]) -> str:
    """Return ``field IN (…)``. Raises ``ValueError`` for an empty list, which has no form in SOQL."""
    quoted = ", ".join(quote(value) for value in values)
    if not quoted:
        raise ValueError(f"nothing to look for in {field}")
    return f"{field} IN ({quoted})"


def all_of(conditions: Sequence[str]) -> str:
    return " AND ".join(condition for condition in conditions if condition)


def any_of(conditions: Sequence[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"({' OR '.join(conditions)})"


def select(fields: Sequence[str], sobject: str, *, where: str = "", order_by: str = "") -> str:
    query = f"SELECT {', '.join(fields)} FROM {sobject}"  # noqa: S608 - SOQL; names come from declarations
    if where:
        query += f" WHERE {where}"
    if order_by:
        query += f" ORDER BY {order_by}"
    return query


def count(sobject: str, *, where: str = "") -> str:
    return select(["COUNT()"], sobject, where=where)
