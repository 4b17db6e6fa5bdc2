"""Find which words are common in the names of schools, from PostgreSQL's own statistics of the index.

The search index lists for each word the rows that have it. To look up "university of ashbrook", PostgreSQL would read
all rows of "university" and of "of", although only a handful have "ashbrook". So the common words of a search are left
out of the look-up, and compared in the rows that the rare words find. ANALYZE stores the shares of the commonest words;
autovacuum and the sync run ANALYZE. Without these shares every word is looked up: slower, with the same result.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping, Sequence

from django.db import connection

MUCH_COMMONER = 4
"""A word this many times as common as the rarest word is not looked up, but compared in the rows."""

COMMON = 0.02
"""A word is common if at least this share of schools has it.
If all words of a search are common, only the rarest is looked up."""

KEPT_SECONDS = 300
"""After this time, the statistics are read again."""

_SHARES = """
    SELECT most_common_elems::text::text[], most_common_elem_freqs
      FROM pg_stats
     WHERE schemaname = current_schema() AND tablename = 'searched_school_words'
       AND most_common_elems IS NOT NULL
"""


def rare_words(words: Sequence[str]) -> list[str]:
    """Return the words of a search to look up in the index, at least the rarest. A word may be a prefix."""
    shares = shares_of_words(int(time.monotonic() // KEPT_SECONDS))
    if not shares:
        return list(words)
    least = min(shares.values())
    share = {word: max(least, sum(seen for known, seen in shares.items() if known.startswith(word))) for word in words}
    rarest = min(words, key=share.__getitem__)
    if share[rarest] >= COMMON:
        return [rarest]
    return [word for word in words if share[word] < share[rarest] * MUCH_COMMONER]


@functools.lru_cache(maxsize=1)
def shares_of_words(period: int) -> Mapping[str, float]:
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
