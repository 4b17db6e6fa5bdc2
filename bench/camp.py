"""Measure ``camp_sync``: a survey's speed and calls, and a read of more rows than Pardot's ceiling."""

from __future__ import annotations

import json
import re
import statistics
import urllib.request
from collections.abc import Iterator
from typing import Any

from bench.report import Result
from bench.world import World, world

PAGES = 3
"""The number of pages of each object that are stored row by row, enough to measure the rate."""
CEILING = 100_000
"""The most rows that Pardot returns in one sequence of page tokens."""
PER_CEILING = 10
"""The number of activities, as a multiple of ``CEILING``.
Each of the eight slices of a read then has more rows than the ceiling."""

_TRUNCATE = "TRUNCATE pardot_prospect, pardot_visitoractivity, pardot_entitystate, sf_syncrun"
_LONGEST = """
    SELECT max(count) FROM (
        SELECT count(*) FROM pardot_visitoractivity,
               (SELECT min(created_at) AS first, max(created_at) AS last FROM pardot_visitoractivity) span
        GROUP BY width_bucket(extract(epoch FROM created_at), extract(epoch FROM first), extract(epoch FROM last), 8)
    ) slices
"""


def camp_survey(schools: int, runs: int) -> Iterator[Result]:
    """Compare a survey with row-by-row upserts.

    20,000 schools are 80,000 prospects and 400,000 activities.
    """
    with world(schools) as here:
        ours, usual, calls, rows = [], [], 0, 0
        for _ in range(runs):
            usual.append(_row_by_row(here))
            with here.connect() as connection:
                connection.execute(_TRUNCATE)
            done = here.manage("camp_sync", "--survey", "--full")
            rows, calls = _read(done.output)
            ours.append(rows / done.seconds)
        ratio = statistics.median(mine / other for mine, other in zip(ours, usual, strict=True))
        yield Result(
            "camp_sync --survey",
            f"{ratio:.0f} × row-by-row upserts",
            "20 ×",
            ratio >= 20,
            f"{rows:,} rows, {statistics.median(ours):,.0f} rows/s against {statistics.median(usual):,.0f} rows/s",
        )
        allowed = rows // 1000 + 60
        yield Result("calls of camp_sync --survey", f"{calls:,}", f"rows ÷ 1000 + 60: {allowed:,}", calls <= allowed)


def camp_ceiling(schools: int) -> Iterator[Result]:
    """Copy more activities than Pardot returns in one sequence of page tokens.

    With fewer than 20,000 schools, only 20,000 activities are copied, to check that the benchmark works.
    """
    many = PER_CEILING * CEILING if schools >= 20_000 else 20_000
    with world(200) as here:
        _post(here, "/pardot/size", {"activities": many})
        here.manage("camp_sync", "--entities", "activities")
        with here.connect() as connection:
            [[copied]] = connection.execute("SELECT count(*) FROM pardot_visitoractivity").fetchall()
            [[longest]] = connection.execute(_LONGEST).fetchall()
    yield Result(
        f"activities that arrive, of {many:,}",
        f"{copied:,}",
        "all",
        copied == many,
        f"the longest slice has {longest:,}; Pardot ends a sequence at {CEILING:,}",
    )


def _row_by_row(here: World) -> float:
    rows, seconds = here.run("-m", "bench.row_by_row", str(PAGES)).output.split()[-2:]
    return int(rows) / float(seconds)


def _read(output: str) -> tuple[int, int]:
    """Return the numbers of rows and calls, from the command's last line."""
    totals = re.search(r"^all: ([\d,]+) read.*; ([\d,]+) calls", output, re.MULTILINE)
    assert totals
    rows, calls = (int(text.replace(",", "")) for text in totals.groups())
    return rows, calls


def _post(here: World, path: str, body: Any) -> None:
    request = urllib.request.Request(here.control + path, json.dumps(body).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    urllib.request.urlopen(request, timeout=600).close()
