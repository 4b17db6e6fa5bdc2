"""Connections to the live SQLite file: parallel readers, one writer, a reset to the generated data."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PRAGMAS = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
PRAGMA busy_timeout = 30000;
PRAGMA cache_size = -16000;
PRAGMA journal_size_limit = 67108864;
"""
"""Nothing waits for the disk, because the data can be generated again.

Reads of a file mapped into memory would be 10% faster, but the process would seem to need memory for all data.
"""


class _Connection(sqlite3.Connection):
    """A connection that is closed when nothing refers to it, for example after its thread has ended.

    Python 3.13 warns about connections left open.
    """

    def __del__(self) -> None:
        self.close()


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection that begins and ends transactions only on command."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=512, factory=_Connection
    )
    connection.create_function("casefold", 1, _casefold, deterministic=True)
    return connection


def _casefold(text: Any) -> Any:
    return text.casefold() if isinstance(text, str) else text


class Database:
    """The live file, and the pristine file from which the live file was copied.

    ``version`` grows after every committed change. A reader that reads the version before the data therefore never
    keeps old data under a new version.
    """

    def __init__(self, live: Path, pristine: Path, *, changed: bool) -> None:
        self._live = live
        self._pristine = pristine
        self._changed = changed
        self._local = threading.local()
        self._write_lock = threading.RLock()
        self._writers = 0
        self._notes: list[Any] = []
        self.on_commit: Callable[[list[Any]], None] = lambda _notes: None
        """Called after each commit, in the order of commits, with the notes of the transaction."""
        self._idle: list[sqlite3.Connection] = []
        self.version = 1

    def connection(self) -> sqlite3.Connection:
        """Return the connection of the current thread. It is closed when the thread ends."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._open()
        return connection

    def _open(self) -> sqlite3.Connection:
        connection = connect(self._live)
        connection.executescript(_PRAGMAS)
        return connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open a write transaction, or join this thread's open one.

        An exception that leaves the outermost block rolls back the whole transaction.
        """
        with self._write_lock:
            connection = self.connection()
            if self._writers:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            self._writers += 1
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                self._notes = []
                raise
            else:
                connection.execute("COMMIT")
                self._changed = True
                self.version += 1
                notes, self._notes = self._notes, []
                self.on_commit(notes)
            finally:
                self._writers -= 1

    def note(self, item: Any) -> None:
        """Add a note for ``on_commit`` to the open transaction of this thread."""
        self._notes.append(item)

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection on which all reads see the same state, even while others write."""
        connection = self.borrow()
        try:
            yield connection
        finally:
            self.give_back(connection)

    def borrow(self) -> sqlite3.Connection:
        """Return a connection like that of ``snapshot``. The caller must ``give_back`` the connection."""
        connection = self._idle_or_new()
        connection.execute("BEGIN")
        return connection

    def give_back(self, connection: sqlite3.Connection) -> None:
        connection.execute("ROLLBACK")
        self._idle.append(connection)

    def _idle_or_new(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._open()

    def touch(self) -> None:
        """Record a change that affects answers without changing a row."""
        with self._write_lock:
            self.version += 1

    def restore(self) -> None:
        """Restore the pristine data for all connections. Reads that have begun still see the changed data."""
        with self._write_lock:
            if not self._changed:
                return
            source, target = connect(self._pristine), self._idle_or_new()
            try:
                source.backup(target)
            finally:
                source.close()
                self._idle.append(target)
            self._changed = False
            self.version += 1

    def close(self) -> None:
        """Close the idle connections and the connection of this thread."""
        with self._write_lock:
            while self._idle:
                self._idle.pop().close()
            own: sqlite3.Connection | None = getattr(self._local, "connection", None)
            if own is not None:
                own.close()
                self._local = threading.local()
