"""Search for schools by words of their names, best match first, and by exact filters.

One SQL function (``sf_words``, migration ``school_words``) folds the typed text and the names, so case, accents,
punctuation and extra spaces do not matter. Every typed word except "the" must begin a word of the school's name,
SheerID name, city or state, or its initials. At least one typed word must begin a word of a name. A single word must
begin a word of a name, or be the initials. The rare words are one ``tsquery`` on the index ``searched_school_words``;
the common words are compared in the rows that this query finds.

A search has variants: the text as typed, with apostrophes and periods as spaces, with short forms written out ("georgia
tech"), with a final "st" as the beginning of a word, and with two words as one if that is a known word ("de paul").
When no school matches any variant, a word is split in two ("ucdavis"), or words are replaced by known words with a
similar spelling.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import connection

from sf.reads.common_words import select_rare_words

COLUMNS = ("id", "name", "type", "country", "state", "city", "lms", "sheer_id_school_name")
_COLUMNS = ", ".join(f"sf_account.{name}" for name in COLUMNS)

INITIALS = range(2, 8)
"""The lengths of a typed word that may be the initials of a whole name: "mit", "ucla"."""

SHORTEST_CORRECTED = 4
"""The length from which a word may be corrected. Shorter words resemble too many other words."""

LONGEST_WORD = 255
"""Longer words are cut, because PostgreSQL's functions refuse them.
Folding makes some texts longer than they were typed."""

MOST_CORRECTIONS = 12
"""The most corrections of spelling that are tried for a search without matches."""

MOST_SPLIT = 6
"""The most texts with a split word that are tried for a search without matches."""

MOST_JOINED = 3
"""The most pairs of typed words that are also tried as one word."""

# The text as typed is the first row. ``joined`` has the texts in which a known word replaces two neighbors.
_FOLD = """
    WITH typed AS MATERIALIZED (SELECT sf_words(%(name)s) AS text), joined AS MATERIALIZED (
        SELECT btrim(replace(' ' || text || ' ', ' ' || word || ' ' || next || ' ', ' ' || word || next || ' ')) AS text
          FROM typed, LATERAL (
              SELECT word, lead(word) OVER (ORDER BY place)
                FROM unnest(string_to_array(text, ' ')) WITH ORDINALITY AS words(word, place)
          ) AS neighbors(word, next)
         WHERE EXISTS (SELECT FROM sf_schoolword AS known WHERE known.word = neighbors.word || next)
         LIMIT %(most_joined)s
    ), texts AS (
        SELECT text, false AS is_joined FROM typed UNION ALL SELECT text, true FROM joined
    )
    SELECT text, is_joined, 0 AS step FROM texts
    UNION ALL
    SELECT sf_words(%(name)s, ' '), false, 1
    UNION ALL
    SELECT btrim(replace(' ' || text || ' ', ' ' || short || ' ', ' ' || whole || ' ')), is_joined, 2
      FROM texts, (SELECT sf_words(short), sf_words(stands_for) FROM sf_schoolshortform) AS forms(short, whole)
     WHERE ' ' || text || ' ' LIKE '%% ' || short || ' %%'
     ORDER BY is_joined, step, text
"""

_NEAR = """
    SELECT typed, near.word, near.distance
      FROM unnest(%(words)s::text[]) AS typed, sf_near_words(typed) AS near
     WHERE near.distance <= CASE WHEN char_length(typed) < 8 THEN 2 ELSE 3 END
     ORDER BY typed, near.distance
"""

# A word is split where its rest is a known word. A whole word may also be a short form typed without its space
# ("pennstate"): then the rest is empty.
_SPLIT = """
    SELECT typed, text
      FROM unnest(%(typed)s::text[], %(starts)s::text[], %(rests)s::text[]) AS parts(typed, start, rest)
           LEFT JOIN sf_schoolword ON word = rest
           LEFT JOIN (
               SELECT replace(sf_words(short), ' ', ''), sf_words(stands_for) FROM sf_schoolshortform
           ) AS forms(short, whole) ON short = start,
           LATERAL (VALUES (sf_words(start) || ' ' || word), (whole || coalesce(' ' || word, ''))) AS split(text)
     WHERE text IS NOT NULL AND (word IS NOT NULL OR rest = '')
     ORDER BY EXISTS (SELECT FROM sf_schoolword AS known WHERE known.word = typed), typed, text
     LIMIT %(most_split)s
