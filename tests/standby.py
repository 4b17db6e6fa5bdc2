"""Run a standby of a test's own PostgreSQL: it starts with a copy of the data and replays all changes."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from sfapi.embedded_postgres.install import Installation
from tests.api.own_postgresql import OwnPostgreSQL, running

PATIENCE_SECONDS = 60


class Standby(OwnPostgreSQL):
    """A streaming standby. It accepts only reads until it is promoted."""

    def __init__(self, installation: Installation, *, primary: OwnPostgreSQL) -> None:
        self._primary = primary
        super().__init__(installation)

    def _make_data(self) -> None:
        self._installation.run(
            "pg_basebackup", "--dbname", self._primary.url, "--pgdata", str(self._data), "--write-recovery-conf",
            "--checkpoint=fast", "--wal-method=stream",
        )  # fmt: skip

    def pause(self) -> None:
        """Pause the replay, so that answers become stale."""
        self.rows("SELECT pg_wal_replay_pause()")
        self._wait("SELECT pg_get_wal_replay_pause_state() = 'paused'")

    def resume(self) -> None:
        self.rows("SELECT pg_wal_replay_resume()")

    @contextmanager
    def canceling_conflicting_reads(self) -> Iterator[None]:
        """Let the replay cancel conflicting reads at once, instead of after 30 s."""
        self._alter("SET max_standby_streaming_delay = 0")
        yield
        self._alter("RESET max_standby_streaming_delay")

    def _alter(self, change: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM {change}".encode())
            connection.execute("SELECT pg_reload_conf()")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let the standby accept connections and statements but answer none, like a server whose disk hangs."""
        processes = [self._pid(), *self._children()]
        self._send(signal.SIGSTOP, processes)
        try:
            yield
        finally:
            self._send(signal.SIGCONT, processes)

    def _children(self) -> list[int]:
        pid = self._pid()
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    @staticmethod
    def _send(number: signal.Signals, processes: list[int]) -> None:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)

    def promote(self) -> None:
        """Make the standby a primary: it accepts changes and no longer follows another server."""
        self.rows("SELECT pg_promote()")

    def catch_up(self) -> None:
        """Wait until the standby has replayed all that the primary has written so far."""
        [[written]] = self._primary.rows("SELECT pg_current_wal_flush_lsn()::text")
        self._wait(f"SELECT pg_last_wal_replay_lsn() >= '{written}'::pg_lsn")

    def _wait(self, statement: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.rows(statement) != [(True,)]:
            assert time.monotonic() < deadline, statement
            time.sleep(0.02)


@contextmanager
def standby_of(primary: OwnPostgreSQL, folder: Path) -> Iterator[Standby]:
    """Run a standby and remove it afterward. Skip the test where ``pg_basebackup`` is missing."""

    def make(installation: Installation) -> Standby:
        if not (installation.binaries / "pg_basebackup").exists():
            pytest.skip("the embedded PostgreSQL has no pg_basebackup: no standby can be made")
        return Standby(installation, primary=primary)

    with running(folder, make) as standby:
        yield standby
