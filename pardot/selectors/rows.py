"""Filters and orders that all pages of audited assets share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Func, IntegerField, Q, QuerySet, Subquery

from pardot.selectors.area_health import AreaHealth

Rows = QuerySet[Any]
SortKeys = Mapping[str, F | Func | Subquery]
"""What a page can be sorted by → the expression."""

LARGEST_ID = 9_223_372_036_854_775_807


@dataclass(frozen=True)
class FlagFilters:
    """What every page of audited assets can be asked for; ``None``: all."""

    flag: str | None = None
    issues: bool | None = None
    exempt: bool | None = None
    q: str | None = None


class HowMany(Func):
    """How many elements an array has; the lookup ``__len`` would say null for an empty one."""

    function = "cardinality"
    output_field = IntegerField()


class Unknown(ValueError):
    """A flag or a column that there is not; the message lists those that there are. ``name``: of the parameter."""

    def __init__(self, name: str, value: str, known: Mapping[str, Any]) -> None:
        super().__init__(f"There is no {name} {value!r} here. Known: {', '.join(known)}")
        self.name = name


def filtered(rows: Rows, health: AreaHealth, wanted: FlagFilters, searched_columns: tuple[str, ...]) -> Rows:
    """Those that ``wanted`` leaves. ``Unknown``."""
    if wanted.flag is not None:
        rows = with_flag(rows, health, wanted.flag, exempt=wanted.exempt)
    elif wanted.exempt is not None:
        rows = with_exemption(rows, health, wanted.exempt)
    if wanted.issues is not None:
        rows = with_issues(rows, health, wanted.issues)
    return searched(rows, wanted.q, searched_columns) if wanted.q else rows


def with_flag(rows: Rows, health: AreaHealth, flag: str, *, exempt: bool | None) -> Rows:
    """Those that have ``flag``; of these only the exempt ones, or only those that count. None without data.

    ``Unknown``.
    """
    if flag not in health.counts:
        raise Unknown("flag", flag, health.counts)
    if flag not in health.known_flags:
        return rows.none()
    rows = rows.filter(flags__contains=[flag])
    if exempt is None:
        return rows
    ids = health.exempt_assets.get(flag, frozenset())
    return rows.filter(pk__in=ids) if exempt else rows.exclude(pk__in=ids)


def with_issues(rows: Rows, health: AreaHealth, wanted: bool) -> Rows:
    """Those with a flag that counts, or those without any."""
    plain = health.known_flags - health.exempt_assets.keys()
    counting = [
        Q(flags__contains=[flag]) & ~Q(pk__in=health.exempt_assets[flag]) for flag in sorted(health.known_flags - plain)
    ]
    return _either(rows, [*counting, *([Q(flags__overlap=sorted(plain))] if plain else [])], wanted)


def with_exemption(rows: Rows, health: AreaHealth, wanted: bool) -> Rows:
    """Those that are exempt from something that they have, or those that are not."""
    exempt = [
        Q(flags__contains=[flag], pk__in=ids)
        for flag, ids in health.exempt_assets.items()
        if flag in health.known_flags
    ]
    return _either(rows, exempt, wanted)


def _either(rows: Rows, conditions: list[Q], wanted: bool) -> Rows:
    if not conditions:
        return rows.none() if wanted else rows
    any_of = reduce(or_, conditions)
    return rows.filter(any_of) if wanted else rows.exclude(any_of)


def searched(rows: Rows, text: str, columns: tuple[str, ...]) -> Rows:
    """Those with ``text`` somewhere in one of ``columns``, whatever its case, or with this id."""
    found = reduce(or_, (Q(**{f"{column}__icontains": text}) for column in columns))
    if text.isascii() and text.isdigit() and int(text) <= LARGEST_ID:
        found |= Q(pk=int(text))
    return rows.filter(found)


def ordered(rows: Rows, sort: str, keys: SortKeys) -> Rows:
    """By a name of ``keys``; with ``-`` before it, descending. Empty ones are last, and equal ones go by their id.

    ``Unknown``.
    """
    name = sort.removeprefix("-")
    if name not in keys:
        raise Unknown("sort", name, keys)
    if name == "id":
        return rows.order_by("-pk" if sort.startswith("-") else "pk")
    key = keys[name]
    return rows.order_by(key.desc(nulls_last=True) if sort.startswith("-") else key.asc(nulls_last=True), "pk")
