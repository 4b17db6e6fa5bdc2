"""Run PgBouncer in transaction mode, in front of a test database."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
import pytest

from tests.ports import free_ports

START_SECONDS = 30
SERVER_CONNECTIONS = 3
"""Few connections, so that clients must share them."""


@contextmanager
def pgbouncer(database: str, connections: int = SERVER_CONNECTIONS) -> Iterator[str]:
    """Run PgBouncer and yield the database's URL through it. Without PgBouncer, skip the test."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        pytest.skip("PgBouncer is not installed (apt install pgbouncer)")
    with tempfile.TemporaryDirectory() as folder, _running(program, database, connections, Path(folder)) as url:
        yield url


@contextmanager
def _running(program: str, database: str, connections: int, folder: Path) -> Iterator[str]:
    folder.chmod(0o755)  # PgBouncer may run as another user
    parts, [port] = urlsplit(database), free_ports(1)
    configuration = folder / "pgbouncer.ini"
    users = folder / "users.txt"
    users.write_text(f'"{unquote(parts.username or "")}" "{unquote(parts.password or "")}"\n')
    configuration.write_text(
        f"""[databases]
* = host={parts.hostname} port={parts.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = transaction
default_pool_size = {connections}
server_login_retry = 1
max_client_conn = 200
"""
    )
    process = subprocess.Popen(
        [program, str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=_other_than_root()
    )
    url = f"postgresql://{parts.username}@127.0.0.1:{port}{parts.path}"
    try:
        _wait_until_it_answers(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _other_than_root() -> int | None:
    """Return another user's id when this process runs as root: PgBouncer refuses to run as root."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline or process.poll() is not None:
                raise
            time.sleep(0.05)
        else:
            return
