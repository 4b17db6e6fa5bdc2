"""Repeatable random numbers, and time stamps, for generated data."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

T = TypeVar("T")

DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCK = [f"T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+00:00" for second in range(DAY)]


def seconds_of(moment: datetime) -> int:
    """Return whole seconds since 1970. A moment without a zone counts as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int((aware - _EPOCH).total_seconds())


class Stamps:
    """Formats seconds since 1970 as Pardot's API does: ``2026-01-31T12:00:00+00:00``. Days are cached."""

    def __init__(self) -> None:
        self._days: dict[int, str] = {}

    def __call__(self, seconds: int) -> str:
        day, second = divmod(seconds, DAY)
        date = self._days.get(day)
        if date is None:
            date = self._days[day] = (_EPOCH + timedelta(days=day)).date().isoformat()
        return date + _CLOCK[second]


def chance(*parts: object) -> random.Random:
    """Return a generator that depends only on the parts, not on Python's hash seed."""
    return random.Random(":".join(map(str, parts)))


def pick(rng: random.Random, choices: Sequence[T]) -> T:
    """Pick a random element, like ``rng.choice`` but faster."""
    return choices[int(rng.random() * len(choices))]
