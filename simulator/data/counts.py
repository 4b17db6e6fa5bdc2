"""Compute how many records each school has: unequal numbers, as in reality, but with exact sums."""

from __future__ import annotations

_BLOCK = 10
_CONTACTS = (2, 0, 9, 3, 1, 5, 2, 0, 4, 1)
_OPPORTUNITIES = (3, 1, 14, 4, 1, 8, 2, 0, 6, 1)
_ADOPTIONS = (4, 0, 22, 6, 2, 13, 3, 0, 9, 1)


def family(index: int, schools: int) -> tuple[int, int, int]:
    """Return the numbers of contacts, opportunities and adoptions of school ``index`` of ``schools``.

    Every ten schools have 27 contacts, 40 opportunities and 60 adoptions together. In an incomplete last group, all
    schools have nearly the same numbers. The sums are thus 2.7, 4 and 6 times the number of schools, rounded half up.
    """
    place = index % _BLOCK
    if index - place + _BLOCK <= schools:
        return _CONTACTS[place], _OPPORTUNITIES[place], _ADOPTIONS[place]
    return _share(27, place + 1) - _share(27, place), 4, 6


def _share(whole: int, places: int) -> int:
    return (whole * places + _BLOCK // 2) // _BLOCK
