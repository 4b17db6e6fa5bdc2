"""Compare the sync with the usual way (``bench.usual_way``) and with the floor (a plain ``COPY``)."""

from __future__ import annotations

import json
import math
import re
import shutil
import statistics
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.report import Result
from bench.world import DATA, World, world

TABLES = ("sf_account", "sf_contact", "sf_opportunity", "sf_adoption")
CHANGES = 100


def sync_speed(schools: int, runs: int) -> Iterator[Result]:
    """Measure two full reads, the floor, row versions of unchanged records, calls and incremental syncs."""
    with world(schools) as here:
        _warm_up(here)
        first, first_usual, again, again_usual, calls = _timed(here, runs)
        rows = _cached_rows(here)
        yield _ratio("first load", rows, first, first_usual, at_least=6)
        yield _ratio("second full read (--force), nothing changed", rows, again, again_usual, at_least=15)
        yield _unchanged_versions(here)
        yield _floor(here, first, runs)
        yield _calls(calls, rows)
        yield from _incremental(here, runs)


def sync_memory(sizes: list[int]) -> Iterator[Result]:
    """Measure the peak memory of a first load at growing sizes, by Bulk."""
    peaks: dict[int, float] = {}
    for schools in sizes:
        with world(schools) as here:
            done = here.manage("sync_all", SALESFORCE_BULK_THRESHOLD="1000")
            peaks[_cached_rows(here)] = done.megabytes
        shutil.rmtree(DATA / str(schools), ignore_errors=True)
    middle = statistics.median(peaks.values())
    spread = max(abs(peak / middle - 1) for peak in peaks.values())
    figure = ", ".join(f"{peak:.0f} MB at {rows:,} rows" for rows, peak in peaks.items())
    yield Result(
        "peak memory of a first load",
        figure,
        "flat (± 20%), under 200 MB",
        spread <= 0.2 and max(peaks.values()) < 200,
        f"± {spread:.0%}",
    )


def _timed(here: World, runs: int) -> tuple[list[float], list[float], list[float], list[float], list[str]]:
    first, first_usual, again, again_usual = [], [], [], []
    calls: list[str] = []
    for _ in range(runs):
        here.empty()
        done = here.manage("sync_all")
        first.append(done.seconds)
        calls = done.output.splitlines()
        again.append(here.manage("sync_all", "--force").seconds)
        here.empty()
        first_usual.append(here.run("-m", "bench.usual_way").seconds)
        again_usual.append(here.run("-m", "bench.usual_way").seconds)
    return first, first_usual, again, again_usual, calls


def _warm_up(here: World) -> None:
    """Run both ways once, so that the simulator has prepared its pages."""
    here.manage("sync_all")
    here.run("-m", "bench.usual_way")


def _ratio(what: str, rows: int, ours: list[float], usual: list[float], *, at_least: float) -> Result:
    ratio = statistics.median(theirs / mine for mine, theirs in zip(ours, usual, strict=True))
    mine, theirs = statistics.median(ours), statistics.median(usual)
    return Result(
        what,
        f"{ratio:.1f} × the usual way",
        f"{at_least:g} ×",
        ratio >= at_least,
        f"{rows:,} rows: {mine:.1f} s ({rows / mine:,.0f} rows/s) against {theirs:.1f} s ({rows / theirs:,.0f} rows/s)",
    )


def _cached_rows(here: World) -> int:
    with here.connect() as connection:
        return sum(_count(connection, table) for table in TABLES)