"""

# ``found`` has narrow rows, so that they fit into memory; its place is NULL where a common word is missing. ``first``
# has the rows that are as good as the last row of the page, or better: only these are sorted by name. BETWEEN, not <=:
# with <= PostgreSQL would expect a third of all rows, and would compile the statement (jit_above_cost). OFFSET 0 makes
# PostgreSQL read each of these rows by its ctid.
_PAGE = """
    WITH found AS MATERIALIZED (
        SELECT ctid AS at, {place} AS place FROM sf_searchedschool WHERE {condition}
    ), first AS (
        SELECT at, place FROM found
         WHERE place BETWEEN 0 AND (
             SELECT max(place) FROM (SELECT place FROM found ORDER BY place LIMIT %(end)s) AS best
         )
    ), page AS (
        SELECT account_id AS id, place, words
          FROM first, LATERAL (
              SELECT account_id, words COLLATE "C" FROM sf_searchedschool AS school WHERE ctid = first.at OFFSET 0
          ) AS school
         ORDER BY place, words, id LIMIT %(limit)s OFFSET %(offset)s
    )
    SELECT (SELECT count(place) FROM found), {columns}
      FROM (SELECT) AS always LEFT JOIN page ON true LEFT JOIN sf_account USING (id)
     ORDER BY page.place, words, id
"""
_BY_WORDS = 'row_number() OVER (ORDER BY words COLLATE "C", account_id)'

_TOTAL = "SELECT count(*) FROM sf_account WHERE NOT is_deleted"
# A date in the future was written before PostgreSQL's clock was set back: later changes have earlier dates.
_LAST_CHANGE = "SELECT max(local_update_date) FROM sf_account WHERE local_update_date <= statement_timestamp()"

_MATCHES_WORDS = "sf_lexemes(words) @@ %(words)s::tsquery"
_MATCHES_FACETS = "account_id IN (SELECT id FROM sf_account WHERE NOT is_deleted AND {})"
_MATCHES_FACET = "search_facets @> ARRAY[sf_searchable(%({0})s)]"


_OF_ONE = """
    CASE WHEN strpos(words, %(prefix_{0})s) = 0 THEN CASE WHEN strpos(words, %(initials_{0})s) > 0 THEN 2 ELSE 5 END
         WHEN strpos(words, %(exact_{0})s) > 0 THEN 0
         WHEN strpos(words, %(initials_{0})s) > 0 THEN 2
         ELSE 3 END
"""
_OF_A_LONG_ONE = """
    CASE WHEN strpos(words, %(prefix_{0})s) = 0 THEN 5 WHEN strpos(words, %(exact_{0})s) > 0 THEN 0 ELSE 3 END
"""
_OF_SIDE_BY_SIDE = """
    CASE WHEN strpos(words, %(prefix_{0})s) = 0 THEN 4 WHEN strpos(words, %(exact_{0})s) > 0 THEN 0 ELSE 3 END
"""
_SIDE_BY_SIDE_IN_A_NAME = "nullif(strpos(words, %(side_by_side_{0})s), 0) < strpos(words, ' ~ ')"
_OF_SEVERAL = f"""
    CASE WHEN strpos(words, %(side_by_side_{{0}})s) > 0 THEN {_OF_SIDE_BY_SIDE}
         WHEN strpos(words, ' |') = %(length_{{0}})s AND words LIKE ALL (%(each_{{0}})s) THEN 1
         WHEN words ~ %(in_order_{{0}})s THEN 4
         ELSE 5 END
