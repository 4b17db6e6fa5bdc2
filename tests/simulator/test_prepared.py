"""Answers are encoded once for each version of the data, and can be read while they are being written."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from simulator.prepared import INLINE_ROWS, Block, PreparedAnswers
from simulator.soql import SoqlError
from simulator.store import Column, QueryResult


class Source:
    """A query that counts its executions."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.runs = 0

    def open(self) -> QueryResult:
        self.runs += 1
        return QueryResult("Account", [Column("Id", "id")], self.rows, "records", iter([("x",)] * self.rows))


def one_block_a_row(result: QueryResult) -> Iterable[Block]:
    return ((f"{number};".encode(), 1) for number, _ in enumerate(result.rows))


@pytest.fixture
def answers(tmp_path: Path) -> PreparedAnswers:
    return PreparedAnswers(tmp_path, most=2)


def test_an_answer_is_encoded_once_for_each_version_of_the_data(answers: PreparedAnswers) -> None:
    source = Source(3)
    first = answers.get("key", 1, source.open, one_block_a_row)
    assert answers.get("key", 1, source.open, one_block_a_row) is first
    assert (source.runs, first.complete, first.ready, first.read(0, 6)) == (1, True, (6, 3), b"0;1;2;")
    assert answers.get("key", 2, source.open, one_block_a_row) is not first
    assert first.block(1) == b"1;"


def test_a_large_answer_can_be_read_while_it_is_written(answers: PreparedAnswers) -> None:
    gate = threading.Event()

    def slow(result: QueryResult) -> Iterator[Block]:
        yield b"first", 1
        gate.wait(10)
        yield b"second", result.total - 1

    prepared = answers.get("key", 1, Source(INLINE_ROWS + 1).open, slow)
    assert prepared.block(0) == b"first"
    assert not prepared.complete
    gate.set()
    assert prepared.block(1) == b"second"
    assert prepared.block(2) == b""
    assert prepared.ready == (11, INLINE_ROWS + 1)


def test_a_large_answer_is_read_back_unchanged_in_blocks_and_in_chunks(answers: PreparedAnswers) -> None:
    def wide(result: QueryResult) -> Iterator[Block]:
        for number in range(3):
            yield bytes([number]) * 700_000, 1

    prepared = answers.get("key", 1, Source(3).open, wide)
    assert [prepared.block(number)[:1] for number in range(3)] == [b"\x00", b"\x01", b"\x02"]
    assert b"".join(prepared.chunks(0, 2_100_000)) == b"\x00" * 700_000 + b"\x01" * 700_000 + b"\x02" * 700_000


def test_a_query_that_cannot_run_raises_its_error_every_time(answers: PreparedAnswers) -> None:
    def refused() -> QueryResult:
        raise SoqlError("INVALID_FIELD", "No such column")

    for _ in range(2):
        with pytest.raises(SoqlError, match="INVALID_FIELD"):
            answers.get("key", 1, refused, one_block_a_row)
    assert answers.get("key", 1, Source(1).open, one_block_a_row).complete


def test_an_error_while_writing_is_raised_for_the_readers(answers: PreparedAnswers) -> None:
    def breaking(_result: QueryResult) -> Iterator[Block]:
        yield b"first", 1
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        answers.get("key", 1, Source(INLINE_ROWS + 1).open, breaking).block(1)


def test_the_least_recently_used_answers_are_dropped(answers: PreparedAnswers) -> None:
    sources = {name: Source(1) for name in "abcd"}
    for name in "abacad":
        answers.get(name, 1, sources[name].open, one_block_a_row)
    assert {name: source.runs for name, source in sources.items()} == {"a": 1, "b": 1, "c": 1, "d": 1}
    answers.get("b", 1, sources["b"].open, one_block_a_row)
    assert sources["b"].runs == 2
