"""The batch writer: rows are written once and in order, and a loss is logged."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence

import pytest

from api.observe.batch_writer import BatchWriter
from tests.simulated import ROOT


class Store:
    """A store that can be unavailable."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.again: list[bool] = []
        self.away = 0
        self.open = threading.Event()
        self.open.set()

    def write(self, rows: Sequence[int], again: bool) -> None:
        self.open.wait(10)
        self.again.append(again)
        if self.away:
            self.away -= 1
            raise ConnectionError("away")
        self.batches.append(list(rows))

    @property
    def rows(self) -> list[int]:
        return [row for batch in self.batches for row in batch]


class QuickWriter(BatchWriter[int]):
    BATCH = 10
    LINGER_SECONDS = 0.02
    MOST_WAITING = 30
    CLOSE_SECONDS = 2.0


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def writer(store: Store) -> QuickWriter:
    return QuickWriter(store.write, what="test")


def test_rows_are_written_in_order_in_few_batches(store: Store, writer: QuickWriter) -> None:
    for number in range(25):
        writer.put(number)
    writer.close()
    assert store.rows == list(range(25))
    assert len(store.batches) <= 4


def test_rows_from_many_threads_are_all_written(store: Store) -> None:
    writer: BatchWriter[int] = BatchWriter(store.write, what="test")

    def put_from(first: int) -> None:
        for number in range(first, first + 200):
            writer.put(number)

    threads = [threading.Thread(target=put_from, args=[first]) for first in range(0, 1600, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    assert sorted(store.rows) == list(range(1600))


def test_failed_writes_are_retried_and_logged_once(
    store: Store, writer: QuickWriter, caplog: pytest.LogCaptureFixture
) -> None:
    store.away = 2
    writer.put(1)
    writer.close()
    assert store.rows == [1]
    assert store.again == [False, True, True]
    assert caplog.text.count("cannot be written") == 1


def test_the_buffer_is_bounded_and_the_loss_is_reported(
    store: Store, writer: QuickWriter, caplog: pytest.LogCaptureFixture
) -> None:
    store.open.clear()
    writer.put(0)
    while not writer._in_hand:
        threading.Event().wait(0.01)
    for number in range(1, 101):
        writer.put(number)
    store.open.set()
    writer.close()
    assert store.rows == [0, *range(71, 101)]
    assert "rows lost because PostgreSQL was unavailable for too long: 70" in caplog.text


def test_closing_gives_up_after_its_time_limit_and_logs_the_loss(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(QuickWriter, "CLOSE_SECONDS", 0.1)
    writer = QuickWriter(store.write, what="test")
    store.away = 1000
    writer.put(1)
    writer.close()
    assert "rows lost because PostgreSQL was unavailable when the process ended: 1" in caplog.text


def test_a_forked_process_writes_only_its_own_rows() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FORKING], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.split()) == ["child", "parent-1", "parent-2"]


_FORKING = """
import os, sys
from api.observe.batch_writer import BatchWriter
def write(rows, again):
    os.write(1, ("".join(f"{row}\\n" for row in rows)).encode())
writer = BatchWriter(write, what="test")
writer.put("parent-1")
child = os.fork()
writer.put("parent-2" if child else "child")
writer.close()
if child:
    os.waitpid(child, 0)
"""
