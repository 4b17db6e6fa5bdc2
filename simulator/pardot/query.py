"""Check the parameters of a query, and turn them into SQL.

Source: "Version 5 Overview" of the API guide. The error for an unknown field is quoted from users of the API
(github.com/pardot/api-docs/issues/235). A date must have an offset such as ``+00:00``, not ``Z``. A filter is refused
if the documentation of the object does not list it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from simulator.pardot.errors import PardotError
from simulator.pardot.objects import Field, PardotObject

DEFAULT_LIMIT = 200
MAX_LIMIT = 1_000
MAX_FILTERED_FIELDS = 3

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
_DATE_ENDINGS = {"": "=", "After": ">", "AfterOrEqualTo": ">=", "Before": "<", "BeforeOrEqualTo": "<="}
_ID_ENDINGS = {
    "": "=",
    "GreaterThan": ">",
    "GreaterThanOrEqualTo": ">=",
    "LessThan": "<",
    "LessThanOrEqualTo": "<=",
}
_DELETED = {"all": None, "true": 1, "false": 0}


@dataclass(frozen=True)
class Condition:
    sql: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Query:
    """A checked query, without the fields to show."""

    object: PardotObject
    conditions: tuple[Condition, ...]
    order: Field
    descending: bool
    limit: int


def wanted_fields(
    pardot_object: PardotObject, value: str | None, hidden: Mapping[str, Sequence[str]]
) -> tuple[Field, ...]:
    """Return the fields that ``value`` lists, such as ``id,name``.

    Raises error 13 when ``value`` lists no field, and error 51 for an unknown or hidden field.
    """
    names = [name.strip() for name in (value or "").split(",") if name.strip()]
    if not names:
        raise PardotError(13, "fields")
    known = pardot_object.by_name.keys() - set(hidden.get(pardot_object.path, ()))
    unknown = [name for name in names if name not in known]
    if unknown:
        detail = f"fields. It contains an invalid or unknown field: {', '.join(dict.fromkeys(unknown))}."
        raise PardotError(51, detail)
    return tuple(pardot_object.by_name[name] for name in dict.fromkeys(names))


def parse(pardot_object: PardotObject, params: Mapping[str, str]) -> Query:
    """Check ``params``, the URL's parameters without ``fields``.

    Raises error 61, which names the wrong parameter, or error 209 for filters on too many fields.
    """
    params = dict(params)
    limit = _limit(params.pop("limit", str(DEFAULT_LIMIT)))
    order, descending = _order(pardot_object, params.pop("orderBy", "id"))
    conditions = [_deleted(pardot_object, params.pop("deleted", "false"))]
    filters = _filters(pardot_object)
    filtered = set()
    for name, value in params.items():
        if name not in filters:
            raise PardotError(61, f"{name} is not a parameter of {pardot_object.path}.")
        field, condition = filters[name]
        filtered.add(field)
        conditions.append(condition(name, value))
    if len(filtered) > MAX_FILTERED_FIELDS:
        raise PardotError(209)
    return Query(pardot_object, tuple(filter(None, conditions)), order, descending, limit)


def _limit(value: str) -> int:
    if not value.isdecimal() or not 1 <= int(value) <= MAX_LIMIT:
        raise PardotError(61, f"limit. It must be a number from 1 to {MAX_LIMIT}.")
    return int(value)


def _order(pardot_object: PardotObject, value: str) -> tuple[Field, bool]:
    name, _, direction = value.strip().partition(" ")
    if name not in pardot_object.sortable or direction.upper() not in ("", "ASC", "DESC"):
        raise PardotError(61, f"orderBy. It contains an invalid or unknown orderBy: {value}")
    return pardot_object.by_name[name], direction.upper() == "DESC"


def _deleted(pardot_object: PardotObject, value: str) -> Condition | None:
    if value not in _DELETED:
        raise PardotError(61, "deleted. It must be all, true or false.")
    flag = _DELETED[value]
    if flag is None:
        return None
    if pardot_object.recycle_bin:
        return Condition("t.is_deleted = ?", (flag,))
    return Condition("0", ()) if flag else None


Maker = Callable[[str, str], Condition]


def _filters(pardot_object: PardotObject) -> dict[str, tuple[str, Maker]]:
    """Return for each filter the name of its field, and the function that makes the condition."""
    filters: dict[str, tuple[str, Maker]] = {"idList": ("id", _one_of_ids)}
    for ending, operator in _ID_ENDINGS.items():
        filters[f"id{ending}"] = ("id", _comparison(pardot_object.by_name["id"], operator, _number))
    for name in pardot_object.dates:
        for ending, operator in _DATE_ENDINGS.items():
            filters[name + ending] = (name, _comparison(pardot_object.by_name[name], operator, _moment))
    for name in pardot_object.filters:
        field = pardot_object.by_name[name]
        convert = _number if field.type == "integer" else _text
        filters[name] = (name, _comparison(field, "=", convert))
    return filters


def _comparison(field: Field, operator: str, convert: Callable[[str, str], Any]) -> Maker:
    collation = " COLLATE NOCASE" if field.type == "string" else ""
    return lambda name, value: Condition(f"{field.sql} {operator} ?{collation}", (convert(name, value),))


def _one_of_ids(name: str, value: str) -> Condition:
    ids = tuple(_number(name, part.strip()) for part in value.split(","))
    return Condition(f"t.id IN ({', '.join('?' * len(ids))})", ids)


def _text(_: str, value: str) -> str:
    return value


def _number(name: str, value: str) -> int:
    if not value.isdecimal() or len(value) > 18:
        raise PardotError(61, f"{name}. It must be a number.")
    return int(value)


def _moment(name: str, value: str) -> str:
    """Convert a date such as ``2026-01-31T12:00:00+00:00``, with any offset, to UTC, as in the tables."""
    if not _DATE.fullmatch(value):
        raise PardotError(61, f"{name}. It must be a date like 2026-01-31T12:00:00+00:00.")
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise PardotError(61, f"{name}. It is not a date.") from error
    return moment.isoformat(timespec="seconds")