"""
_PLACES = 100_000
"""More than twice any ``SearchedSchool.place``, so that a better class (``_rank``) always comes first."""


@dataclass(frozen=True)
class SchoolFilters:
    """Words of a name, and exact filters; ``state`` and ``country``: a name or a code. ``None``: not used."""

    name: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    type: str | None = None

    def values_by_name(self) -> dict[str, str]:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: text for name, text in values.items() if text}


@dataclass(frozen=True)
class SchoolPage:
    """One page of schools, as rows of ``COLUMNS``.

    ``count``: the number of matches on all pages. ``total``: the number of schools that are not deleted.
    """

    count: int
    total: int
    schools: list[dict[str, Any]]


def load_school_page(filters: SchoolFilters, *, limit: int, offset: int) -> SchoolPage:
    """Return the matches from ``offset`` on, at most ``limit``; without filters, no schools."""
    facets = {name: text for name, text in filters.values_by_name().items() if name != "name"}
    count = 0
    schools: list[dict[str, Any]] = []
    if filters.name:
        typed, joined = _load_variants(filters.name)
        count, schools = _search(typed, joined, facets, limit, offset)
        if typed and not count:
            count, schools = _search(_split(typed[0]), _load_corrections(typed[0]), facets, limit, offset)
    elif facets:
        count, schools = _page(_build_facet_conditions(facets), _BY_WORDS, _build_facet_values(facets), limit, offset)
    return SchoolPage(count, _total(), schools)


Words = tuple[str, ...]


def _load_variants(name: str) -> tuple[list[Words], list[Words]]:
    """Return the variants of a typed name, the plain one first, and the variants with joined words."""
    rows = _load_rows(_FOLD, {"name": name, "most_joined": MOST_JOINED})
    texts = [text for text, is_joined, _ in rows if not is_joined]
    if name.split()[-1:] in (["st"], ["St"], ["ST"]):  # "st" may be the beginning of "state" too
        texts.append(f"{texts[0].removesuffix('saint')}st")
    return _as_words(texts), _as_words(text for text, is_joined, _ in rows if is_joined)


def _as_words(texts: Iterable[str]) -> list[Words]:
    without_the = (text.removesuffix(" the") for text in texts)
    return [tuple(word[:LONGEST_WORD] for word in text.split()) for text in dict.fromkeys(without_the) if text]


def _split(words: Words) -> list[Words]:
    """Return the texts with one word split in two. A first part that is a short form is also written out."""
    long_words = _select_long_words(words)
    parts = [(word, word[:end], word[end:]) for word in long_words for end in (*range(2, len(word) - 2), len(word))]
    columns = {name: [part[place] for part in parts] for place, name in enumerate(("typed", "starts", "rests"))}
    rows = _load_rows(_SPLIT, {**columns, "most_split": MOST_SPLIT})
    return _as_words(" ".join(text if word == typed else word for word in words) for typed, text in rows)


def _load_corrections(words: Words) -> list[Words]:
    """Return corrections of the text: known words of similar spelling. The nearest come first."""
    near: dict[str, list[tuple[int, str]]] = {}
    for typed, word, distance in _load_rows(_NEAR, {"words": _select_long_words(words)}):
        near.setdefault(typed, []).append((distance, word))
    choices = [near.get(word, [(0, word)]) for word in words]
    some = itertools.islice(itertools.product(*choices), 1000)
    candidates = sorted(some, key=lambda chosen: sum(distance for distance, _ in chosen))
    return [tuple(word for _, word in chosen) for chosen in candidates[:MOST_CORRECTIONS]]


def _select_long_words(words: Words) -> list[str]:
    return [word for word in words if len(word) >= SHORTEST_CORRECTED]


def _search(
    better: Sequence[Words], others: Sequence[Words], facets: Mapping[str, str], limit: int, offset: int
) -> tuple[int, list[dict[str, Any]]]:
    """Search for all variants. In each class (``_rank``), matches of the ``better`` variants come first."""
    variants = [*better, *others]
    if not variants:
        return 0, []
    queries = [_index_query(words) for words in variants]
    conditions = [_MATCHES_WORDS, *_build_facet_conditions(facets)]
    rank = _rank_with_words if any(left_out for _, left_out in queries) else _rank
    places = [
        f"{_PLACES} * {rank(number, words)} + {0 if number < len(better) else _PLACES // 2}"
        for number, words in enumerate(variants)
    ]
    parameters: dict[str, Any] = {"words": " | ".join(query for query, _ in queries), **_build_facet_values(facets)}
    for number, words in enumerate(variants):
        parameters |= _build_patterns(number, words)
    return _page(conditions, f"least({', '.join(places)}) + place", parameters, limit, offset)


def _rank(number: int, words: Words) -> str:
    """Return the SQL that computes the class of a match of one variant.

    The classes, best first: the same text, the same words in another order, the initials, the beginning of a name, all
    words in their order, all words. Only a single word can be the initials, and a single word has no order.
    """
    if len(words) > 1:
        return _OF_SEVERAL.format(number)
    return (_OF_ONE if len(words[0]) in INITIALS else _OF_A_LONG_ONE).format(number)


def _rank_with_words(number: int, words: Words) -> str:
    """Return the SQL of ``_rank`` for a search with common words. It is NULL for rows that lack a word.

    Words side by side in a name are tried first: that takes one comparison, not one for each word.
    """
    if len(words) == 1:
        matches = _has_words(number, 1)
        if len(words[0]) in INITIALS:
            matches = f"({matches} OR strpos(words, %(initials_{number})s) > 0)"
        return f"CASE WHEN {matches} THEN {_rank(number, words)} END"
    return f"""
        CASE WHEN {_SIDE_BY_SIDE_IN_A_NAME.format(number)} THEN {_OF_SIDE_BY_SIDE.format(number)}
             WHEN {_has_words(number, len(_select_required_words(words)))} THEN {_OF_SEVERAL.format(number)} END
    """


def _has_words(number: int, count: int) -> str:
    """Return the SQL condition that a row has each word, and at least one of them in a name."""
    places = [f"strpos(words, %(word_{number}_{place})s)" for place in range(count)]
    each = " AND ".join(f"{place} > 0" for place in places)
    return f"({each} AND least({', '.join(places)}) < strpos(words, ' ~ '))"


def _build_patterns(number: int, words: Words) -> dict[str, Any]:
    """Return the parameters of a variant. Folded words contain no characters with a meaning in patterns."""
    text = " ".join(words)
    return {
        f"exact_{number}": f"| {text} |",
        f"length_{number}": len(f"| {text} "),
        f"each_{number}": [f"% {word}%" for word in words],
        **{f"word_{number}_{place}": f" {word}" for place, word in enumerate(_select_required_words(words))},
        f"initials_{number}": f"^ {text} |",
        f"prefix_{number}": f"| {text}",
        f"side_by_side_{number}": f" {text}",
        f"in_order_{number}": "[^|~]*".join(f" {word}" for word in words),
    }


def _select_required_words(words: Words) -> Words:
    """Return the words that a match must have: "the" only if there is nothing else."""
    return tuple(word for word in words if word != "the") or words


def _index_query(words: Words) -> tuple[str, bool]:
    """Return the query for the index, and whether it leaves out words that are then compared in the rows."""
    words = _select_required_words(words)
    rare = select_rare_words(words)
    return _build_tsquery(words, rare), len(rare) < len(words)


def _build_tsquery(words: Words, rare: Sequence[str]) -> str:
    """Return the query for the rare words. City and state lexemes begin with ``~``, initials with ``^``."""
    if len(words) == 1:
        [word] = words
        initials = f" | '^{word}'" if len(word) in INITIALS else ""
        return f"('{word}':*{initials})"
    everywhere = " & ".join(f"('{word}':* | '~{word}':* | '^{word}':*)" for word in rare)
    if len(rare) < len(words):
        return f"({everywhere})"
    in_a_name = " | ".join(f"'{word}':*" for word in words)
    return f"({everywhere} & ({in_a_name}))"


def _build_facet_conditions(facets: Iterable[str]) -> list[str]:
    each = " AND ".join(_MATCHES_FACET.format(name) for name in facets)
    return [_MATCHES_FACETS.format(each)] if each else []


def _build_facet_values(facets: Mapping[str, str]) -> dict[str, str]:
    return {name: f"{name}:{text}" for name, text in facets.items()}


def _page(
    conditions: Sequence[str], place: str, parameters: Mapping[str, Any], limit: int, offset: int
) -> tuple[int, list[dict[str, Any]]]:
    """Return the number of all matches, and the rows of one page by ``place``, then name."""
    statement = _PAGE.format(condition=" AND ".join(conditions), place=place, columns=_COLUMNS)
    rows = _load_rows(statement, {**parameters, "limit": limit, "offset": offset, "end": offset + limit})
    return rows[0][0], [dict(zip(COLUMNS, row[1:], strict=True)) for row in rows if row[1] is not None]


_totals: dict[datetime | None, int] = {}
"""The number of schools that are not deleted, by the time of the last change of a school."""


def _total() -> int:
    [[last_change]] = _load_rows(_LAST_CHANGE, {})
    if last_change not in _totals:
        _totals.clear()
        [[_totals[last_change]]] = _load_rows(_TOTAL, {})
    return _totals[last_change]


def _load_rows(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
