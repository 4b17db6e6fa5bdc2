"""The current values of the settings that staff may change without a release.

Each changed value is a row of ``ConfiguredValue``. Each call of ``load_configuration()`` reads all rows in one query,
so a change is in effect from the next request on, in every process. The admin and ``/api/v1/pardot/admin/config``
check input with the same declarations (``pardot/configuration/keys.py``). Valid input is stored by
``pardot/pipeline/after_change.py``, which calls ``set_value``. A stored value that is no longer valid is logged, and
its default is used instead. In a mapping, only the invalid entries are replaced.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import timezone

from outgoing.numbers import format_count
from pardot.configuration.keys import (
    KEYS,
    BadValue,
    CampDates,
    ConfiguredKey,
    Template,
    UnknownKey,
    require_configured_key,
)
from pardot.domain.grading import GradeThreshold
from pardot.models import ConfiguredValue

__all__ = [
    "KEYS",
    "BadValue",
    "CampDates",
    "Configuration",
    "ConfiguredKey",
    "CurrentValue",
    "Template",
    "UnknownKey",
    "check_value",
    "load_changed_configuration",
    "load_configuration",
    "load_current_values",
    "load_described_values",
    "require_configured_key",
    "reset_value",
    "set_value",
]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Configuration:
    """All current values, typed."""

    weights: Mapping[str, Decimal]
    thresholds: tuple[GradeThreshold, ...]
    alert_score: int
    templates: Mapping[str, Template]
    camp: CampDates
    target_score: int | None
    activity_lookback_days: int
    list_stale_months: int
    list_stale_severe_months: int
    cleanup_tag_prefix: str
    cleanup_actions: tuple[str, ...]

    @property
    def cleanup_tags(self) -> dict[str, str]:
        """Map each action to the name of its tag."""
        return {action: f"{self.cleanup_tag_prefix}{action}" for action in self.cleanup_actions}


def load_configuration() -> Configuration:
    """Return the current configuration; one query."""
    return _as_configuration(load_current_values())


def load_changed_configuration(changes: Mapping[str, Any]) -> Configuration:
    """Return the configuration with ``changes`` (JSON by key), without storing them.

    Raises ``UnknownKey``, or ``BadValue`` with the key as the first part of each ``loc``.
    """
    values, errors = load_current_values(), []
    for key, value in changes.items():
        declared = require_configured_key(key)
        try:
            kept = declared.clean(value)
        except BadValue as error:
            errors += [{**each, "loc": [key, *each["loc"]]} for each in error.errors]
        else:
            values[key] = {**declared.default(), **kept} if declared.overlays else kept
    if not errors:
        errors = [
            {"loc": [key], "message": message}
            for keys, message in _find_conflicts(values)
            for key in keys
            if key in changes
        ]
    if errors:
        raise BadValue(errors)
    return _as_configuration(values)


def _as_configuration(current: Mapping[str, Any]) -> Configuration:
    values = {key: require_configured_key(key).parse(value) for key, value in current.items()}
    return Configuration(
        weights={key: Decimal(str(weight)) for key, weight in values["score_weights"].items()},
        thresholds=tuple(
            GradeThreshold(threshold.grade, threshold.minimum) for threshold in values["grade_thresholds"]
        ),
        alert_score=values["alert_score"],
        templates=values["issue_templates"],
        camp=values["camp_dates"],
        target_score=values["target_score"] or None,
        activity_lookback_days=values["activity_lookback_days"],
        list_stale_months=values["list_stale_months"],
        list_stale_severe_months=values["list_stale_severe_months"],
        cleanup_tag_prefix=values["cleanup_tag_prefix"],
        cleanup_actions=tuple(values["cleanup_actions"]),
    )


# -- stored values, and their usable part -----------------------------------------------------------------------------


@dataclass(frozen=True)
class CurrentValue:
    """The current value of a key."""

    declared: ConfiguredKey
    value: Any
    """The value as JSON, including defaults."""
    updated_at: datetime | None = None
    """The time of the last change; ``None``: never changed, or reset to the default."""
    updated_by: str = ""
    problem: str = ""
    """The reason why the stored value, or a part of it, is not used; otherwise empty."""

    @property
    def is_changed(self) -> bool:
        return bool(self.value != self.declared.default())


def load_current_values() -> dict[str, Any]:
    """Return the current values as JSON by key, including defaults; one query."""
    return {current.declared.key: current.value for current in load_described_values()}


def load_described_values() -> list[CurrentValue]:
    """Return the current values in the order of declaration; one query.

    Unusable values are logged.
    """
    stored = ConfiguredValue.objects.in_bulk()
    values_by_key = {declared.key: _build_current_value(declared, stored.get(declared.key)) for declared in KEYS}
    for keys, message in _find_conflicts({key: current.value for key, current in values_by_key.items()}):
        for key in keys:
            current = values_by_key[key]
            if current.updated_at is not None:
                values_by_key[key] = replace(current, value=current.declared.default(), problem=message)
    for current in values_by_key.values():
        if current.problem:
            _log_once(current.declared.key, current.problem)
    return list(values_by_key.values())


def _build_current_value(declared: ConfiguredKey, row: ConfiguredValue | None) -> CurrentValue:
    default = declared.default()
    if row is None:
        return CurrentValue(declared, default)
    usable, problem = _extract_usable(declared, row.value)
    value = {**default, **(usable or {})} if declared.overlays else default if problem else usable
    return CurrentValue(declared, value, row.updated_at, row.updated_by, problem)


def _extract_usable(declared: ConfiguredKey, stored: Any) -> tuple[Any, str]:
    """Return the usable part of a stored value, and the problem of the rest.

    In a mapping, every valid entry is usable.
    """
    try:
        return declared.clean(stored), ""
    except BadValue as error:
        if not declared.overlays or not isinstance(stored, dict):
            return None, str(error)
        good = {key: value for key, value in stored.items() if _is_good(declared, {key: value})}
        return declared.clean(good), str(error)


def _is_good(declared: ConfiguredKey, value: Any) -> bool:
    try:
        declared.parse(value)
    except BadValue:
        return False
    return True


@lru_cache(maxsize=64)
def _log_once(key: str, problem: str) -> None:
    """Log the problem as an error, once per process: Sentry reports errors, and a person must fix it."""
    logger.error(
        "configuration %s: the default replaces the stored value, or the part of it that is no longer valid: %s",
        key,
        problem,
    )


# -- changes ----------------------------------------------------------------------------------------------------------


def check_value(key: str, value: Any) -> Any:
    """Return ``value`` in the form in which it would be stored under ``key``.

    Raises ``UnknownKey``, or ``BadValue`` when the value is invalid or conflicts with another setting.
    """
    kept = require_configured_key(key).clean(value)
    _check_together(key, kept)
    return kept


def set_value(key: str, value: Any, *, by: str) -> Any:
    """Store ``value`` under ``key``, and return the stored form. Raises ``UnknownKey`` or ``BadValue``."""
    kept = check_value(key, value)
    ConfiguredValue.objects.update_or_create(
        key=key, defaults={"value": kept, "updated_at": timezone.now(), "updated_by": by}
    )
    return kept


def reset_value(key: str) -> Any:
    """Reset the key, and return its default.

    Raises ``UnknownKey``, or ``BadValue`` when the default conflicts with another setting.
    """
    default = require_configured_key(key).default()
    _check_together(key, default)
    ConfiguredValue.objects.filter(key=key).delete()
    return default


def _check_together(key: str, value: Any) -> None:
    for keys, message in _find_conflicts({**load_current_values(), key: value}):
        if key in keys:
            raise BadValue([{"loc": [], "message": message}])


def _find_conflicts(values: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the keys and the message of each conflict between settings that are valid on their own."""
    stale, severe = values["list_stale_months"], values["list_stale_severe_months"]
    if severe <= stale:
        message = (
            f"“Age of very stale lists” ({format_count(severe, 'month')}) must be higher than “Age of stale lists” "
            f"({format_count(stale, 'month')})"
        )
        yield ("list_stale_months", "list_stale_severe_months"), message
    retention, days = settings.PARDOT_ACTIVITY_RETENTION_DAYS, values["activity_lookback_days"]
    if days > retention:
        message = f"Activities are kept for {retention} days (PARDOT_ACTIVITY_RETENTION_DAYS): {days} are too many"
        yield ("activity_lookback_days",), message
