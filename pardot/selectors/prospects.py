"""Read pages of prospects by group, grade and search in several orders, without reading all prospects.

If there are few matches, they are sorted. Otherwise rows are read in the order of an index until the page is full. The
indexes are in ``pardot/models/prospect.py`` and ``pardot/models/prospect_engagement.py``. The SQL here repeats their
expressions exactly, because PostgreSQL would not use the indexes otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.db import connection, transaction

from pardot.audits.prospects import (
    ANY_BAD_ID,
    AS_CONTACT,
    AS_LEAD,
    GRADE,
    LINKED,
    STUCK,
    STUCK_HIGH_SCORE,
    WITH_EMAIL,
)
from pardot.domain.prospect_sql import build_bad_id_condition
from pardot.selectors.rows import LARGEST_ID, Unknown

WITHOUT_GRADE = "none"
FEW = 10_000
"""The largest number of matches that are sorted.
When the audit has no figure for the matches, they are counted up to one more than this number."""


class ProspectGroup(StrEnum):
    """A group of prospects. The audit has a figure for the size of each group."""

    ACTIVE = "active"
    LINKED = "linked"
    AS_LEAD = "as_lead"
    AS_CONTACT = "as_contact"
    UNLINKED = "unlinked"
    WITH_EMAIL = "with_email"
    OPTED_OUT = "opted_out"
    BAD_ID = "bad_id"
    BAD_SALESFORCE_ID = "bad_salesforce_id"
    BAD_LEAD_ID = "bad_lead_id"
    BAD_CONTACT_ID = "bad_contact_id"
    BAD_ACCOUNT_ID = "bad_account_id"
    ADOPTION_STUCK = "adoption_stuck"
    ADOPTION_STUCK_HIGH_SCORE = "adoption_stuck_high_score"
    DELETED = "deleted"


def _build_bad_condition(field: str) -> str:
    # With the first condition, PostgreSQL can use the partial index of prospects with any bad id.
    return f"{ANY_BAD_ID} AND {build_bad_id_condition(f'p.{field}')}"


_CONDITIONS: Mapping[ProspectGroup, str] = {
    ProspectGroup.ACTIVE: "EXISTS (SELECT 1 FROM pardot_prospectengagement a WHERE a.prospect_id = p.id)",
    ProspectGroup.LINKED: LINKED,
    ProspectGroup.AS_LEAD: AS_LEAD,
    ProspectGroup.AS_CONTACT: AS_CONTACT,
    ProspectGroup.UNLINKED: f"NOT {LINKED}",
    ProspectGroup.WITH_EMAIL: WITH_EMAIL,
    ProspectGroup.OPTED_OUT: "p.opted_out",
    ProspectGroup.BAD_ID: ANY_BAD_ID,
    ProspectGroup.BAD_SALESFORCE_ID: _build_bad_condition("salesforce_id"),
    ProspectGroup.BAD_LEAD_ID: _build_bad_condition("salesforce_lead_id"),
    ProspectGroup.BAD_CONTACT_ID: _build_bad_condition("salesforce_contact_id"),
    ProspectGroup.BAD_ACCOUNT_ID: _build_bad_condition("salesforce_account_id"),
    ProspectGroup.ADOPTION_STUCK: STUCK,
    ProspectGroup.ADOPTION_STUCK_HIGH_SCORE: STUCK_HIGH_SCORE,
    ProspectGroup.DELETED: "p.is_deleted",
}
"""The groups' conditions: SQL over a prospect ``p``, the same as in the audit of prospects."""
_FIGURES: Mapping[ProspectGroup, str] = {
    **{group: group.value for group in ProspectGroup},
    ProspectGroup.ACTIVE: "active_30d",
    **{group: f"{group.value}s" for group in ProspectGroup if group.startswith("bad_")},
}
"""The audit's figure with the size of each group."""


