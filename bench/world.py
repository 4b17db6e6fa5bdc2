"""The environment of a benchmark: a simulator of a chosen size, and an embedded PostgreSQL."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from sfapi.embedded_postgres.server import USER, ensure_running

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / ".data" / "bench"
START_SECONDS = 600


@dataclass(frozen=True)
class Process:
    """A finished process: wall seconds, peak memory in MB, and its output."""

    seconds: float
    megabytes: float
    output: str


@dataclass(frozen=True)
class World:
    """The simulator's control address, the environment of processes, and the database's URL."""

    control: str
    environment: Mapping[str, str]
    database: str

    def run(self, *arguments: str, **more: str) -> Process:
        """Run a Python process, which must succeed. The kernel reports its peak memory."""
        began = time.monotonic()
        with tempfile.TemporaryFile("w+") as output:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env={**self.environment, **more},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.monotonic() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            text = output.read()
        if process.returncode:
            raise SystemExit(f"{shlex.join(arguments)} ended with status {process.returncode}: {text[-800:]}")
        return Process(seconds, usage.ru_maxrss / 1024, text)

    def manage(self, *arguments: str, **more: str) -> Process:
        return self.run("manage.py", *arguments, **more)

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.database, autocommit=True)

    def empty(self) -> None:
        """Remove cached rows and runs, so that the next sync is a first one."""
        tables = ("book", "account", "contact", "opportunity", "adoption", "syncrun", "refusedrecord")
        names = sql.SQL(", ").join(sql.Identifier(f"sf_{table}") for table in tables)
        with self.connect() as connection:
            connection.execute(sql.SQL("TRUNCATE {}").format(names))


@contextmanager
def world(schools: int) -> Iterator[World]:
    """Yield a simulator with this many schools and an empty, migrated database.

    The simulator ends afterward; the next call drops the database.
    """
    DATA.mkdir(parents=True, exist_ok=True)
    database = _fresh_database()
    with _simulator(schools) as variables:
        environment = {
            **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}},
            **variables,
            "SFAPI_ENV_FILE": "",
            "DEBUG": "on",
            "DATABASE_URL": database,
            "SFAPI_DATA_DIR": str(DATA),
            "LOGLEVEL": "error",
        }
        made = World(variables["SIMULATOR_URL"], environment, database)
        made.manage("migrate", "--verbosity", "0")
        yield made


def _fresh_database() -> str:
    endpoint = ensure_running(DATA)
    server = f"postgresql://{USER}:{endpoint.password}@{endpoint.host}:{endpoint.port}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS bench WITH (FORCE)")
        connection.execute("CREATE DATABASE bench")
    return f"{server}/bench"


@contextmanager
def _simulator(schools: int) -> Iterator[dict[str, str]]:
    variables = DATA / f"simulator-{schools}.env"
    variables.unlink(missing_ok=True)
    process = subprocess.Popen(
        [
            sys.executable, "-m", "simulator", "--port=0", "--control-port=0", f"--schools={schools}", "--fresh",
            f"--data-dir={DATA / str(schools)}", f"--variables-file={variables}",
        ],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + START_SECONDS
        while not variables.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the simulator with {schools} schools did not start")
            time.sleep(0.1)
        pairs = (line.partition("=") for line in variables.read_text().splitlines() if not line.startswith("#"))
        yield {name: "".join(shlex.split(value)) for name, separator, value in pairs if separator}
    finally:
        process.terminate()
        process.wait(30)
