"""A PostgreSQL that a test may kill, with the default configuration and no speedups."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from sfapi.embedded_postgres.install import EmbeddedPostgresError, Installation, find_installation

_START_SECONDS = 30


class OwnPostgreSQL:
    """A server with one database. When it is started again, it has the same port."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._data = installation.home / "data"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self.url = f"postgresql://sfapi@127.0.0.1:{port}/postgres"
        self._make_data()

    def _make_data(self) -> None:
        self._installation.run("initdb", "-D", str(self._data), "--username=sfapi", "--auth=trust", "--encoding=UTF8")

    def start(self) -> None:
        log = self._installation.home / "log"
        arguments = ("-D", str(self._data), "-w", "-l", str(log), "-o", self._options)
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self._installation.run("pg_ctl", "start", *arguments)
            except EmbeddedPostgresError:
                # The children of a killed server keep its shared memory for a moment.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server; mode ``immediate`` writes nothing to disk first."""
        self._installation.run("pg_ctl", "stop", "-D", str(self._data), "-w", "-m", mode)

    def is_running(self) -> bool:
        """Return whether the server's process is alive. A zombie process does not count."""
        try:
            state = Path(f"/proc/{self._pid()}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        return state != "Z"

    def _pid(self) -> int:
        return int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])

    def kill(self) -> None:
        """Kill the server as the kernel does when memory is short."""
        os.kill(self._pid(), signal.SIGKILL)

    def copy(self, database: str) -> None:
        """Copy tables and rows from the URL ``database`` into this server, because migrating takes longer."""
        dump = str(self._installation.home / "dump.sql")
        self._installation.run("pg_dump", "--no-owner", "--dbname", database, "--file", dump)
        self._installation.run("psql", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname", self.url, "--file", dump)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


Server = TypeVar("Server", bound=OwnPostgreSQL)


@contextmanager
def own_postgresql(folder: Path) -> Iterator[OwnPostgreSQL]:
    """Run a server in this folder, and remove the server afterward."""
    with running(folder, OwnPostgreSQL) as server:
        yield server


@contextmanager
def running(folder: Path, make: Callable[[Installation], Server]) -> Iterator[Server]:
    """Run the server that ``make`` returns, and remove the server afterward."""
    shutil.rmtree(folder, ignore_errors=True)
    installation = find_installation(folder)
    shutil.rmtree(installation.home / "data", ignore_errors=True)
    server = make(installation)
    server.start()
    try:
        yield server
    finally:
        if server.is_running():
            server.stop()
        shutil.rmtree(installation.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
