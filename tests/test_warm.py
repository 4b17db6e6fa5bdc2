"""A process forked from the warm process of ``tests/warm.py`` behaves like a new process.

The processes of other tests are forked in this way too.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.measured import VARIABLE
from tests.simulated import manage
from tests.warm import quick_starts


@pytest.fixture(autouse=True)
def not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switch off coverage: it starts differently in new and in forked processes."""
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture(autouse=True)
def heeds_ctrl_c() -> Iterator[None]:
    """Let new processes handle Ctrl-C as usual, even when the tests were started with Ctrl-C ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


PROGRAM = """
import os, signal, sys, json
streams = [(each.encoding, each.errors, each.line_buffering, each.write_through, each.isatty())
           for each in (sys.stdin, sys.stdout, sys.stderr)]
handlers = [str(signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE)]
files = sorted(int(name) for name in os.listdir("/proc/self/fd"))[:-1]
print(json.dumps({
    "name": __name__, "argv": sys.argv, "path": sys.path, "cwd": os.getcwd(), "environ": sorted(os.environ.items()),
    "streams": streams, "handlers": handlers, "files": files, "parent": os.getppid(),
    "leads a group": os.getpgid(0) == os.getpid(),
    "modules": [name for name in sys.modules if name.startswith(("tests", "sf"))],
}))
print("on stderr", file=sys.stderr)
print(sys.stdin.read())
exec(sys.argv[1])
"""
ENDS = {
    "the end": ("pass", 0),
    "a number": ("sys.exit(3)", 3),
    "a sentence": ("sys.exit('no, ümläut')", 1),
    "an error": ("1 / 0", 1),
    "Ctrl-C": ("raise KeyboardInterrupt", -signal.SIGINT),
    "killed": ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
}


def run(folder: Path, program: str, **options: Any) -> dict[str, Any]:
    script = folder / "program.py"
    script.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, script, program, "two words"],
        cwd=folder,
        input="typed ü",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        **options,
    )
    errors = [line for line in done.stderr.splitlines() if not line.startswith((" ", "Traceback"))]
    first, _, rest = done.stdout.partition("\n")
    report: dict[str, Any] = json.loads(first or "{}")  # a killed process has written nothing
    return report | {"status": done.returncode, "printed": rest, "errors": errors}


@pytest.mark.parametrize(("program", "status"), ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("more", [{}, {"PYTHONUNBUFFERED": "1"}], ids=["", "unbuffered"])
def test_a_forked_process_behaves_like_a_new_process(
    tmp_path: Path, program: str, status: int, more: dict[str, str]
) -> None:
    environment = {"PATH": os.environ["PATH"], "A": "b=c", **more}
    own = os.umask(0o022)
    os.umask(own)
    new = run(tmp_path, program, env=environment, umask=own)  # a process with a umask is never forked
    warm = run(tmp_path, program, env=environment)
    assert warm == new
    assert warm["status"] == status


def test_a_forked_process_has_loaded_the_libraries(tmp_path: Path) -> None:
    loaded = "print('django.db.models' in sys.modules, 'django.conf' in sys.modules)"
    report = run(tmp_path, loaded, env={"PATH": os.environ["PATH"]})
    expected = "True True" if sys.platform == "linux" else "False False"
    assert (report["status"], report["printed"].splitlines()[-1]) == (0, expected)


LOADED = """
import logging, os, sys, time
from django.conf import settings
from django.db import connection
from sf.ingest.holder import _IMPORTED, compute_process_age
loaded_before = time.monotonic() - _IMPORTED > compute_process_age().total_seconds()
with connection.cursor() as cursor:
    cursor.execute("SELECT current_setting('application_name'), current_database()")
    print(loaded_before, cursor.fetchone(), sys.argv[:2], os.getcwd(), sorted(os.environ.items()), settings.DEBUG)
logging.getLogger("sf").warning("on stderr")
sys.exit("the end")
"""


def test_a_repeated_command_starts_with_the_project_loaded_and_prints_the_same(database: str) -> None:
    variables = {"SALESFORCE_HOST": "https://one.example"}
    first, *others = [manage("shell", "-v0", "-c", LOADED, variables=variables, database=database) for _ in range(4)]
    assert first.stdout.startswith("False ('sfapi shell', 'test_")
    assert [line[-9:] for line in first.stderr.splitlines()] == ["on stderr", "the end"]
    assert {other.stdout.replace("True", "False", 1) for other in others} == {first.stdout}
    assert [other.stdout.split()[0] for other in others] == ["True"] * 3
    assert {(other.returncode, other.stderr[24:]) for other in others} == {(1, first.stderr[24:])}, (
        "more than the time differs"
    )
    another = manage(
        "shell", "-v0", "-c", LOADED, variables=variables, database=database, more={"DEBUG": "off", "SECRET_KEY": "x"}
    )
    assert another.stdout.startswith("False ")


def test_settings_that_cannot_be_loaded_are_reported_each_time(database: str) -> None:
    messages = {manage("sync_status", variables={"TIME_ZONE": "no"}, database=database).stderr for _ in range(3)}
    assert [line.partition(":")[0] for line in messages] == ["Configuration error"]


def test_processes_start_as_usual_when_popen_has_another_private_method(monkeypatch: pytest.MonkeyPatch) -> None:
    def another(popen: object, args: object, something_new: object) -> None: ...

    monkeypatch.setattr(subprocess.Popen, "_execute_child", another)
    with quick_starts():
        assert vars(subprocess.Popen)["_execute_child"] is another


def test_a_forked_process_has_its_own_session_on_request(tmp_path: Path) -> None:
    report = run(tmp_path, "print(os.getsid(0) == os.getpid())", env={"PATH": ""}, start_new_session=True)
    assert (report["status"], report["printed"].splitlines()[-1]) == (0, "True")


def test_a_forked_process_is_waited_for_and_killed_like_a_child() -> None:
    process = subprocess.Popen([sys.executable, "-m", "http.server", "0"], env={"PATH": ""}, stderr=subprocess.DEVNULL)
    assert process.poll() is None
    process.kill()
    assert process.wait(30) == -signal.SIGKILL
