"""Put counts into words."""

from __future__ import annotations


def format_count(count: int, one: str, many: str = "") -> str:
    """Return ``1 row``, ``2,000 rows``. Give ``many`` if the plural is not ``one`` with an "s".

    The words may be a phrase: ``format_count(1, "job is missing", "jobs are missing")``.
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"
