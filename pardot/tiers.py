"""Which tier the data that is here amounts to."""

from __future__ import annotations

from collections.abc import Collection

from pardot.sync.entities import ACTIVITIES, ASSETS, PROSPECTS
from sf.models import SyncRun

_ASSETS = {entity.name for entity in ASSETS}
_SURVEYED = {PROSPECTS.name, ACTIVITIES.name}


def synced_tier(complete: Collection[str]) -> int:
    """3: all prospects and activities; 2: a sample of the prospects, or all; 1: all assets; 0: less than that.

    ``complete``: the entities that were read completely. A higher tier counts although a lower one lacks something.
    """
    if _SURVEYED.issubset(complete):
        return 3
    if PROSPECTS.name in complete or _was_sampled():
        return 2
    return 1 if _ASSETS.issubset(complete) else 0


def _was_sampled() -> bool:
    return SyncRun.objects.filter(object=PROSPECTS.name, state=SyncRun.State.DONE, mode=SyncRun.Mode.SAMPLE).exists()
