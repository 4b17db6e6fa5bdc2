"""Compute which day of camp a date is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pardot.configuration.values import CampDates


@dataclass(frozen=True)
class CampDay:
    """The position of a day relative to camp.

    ``number`` is 1 on the first day of camp. Below 1, camp has not begun; above ``total``, it is over.
    """

    number: int
    total: int

    @property
    def days_until(self) -> int | None:
        """Return the days until the first day of camp; ``None`` once camp has begun."""
        return 1 - self.number if self.number < 1 else None

    @property
    def is_during(self) -> bool:
        return 1 <= self.number <= self.total


def find_camp_day(dates: CampDates, day: date) -> CampDay | None:
    """Return the position of ``day`` relative to camp; ``None`` when no camp is planned."""
    if dates.start is None or dates.end is None:
        return None
    return CampDay(number=(day - dates.start).days + 1, total=(dates.end - dates.start).days + 1)
