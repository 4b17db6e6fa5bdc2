"""The filters and sort orders that all tables of audited assets share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Func, IntegerField, Q, QuerySet, Subquery

from pardot.selectors.area_health import AreaHealth
from pardot.selectors.since import assets_fixed_since, assets_new_since

Rows = QuerySet[Any]
SortKeys = Mapping[str, F | Func | Subquery]
"""The expressions to sort by, by the name of the sort key."""

LARGEST_ID = 9_223_372_036_854_775_807
LONGEST_SEARCH = 255
"""The largest number of characters of a search."""


@dataclass(frozen=True)
class FlagFilters:
    """The filters that all tables of audited assets share. ``None`` accepts all."""

    flag: str | None = None
    issues: bool | None = None
    exempt: bool | None = None
    new_since: date | None = None
    """Only assets with a finding that was first seen after this day."""
    fixed_since: date | None = None
    """Only assets with a finding that was fixed after this day. ``flag`` then means the flag of that finding."""
    q: str | None = None


class HowMany(Func):
    """The number of elements of an array, which is 0 for an empty one. The lookup ``__len`` would return null."""

    function = "cardinality"
    output_field = IntegerField()


class Unknown(ValueError):
    """The flag or column does not exist. The message lists those that do. ``name`` is the query parameter."""

    def __init__(self, name: str, value: str, known: Mapping[str, Any]) -> None:
        super().__init__(f"There is no {name} {value!r} here. Known: {', '.join(known)}")
        self.name = name


def filtered(rows: Rows, health: AreaHealth, wanted: FlagFilters) -> Rows:
    """Return the rows that match the filters of ``wanted``, except the search. Raises ``Unknown``."""
    if wanted.fixed_since is not None:
        check_flag(health, wanted.flag)
        rows = rows.filter(pk__in=assets_fixed_since(health, wanted.flag, wanted.fixed_since))
    elif wanted.flag is not None:
        rows = with_flag(rows, health, wanted.flag, exempt=wanted.exempt)
    elif wanted.exempt is not None:
        rows = with_exemption(rows, health, wanted.exempt)
    if wanted.new_since is not None:
        rows = rows.filter(pk__in=assets_new_since(health, wanted.flag, wanted.new_since))
    return rows if wanted.issues is None else with_issues(rows, health, wanted.issues)


def with_flag(rows: Rows, health: AreaHealth, flag: str, *, exempt: bool | None) -> Rows:
    """Return the rows with ``flag``, or no rows when the flag has no data. Raises ``Unknown``.

    ``exempt``: true for only the exempt rows, false for only the others.
    """
    check_flag(health, flag)
    if flag not in health.known_flags:
        return rows.none()
    rows = rows.filter(flags__contains=[flag])
    if exempt is None:
        return rows
    ids = health.exempt_assets.get(flag, frozenset())
    return rows.filter(pk__in=ids) if exempt else rows.exclude(pk__in=ids)


def check_flag(health: AreaHealth, flag: str | None) -> None:
    """Raise ``Unknown`` unless the area has this flag. ``None`` is accepted."""
    if flag is not None and flag not in health.counts:
        raise Unknown("flag", flag, health.counts)


def with_issues(rows: Rows, health: AreaHealth, wanted: bool) -> Rows:
    """Return the rows with a flag that counts, or those without."""
    plain = health.known_flags - health.exempt_assets.keys()
    counting = [
        Q(flags__contains=[flag]) & ~Q(pk__in=health.exempt_assets[flag]) for flag in sorted(health.known_flags - plain)
    ]
    return _either(rows, [*counting, *([Q(flags__overlap=sorted(plain))] if plain else [])], wanted)


def with_exemption(rows: Rows, health: AreaHealth, wanted: bool) -> Rows:
    """Return the rows that are exempt from one of their flags, or those that are not."""
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


def ordered(rows: Rows, sort: str, keys: SortKeys) -> Rows:
    """Sort by a name in ``keys``, descending with ``-`` before it. Raises ``Unknown``.

    Empty values are last. Rows with equal values are sorted by id.
    """
    name = sort.removeprefix("-")
    if name not in keys:
        raise Unknown("sort", name, keys)
    if name == "id":
        return rows.order_by("-pk" if sort.startswith("-") else "pk")
    key = keys[name]
    return rows.order_by(key.desc(nulls_last=True) if sort.startswith("-") else key.asc(nulls_last=True), "pk")
