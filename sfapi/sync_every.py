"""Read ``SYNC_EVERY``: the pause between two syncs of an object, for the cron table and for health.

Examples are ``5m`` and ``1d,contacts=5m``. Allowed are minutes that divide an hour evenly (``1m`` to ``30m``), hours
that divide a day evenly (``1h`` to ``12h``), and ``1d``. A line of a crontab can express no other pause of up to a day.
"""

from __future__ import annotations

import re
from datetime import timedelta

INTERDEPENDENT = ("accounts", "contacts", "opportunities", "adoptions")
"""The objects of ``sync_all``.
A pause without a name applies to each of these objects that has no pause of its own."""
BOOKS = "books"

DAY, WEEK = timedelta(days=1), timedelta(days=7)

_MINUTES = tuple(minutes for minutes in range(1, 60) if 60 % minutes == 0)
_HOURS = tuple(hours for hours in range(1, 24) if 24 % hours == 0)
_PAUSES = {
    **{f"{minutes}m": timedelta(minutes=minutes) for minutes in _MINUTES},
    **{f"{hours}h": timedelta(hours=hours) for hours in _HOURS},
    "1d": DAY,
}
_FORM = re.compile(r"(?:(?P<name>[a-z]+)=)?(?P<pause>[0-9a-z]+)")


def parse_sync_every(text: str) -> dict[str, timedelta]:
    """Return the pause of every object. Raises ``ValueError`` with a message that says what is wrong."""
    parts = _read_parts(text)
    rest = parts.pop("", DAY)
    pauses = dict.fromkeys(INTERDEPENDENT, rest) | {BOOKS: WEEK} | parts
    for name in INTERDEPENDENT:
        if pauses[name] > rest:
            raise ValueError(f"{name} cannot have a longer pause than sync_all, because sync_all reads {name} too")
    return pauses


def _read_parts(text: str) -> dict[str, timedelta]:
    parts: dict[str, timedelta] = {}
    for part in text.replace(" ", "").lower().split(","):
        match = _FORM.fullmatch(part)
        if not match:
            raise ValueError(f"{part!r} is not of the form 5m or contacts=5m")
        name, pause = match["name"] or "", match["pause"]
        if name and name not in {*INTERDEPENDENT, BOOKS}:
            raise ValueError(f"{name!r} is none of {', '.join((*INTERDEPENDENT, BOOKS))}")
        if pause not in _PAUSES:
            raise ValueError(f"{pause!r} is none of {', '.join(_PAUSES)}")
        if name in parts:
            raise ValueError(f"{name or 'the value without a name'} is given twice")
        parts[name] = _PAUSES[pause]
    return parts


def build_cron_expression(pause: timedelta, daily: str) -> str:
    """Return the five cron fields for a pause; for a day or longer, the fields of ``daily``."""
    minutes = int(pause / timedelta(minutes=1))
    if pause >= DAY:
        return daily
    if minutes < 60:
        return f"{_format_step(minutes)} * * * *"
    return f"0 {_format_step(minutes // 60)} * * *"


def _format_step(step: int) -> str:
    return "*" if step == 1 else f"*/{step}"
