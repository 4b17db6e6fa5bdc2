"""The generated column with an asset's words, for ``pardot/selectors/asset_search.py``."""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.db.models import Func, GeneratedField, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

EMPTY = Value("", TextField())


def search_words(*columns: str) -> GeneratedField[Any, Any]:
    """Return a generated column with the words of these columns."""
    return GeneratedField(
        expression=Func(join_columns(*columns), function="pardot_words"), output_field=TextField(), db_persist=True
    )


def join_columns(*columns: str) -> Func:
    """Return the columns joined with spaces; a null counts as an empty text.

    ``pardot/models/prospect.py`` has indexes on such expressions, for queries in plain SQL. PostgreSQL uses such an
    index only when the query has exactly the same expression. Django's ``Concat`` would add parentheses.
    """
    texts: list[list[Combinable]] = [[Value(" "), Coalesce(column, EMPTY)] for column in columns]
    parts = list(chain.from_iterable(texts))[1:]
    return Func(*parts, arg_joiner=" || ", template="%(expressions)s", output_field=TextField())
