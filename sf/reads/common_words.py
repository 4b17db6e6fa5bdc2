"""Find the common words of the search index of schools, from PostgreSQL's own statistics of the index.

The search index lists for each word the rows that have it. To look up "university of ashbrook", PostgreSQL would read
all rows of "university" and of "of", although only a handful have "ashbrook". So words that are much commoner than the
rarest word are left out of the look-up, and compared in the rows that the other words find. ANALYZE stores for each
of the commonest words the share of schools that have the word. A sync that has changed many schools runs ANALYZE.
Without these shares every word is looked up: slower, with the same result.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping, Sequence

from django.db import connection

MUCH_COMMONER = 4
"""A word at least this many times as common as the rarest word is not looked up, only compared."""

COMMON = 0.02
"""If at least this share of schools has even the rarest typed word, only that word is looked up."""

KEPT_SECONDS = 300
"""The statistics are read once in each period of this length."""

_SHARES = """
    SELECT most_common_elems::text::text[], most_common_elem_freqs
      FROM pg_stats
     WHERE schemaname = current_schema() AND tablename = 'searched_school_words'
       AND most_common_elems IS NOT NULL
"""


def select_rare_words(words: Sequence[str]) -> list[str]:
    """Return the words of a search to look up in the index: at least the rarest word.

    Each word stands for all words that begin with it.
    """
    shares = load_shares_of_words(int(time.monotonic() // KEPT_SECONDS))
    if not shares:
        return list(words)
    least = min(shares.values())
    share = {word: max(least, sum(seen for known, seen in shares.items() if known.startswith(word))) for word in words}
    rarest = min(words, key=share.__getitem__)
    if share[rarest] >= COMMON:
        return [rarest]
    return [word for word in words if share[word] < share[rarest] * MUCH_COMMONER]


@functools.lru_cache(maxsize=1)
def load_shares_of_words(period: int) -> Mapping[str, float]:
    """Return the share of schools that have a word, for the commonest words. Read once per ``period``."""
    with connection.cursor() as cursor:
        cursor.execute(_SHARES)
        rows = cursor.fetchall()
    shares: dict[str, float] = {}
    for lexemes, seen in rows:
        for lexeme, share in zip(lexemes, seen, strict=False):  # two more shares follow: the least and the greatest
            word = lexeme.lstrip("~^")
            shares[word] = shares.get(word, 0.0) + share
    return shares
