"""Date literals: spans of days relative to now. Days are in UTC; fiscal years are calendar years."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_SINGLE = {"YESTERDAY": -1, "TODAY": 0, "TOMORROW": 1}
_NINETY = {"LAST_90_DAYS": "LAST_N_DAYS:90", "NEXT_90_DAYS": "NEXT_N_DAYS:90"}
_AROUND = re.compile(r"(LAST|THIS|NEXT)_(?:FISCAL_)?(WEEK|MONTH|QUARTER|YEAR)")
_SEVERAL = re.compile(r"(LAST|NEXT)_N_(?:FISCAL_)?(DAY|WEEK|MONTH|QUARTER|YEAR)S:(\d{1,6})")
_AGO = re.compile(r"N_(?:FISCAL_)?(DAY|WEEK|MONTH|QUARTER|YEAR)S_AGO:(\d{1,6})")
_OFFSETS = {"LAST": -1, "THIS": 0, "NEXT": 1}
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}


@dataclass(frozen=True)
class Span:
    """The days from ``start`` to the day before ``end``."""

    start: date
    end: date


def date_literal(word: str, now: datetime) -> Span | None:
    """Return the days of a literal such as ``LAST_N_DAYS:30``; ``None`` for any other word.

    Raises ``OverflowError`` or ``ValueError`` when the days are outside the calendar.
    """
    today = now.date()
    word = _NINETY.get(word, word)
    if word in _SINGLE:
        day = today + timedelta(days=_SINGLE[word])
        return Span(day, day + timedelta(days=1))
    if match := _AROUND.fullmatch(word):
        unit, offset = match.group(2), _OFFSETS[match.group(1)]
        return Span(_moved(today, unit, offset), _moved(today, unit, offset + 1))
    if match := _AGO.fullmatch(word):
        unit, count = match.group(1), int(match.group(2))
        return Span(_moved(today, unit, -count), _moved(today, unit, 1 - count))
    if match := _SEVERAL.fullmatch(word):
        return _several(today, match.group(1), match.group(2), int(match.group(3)))
    return None


def _several(today: date, which: str, unit: str, count: int) -> Span:
    if which == "NEXT":
        return Span(_moved(today, unit, 1), _moved(today, unit, count + 1))
    # The last days include today. The last weeks, months, quarters and years exclude the current one.
    return Span(_moved(today, unit, -count), _moved(today, unit, 1 if unit == "DAY" else 0))


def _moved(today: date, unit: str, count: int) -> date:
    """Return the start of the unit that is ``count`` units after the current one. Weeks begin on Sunday."""
    if unit == "DAY":
        return today + timedelta(days=count)
    if unit == "WEEK":
        return today - timedelta(days=(today.weekday() + 1) % 7) + timedelta(weeks=count)
    size = _MONTHS[unit]
    month = today.year * 12 + (today.month - 1) // size * size + count * size
    return date(month // 12, month % 12 + 1, 1)
