"""Put counts into words."""

from __future__ import annotations


def format_count(count: int, one: str, many: str = "") -> str:
    """Return ``1 row``, ``2,000 rows``; ``many`` is the plural when ``one`` and an "s" do not form it.

    The words may go on: ``format_count(1, "job is missing", "jobs are missing")``.
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"
