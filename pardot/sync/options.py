from __future__ import annotations

from dataclasses import dataclass

from sf.sync.sync import SyncOptions


@dataclass(frozen=True)
class CampOptions(SyncOptions):
    """What the operator of ``camp_sync`` asked for."""

    days: int = 400
    """How far back the first or a full read of activities goes."""
