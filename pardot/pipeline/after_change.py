"""Change the configuration, and run the audits that depend on it.

Changes run one at a time, because a new value is validated against the other values: no other request may change
those values in the meantime.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from pardot.audits.run import ASSET_AUDITS, run_audits
from pardot.configuration.values import (
    CurrentValue,
    load_current_values,
    load_described_values,
    require_configured_key,
    reset_value,
    set_value,
)
from pardot.models import ConfigurationChange, ConfiguredValue
from sf.ingest.lock import lock_table_for_write

ANY = object()
"""The default of the parameter ``was``: accept any current value."""


class ChangedMeanwhile(Exception):
    """The value has changed since the caller read it. ``current`` is the current value."""

    def __init__(self, current: CurrentValue) -> None:
        super().__init__(current.declared.key)
        self.current = current


def change_value(key: str, value: Any, *, by: str, was: Any = ANY) -> None:
    """Set ``key`` to ``value`` if its current value is still ``was``.

    Raises ``UnknownKey``, ``BadValue`` or ``ChangedMeanwhile``; then nothing is changed.
    """
    _change(key, lambda: set_value(key, value, by=by), by=by, was=was)


def reset_to_default(key: str, *, by: str, was: Any = ANY) -> None:
    """Reset a value to its default. Raises the same errors as ``change_value``."""
    _change(key, lambda: reset_value(key), by=by, was=was, is_reset=True)


def _change(key: str, change: Callable[[], Any], *, by: str, was: Any, is_reset: bool = False) -> None:
    """Change a value, record the change, and run the audits of assets if the value affects them.

    All of this is one transaction. The audit of prospects is left out, because no configured value affects its figures.
    """
    declared = require_configured_key(key)
    with transaction.atomic():
        lock_table_for_write(ConfiguredValue._meta.db_table)
        before = next(current for current in load_described_values() if current.declared is declared)
        if was is not ANY and was != before.value:
            raise ChangedMeanwhile(before)
        change()
        after = load_current_values()[key]
        if after == before.value:
            return
        ConfigurationChange.objects.create(key=key, before=before.value, after=after, is_reset=is_reset, changed_by=by)
        if declared.moves_audits:
            run_audits(ASSET_AUDITS)
