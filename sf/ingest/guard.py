"""The mass-delete guard: a sync must not empty the cache because of a mistake elsewhere."""

from __future__ import annotations

import re

from sf.ingest.errors import SyncError

SMALL_TABLE = 100
"""In tables with fewer rows, a share says nothing."""

_WOULD_BE_DELETED = "cached records would be deleted"
SENT_NOTHING = "sent no records, but"
"""The words of a run that would delete everything, also in a small table."""


def check_deletes(
    *, name: str, deleted: int, live_before: int, at_most_percent: int, system: str = "Salesforce"
) -> None:
    """Raise ``SyncError`` when too large a share of a table would be deleted; nothing is changed then."""
    if live_before < SMALL_TABLE or deleted * 100 <= live_before * at_most_percent:
        return
    raise SyncError(
        f"{name}: {deleted:,} of {live_before:,} {_WOULD_BE_DELETED}, more than {at_most_percent} %; "
        f"nothing was changed. If {system} really lost them, run again with --allow-deletes"
    )


def held_back_deletes(message: str) -> tuple[int, int] | None:
    """Return how many records of how many the guard did not delete, from a run's message; ``None``: another message."""
    if found := re.search(rf"([\d,]+) of ([\d,]+) {_WOULD_BE_DELETED}", message):
        return _number(found[1]), _number(found[2])
    if found := re.search(rf"{SENT_NOTHING} ([\d,]+) are cached", message):
        return _number(found[1]), _number(found[1])
    return None


def _number(text: str) -> int:
    return int(text.replace(",", ""))