def _count(connection: Any, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _unchanged_versions(here: World) -> Result:
    """Check that a forced run over unchanged rows writes no row version."""
    here.empty()
    here.manage("sync_all")
    before = _versions(here)
    here.manage("sync_all", "--force")
    same = before == _versions(here)
    return Result("row versions written for unchanged records", "none" if same else "some", "none", same)


def _versions(here: World) -> list[object]:
    with here.connect() as connection:
        return [
            connection.execute(
                f"SELECT count(*), sum(hashtext(id || ctid::text || xmin::text)::bigint) FROM {table}"
            ).fetchone()
            for table in TABLES
        ]


def _floor(here: World, first: list[float], runs: int) -> Result:
    """Compare a first load with ``COPY`` of the same values directly into the same indexed tables."""
    files = {table: DATA / f"{table}.csv" for table in TABLES}
    with here.connect() as connection:
        for table, path in files.items():
            _copy_out(connection, table, path)
        floors = [_copy_in(connection, files) for _ in range(runs)]
    for path in files.values():
        path.unlink()
    floor = statistics.median(floors)
    ratio = statistics.median(first) / floor
    detail = f"floor {floor:.1f} s"
    return Result("first load against the floor", f"{ratio:.2f} ×", "2.5 × at most", ratio <= 2.5, detail)


def _copy_out(connection: Any, table: str, path: Path) -> None:
    with path.open("wb") as file, connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT csv)") as copy:
        for chunk in copy:
            file.write(chunk)


def _copy_in(connection: Any, files: dict[str, Path]) -> float:
    connection.execute(f"TRUNCATE {', '.join(files)}")
    connection.execute("CHECKPOINT")
    began = time.monotonic()
    for table, path in files.items():
        with path.open("rb") as file, connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT csv)") as copy:
            while chunk := file.read(1 << 18):
                copy.write(chunk)
    return time.monotonic() - began


def _calls(lines: list[str], rows: int) -> Result:
    """Check the calls for each object read by Bulk.

    Polls (at most one a second), the login and ``/limits`` may add ``_POLLS`` calls.
    """
    calls = [
        (name, int(read.replace(",", "")), int(made.replace(",", "")))
        for line in lines
        for name, read, made in re.findall(r"^(\w+): Full by Bulk.*?: ([\d,]+) read.*; ([\d,]+) Salesforce calls", line)
    ]
    over = [
        f"{name}: {made} for {read:,} rows"
        for name, read, made in calls
        if made > 3 + math.ceil(read / 50_000) + _POLLS
    ]
    figure = ", ".join(f"{name} {made}" for name, _, made in calls) or "no object was large enough for Bulk"
    goal = "3 + ⌈rows ÷ 50,000⌉ per object, and polls"
    return Result("Salesforce calls of a full sync", figure, goal, not over, "; ".join(over))


_POLLS = 4
_OF_THE_COMMAND = 2
"""The login and ``/limits``, which are counted for the first object."""


def _incremental(here: World, runs: int) -> Iterator[Result]:
    here.empty()
    here.manage("sync_all")
    seconds, calls = [], []
    for _ in range(runs):
        _change(here, CHANGES)
        done = here.manage("sync_all")
        seconds.append(done.seconds)
        made = [int(made) for made in re.findall(r"^\w+: Inc.*; (\d+) Salesforce calls", done.output, re.MULTILINE)]
        calls += [made[0] - _OF_THE_COMMAND, *made[1:]]
    middle = statistics.median(seconds)
    yield Result(f"incremental sync, {CHANGES} changes", f"{middle:.2f} s", "under 2 s with process start", middle < 2)
    detail = "without the login and /limits, which are called once per command"
    yield Result("calls of an incremental sync", f"{calls}", "3 per object at most", max(calls) <= 3, detail)


def _change(here: World, number: int) -> None:
    answer = _post(here, "/query", {"soql": f"SELECT Id FROM Account ORDER BY Id LIMIT {number}", "all_rows": False})
    for (record,) in answer["rows"]:
        _post(here, f"/records/Account/{record}", {"BillingCity": f"Changed {time.time():.0f}"}, method="PATCH")


def _post(here: World, path: str, body: Any, method: str = "POST") -> Any:
    request = urllib.request.Request(here.control + path, json.dumps(body).encode(), method=method)
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)
