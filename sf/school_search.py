"""The search for schools: by name, best match first, and by exact filters. Case and accents do not matter.

It reads two columns that PostgreSQL keeps itself (migration ``school_search``): ``search_name``, with a trigram index
that finds any part of a name without reading the table, and ``search_facets``, one array of all exact filters. The
text of the searcher goes through the same function as the columns; it is immutable, so that PostgreSQL sees a
constant and can use the index. Finding and ranking touch only the narrow columns; the rest is read for the rows of
the page alone.

A word that stands in very many names is looked for in another way: the index of their order (migration
``school_search_order``) holds all names in a fifth of the table's pages. One pass over it counts, and a page is found
in its order after a few entries; nothing is sorted. PostgreSQL says by its statistics whether a word is common.

Counting all matches of a common word, or all schools, takes as long as finding them, and the answer changes only when
a sync has changed something: it is kept by what was changed last, which any page of the same search shares. The
first page of a search counts while it sorts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection

COLUMNS = ("id", "name", "type", "country", "state", "city", "lms", "sheer_id_school_name")
_COLUMNS = ", ".join(f"sf_account.{name}" for name in COLUMNS)
SEARCHES_COUNTED = 1000
"""For how many searches the number of matches is kept."""

COMMON_SHARE = 1 / 6
"""From this share of all schools on, a name is looked for in all of them."""

_MATCHES_NAME = "search_name LIKE '%%' || sf_like_pattern(%(name)s) || '%%'"
_MATCHES_COMMON_NAME = f'search_name COLLATE "C"{_MATCHES_NAME.removeprefix("search_name")}'
"""The same, but not for the trigram index, whose collation is another."""
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

# Of a common word: names that begin with it (the name itself is the first of them), of which a word begins with it, and
# the others. In each class, the order is that of the index.
_BEGINS = """search_name COLLATE "C" LIKE sf_like_pattern(%(name)s) || '%%'"""
_WORD_BEGINS = """(search_name COLLATE "C" LIKE '%% ' || sf_like_pattern(%(name)s) || '%%'
                   OR search_name COLLATE "C" LIKE '%%-' || sf_like_pattern(%(name)s) || '%%')"""
_CLASSES = (
    _BEGINS,
    f"NOT {_BEGINS} AND {_WORD_BEGINS}",
    f"NOT {_BEGINS} AND NOT {_WORD_BEGINS} AND {_MATCHES_COMMON_NAME}",
)
# In order, though a count needs none: sorting is what makes all other ways dearer. By PostgreSQL's usual guess of what
# a page of an index costs, reading the whole table looks nearly as cheap, and takes twice as long.
_COMMON_NAMES = f"""
    SELECT search_name FROM sf_account WHERE NOT is_deleted AND {_MATCHES_COMMON_NAME}
     ORDER BY search_name COLLATE "C", id
"""  # noqa: S608 - put together from constants
_COUNT_CLASSES = f"""
    SELECT count(*) FILTER (WHERE {_CLASSES[0]}), count(*) FILTER (WHERE {_CLASSES[1]}), count(*)
      FROM ({_COMMON_NAMES}) AS names
"""  # noqa: S608 - likewise
_CLASS = """
    (SELECT id, {rank} AS rank, search_name COLLATE "C" AS sorted_name
       FROM sf_account WHERE NOT is_deleted AND {condition}
      ORDER BY search_name COLLATE "C", id LIMIT {limit} OFFSET {offset})
"""
_PAGE_OF_CLASSES = """
    WITH page AS ({classes})
    SELECT {columns} FROM page JOIN sf_account USING (id) ORDER BY page.rank, page.sorted_name, id
"""

_EXPLAIN = f"EXPLAIN {_COMMON_NAMES}"
_IN_ALL_NAMES = "Index Only Scan using account_search_order"
_EXPECTED_ROWS = re.compile(r"rows=(\d+)")

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
    if _is_common(filters, total):
        count, rows = _page_of_common(filters, limit, offset, last_change)
    else:
        count, rows = _page(filters, limit, offset, last_change)
    return SchoolPage(count, total, [dict(zip(COLUMNS, row, strict=True)) for row in rows])


_Page = tuple[int, list[tuple[Any, ...]]]


def _page(filters: SchoolFilters, limit: int, offset: int, last_change: datetime | None) -> _Page:
    """The number of all matches, and rows of ``COLUMNS``: all matches are ranked and sorted."""
    count = _counts.get((filters, last_change))
    if count is not None and offset >= count:
        return count, []
    statement = _PAGE.format(
        condition=_condition(filters),
        rank=_RANK if filters.name else "0",
        matches="count(*) OVER ()" if count is None else "NULL",
        columns=_COLUMNS,
    )
    rows = _rows(statement, {**_parameters(filters), "limit": limit, "offset": offset})
    if count is None:
        count = _keep(_counts, (filters, last_change), rows[0][0]) if rows else _count(filters, last_change)
    return count, [row[1:] for row in rows]


def _page_of_common(filters: SchoolFilters, limit: int, offset: int, last_change: datetime | None) -> _Page:
    """The number of all matches, and rows of ``COLUMNS``: the index is read in its order, class by class, to the end of
    the page."""
    sizes = _sizes_of_classes(filters, last_change)
    parts: list[str] = []
    left, before = limit, offset
    for rank, size in enumerate(sizes):
        if left and before < size:
            parts.append(_CLASS.format(rank=rank, condition=_CLASSES[rank], limit=left, offset=before))
        left -= max(0, min(left, size - before))
        before = max(0, before - size)
    if not parts:
        return sum(sizes), []
    statement = _PAGE_OF_CLASSES.format(classes=" UNION ALL ".join(parts), columns=_COLUMNS)
    return sum(sizes), _rows(statement, _parameters(filters))


def _sizes_of_classes(filters: SchoolFilters, last_change: datetime | None) -> tuple[int, ...]:
    key = (filters, last_change)
    if key not in _sizes:
        [[beginning, word_beginning, count]] = _rows(_COUNT_CLASSES, _parameters(filters))
        _keep(_sizes, key, (beginning, word_beginning, count - beginning - word_beginning))
    return _sizes[key]


def _is_common(filters: SchoolFilters, total: int) -> bool:
    """Whether a search for a name alone is expected to find a great many, and would read the index of names only."""
    if filters.given().keys() != {"name"}:
        return False
    plan = "\n".join(row[0] for row in _rows(_EXPLAIN, _parameters(filters)))
    expected = _EXPECTED_ROWS.search(plan)
    return _IN_ALL_NAMES in plan and expected is not None and int(expected.group(1)) >= total * COMMON_SHARE


_CountKey = tuple[SchoolFilters, datetime | None]
_counts: dict[_CountKey, int] = {}
"""Matches by search and last change, which moves with every insert, update and soft delete of a school."""
_sizes: dict[_CountKey, tuple[int, ...]] = {}
"""The same for common words, by class."""
_Kept = TypeVar("_Kept")


def _count(filters: SchoolFilters, last_change: datetime | None) -> int:
    if (known := _counts.get((filters, last_change))) is not None:
        return known
    count: int
    [[count]] = _rows(_COUNT.format(condition=_condition(filters)), _parameters(filters))
    return _keep(_counts, (filters, last_change), count)


def _keep(kept: dict[_CountKey, _Kept], key: _CountKey, value: _Kept) -> _Kept:
    if len(kept) >= SEARCHES_COUNTED:
        kept.clear()
    kept[key] = value
    return value


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
