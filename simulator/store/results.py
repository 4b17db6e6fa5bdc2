"""The shape of a query's answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simulator.soql import Column, Kind


@dataclass
class QueryResult:
    """The answer to a query, read from one snapshot of the data.

    ``rows`` streams SQLite's own tuples, and can be read once. The values are text, int, float or None. In
    the default ``style`` of ``Store.query`` (``raw``), booleans are 0 and 1, dates ``YYYY-MM-DD``, and datetimes
    ``YYYY-MM-DDTHH:MM:SS.000Z``.
    ``total`` is the number of rows. For the kind ``count``, it is the count itself, and there are no rows.
    """

    sobject: str
    columns: list[Column]
    total: int
    kind: Kind
    rows: Iterator[tuple[Any, ...]]
