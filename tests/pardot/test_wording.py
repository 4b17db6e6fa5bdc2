"""Server and page write the same texts.

The expected texts are in one table. ``tests/javascript/format.test.js`` compares the page's texts with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from outgoing.times import format_ago, format_clock_and_day
from pardot.reports.wording import format_change, format_percent, format_points, format_since_day
from tests.environments import ROOT

TABLE = json.loads((ROOT / "tests" / "javascript" / "wording.json").read_text())
FUNCTIONS: dict[str, Callable[..., str]] = {
    "since_day": lambda day, today: format_since_day(date.fromisoformat(day), date.fromisoformat(today)),
    "ago": format_ago,
    "percent": format_percent,
    "points": format_points,
}


@pytest.mark.parametrize("name", TABLE)
def test_the_server_writes_days_ages_percentages_and_points_as_the_page_does(name: str) -> None:
    rows: list[tuple[list[Any], str]] = TABLE[name]
    assert [FUNCTIONS[name](*values) for values, _ in rows] == [text for _, text in rows]


def test_a_change_rounds_a_half_away_from_zero_as_the_page_does() -> None:
    assert [format_change(now, 0) for now in (0.25, -0.25, 2, 0.04)] == [
        ", up 0.3",
        ", down 0.3",
        ", up 2",
        ", unchanged",
    ]


@pytest.mark.parametrize(
    ("hour", "text"), [(0, "12:05 AM UTC"), (9, "9:05 AM UTC"), (12, "12:05 PM UTC"), (22, "10:05 PM UTC")]
)
def test_a_time_of_day_has_its_zone(hour: int, text: str) -> None:
    moment = datetime(2026, 11, 29, hour, 5, 7, tzinfo=UTC)
    assert format_clock_and_day(moment, moment.date()) == text
    assert format_clock_and_day(moment, date(2026, 11, 30)) == f"Sun, Nov 29, {text}"
    assert format_clock_and_day(moment, date(2027, 1, 1)) == f"Sun, Nov 29, 2026, {text}"
    assert format_clock_and_day(moment, moment.date(), seconds=True) == text.replace(":05", ":05:07")
