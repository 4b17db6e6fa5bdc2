"""Write rows in batches in a thread of each process, so that no request waits for them.

The thread starts with the first row. So after a fork (gunicorn's workers, ``--preload``) each process has its own
thread. While PostgreSQL is unavailable, rows wait in a bounded buffer, which drops its oldest rows when full. ``close``
writes the remaining rows at the end of a process.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

logger = logging.getLogger(__name__)

Row = TypeVar("Row")


class BatchWriter(Generic[Row]):
    """Hands batches to ``write(rows, again)``, one at a time and in order.

    ``write`` raises when PostgreSQL has not confirmed the rows. The same rows then come again with ``again`` set. They
    may be stored already, because PostgreSQL's answer may have been lost.
    """

    BATCH = 500
    LINGER_SECONDS = 0.5
    """The longest time that the first row of a batch waits for further rows."""
    MOST_WAITING = 20_000
    LONGEST_PAUSE = 10.0
    """The longest time between attempts while PostgreSQL is unavailable."""
    CLOSE_SECONDS = 5.0
    """The time for attempts to write the last rows, well below gunicorn's graceful timeout.
    ``close`` waits one second longer, for the last attempt."""

    def __init__(
        self,
        write: Callable[[Sequence[Row], bool], None],
        *,
        what: str,
        note_lost: Callable[[int], None] = lambda _rows: None,
    ) -> None:
        self._write = write
        self._note_lost = note_lost
        self._what = what
        self._reset()
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        """Start empty and without a thread: after a fork, the buffered rows belong to the parent process."""
        self._changed = threading.Condition()
        self._waiting: deque[Row] = deque()
        self._in_hand: list[Row] = []
        self._lost = 0
        self._thread: threading.Thread | None = None
        self._close_at: float | None = None

    @property
    def waiting(self) -> int:
        """Return the number of rows that are not stored yet."""
        return len(self._waiting) + len(self._in_hand)

    def put(self, row: Row) -> None:
        """Add a row to the buffer. Waits for nothing but a lock."""
        with self._changed:
            if len(self._waiting) >= self.MOST_WAITING:
                self._waiting.popleft()
                self._lost += 1
            self._waiting.append(row)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=f"writer of {self._what}", daemon=True)
                self._thread.start()
            elif len(self._waiting) in {1, self.BATCH}:
                self._changed.notify()

    def close(self) -> None:
        """Write the remaining rows, as far as ``CLOSE_SECONDS`` allow."""
        with self._changed:
            self._close_at = time.monotonic() + self.CLOSE_SECONDS
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join(self.CLOSE_SECONDS + 1)
        lost_rows = len(self._waiting) + len(self._in_hand) + self._lost
        if lost_rows:
            logger.error(
                "%s: rows lost because PostgreSQL was unavailable when the process ended: %d", self._what, lost_rows
            )

    def _run(self) -> None:
        failures = 0
        while self._take(failures):
            failures = 0 if self._store(failures) else failures + 1

    def _take(self, failures: int) -> bool:
        """Wait for a batch, or for the next attempt; return ``False`` when the thread must end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._in_hand or self._close_at is not None)
            pause = min(self.LINGER_SECONDS * 2**failures, self.LONGEST_PAUSE)
            self._changed.wait_for(lambda: self._close_at is not None or (not failures and self._full), pause)
            if self._close_at is not None and failures:
                if time.monotonic() > self._close_at:
                    return False
                self._changed.wait(self.LINGER_SECONDS)
            if not self._in_hand:
                size = min(len(self._waiting), self.BATCH)
                self._in_hand = [self._waiting.popleft() for _ in range(size)]
            return bool(self._in_hand)

    @property
    def _full(self) -> bool:
        return len(self._waiting) >= self.BATCH

    def _store(self, failures: int) -> bool:
        try:
            self._write(self._in_hand, failures > 0)
        except Exception as error:  # noqa: BLE001 - the thread must survive any error
            if not failures:
                logger.error("%s: cannot be written, rows are kept: %s", self._what, " ".join(str(error).split()))
            return False
        with self._changed:
            self._in_hand, lost, self._lost = [], self._lost, 0
        if lost:
            logger.error("%s: rows lost because PostgreSQL was unavailable for too long: %d", self._what, lost)
            self._note_lost(lost)
        return True