@dataclass(frozen=True)
class _Order:
    """A sort key, and the conditions for rows with and without a value.

    All are SQL over a prospect ``p`` and its engagement ``e``.
    """

    key: str
    is_filled: str
    is_empty: str

    def build_order_within(self, *, descending: bool) -> str:
        """Return the order of the index for rows with a value, or its reverse."""
        return f"{self.key} DESC, p.id" if descending else f"{self.key}, p.id DESC"

    def build_order_of_all(self, *, descending: bool) -> str:
        """Return an order of all rows. Rows without a value are last, by id."""
        end = "p.id" if descending else f"CASE WHEN {self.is_filled} THEN -p.id END, p.id"
        return f"({self.is_filled}) DESC, {self.key} {'DESC' if descending else 'ASC'}, {end}"


def _make_not_null_order(key: str) -> _Order:
    return _Order(key, f"{key} IS NOT NULL", f"{key} IS NULL")


_NAME = "lower(btrim(coalesce(p.first_name, '') || ' ' || coalesce(p.last_name, '')))"
_TEXTS = (
    "sf_searchable(coalesce(p.email, '') || ' ' || coalesce(p.first_name, '') || ' ' || coalesce(p.last_name, '')"
    " || ' ' || coalesce(p.company, ''))"
)
_ORDERS: Mapping[str, _Order] = {
    "score": _make_not_null_order("p.score"),
    "name": _Order(_NAME, f"{_NAME} <> ''", f"{_NAME} = ''"),
    "activity_count": _Order("e.activity_count", "e.prospect_id IS NOT NULL", "e.prospect_id IS NULL"),
    "last_activity": _make_not_null_order("p.last_activity_at"),
}
ORDERS = tuple(_ORDERS)
"""The sort keys of prospects."""


@dataclass(frozen=True)
class ProspectFilters:
    """The filters of prospects. Prospects in Pardot's recycle bin are only in the group ``DELETED``."""

    group: ProspectGroup | None = None
    grade: str | None = None
    """A grade, or ``WITHOUT_GRADE`` for prospects that have none."""
    q: str | None = None
    """The search text: parts of email, name or company in any order, or an id. See ``is_searchable``."""


@dataclass(frozen=True)
class ProspectPage:
    """The ids of a page in order, and the number of all matches."""

    ids: list[int]
    count: int
    is_exact: bool
    """False when there are more matches than ``count``."""
    did_you_mean: str | None = None
    """For a search without matches, the name, company or email with the most similar spelling."""


def load_prospect_page(
    filters: ProspectFilters, figures: Mapping[str, Any], *, sort: str, limit: int, offset: int
) -> ProspectPage:
    """Return a page. Rows without a sort value are last. Raises ``Unknown`` for an unknown sort key.

    The number of matches comes from the audit's ``figures`` if they contain it. Otherwise the matches are counted.
    """
    name = sort.removeprefix("-")
    if name not in _ORDERS:
        raise Unknown("sort", sort, _ORDERS)
    matches, descending = _Matches.of(filters), sort.startswith("-")
    known = _get_figure(filters, figures)
    count = matches.count_up_to(FEW + 1) if known is None else known
    if count <= FEW:
        ids = matches.find_and_sort(_ORDERS[name], limit, offset, descending=descending)
    else:
        ids = matches.walk_index(_ORDERS[name], limit, offset, descending=descending)
    is_exact = known is not None or count <= FEW
    suggestion = None if count or not filters.q else _suggest_search(filters)
    return ProspectPage(ids, count if is_exact else FEW, is_exact, suggestion)


def _get_figure(filters: ProspectFilters, figures: Mapping[str, Any]) -> int | None:
    """Return the number of matches from the audit's figures; ``None`` when they do not contain it."""
    if filters.q or (filters.group and filters.grade):
        return None
    if filters.grade:
        grades: Mapping[str, int] | None = figures.get("grade_distribution")
        return None if grades is None else grades.get(filters.grade, 0)
    figure: int | None = figures.get(_FIGURES[filters.group] if filters.group else "total")
    return figure


