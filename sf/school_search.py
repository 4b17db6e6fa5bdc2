"""The search for schools: by name, best match first, and by exact filters. Case and accents do not matter.

It reads two columns that PostgreSQL keeps itself (migration ``school_search``): ``search_name``, with a trigram index
that finds any part of a name without reading the table, and ``search_facets``, one array of all exact filters. The
text of the searcher goes through the same function as the columns; it is immutable, so that PostgreSQL sees a
constant and can use the index. Finding and ranking touch only the narrow columns; the rest is read for the rows of
the page alone.

Counting all matches of a common word, or all schools, takes as long as finding them, and the answer changes only when
a sync has changed something: it is kept by what was changed last, which any page of the same search shares. The
first page of a search counts while it sorts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import connection

COLUMNS = ("id", "name", "type", "country", "state", "city", "lms", "sheer_id_school_name")
SEARCHES_COUNTED = 1000
"""For how many searches the number of matches is kept."""

_MATCHES_NAME = "search_name LIKE '%%' || sf_like_pattern(%(name)s) || '%%'"
_MATCHES_FACET = "search_facets @> ARRAY[sf_searchable(%({0})s)]"

# Exact, prefix, prefix of a word, anywhere.
_RANK = """CASE WHEN search_name = sf_searchable(%(name)s) THEN 0
                WHEN search_name LIKE sf_like_pattern(%(name)s) || '%%' THEN 1
                WHEN search_name LIKE '%% ' || sf_like_pattern(%(name)s) || '%%' THEN 2
                WHEN search_name LIKE '%%-' || sf_like_pattern(%(name)s) || '%%' THEN 2
                ELSE 3 END"""

_PAGE = """
    WITH page AS (
        SELECT id, {rank} AS rank, search_name COLLATE "C" AS sorted_name, {matches} AS matches
          FROM sf_account WHERE NOT is_deleted AND {condition}
         ORDER BY rank, sorted_name, id LIMIT %(limit)s OFFSET %(offset)s
    )
    SELECT matches, {columns} FROM page JOIN sf_account USING (id) ORDER BY page.rank, page.sorted_name, id
"""

_COUNT = "SELECT count(*) FROM sf_account WHERE NOT is_deleted AND {condition}"

_LAST_CHANGE = "SELECT max(local_update_date) FROM sf_account"


@dataclass(frozen=True)
class SchoolFilters:
    """What to search by; ``state`` and ``country`` may be a name or a code. ``None``: not asked for."""

    name: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    type: str | None = None

    def given(self) -> dict[str, str]:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: text for name, text in values.items() if text}


@dataclass(frozen=True)
class SchoolPage:
    """``count`` is that of all matches, ``total`` that of all schools; ``schools`` are rows of ``COLUMNS``."""

    count: int
    total: int
    schools: list[dict[str, Any]]


def school_page(filters: SchoolFilters, *, limit: int, offset: int) -> SchoolPage:
    """The matches from ``offset`` on, at most ``limit``."""
    [[last_change]] = _rows(_LAST_CHANGE, {})
    total = _count(SchoolFilters(), last_change)
    count = _counts.get((filters, last_change))
    if count is not None and offset >= count:
        return SchoolPage(count, total, [])
    rows = _page(filters, limit, offset, counting=count is None)
    if count is None:
        count = _keep((filters, last_change), rows[0][0]) if rows else _count(filters, last_change)
    return SchoolPage(count, total, [dict(zip(COLUMNS, row[1:], strict=True)) for row in rows])


def _page(filters: SchoolFilters, limit: int, offset: int, *, counting: bool) -> list[tuple[Any, ...]]:
    """Rows of the number of all matches, if it is wanted, and ``COLUMNS``."""
    statement = _PAGE.format(
        condition=_condition(filters),
        rank=_RANK if filters.name else "0",
        matches="count(*) OVER ()" if counting else "NULL",
        columns=", ".join(f"sf_account.{name}" for name in COLUMNS),
    )
    return _rows(statement, {**_parameters(filters), "limit": limit, "offset": offset})


_CountKey = tuple[SchoolFilters, datetime | None]
_counts: dict[_CountKey, int] = {}
"""Matches by search and last change, which moves with every insert, update and soft delete of a school."""


def _count(filters: SchoolFilters, last_change: datetime | None) -> int:
    if (known := _counts.get((filters, last_change))) is not None:
        return known
    [[count]] = _rows(_COUNT.format(condition=_condition(filters)), _parameters(filters))
    return _keep((filters, last_change), count)


def _keep(key: _CountKey, count: int) -> int:
    if len(_counts) >= SEARCHES_COUNTED:
        _counts.clear()
    _counts[key] = count
    return count


def _condition(filters: SchoolFilters) -> str:
    parts = [_MATCHES_NAME if name == "name" else _MATCHES_FACET.format(name) for name in filters.given()]
    return " AND ".join(parts) or "true"


def _parameters(filters: SchoolFilters) -> dict[str, Any]:
    return {name: text if name == "name" else f"{name}:{text}" for name, text in filters.given().items()}


def _rows(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
