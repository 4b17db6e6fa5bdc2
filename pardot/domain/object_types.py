"""Map Pardot's words for the types of tagged objects to areas.

The words differ between Pardot's versions. So the comparison ignores case, the plural, and every character that is
not a letter. Source: ``docs/platform-facts.md``, "tagged-objects".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.db import connection

from pardot.domain.areas import Area

_AREA: Mapping[str, Area] = {
    "campaign": Area.CAMPAIGNS,
    "form": Area.FORMS,
    "landingpage": Area.LANDING_PAGES,
    "list": Area.LISTS,
    "email": Area.LIST_EMAILS,
    "listemail": Area.LIST_EMAILS,
    "customurl": Area.CUSTOM_REDIRECTS,
    "customredirect": Area.CUSTOM_REDIRECTS,
    "prospect": Area.PROSPECTS,
    "tag": Area.TAGS,
}


def area_of_object_type(word: str | None) -> Area | None:
    """Return the area of Pardot's ``word``; ``None`` for types without an area (files, templates …)."""
    return _AREA.get(re.sub("[^a-z]", "", (word or "").lower()).removesuffix("s"))


IS_PROSPECT = "regexp_replace(lower(object_type), '[^a-z]', '', 'g') ~ '^prospects?$'"
"""The SQL condition that ``object_type`` means prospects, by the same rule as ``area_of_object_type``."""

# The query jumps from one word to the next in the index, instead of reading every row.
_WORDS = """
    WITH RECURSIVE words AS (
        SELECT min(object_type) AS word FROM pardot_taggedobject
        UNION ALL
        SELECT (SELECT min(object_type) FROM pardot_taggedobject WHERE object_type > word) FROM words
        WHERE word IS NOT NULL
    )
    SELECT word FROM words WHERE word IS NOT NULL
"""


def load_object_type_words(area: Area) -> list[str]:
    """Return Pardot's words for ``area`` that occur in the copied rows; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_WORDS)
        return [word for (word,) in cursor.fetchall() if area_of_object_type(word) is area]
