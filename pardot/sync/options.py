from __future__ import annotations

from dataclasses import dataclass

from sf.ingest.sync import SyncOptions


@dataclass(frozen=True)
class CampOptions(SyncOptions):
    """The operator's options for ``camp_sync``."""

    days: int = 400
    """The number of days that the first or a full read of activities covers."""
