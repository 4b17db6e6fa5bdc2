"""Parse and check rates, which settings and API keys write as ``5/min``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from django.core.exceptions import ImproperlyConfigured, ValidationError

_SECONDS = {"sec": 1, "min": 60, "hour": 3600, "day": 86_400}
RATE_FORM = r"^(?=[0-9]{1,7}/)0*[1-9][0-9]*/(sec|min|hour|day)$"
"""The form of a rate, as a regular expression of PostgreSQL.
A constraint checks the rates of API keys, because every request of a key with a wrong rate would fail."""
_FORM = re.compile(rf"([0-9]{{1,7}})/({'|'.join(_SECONDS)})")


@dataclass(frozen=True)
class Rate:
    """At most ``limit`` requests in any period of ``seconds``."""

    limit: int
    seconds: int

    def __str__(self) -> str:
        unit = next(unit for unit, seconds in _SECONDS.items() if seconds == self.seconds)
        return f"{self.limit:,} request{'s' * (self.limit != 1)} {_WORDS[unit]}"


_WORDS = {"sec": "a second", "min": "a minute", "hour": "an hour", "day": "a day"}


@lru_cache(maxsize=64)
def parse_rate(text: str) -> Rate:
    """Parse a rate. Raises ``ValueError`` for a text that is not a count (1 to 9,999,999) and a unit."""
    match = _FORM.fullmatch(text)
    if match is None or int(match.group(1)) == 0:
        raise ValueError(f"{text[:40]!r} is not a rate such as 5/min (units: {', '.join(_SECONDS)})")
    return Rate(limit=int(match.group(1)), seconds=_SECONDS[match.group(2)])


def validate_rate(text: str) -> None:
    """Check a field of a model. Raises ``ValidationError`` where ``parse_rate`` refuses the text."""
    try:
        parse_rate(text)
    except ValueError as error:
        raise ValidationError(str(error)) from None


def require_rate(name: str, text: str) -> str:
    """Return ``text`` if it is a rate. Raises ``ImproperlyConfigured`` with the variable's name if not."""
    try:
        parse_rate(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from None
    return text
