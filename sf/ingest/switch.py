"""The kill switch, which stops all syncs."""

from __future__ import annotations

from sf.ingest.errors import SyncSkipped
from sf.models import SyncConfig, SyncRun


def check_switch() -> None:
    """Raise ``SyncSkipped`` when syncs are switched off."""
    config = SyncConfig.load()
    if not config.syncs_are_on:
        raise SyncSkipped(f"syncs are switched off ({config.told_switch})", cause=SyncRun.Cause.SWITCH)
