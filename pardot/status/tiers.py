"""Compute the tier of the stored data."""

from __future__ import annotations

from collections.abc import Collection

from pardot.catalog.complete_reads import prospects_were_sampled
from pardot.catalog.entities import ACTIVITIES, ASSETS, PROSPECTS

_ASSETS = {entity.name for entity in ASSETS}
_SURVEYED = {PROSPECTS.name, ACTIVITIES.name}


def tier_of(entities: Collection[str]) -> int:
    """Return 3 for prospects and activities, 2 for prospects only, 1 for all assets, otherwise 0.

    Tiers 2 and 3 do not require the assets: one type of assets that cannot be read must not hide the prospects.
    """
    if _SURVEYED.issubset(entities):
        return 3
    if PROSPECTS.name in entities:
        return 2
    return 1 if _ASSETS.issubset(entities) else 0


def load_synced_tier(complete: Collection[str]) -> int:
    """Return the tier of all stored data.

    ``complete``: the completely read entities. After a sample of prospects, the tier is at least 2.
    """
    known = tier_of(complete)
    return 2 if known < 2 and prospects_were_sampled() else known
