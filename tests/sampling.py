"""Sample long tables of test cases: leave some of the rows to ``make soak``."""

from __future__ import annotations

from typing import Any

import pytest


def sampled(*rows: tuple[Any, ...], each: int, first: int = 0) -> list[Any]:
    """Run one of every ``each`` rows, starting with row ``first``; leave the other rows to ``make soak``."""
    soak = pytest.mark.soak
    return [pytest.param(*row, marks=soak if (index - first) % each else ()) for index, row in enumerate(rows)]
