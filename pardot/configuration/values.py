"""What staff may change without a release, as it holds now.

A change is a row of ``ConfiguredValue``; ``configuration()`` reads all of them in one query, so the next request of
every process sees it. Admin and ``/api/v1/pardot/admin/config`` check what is entered by the same declarations
(``pardot/configuration/keys.py``), and store it by ``pardot/pipeline/after_change.py``. A value that this release
no longer accepts is reported, and the default is used instead.
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

from pardot.configuration.keys import (
    KEYS,
    BadValue,
    CampDates,
    ConfiguredKey,
    Template,
    UnknownKey,
    configured_key,
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
    "configuration",
    "configured_key",
    "current_values",
    "described_values",
    "reset_value",
    "set_value",
]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Configuration:
    """All values as they hold now, typed."""

    weights: Mapping[str, Decimal]
    thresholds: tuple[GradeThreshold, ...]
    templates: Mapping[str, Template]
    camp: CampDates
    activity_lookback_days: int
    list_stale_months: int
    list_stale_severe_months: int
    cleanup_tag_prefix: str
    cleanup_actions: tuple[str, ...]

    @property
    def cleanup_tags(self) -> dict[str, str]:
        """Action → name of its tag."""
        return {action: f"{self.cleanup_tag_prefix}{action}" for action in self.cleanup_actions}


def configuration() -> Configuration:
    """As it holds now; one query."""
    values = {key: configured_key(key).parse(value) for key, value in current_values().items()}
    return Configuration(
        weights={key: Decimal(str(weight)) for key, weight in values["score_weights"].items()},
        thresholds=tuple(
            GradeThreshold(threshold.grade, threshold.minimum) for threshold in values["grade_thresholds"]
        ),
        templates=values["issue_templates"],
        camp=values["camp_dates"],
        activity_lookback_days=values["activity_lookback_days"],
        list_stale_months=values["list_stale_months"],
        list_stale_severe_months=values["list_stale_severe_months"],
        cleanup_tag_prefix=values["cleanup_tag_prefix"],
        cleanup_actions=tuple(values["cleanup_actions"]),
    )


# -- what is stored, and what of it is used ---------------------------------------------------------------------------


@dataclass(frozen=True)
class CurrentValue:
    """A key as it holds now."""

    declared: ConfiguredKey
    value: Any
    """As JSON, defaults included."""
    updated_at: datetime | None = None
    """When somebody entered a value; ``None``: nobody did."""
    updated_by: str = ""
    problem: str = ""
    """Why what was entered is not used, or not all of it: a release no longer takes it."""

    @property
    def is_changed(self) -> bool:
        return bool(self.value != self.declared.default())


def current_values() -> dict[str, Any]:
    """Key → value as JSON, defaults included; one query."""
    return {current.declared.key: current.value for current in described_values()}


def described_values() -> list[CurrentValue]:
    """Every key as it holds now, in the order of their declaration; one query. What is not used is logged."""
    stored = ConfiguredValue.objects.in_bulk()
    found = {declared.key: _current(declared, stored.get(declared.key)) for declared in KEYS}
    for keys, message in _conflicts({key: current.value for key, current in found.items()}):
        for key in keys:
            if found[key].updated_at is not None:
                found[key] = replace(found[key], value=found[key].declared.default(), problem=message)
    for current in found.values():
        if current.problem:
            _say_once(current.declared.key, current.problem)
    return list(found.values())


def _current(declared: ConfiguredKey, row: ConfiguredValue | None) -> CurrentValue:
    default = declared.default()
    if row is None:
        return CurrentValue(declared, default)
    usable, problem = _usable(declared, row.value)
    value = {**default, **(usable or {})} if declared.overlays else default if problem else usable
    return CurrentValue(declared, value, row.updated_at, row.updated_by, problem)


def _usable(declared: ConfiguredKey, stored: Any) -> tuple[Any, str]:
    """What can be used of a stored value, and why not all of it; of an overlay, each entry that is good."""
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
def _say_once(key: str, problem: str) -> None:
    """An error, so that Sentry is told: somebody has to enter it anew or reset it."""
    logger.error("configuration %s: what was entered is no longer valid, the default is used: %s", key, problem)


# -- changing it ------------------------------------------------------------------------------------------------------


def check_value(key: str, value: Any) -> Any:
    """``value`` as it would be kept under ``key``. ``UnknownKey``; ``BadValue``, also when others do not go with it."""
    kept = configured_key(key).clean(value)
    _check_together(key, kept)
    return kept


def set_value(key: str, value: Any, *, by: str) -> Any:
    """Keep ``value`` under ``key``; what is kept. ``UnknownKey``, ``BadValue``."""
    kept = check_value(key, value)
    ConfiguredValue.objects.update_or_create(
        key=key, defaults={"value": kept, "updated_at": timezone.now(), "updated_by": by}
    )
    return kept


def reset_value(key: str) -> Any:
    """Back to the default, which is returned. ``UnknownKey``; ``BadValue`` when another value does not go with it."""
    default = configured_key(key).default()
    _check_together(key, default)
    ConfiguredValue.objects.filter(key=key).delete()
    return default


def _check_together(key: str, value: Any) -> None:
    for keys, message in _conflicts({**current_values(), key: value}):
        if key in keys:
            raise BadValue([{"loc": [], "message": message}])


def _conflicts(values: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Values that are good each for itself and do not go together: their keys, and why."""
    stale, severe = values["list_stale_months"], values["list_stale_severe_months"]
    if severe <= stale:
        message = f"Lists are stale for long after more months ({severe}) than stale ({stale})"
        yield ("list_stale_months", "list_stale_severe_months"), message
    kept, wanted = settings.PARDOT_ACTIVITY_RETENTION_DAYS, values["activity_lookback_days"]
    if wanted > kept:
        message = f"Activities are kept for {kept} days (PARDOT_ACTIVITY_RETENTION_DAYS): {wanted} are too many"
        yield ("activity_lookback_days",), message
