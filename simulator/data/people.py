"""Generate people's names, and the first parts of their email addresses."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from simulator.data import words
from simulator.data.draw import Draw

_ODD_EVERY = 60
_UNDECOMPOSED = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ı": "i", "æ": "ae", "đ": "d", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Person:
    first: str | None
    last: str
    full: str
    mailbox: str
    """The start of the email address. A number follows, then the @."""


def plain(text: str) -> str:
    """Return the text in lower case and ASCII. Only letters, digits and periods remain."""
    folded = unicodedata.normalize("NFKD", text.translate(_UNDECOMPOSED)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9.]+", "", folded.lower())


_FIRST = tuple((name, plain(name)) for name in words.FIRST_NAMES)
_LAST = tuple((name, plain(name)) for name in words.LAST_NAMES)
_ODD = tuple(
    Person(first, last, f"{first} {last}" if first else last, mailbox) for first, last, mailbox in words.ODD_PEOPLE
)


def person(draw: Draw, number: int) -> Person:
    """Return a person. Every 60th ``number`` gives a name that breaks careless programs."""
    turn, place = divmod(number, _ODD_EVERY)
    if place == _ODD_EVERY // 2:
        return _ODD[turn % len(_ODD)]
    first, first_plain = draw.pick(_FIRST)
    last, last_plain = draw.pick(_LAST)
    return Person(first, last, f"{first} {last}", f"{first_plain}.{last_plain}")
