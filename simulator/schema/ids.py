"""Salesforce's record ids: 15 case-sensitive characters, and 3 characters that encode the case."""

from __future__ import annotations

import string
from collections.abc import Iterator
from functools import lru_cache

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
"""The base-62 digits in ASCII order, so that ids sort in the order of their serial numbers."""
_SUFFIX = string.ascii_uppercase + "012345"
_BASE = len(DIGITS)
_LETTERS = frozenset(DIGITS)
_UPPER = frozenset(string.ascii_uppercase)
INSTANCE = "Hs"
"""The default for characters 4 and 5. In Salesforce, they name the instance that created the record."""
_instance = INSTANCE
_SERIAL_DIGITS = 10


def _case_bits(chunk: str) -> int:
    return sum(1 << position for position, letter in enumerate(chunk) if letter in _UPPER)


_PAIRS = tuple((high + low, _case_bits("   " + high + low)) for high in DIGITS for low in DIGITS)


def is_id(text: str) -> bool:
    """Return whether the text has the form of an id: 15 characters, or 18 with the right ending."""
    if len(text) not in (15, 18) or not _LETTERS.issuperset(text):
        return False
    return len(text) == 15 or text[15:].upper() == suffix(text[:15])


def suffix(short: str) -> str:
    """Return the three characters that encode the case of the fifteen characters ``short``."""
    return "".join(_SUFFIX[_case_bits(short[start : start + 5])] for start in (0, 5, 10))


def to_18(text: str) -> str:
    """Return the 18-character form of an id. The caller must have checked the id with ``is_id``."""
    return text[:15] + suffix(text[:15])


def name_instance(letters: str) -> None:
    """Use ``letters`` as characters 4 and 5 of all record ids of this process.

    Raises ``ValueError`` unless they are exactly two letters or digits.
    """
    global _instance  # noqa: PLW0603 - one org per process
    if len(letters) != 2 or not _LETTERS.issuperset(letters):
        raise ValueError("give exactly two letters or digits")
    _instance = letters
    _beginning.cache_clear()


def instance() -> str:
    """Return characters 4 and 5 of all record ids."""
    return _instance


def make_id(prefix: str, serial: int) -> str:
    """Return the id with this prefix and this serial number, in 18 characters."""
    high, low = divmod(serial, len(_PAIRS))
    head, ending, bits = _beginning(prefix, high)
    pair, pair_bits = _PAIRS[low]
    return head + pair + ending + _SUFFIX[bits | pair_bits]


def make_ids(prefix: str, serial: int) -> Iterator[str]:
    """Yield the ids from this serial number on, without end. Faster than many calls of ``make_id``."""
    high, low = divmod(serial, len(_PAIRS))
    while True:
        head, ending, bits = _beginning(prefix, high)
        for pair, pair_bits in _PAIRS[low:]:
            yield head + pair + ending + _SUFFIX[bits | pair_bits]
        high, low = high + 1, 0


@lru_cache(maxsize=4096)
def _beginning(prefix: str, high: int) -> tuple[str, str, int]:
    """Return the parts that 62² ids share: 13 characters, 2 characters of the ending, and case bits.

    The case bits are those of characters 11 to 13.
    """
    digits = []
    for _ in range(_SERIAL_DIGITS - 2):
        high, digit = divmod(high, _BASE)
        digits.append(DIGITS[digit])
    head = prefix + _instance + "".join(reversed(digits))
    return head, suffix(head + "00")[:2], _case_bits(head[10:])
