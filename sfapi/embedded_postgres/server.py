"""Start, find and stop the embedded server.

Each process that uses the server keeps a shared lock on ``users.lock`` until the process ends. The kernel then releases
the lock, even after ``kill -9``. A separate process, the watcher, waits for an exclusive lock on ``users.lock``. It
gets this lock when no process uses the server, and then stops the server. A process must have the exclusive lock on
``lifecycle.lock`` to start or stop the server.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sfapi.embedded_postgres.install import EmbeddedPostgresError, Installation, find_installation

USER = "sfapi"
LINGER_SECONDS = 5
"""The watcher waits this long before it stops an unused server.
A command that begins in this time need not start the server again."""

_RECOVERY_SECONDS = 10

_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
# The data can be created again at any time, so speed matters more than surviving a power failure.
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 2GB
checkpoint_timeout = 15min
shared_buffers = 256MB
# Containers often have a /dev/shm of 64 MB, too small for a parallel hash join.
dynamic_shared_memory_type = mmap
"""

_user_locks: dict[Path, int] = {}
"""This process's shared locks: file descriptors by folder of locks.
They stay open until the process ends."""


@dataclass(frozen=True)
class Endpoint:
    """The address of a running server, and the password of ``USER``."""

    port: int
    password: str
    host: str = "127.0.0.1"


def ensure_running(data_dir: Path) -> Endpoint:
    """Return the endpoint of this data folder's server; start the server if it is not running.

    The server runs at least until this process ends. Raises ``EmbeddedPostgresError`` when it cannot start.
    """
    folder = data_dir.absolute() / "locks"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        installation = find_installation(data_dir.absolute())
        with _lifecycle(folder):
            if not _is_running(installation.home):
                _start(installation)
                _watch(data_dir)
            _lock_as_user(folder)
        return _read_endpoint(installation.home)
    except PermissionError as error:
        raise EmbeddedPostgresError(
            f"embedded PostgreSQL: no permission for {error.filename}, which another user may have created. "
            "Remove it, or set SFAPI_DATA_DIR to a folder of your own"
        ) from error


def stop_when_unused(data_dir: Path) -> None:
    """Wait until no process uses the server, then stop it. This is all that the watcher does."""
    folder = data_dir.absolute() / "locks"
    installation = find_installation(data_dir.absolute())
    with (folder / "users.lock").open("w") as users:
        while True:
            fcntl.flock(users, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_UN)
            time.sleep(LINGER_SECONDS)
            with _lifecycle(folder):
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                if _is_running(installation.home):
                    installation.run("pg_ctl", "stop", "-D", str(installation.home / "data"), "-m", "fast", "-w")
                return


@contextmanager
def _lifecycle(folder: Path) -> Iterator[None]:
    with (folder / "lifecycle.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _lock_as_user(folder: Path) -> None:
    if folder not in _user_locks:
        lock = os.open(folder / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_SH)
        _user_locks[folder] = lock


def _is_running(home: Path) -> bool:
    """Return whether the process of the pid file exists, and the port accepts connections."""
    try:
        pid = int((home / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
        port = int((home / "port").read_text())
    except (FileNotFoundError, ValueError):
        return False
    if not Path(f"/proc/{pid}").exists() and not _process_exists(pid):
        return False
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's process
        return True
    return True


def _start(installation: Installation) -> None:
    home = installation.home
    if not (home / "data").exists():
        _initialize(installation)
    _check_version(installation)
    port = _find_free_port(home / "port")
    (home / "port").write_text(str(port))
    log = home / "log"
    log.touch()
    installation.own(log)
    deadline = time.monotonic() + _RECOVERY_SECONDS
    while True:
        try:
            arguments = ("-D", str(home / "data"), "-w", "-t", "60", "-l", str(log), "-o", f"-p {port}")
            installation.run("pg_ctl", "start", *arguments)
        except EmbeddedPostgresError:
            # The children of a killed server keep its shared memory for a moment longer.
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def _initialize(installation: Installation) -> None:
    """Create the cluster in ``data.partial``, then rename it: ``data`` is never an incomplete cluster."""
    home = installation.home
    partial = home / "data.partial"
    shutil.rmtree(partial, ignore_errors=True)
    password = home / "password"
    password.unlink(missing_ok=True)
    # Created with these permissions, so that other users cannot read it even for a moment.
    with os.fdopen(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(24))
    installation.own(password)
    installation.run(
        "initdb",
        "-D",
        str(partial),
        f"--username={USER}",
        "--auth=scram-sha-256",
        f"--pwfile={password}",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-sync",
    )
    with (partial / "postgresql.conf").open("a") as configuration:
        configuration.write(_SETTINGS)
    partial.rename(home / "data")


def _check_version(installation: Installation) -> None:
    version_of_data = (installation.home / "data" / "PG_VERSION").read_text().strip()
    program = subprocess.check_output([installation.binaries / "postgres", "--version"], text=True)  # noqa: S603
    if f" {version_of_data}." not in program and f" {version_of_data} " not in program:
        raise EmbeddedPostgresError(
            f"embedded PostgreSQL: {installation.home / 'data'} was created by version {version_of_data}, but "
            f"{program.strip()} is installed: remove that folder to start over"
        )


def _find_free_port(port_file: Path) -> int:
    """Return the last port if it is free, so that stored addresses stay valid; otherwise any free port."""
    previous = int(port_file.read_text()) if port_file.exists() else 0
    for port in (previous, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EmbeddedPostgresError("embedded PostgreSQL: no free port on 127.0.0.1")


def _read_endpoint(home: Path) -> Endpoint:
    return Endpoint(port=int((home / "port").read_text()), password=(home / "password").read_text())


def _watch(data_dir: Path) -> None:
    """Start the watcher in a separate session, so that it outlives this process."""
    null = os.open(os.devnull, os.O_RDWR)
    try:
        os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", "sfapi.embedded_postgres.watcher", str(data_dir.absolute())],
            {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
            file_actions=[(os.POSIX_SPAWN_DUP2, null, stream) for stream in (0, 1, 2)],
            setsid=True,
        )
    finally:
        os.close(null)
