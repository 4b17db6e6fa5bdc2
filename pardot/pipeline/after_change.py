"""Change the configuration, and do the steps that follow.

Changes run one at a time: otherwise values that depend on each other would be checked against ones that another
request is replacing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from pardot.audits.run import ASSET_AUDITS, run_audits
from pardot.configuration.values import configured_key, current_values, reset_value, set_value
from pardot.models import ConfiguredValue
from sf.ingest.lock import wait_to_merge


def value_change(key: str, value: Any, *, by: str) -> None:
    """Store ``value`` under ``key``. Raises ``UnknownKey`` or ``BadValue``; then nothing is changed."""
    _change(key, lambda: set_value(key, value, by=by))


def value_reset(key: str) -> None:
    """Reset a value to its default. Raises ``UnknownKey`` or ``BadValue``; then nothing is changed."""
    _change(key, lambda: reset_value(key))


def _change(key: str, change: Callable[[], Any]) -> None:
    """Change a value, and run the audits of assets in the same transaction if it affects them.

    No value affects the audit of prospects, which takes longest.
    """
    declared = configured_key(key)
    with transaction.atomic():
        wait_to_merge(ConfiguredValue._meta.db_table)
        before = current_values()[key]
        change()
        if declared.moves_audits and current_values()[key] != before:
            run_audits(ASSET_AUDITS)
