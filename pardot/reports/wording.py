"""Format numbers, changes and sections as plain text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from outgoing.text import to_one_line

Number = int | float | Decimal

MONDAY = 0
NO_DATA = "no data yet"
SETUP, SCOUT, SURVEY = "camp_sync", "camp_sync --scout", "camp_sync --survey"
"""The commands that read missing data."""


@dataclass(frozen=True)
class Section:
    """A heading and its lines."""

    title: str
    lines: tuple[str, ...]


def text_of(heading: str, sections: Iterable[Section]) -> str:
    """Return the whole report without empty sections. Line breaks inside a line become spaces."""
    blocks = [
        "\n".join([section.title, *(f"- {to_one_line(line)}" for line in section.lines)])
        for section in sections
        if section.lines
    ]
    return "\n\n".join([heading, *blocks]) + "\n"


def number(value: Number) -> str:
    """Format ``1234.50`` as ``1,234.5``."""
    text = f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_percent(value: Number | None) -> str:
    """Return ``12.5%``, ``36%``; an en dash for ``None``.

    ``percent`` in ``static/js/core/format.js`` follows the same rule.
    """
    return "–" if value is None else f"{number(_round_half_up(value, '0.1'))}%"


def format_amount(count: Number | None, *, is_percentage: bool) -> str:
    """Return the count of an issue, which for some issues is a percentage."""
    return format_percent(count) if is_percentage else number(count or 0)


def format_points(value: float) -> str:
    """Return points of the score: ``12.3``, ``5.0``, ``0.12``, ``<0.01``.

    ``points`` in ``static/js/core/format.js`` follows the same rule.
    """
    size, sign = abs(value), "−" if value < 0 else ""
    if size < 0.005:
        return f"{sign}<0.01" if size else "0"
    return f"{sign}{_round_half_up(size, '0.1' if size >= 0.995 else '0.01')}"


def _round_half_up(value: Number, step: str) -> Decimal:
    """Round half away from zero, as the functions in ``format.js`` do.

    Python's ``round`` would round half to even.
    """
    return Decimal(value).quantize(Decimal(step), ROUND_HALF_UP)


def format_change(now: Number | None, before: Number | None) -> str:
    """Return ``, up 2`` or ``, unchanged``; an empty string when either number is unknown."""
    if now is None or before is None:
        return ""
    by = _round_half_up(float(now) - float(before), "0.1")
    if not by:
        return ", unchanged"
    return f", {'up' if by > 0 else 'down'} {number(abs(by))}"


def explain_missing(command: str) -> str:
    """Say that there is no data, and name the command that reads it."""
    return f"{NO_DATA}; run: python manage.py {command}"


def format_long_date(day: date) -> str:
    """Return ``Monday, November 23, 2026``."""
    return f"{day:%A}, {day:%B} {day.day}, {day.year}"


def format_since_day(day: date, today: date) -> str:
    """Name the day of a comparison: ``since yesterday``, ``since Friday``, ``since Wed, Nov 25``.

    ``sinceDay`` in ``static/js/core/format.js`` follows the same rule.
    """
    distance = (today - day).days
    if distance == 1:
        return "since yesterday"
    if today.weekday() == MONDAY and distance in (2, 3):
        return f"since {day:%A}"
    return f"since {day:%a, %b} {day.day}{f', {day.year}' if day.year != today.year else ''}"


def format_score_and_grade(score: int | None, grade: str | None) -> str:
    """Return ``87 (B)``, or ``NO_DATA`` when the score is ``None``."""
    return NO_DATA if score is None else f"{score} ({grade})"