@dataclass(frozen=True)
class _Matches:
    """The prospects that match ``conditions`` (SQL) with the parameters ``values``."""

    conditions: tuple[str, ...]
    values: Mapping[str, Any]

    @classmethod
    def of(cls, filters: ProspectFilters) -> _Matches:
        values: dict[str, Any] = {"grade": filters.grade}
        if filters.q:
            values |= {f"part_{place}": part for place, part in enumerate(filters.q.split())}
            values["id"] = int(filters.q) if _is_id(filters.q) else None
        return cls(tuple(_build_conditions(filters)), values)

    def count_up_to(self, most: int) -> int:
        """Count the matches, up to ``most``."""
        [count] = self._run_query(f"SELECT count(*) FROM (SELECT 1 {self._build_from_clause()} LIMIT {most}) found")  # noqa: S608 - our own SQL
        return count

    def find_and_sort(self, order: _Order, limit: int, offset: int, *, descending: bool) -> list[int]:
        """Find all matches, then sort them. This is faster for few matches."""
        rows = self._build_from_clause()
        by = order.build_order_of_all(descending=descending)
        return self._run_query(
            f"WITH found AS MATERIALIZED (SELECT p.* {rows}) "  # noqa: S608 - our own SQL
            f"SELECT p.id FROM found p {_ENGAGEMENT} ORDER BY {by} LIMIT {limit} OFFSET {offset}"
        )

    def walk_index(self, order: _Order, limit: int, offset: int, *, descending: bool) -> list[int]:
        """Read rows in the order of an index, then rows without a sort value. This is faster for many matches."""
        rows = self._build_from_clause(order.is_filled, _ENGAGEMENT)
        by = order.build_order_within(descending=descending)
        ids = self._run_query(f"SELECT p.id {rows} ORDER BY {by} LIMIT {limit} OFFSET {offset}")
        if len(ids) == limit:
            return ids
        [filled] = [offset + len(ids)] if ids or not offset else self._run_query(f"SELECT count(*) {rows}")
        rest, skipped = limit - len(ids), max(0, offset - filled)
        others = self._build_from_clause(order.is_empty, _ENGAGEMENT)
        return ids + self._run_query(f"SELECT p.id {others} ORDER BY p.id LIMIT {rest} OFFSET {skipped}")

    def _build_from_clause(self, condition: str = "true", join: str = "") -> str:
        return f"FROM pardot_prospect p {join} WHERE {' AND '.join((*self.conditions, condition))}"

    def _run_query(self, statement: str) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(statement, self.values)
            return [number for (number,) in cursor.fetchall()]


# The trigram index of the texts supports ``<%``.
_NEAR = """
    SELECT text
      FROM pardot_prospect p,
           unnest(ARRAY[btrim(concat_ws(' ', p.first_name, p.last_name)), p.company, p.email])
               WITH ORDINALITY AS texts (text, place)
     WHERE sf_searchable(%(q)s) <%% {texts} AND {conditions} AND text <> ''
     ORDER BY strict_word_similarity(sf_searchable(%(q)s), sf_searchable(text)) DESC, place, text
     LIMIT 1
"""


def _suggest_search(filters: ProspectFilters) -> str | None:
    """Return the name, company or email most similar to the search, among matches of the other filters."""
    conditions = " AND ".join(_build_conditions(replace(filters, q=None))) or "true"
    statement = _NEAR.format(texts=_TEXTS, conditions=conditions)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL pg_trgm.word_similarity_threshold = 0.4")
        cursor.execute(statement, {"grade": filters.grade, "q": filters.q})
        nearest = cursor.fetchone()
    return nearest[0] if nearest else None


_ENGAGEMENT = "LEFT JOIN pardot_prospectengagement e ON e.prospect_id = p.id"


def _build_conditions(filters: ProspectFilters) -> Iterator[str]:
    if filters.group is not ProspectGroup.DELETED:
        yield "p.is_deleted IS NOT TRUE"
    if filters.group is not None:
        yield _CONDITIONS[filters.group]
    if filters.grade:
        yield f"{GRADE} = %(grade)s"
    if filters.q:
        inside = (f"{_TEXTS} LIKE '%%' || sf_like_pattern(%(part_{n})s) || '%%'" for n in range(len(filters.q.split())))
        texts = [f"({' AND '.join(inside)})"] if _has_trigram(filters.q) else []
        ids = ["p.id = %(id)s"] if _is_id(filters.q) else []
        yield f"({' OR '.join([*texts, *ids])})"


def is_searchable(text: str) -> bool:
    """Return whether an index supports a search for this text."""
    return _has_trigram(text) or _is_id(text)


def _has_trigram(text: str) -> bool:
    return re.search(r"[^\W_]{3}", text) is not None


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) <= LARGEST_ID
