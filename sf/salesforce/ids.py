"""Salesforce's record ids: 15 case-sensitive characters, or 18, of which the last 3 encode the case.

Source: https://help.salesforce.com/s/articleView?id=000385008
"""

from __future__ import annotations

import re
import string

_FORM = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
_SUFFIX_LETTERS = string.ascii_uppercase + "012345"


def id_of_18(text: str) -> str | None:
    """Return the id of 18 characters; ``None`` for text that is not an id or has the wrong ending."""
    if not _FORM.fullmatch(text):
        return None
    whole = lengthen_id(text)
    return whole if len(text) == 15 or text == whole else None


def lengthen_id(record_id: str) -> str:
    """Return the id of 18 characters for an id from Salesforce, whose form is not checked."""
    short = record_id[:15]
    return short + _compute_suffix(short)


def _compute_suffix(short: str) -> str:
    """Return one character for each five characters: it encodes which of the five are upper case."""
    letters = ""
    for start in (0, 5, 10):
        bits = sum(1 << place for place, letter in enumerate(short[start : start + 5]) if letter.isupper())
        letters += _SUFFIX_LETTERS[bits]
    return letters
