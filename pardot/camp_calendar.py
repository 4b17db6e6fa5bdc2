"""Where in camp a day is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pardot.configuration import CampDates


@dataclass(frozen=True)
class CampDay:
    """``day`` counts from 1; ``None``: camp has not begun, is over, or is not planned."""

    day: int | None
    total: int | None
    days_until: int | None
    """Until the first day, before it."""


def camp_day(camp: CampDates, today: date) -> CampDay:
    """Both the first and the last day belong to camp."""
    if camp.start is None or camp.end is None:
        return CampDay(None, None, None)
    total = (camp.end - camp.start).days + 1
    if today < camp.start:
        return CampDay(None, total, (camp.start - today).days)
    return CampDay((today - camp.start).days + 1 if today <= camp.end else None, total, None)
