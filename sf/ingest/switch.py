"""The kill switch, which stops all syncs."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from sf.ingest.errors import SyncSkipped
from sf.models import SyncConfig, SyncRun

LONGEST_REASON = 200


def check_switch() -> None:
    """Raise ``SyncSkipped`` when syncs are switched off."""
    config = SyncConfig.load()
    if not config.syncs_are_on:
        raise SyncSkipped(f"syncs are switched off ({config.switch_details})", cause=SyncRun.Cause.SWITCH)


def switch_off(*, by: str, reason: str, until: datetime | None) -> None:
    """Switch all syncs off, until they are switched on or ``until`` is reached."""
    _move(is_on=False, by=by, reason=reason, until=until)


def switch_on(*, by: str) -> None:
    _move(is_on=True, by=by, reason="", until=None)


def _move(*, is_on: bool, by: str, reason: str, until: datetime | None) -> None:
    config = SyncConfig.load()
    config.sync_enabled, config.off_until, config.off_reason = is_on, until, reason
    config.switched_by, config.switched_at = by[:150], timezone.now()
    config.save(update_fields=["sync_enabled", "off_until", "off_reason", "switched_by", "switched_at"])
