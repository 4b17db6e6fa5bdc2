"""The mass-delete guard: a sync must not empty the cache because of a mistake elsewhere."""

from __future__ import annotations

from sf.ingest.errors import SyncError

SMALL_TABLE = 100
"""In tables with fewer rows, a share says nothing."""


def check_deletes(
    *, name: str, deleted: int, live_before: int, at_most_percent: int, system: str = "Salesforce"
) -> None:
    """Raise ``SyncError`` when too large a share of a table would be deleted; nothing is changed then."""
    if live_before < SMALL_TABLE or deleted * 100 <= live_before * at_most_percent:
        return
    raise SyncError(
        f"{name}: {deleted:,} of {live_before:,} cached records would be deleted, more than {at_most_percent} %; "
        f"nothing was changed. If {system} really lost them, run again with --allow-deletes"
    )
