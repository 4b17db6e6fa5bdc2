"""The CSV encoding: every value survives, and a page can begin at any record."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.encoding import CSV_BLOCK_ROWS, csv_blocks, csv_offset
from simulator.store import Column, QueryResult

Row = tuple[Any, ...]

texts = st.text(alphabet=st.sampled_from('ab",\n\r\x1e\x1f%é🙂') | st.characters(codec="utf-8"), max_size=12)
values = st.none() | texts | st.integers(-9, 9**18) | st.floats(allow_nan=False, allow_infinity=False)


def result(rows: list[Row], width: int) -> QueryResult:
    columns = [Column(f"F{number}", "string") for number in range(width)]
    return QueryResult("Account", columns, len(rows), "records", iter(rows))


def read(data: bytes) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(data.decode(), newline=""))


def plain(value: Any) -> str:
    return "" if value is None else str(value)


@given(st.lists(st.tuples(values, values, values), max_size=6))
def test_every_value_survives(rows: list[Row]) -> None:
    data = b"".join(block for block, _ in csv_blocks(result(rows, 3)))
    assert list(read(data)) == [[plain(value) for value in row] for row in rows]
    assert data.count(b'"') % 2 == 0


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=6), st.integers(0, 6))
def test_a_page_may_begin_at_any_record(rows: list[Row], start: int) -> None:
    data = b"".join(block for block, _ in csv_blocks(result(rows, 2)))
    offset = csv_offset(data, min(start, len(rows)))
    assert list(read(data[offset:])) == [list(row) for row in rows[start:]]


@pytest.mark.parametrize("count", [0, 1, CSV_BLOCK_ROWS - 1, CSV_BLOCK_ROWS, CSV_BLOCK_ROWS + 1])
@pytest.mark.parametrize("width", [1, 2])
def test_blocks_contain_all_rows(count: int, width: int) -> None:
    rows: list[Row] = [(number, "x")[:width] for number in range(count)]
    blocks = list(csv_blocks(result(rows, width)))
    assert sum(size for _, size in blocks) == count
    assert len(list(read(b"".join(block for block, _ in blocks)))) == count
