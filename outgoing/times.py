"""Put ages and times of day into words; ages as on the dashboard (``static/js/core/format.js``)."""

from __future__ import annotations

from datetime import date, datetime

from outgoing.numbers import format_count

_MONTH = 2_629_800
_STEPS = [
    ("year", 12 * _MONTH, 24 * _MONTH),
    ("month", _MONTH, _MONTH),
    ("day", 86_400, 86_400),
    ("hour", 3600, 3600),
    ("minute", 60, 60),
    ("second", 1, 0),
]
"""Each unit of an age: its length, and the age from which it is used, both in seconds."""


def format_age(seconds: float) -> str:
    """Return the age in one unit: ``3 minutes``, ``15 months``, and years from 24 months on."""
    known = max(0.0, seconds)
    unit, length = next((unit, length) for unit, length, start in _STEPS if known >= start)
    number = int(known // length)
    return format_count(number, unit)


def format_ago(seconds: float | None) -> str:
    """Return ``3 minutes ago``; ``just now`` within a minute, ``never`` without an age."""
    if seconds is None:
        return "never"
    return "just now" if seconds < 60 else f"{format_age(seconds)} ago"


def format_clock(local: datetime, *, seconds: bool = False) -> str:
    """Return ``10:56 PM UTC``: the time of day with its zone, for readers in other zones."""
    time = f"{local.hour % 12 or 12}:{local:%M}{local.strftime(':%S') if seconds else ''}"
    return f"{time} {'AM' if local.hour < 12 else 'PM'} {local:%Z}".rstrip()


def format_clock_and_day(local: datetime, today: date | None = None, *, seconds: bool = False) -> str:
    """Return a time such as ``Sun, Nov 29, 10:56 PM UTC``.

    The day is left out if it is ``today``. The year is added if it differs from the year of ``today``.
    """
    if local.date() == today:
        return format_clock(local, seconds=seconds)
    year = "" if today is None or local.year == today.year else f" {local.year},"
    return f"{local:%a, %b} {local.day},{year} {format_clock(local, seconds=seconds)}"
