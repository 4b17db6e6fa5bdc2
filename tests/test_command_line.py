"""``manage.py`` in a shell: closed pipes, Ctrl-C, Ctrl-D, unusable databases, errors in one line."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from api.models import OutboundCase
from sf.models import SyncRun
from sfapi.sync_every import INTERDEPENDENT
from tests.simulated import ROOT, Simulator, environment, manage

pytestmark = pytest.mark.django_db(transaction=True)


def start(
    simulator: Simulator, database: str, *arguments: str, stdin: int = subprocess.DEVNULL
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(simulator.variables, database),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("command", ["sync_status", "list_api_keys", "camp_digest", "help"])
def test_a_closed_pipe_ends_a_command_without_a_traceback(simulator: Simulator, database: str, command: str) -> None:
    """The reader of ``manage.py … | head`` exits before the command has written."""
    with start(simulator, database, command) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(60) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_sync_continues_when_the_disk_of_its_log_is_full(simulator: Simulator, database: str) -> None:
    with Path("/dev/full").open("wb") as log:
        done = subprocess.run(
            [sys.executable, "manage.py", "sync_all"],
            cwd=ROOT,
            env=environment(simulator.variables, database),
            stdout=log,
            stderr=log,
            check=False,
        )
    states = dict(SyncRun.objects.values_list("object", "state"))
    assert (done.returncode, states) == (0, dict.fromkeys(INTERDEPENDENT, SyncRun.State.DONE))


def test_a_sync_continues_when_the_reader_of_its_output_has_ended(simulator: Simulator, database: str) -> None:
    with start(simulator, database, "sync_all") as process:
        assert process.stdout is not None
        process.stdout.close()
        process.communicate(timeout=60)
    states = dict(SyncRun.objects.values_list("object", "state"))
    assert (process.returncode, states) == (0, dict.fromkeys(INTERDEPENDENT, SyncRun.State.DONE))


@pytest.mark.parametrize("arguments", ["camp_sync --survey", "sync_status"])
def test_closed_standard_streams_do_not_stop_a_command(simulator: Simulator, database: str, arguments: str) -> None:
    line = f"exec {sys.executable} manage.py {arguments} <&- >&- 2>&-"
    done = subprocess.run(
        ["/bin/sh", "-c", line], cwd=ROOT, env=environment(simulator.variables, database), check=False
    )
    assert done.returncode == 0


def test_a_new_key_is_printed_where_the_terminal_has_no_utf_8(simulator: Simulator, database: str) -> None:
    variables = {**simulator.variables, "PYTHONIOENCODING": "ascii"}
    done = manage("create_api_key", "--name=Vår", "--scopes=read:books", variables=variables, database=database)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("sfapi_")


@pytest.mark.parametrize("form", ["json", "csv"])
def test_data_are_written_in_utf_8_whatever_the_terminal_has(simulator: Simulator, database: str, form: str) -> None:
    [contact, *_] = simulator.ids("Contact")
    simulator.set_raw("Contact", contact, Title="Vår 🏕")
    query = f"SELECT Title FROM Contact WHERE Id = '{contact}'"
    variables = {**simulator.variables, "PYTHONIOENCODING": "ascii"}
    done = manage("sf", "query", query, f"--format={form}", variables=variables, database=database)
    assert "Vår 🏕" in done.stdout, done.stderr


@pytest.mark.parametrize("arguments", [("sf", "query", "SELECT Id FROM Account"), ("sync_books",)])
def test_ctrl_c_ends_a_command_and_prints_interrupted(
    simulator: Simulator, database: str, arguments: tuple[str, ...]
) -> None:
    simulator.fail("delay", path="/query", seconds=30, times=None)
    with start(simulator, database, *arguments) as process:
        while not simulator.calls_to("/query"):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.endswith("\nInterrupted.\n")
    assert "Traceback" not in errors
    assert not SyncRun.objects.filter(state="running").exists()


def test_ctrl_d_at_a_question_of_django_prints_one_line(simulator: Simulator, database: str) -> None:
    controller, terminal = pty.openpty()
    os.write(controller, b"\x04")
    with start(simulator, database, "flush", stdin=terminal) as process:
        _, errors = process.communicate(timeout=60)
    os.close(terminal)
    os.close(controller)
    assert (process.returncode, errors) == (1, "\nThe question got no answer.\n")


def test_sf_check_shows_no_traceback_before_migrate(simulator: Simulator, database: str) -> None:
    empty = database.rpartition("/")[0] + "/template1"
    done = manage("sf", "check", variables=simulator.variables, database=empty)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.rstrip().endswith("; has `manage.py migrate` run?")
    assert "ok   login: " in done.stdout


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_of_another_encoding_is_refused_before_a_table_is_made(
    simulator: Simulator, database: str, encoding: str
) -> None:
    with database_of(encoding, database.rpartition("/")[0]) as odd:
        done = manage("migrate", variables=simulator.variables, database=odd)
        with psycopg.connect(odd) as other:
            tables = other.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert (done.returncode, done.stdout, tables) == (1, "", (0,))
    assert done.stderr.startswith(f"CommandError: The database must have the encoding UTF8, not {encoding}: create it")
    assert done.stderr.count("\n") == 1


@contextmanager
def database_of(encoding: str, server: str) -> Iterator[str]:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as other:
        provider = "LOCALE_PROVIDER libc" if other.info.server_version >= 150000 else ""
        name = f"odd_{encoding}_{os.getpid()}".lower()
        other.execute(
            f"CREATE DATABASE {name} ENCODING '{encoding}' {provider} LC_COLLATE 'C' LC_CTYPE 'C' "
            "TEMPLATE template0".encode()
        )
        try:
            yield f"{server}/{name}"
        finally:
            other.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


HOSTILE = "first\nCommandError: all is well\u2028third\x1b[2J"


@pytest.mark.parametrize("command", [("camp_sync", "--adopt-org", "--yes"), ("sf", "check")], ids=" ".join)
def test_line_breaks_in_pardots_messages_do_not_break_the_line_of_an_error(
    simulator: Simulator, database: str, command: tuple[str, ...]
) -> None:
    simulator.fail("error", path="api/v5", code="51", times=None, message=HOSTILE)
    done = manage(*command, variables=simulator.variables, database=database)
    assert done.returncode == 1
    [line] = [line for line in done.stdout.split("\n") + done.stderr.split("\n") if "first" in line]
    assert "first CommandError: all is well third [2J" in line
    assert done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize(
    ("path", "code", "failing", "showing"),
    [
        ("api/v5", "51", "camp_sync", "sync_status"),
        ("/token", "invalid_grant", "deliver_pending", "deliver_pending"),
    ],
)
def test_a_stored_message_of_pardot_or_salesforce_is_shown_in_one_line(
    simulator: Simulator, database: str, path: str, code: str, failing: str, showing: str
) -> None:
    OutboundCase.objects.create(identity="key:test", source="case", values={"Subject": "One"})
    simulator.fail("error", path=path, code=code, times=None, message=HOSTILE)
    assert manage(failing, variables=simulator.variables, database=database).returncode == 1
    done = manage(showing, variables=simulator.variables, database=database)
    lines = [line for line in done.stdout.split("\n") if "first" in line]
    assert lines
    assert all("first CommandError: all is well third [2J" in line for line in lines)
    assert "\x1b" not in done.stdout


def test_an_error_of_one_of_djangos_commands_is_one_line_too(simulator: Simulator, database: str) -> None:
    done = manage("loaddata", "none\nat all", variables=simulator.variables, database=database)
    assert done.returncode == 1
    assert done.stderr == "CommandError: No fixture named 'none at all' found.\n"


@pytest.mark.parametrize("command", ["list_api_keys", "sync_status"])
def test_the_error_about_missing_tables_names_migrate(simulator: Simulator, database: str, command: str) -> None:
    empty = database.rpartition("/")[0] + "/template1"
    done = manage(command, variables=simulator.variables, database=empty)
    assert done.returncode == 1
    assert done.stderr.startswith("PostgreSQL: relation ")
    assert done.stderr.endswith("; has `manage.py migrate` run?\n")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words", ["create_api_key --name=caf\udce9 --scopes=read:books", "syncs off --because=caf\udce9"]
)
def test_an_argument_in_another_encoding_is_refused_in_one_line(
    simulator: Simulator, database: str, words: str
) -> None:
    done = manage(*words.split(), variables=simulator.variables, database=database)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("CommandError: an argument is not UTF-8")
    assert done.stderr.count("\n") == 1
