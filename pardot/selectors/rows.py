"""The filters and sort orders that all tables of audited assets share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, IntegerField, Q, QuerySet, Subquery, TextField, Value

from pardot.selectors.area_health import AreaHealth
from pardot.selectors.since import select_assets_fixed_since, select_assets_new_since

Rows = QuerySet[Any]
SortKeys = Mapping[str, F | Func | Subquery]
"""Map the name of each sort key to the expression to sort by."""

LARGEST_ID = 9_223_372_036_854_775_807
LONGEST_SEARCH = 255
"""The largest number of characters of a search."""


@dataclass(frozen=True)
class FlagFilters:
    """The filters that all tables of audited assets share. A field that is ``None`` does not filter."""

    flag: str | None = None
    issues: bool | None = None
    exempt: bool | None = None
    new_since: date | None = None
    """Only assets with an open finding that was first seen after this day."""
    fixed_since: date | None = None
    """Only assets with a finding that was open on this day and fixed after it.
    With this filter, ``flag`` is the flag of the fixed finding, and ``exempt`` is ignored."""
    q: str | None = None


class _HowManyIn(Func):
    """The number of different elements of one array that are also in another array."""

    template = "cardinality(ARRAY(SELECT unnest(%(expressions)s)))"
    arg_joiner = ") INTERSECT SELECT unnest("
    output_field = IntegerField()


def build_flag_count_key(health: AreaHealth) -> Func:
    """Return the sort key ``issues``: the number of an asset's flags that have data."""
    return _HowManyIn("flags", Value(sorted(health.known_flags), output_field=ArrayField(TextField())))


class Unknown(ValueError):
    """The flag or sort key does not exist.

    The message lists the existing names. ``name`` is the query parameter.
    """

    def __init__(self, name: str, value: str, known: Mapping[str, Any]) -> None:
        super().__init__(f"There is no {name} {value!r} here. Known: {', '.join(known)}")
        self.name = name


def filter_rows(rows: Rows, health: AreaHealth, filters: FlagFilters) -> Rows:
    """Return the rows that match the filters of ``FlagFilters``, except ``q``. Raises ``Unknown``."""
    if filters.fixed_since is not None:
        check_flag(health, filters.flag)
        rows = rows.filter(pk__in=select_assets_fixed_since(health, filters.flag, filters.fixed_since))
    elif filters.flag is not None:
        rows = with_flag(rows, health, filters.flag, exempt=filters.exempt)
    elif filters.exempt is not None:
        rows = with_exemption(rows, health, filters.exempt)
    if filters.new_since is not None:
        rows = rows.filter(pk__in=select_assets_new_since(health, filters.flag, filters.new_since))
    return rows if filters.issues is None else with_issues(rows, health, filters.issues)


def with_flag(rows: Rows, health: AreaHealth, flag: str, *, exempt: bool | None) -> Rows:
    """Return the rows with ``flag``, or no rows when the flag has no data. Raises ``Unknown``.

    ``exempt``: true for only the exempt rows, false for only the rows that are not exempt.
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


def with_issues(rows: Rows, health: AreaHealth, having: bool) -> Rows:
    """Return the rows with a flag from which they are not exempt, or the rows without such a flag.

    Flags without data do not count.
    """
    plain = health.known_flags - health.exempt_assets.keys()
    counting = [
        Q(flags__contains=[flag]) & ~Q(pk__in=health.exempt_assets[flag]) for flag in sorted(health.known_flags - plain)
    ]
    return _filter_by_any(rows, [*counting, *([Q(flags__overlap=sorted(plain))] if plain else [])], having)


def with_exemption(rows: Rows, health: AreaHealth, having: bool) -> Rows:
    """Return the rows that have a flag and are exempt from it, or all other rows."""
    exempt = [
        Q(flags__contains=[flag], pk__in=ids)
        for flag, ids in health.exempt_assets.items()
        if flag in health.known_flags
    ]
    return _filter_by_any(rows, exempt, having)


def _filter_by_any(rows: Rows, conditions: list[Q], having: bool) -> Rows:
    if not conditions:
        return rows.none() if having else rows
    any_of = reduce(or_, conditions)
    return rows.filter(any_of) if having else rows.exclude(any_of)


def sort_rows(rows: Rows, sort: str, keys: SortKeys) -> Rows:
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
