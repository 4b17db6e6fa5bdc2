"""Search for assets by words, in any order. Case and accents do not matter.

Every typed word must begin a word of the asset, its campaign, its folder or one of its tags. When no asset matches,
the typed words may be anywhere inside the asset's own texts. When there is still no match, ``suggest_searches``
replaces words with known words with a similar spelling. The SQL function ``sf_words`` folds case and accents, as in the
search for schools.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from pardot.audits.run import AUDIT_OF
from pardot.domain.areas import Area
from pardot.domain.object_types import load_object_type_words
from pardot.selectors.rows import LARGEST_ID, FlagFilters, Rows

Filters = TypeVar("Filters", bound=FlagFilters)
Variants = tuple[tuple[str, ...], tuple[str, ...]]
"""The words of a text in two forms: apostrophes and periods are removed, or replaced by spaces."""

OWN_TEXTS = ("name", "title", "subject", "url", "salesforce_id")
SHORTEST_CORRECTED = 4
"""The length of the shortest word that is corrected. Shorter words resemble too many others."""
MOST_SUGGESTIONS = 12

_BEGINS = "search_words LIKE '%% ' || %s || '%%'"
_ELSEWHERE = {
    "campaign_id": "campaign_id IN (SELECT id FROM pardot_campaign WHERE {begins})",
    "folder_id": "folder_id IN (SELECT id FROM pardot_folder WHERE {begins})",
    "id": """id IN (
        SELECT object_id FROM pardot_taggedobject
         WHERE object_type = ANY(%s) AND tag_id IN (SELECT id FROM pardot_tag WHERE {begins}))""",
}
"""SQL conditions that a word of the search begins a word of the asset's campaign, folder or tags.
The keys are columns of the asset."""
_INSIDE = "sf_searchable(concat_ws(' ', {})) LIKE '%%' || sf_like_pattern(%s) || '%%'"

_NEAR = """
    WITH known AS MATERIALIZED (
        SELECT DISTINCT word
          FROM ({texts}) AS texts (words), unnest(string_to_array(words, ' ')) AS word
         WHERE char_length(word) BETWEEN 1 AND 60
    )
    SELECT typed, near.word, near.distance
      FROM unnest(%(words)s::text[]) AS typed, LATERAL (
          SELECT word, least(levenshtein(word, typed), levenshtein(left(word, char_length(typed)), typed)) AS distance
            FROM known WHERE similarity(word, typed) > 0.2
           ORDER BY distance, similarity(word, typed) DESC, word LIMIT 3
      ) AS near
     WHERE near.distance <= CASE WHEN char_length(typed) < 8 THEN 2 ELSE 3 END
     ORDER BY typed, near.distance
"""


def search_rows(rows: Rows, area: Area, text: str) -> Rows:
    """Return the rows that match every word of ``text``, or whose id is ``text``."""
    whole = rows.filter(match_words(area, text) | match_id(text))
    return whole if whole.exists() else rows.filter(match_parts(area, text))


def suggest_search(area: Area, filters: Filters, matching: Callable[[Filters], Rows]) -> str | None:
    """Return words similar to ``filters.q`` that match under the other filters, or ``None``."""
    if not filters.q:
        return None
    return next(
        (other for other in suggest_searches(area, filters.q) if matching(replace(filters, q=other)).exists()), None
    )


def suggest_searches(area: Area, text: str) -> Iterator[str]:
    """Yield ``text`` with words replaced by similar known words, the most similar first.

    A suggestion may match nothing.
    """
    words = fold_words(text)[0]
    long_words = [word for word in words if SHORTEST_CORRECTED <= len(word) <= 60]
    near: dict[str, list[tuple[int, str]]] = {}
    for typed, word, distance in _load_rows(_NEAR.format(texts=_build_vocabulary_query(area)), {"words": long_words}):
        near.setdefault(typed, []).append((distance, word))
    choices = [near.get(word, [(0, word)]) for word in words]
    some = itertools.islice(itertools.product(*choices), 1000)
    candidates = sorted(some, key=lambda chosen: sum(distance for distance, _ in chosen))
    for chosen in candidates[:MOST_SUGGESTIONS]:
        if (suggested := tuple(word for _, word in chosen)) != words:
            yield " ".join(suggested)


def match_words(area: Area, text: str) -> Q:
    """Return the condition that every word begins a word of the asset, its campaign, folder or tags."""
    return match_folded_words(area, fold_words(text))


def match_folded_words(area: Area, variants: Variants) -> Q:
    """Return the condition of ``match_words`` for words that are already folded."""
    others = [
        condition.format(begins=_BEGINS) for column, condition in _ELSEWHERE.items() if column in _list_columns(area)
    ]
    condition = f"({' OR '.join([_BEGINS, *others])})"
    spellings = load_object_type_words(area)
    any_variant = Q(pk=None)
    for words in filter(None, dict.fromkeys(variants)):
        parameters = [value for word in words for value in (*[word] * len(others), spellings, word)]
        any_variant |= _match_condition(area, " AND ".join([condition] * len(words)), parameters)
    return any_variant


def match_parts(area: Area, text: str) -> Q:
    """Return the condition that every word of ``text`` is anywhere in the asset's own texts.

    A text without words matches nothing. It may be a control character, which ``str.split`` treats as a space.
    """
    own = ", ".join(name for name in OWN_TEXTS if name in _list_columns(area))
    parts = text.split()
    if not parts:
        return Q(pk=None)
    return _match_condition(area, " AND ".join([_INSIDE.format(own)] * len(parts)), parts)


def match_id(text: str) -> Q:
    """Return the condition that ``text`` is the asset's id."""
    is_id = text.isascii() and text.isdigit() and int(text) <= LARGEST_ID
    return Q(pk=int(text)) if is_id else Q(pk=None)


def fold_words(text: str) -> Variants:
    """Return the words of ``text`` in both forms of ``Variants``."""
    [[joined, apart]] = _load_rows("SELECT sf_words(%(text)s), sf_words(%(text)s, ' ')", {"text": text})
    return tuple(joined.split()), tuple(apart.split())


def _match_condition(area: Area, condition: str, parameters: Sequence[Any]) -> Q:
    table = AUDIT_OF[area].model._meta.db_table
    return Q(pk__in=RawSQL(f"SELECT id FROM {table} WHERE {condition}", parameters))  # noqa: S608, S611 - our own names


def _list_columns(area: Area) -> frozenset[str]:
    return frozenset(field.name for field in AUDIT_OF[area].model._meta.concrete_fields)


def _build_vocabulary_query(area: Area) -> str:
    """Return SQL that selects all texts in which a search looks for words."""
    tables = {AUDIT_OF[area].model._meta.db_table, "pardot_tag"}
    tables |= {f"pardot_{name}" for name in ("campaign", "folder") if f"{name}_id" in _list_columns(area)}
    return " UNION ALL ".join(f"SELECT search_words FROM {table}" for table in sorted(tables))  # noqa: S608 - our own names


def _load_rows(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
