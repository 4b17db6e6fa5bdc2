"""Random choices that are quick and always the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

_YEARS_BACK = 13
_TIMES_OF_DAY = 4096
"""The number of different times of day.

It is small, so that many records have the same time, as in Salesforce.
"""
_JOBS = 45
_COMBINATIONS = 4096
RECYCLE_BIN_DAYS = 14
"""Salesforce lists the deletions of the last 15 days.

All generated deletions are among these, except the deletions of a book and of campaigns.
"""


def weighted(shares: Mapping[T, int]) -> tuple[T, ...]:
    """Return a pool to pick from. Every value is in the pool as often as its share."""
    return tuple(value for value, share in shares.items() for _ in range(share))


class Draw:
    """Random values relative to the day ``as_of``. Days are counted backwards from this day."""

    def __init__(self, seed: int, as_of: datetime) -> None:
        source = random.Random(seed)
        self.random = source.random
        self.bits = source.getrandbits
        self.as_of = as_of
        self.year = as_of.year
        self.days = [f"{as_of - timedelta(days=back):%Y-%m-%d}" for back in range(_YEARS_BACK * 366)]
        """The dates from ``as_of`` (index 0) backwards."""
        self._times = [self._time_of_day() for _ in range(_TIMES_OF_DAY)]
        self._jobs = [(int(4 + self.random() ** 2 * 400), self.pick(self._times)) for _ in range(_JOBS)]

    def _time_of_day(self) -> str:
        hour = int(self.random() * 24)
        return f"T{hour:02}:{int(self.random() * 60):02}:{int(self.random() * 60):02}.000Z"

    def pick(self, pool: Sequence[T]) -> T:
        return pool[int(self.random() * len(pool))]

    def combinations(self, *pools: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Draw combinations of values in advance, so that one choice gives a record all these values."""
        return [tuple(map(self.pick, pools)) for _ in range(_COMBINATIONS)]

    def chance(self, share: float) -> bool:
        return self.random() < share

    def ago(self, most: int) -> int:
        """Return a number of days ago, from 1 to ``most``; small numbers are more frequent."""
        return 1 + int(self.random() ** 2 * most)

    def age(self, most: int, *, new: float) -> int:
        """Return a record's age in days: 1 to 400 for a share ``new``, 400 to ``most`` for the others."""
        if self.random() < new:
            return self.ago(400)
        return 400 + int(self.random() * (most - 400))

    def moment(self, days_ago: int) -> str:
        """Return a random time, ``days_ago`` days before ``as_of``."""
        return self.days[days_ago] + self._times[int(self.random() * _TIMES_OF_DAY)]

    def life(self, created: int) -> tuple[str, str]:
        """Return the times of creation and last change of a record that is ``created`` days old.

        Some records were last changed by one of a few jobs, each of which changed many records at the same time.
        """
        created_at = self.moment(created)
        if self.random() < 0.4:
            day, time = self._jobs[int(self.random() * _JOBS)]
            if day < created:
                return created_at, self.days[day] + time
        return created_at, max(created_at, self.moment(1 + int(self.random() ** 1.4 * created)))

    def binned(self) -> str:
        """Return a time of deletion for a record in the recycle bin."""
        return self.moment(1 + int(self.random() * RECYCLE_BIN_DAYS))

    def uuid(self) -> str:
        """Return a random UUID of version 4."""
        digits = f"{self.bits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
