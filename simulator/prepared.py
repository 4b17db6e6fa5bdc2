"""Encode answers to queries once and keep them, so that the simulator never slows a benchmark.

A prepared answer consists of blocks. A block is some encoded rows. An answer of few bytes is kept in memory, any other
answer in a file. A separate thread writes an answer of many rows while its first blocks are already being sent. The
files are anonymous, so they disappear with the process, however the process ends.
"""

from __future__ import annotations

import os
import tempfile
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from simulator.store import Column, Kind, QueryResult
from simulator.wire import CHUNK

INLINE_ROWS = 2_000
"""The caller encodes an answer of at most this many rows; a thread encodes a larger answer."""

Block = tuple[bytes, int]
"""Encoded rows, and their number."""
Open = Callable[[], QueryResult]
"""Runs the query. Raises ``SoqlError`` for a wrong query."""
Encode = Callable[[QueryResult], Iterable[Block]]


class _Spool:
    """Append-only bytes: in memory while they are few, later in a file. Most answers stay in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._memory: bytearray | None = bytearray()
        self._file: BinaryIO | None = None

    def append(self, data: bytes) -> None:
        if self._memory is None:
            assert self._file
            self._file.write(data)
            return
        self._memory += data
        if len(self._memory) > CHUNK:
            file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115 (closed with the spool)
            weakref.finalize(self, file.close)
            file.write(self._memory)
            self._file = cast(BinaryIO, file)
            self._memory = None

    def read(self, start: int, end: int) -> bytes:
        memory = self._memory
        if memory is not None:
            return bytes(memory[start:end])
        assert self._file
        return os.pread(self._file.fileno(), end - start, start)


class Prepared:
    """One encoded answer. Safe to read from many threads, even while it is being written."""

    sobject: str
    kind: Kind
    columns: list[Column]
    total: int
    """The number of rows of the whole answer."""

    def __init__(self, folder: Path) -> None:
        self._spool = _Spool(folder)
        self._changed = threading.Condition()
        self._ends: list[tuple[int, int]] = []  # the total bytes and rows up to the end of each block
        self._opened = False
        self._complete = False
        self._error: Exception | None = None

    def fill(self, open_result: Open, encode: Encode) -> None:
        """Run the query and store its blocks. If either step fails, waiting callers raise the same error."""
        try:
            result = open_result()
            self.sobject, self.kind = result.sobject, result.kind
            self.columns, self.total = result.columns, result.total
            self._tell(opened=True)
            self._write(encode(result))
        except Exception as error:  # noqa: BLE001 (kept for the waiting callers, which raise it)
            self._error = error
        self._tell(opened=True, complete=True)

    def _write(self, blocks: Iterable[Block]) -> None:
        size = rows = 0
        for data, count in blocks:
            self._spool.append(data)
            size, rows = size + len(data), rows + count
            with self._changed:
                self._ends.append((size, rows))
                self._changed.notify_all()

    def _tell(self, *, opened: bool = False, complete: bool = False) -> None:
        with self._changed:
            self._opened |= opened
            self._complete |= complete
            self._changed.notify_all()

    def _wait(self, until: Callable[[], bool]) -> None:
        """Wait for ``until`` or the end of the answer. Raises the answer's error if there is one.

        The caller holds ``_changed``.
        """
        self._changed.wait_for(lambda: self._complete or until())
        if self._error:
            raise self._error

    def wait_opened(self) -> None:
        """Wait until ``columns`` and ``total`` are known."""
        with self._changed:
            self._wait(lambda: self._opened)

    @property
    def complete(self) -> bool:
        """Return whether all blocks are encoded. Raises the error of the query or of the encoding."""
        with self._changed:
            if self._error:
                raise self._error
            return self._complete

    @property
    def ready(self) -> tuple[int, int]:
        """Return the numbers of bytes and rows encoded so far."""
        with self._changed:
            return self._ends[-1] if self._ends else (0, 0)

    def ends(self) -> list[tuple[int, int]]:
        """Return the total bytes and rows up to the end of each block."""
        with self._changed:
            return list(self._ends)

    def block(self, number: int) -> bytes:
        """Wait for a block, numbered from 0, and return it. Without such a block, return empty bytes."""
        with self._changed:
            self._wait(lambda: len(self._ends) > number)
            if number >= len(self._ends):
                return b""
            start = self._ends[number - 1][0] if number else 0
            end = self._ends[number][0]
        return self.read(start, end)

    def read(self, start: int, end: int) -> bytes:
        return self._spool.read(start, end)

    def chunks(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes from ``start`` to ``end``, in pieces of at most ``CHUNK`` bytes."""
        for position in range(start, end, CHUNK):
            yield self.read(position, min(end, position + CHUNK))


class PreparedAnswers:
    """The stored answers by query, all from one version of the data.

    If there are more than ``most`` answers or ``budget`` bytes when an answer is added, the least recently used answers
    are dropped. A dropped answer stays readable for callers that still use it.
    """

    def __init__(self, folder: Path, *, budget: int = 2 * 1024**3, most: int = 100) -> None:
        self._folder = folder
        self._budget = budget
        self._most = most
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, Prepared] = OrderedDict()
        self._version = 0

    def get(self, key: Hashable, version: int, open_result: Open, encode: Encode) -> Prepared:
        """Return the stored answer to the query ``key``. If there is none, start to make it.

        Raises the exceptions of ``open_result``, and of ``encode`` if the encoding has already failed.
        """
        with self._lock:
            if version != self._version:
                self._answers.clear()
                self._version = version
            prepared = self._answers.get(key)
            if prepared is None:
                fresh = prepared = self._answers[key] = Prepared(self._folder)
            else:
                fresh = None
                self._answers.move_to_end(key)
        try:
            if fresh is not None:
                self._begin(fresh, open_result, encode)
            prepared.wait_opened()
        except Exception:
            self._forget(key, prepared)
            raise
        return prepared

    def _begin(self, prepared: Prepared, open_result: Open, encode: Encode) -> None:
        self._evict()
        try:
            result = open_result()
        except Exception as error:
            raised = error
            prepared.fill(lambda: _raise(raised), encode)
            raise
        if result.total <= INLINE_ROWS:
            prepared.fill(lambda: result, encode)
            return
        # Each thread has its own connection to SQLite, so the writing thread runs the query again.
        result.rows = iter(())
        threading.Thread(target=prepared.fill, args=(open_result, encode), daemon=True).start()

    def _forget(self, key: Hashable, prepared: Prepared) -> None:
        with self._lock:
            if self._answers.get(key) is prepared:
                del self._answers[key]

    def _evict(self) -> None:
        with self._lock:
            spent = sum(prepared.ready[0] for prepared in self._answers.values())
            while len(self._answers) > 1 and (spent > self._budget or len(self._answers) > self._most):
                _, oldest = self._answers.popitem(last=False)
                spent -= oldest.ready[0]


def _raise(error: Exception) -> QueryResult:
    raise error
