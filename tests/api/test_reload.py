"""A reload of gunicorn (``kill -HUP``): the new processes use the current ``.env`` and code."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.api.served import AS_SHIPPED
from tests.ports import free_ports
from tests.simulated import ROOT

FOLDERS = ("sfapi", "api", "pardot", "sf", "accounts_client", "outgoing", "templates")
SECONDS = 60


class Installation:
    """A copy of the code with its own ``.env``, served by gunicorn."""

    def __init__(self, folder: Path, database: str) -> None:
        for name in FOLDERS:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "manage.py", folder)
        self._folder, self._port = folder, free_ports(1)[0]
        # With PYTHONDONTWRITEBYTECODE, tests/warm.py does not intervene: gunicorn starts without loaded modules.
        self._environment = {
            "PATH": os.environ["PATH"], "SFAPI_DATA_DIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        self._lines = f"SECRET_KEY={'k' * 60}\nDATABASE_URL={database}\nSECURE_SSL_REDIRECT=off\n"

    def set_name(self, name: str) -> None:
        (self._folder / ".env").write_text(f"{self._lines}ALLOWED_HOSTS={name}\n")

    def append(self, file: str, line: str) -> None:
        with (self._folder / file).open("a") as code:
            code.write(f"\n{line}\n")

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *AS_SHIPPED, f"--bind=127.0.0.1:{self._port}", "--workers=1"],
            cwd=self._folder,
            env=self._environment,
        )

    def reload_like_systemd(self, process: subprocess.Popen[bytes]) -> bool:
        """Run the commands of ``ExecReload`` until one fails, and return whether all succeeded."""
        unit = (ROOT / "deploy" / "systemd" / "sfapi-web.service").read_text()
        checkout = "/srv/sfapi/current"
        for command in re.findall(r"^ExecReload=(.*)$", unit, re.MULTILINE):
            here = command.replace(f"{checkout}/.venv/bin/python", sys.executable).replace(checkout, str(self._folder))
            words = here.replace("$MAINPID", str(process.pid)).split()
            if subprocess.run(words, cwd=self._folder, env=self._environment, check=False, timeout=SECONDS).returncode:
                return False
        return True

    def answers_to(self, name: str) -> bool:
        try:
            answer = requests.get(f"http://127.0.0.1:{self._port}/", headers={"Host": name}, timeout=SECONDS)
        except requests.ConnectionError:
            return False
        return answer.status_code == 200


@pytest.fixture
def installation(tmp_path: Path, migrated_database: str) -> Installation:
    return Installation(tmp_path, migrated_database)


@pytest.fixture
def first_process(installation: Installation) -> Iterator[subprocess.Popen[bytes]]:
    installation.set_name("before.example")
    process = installation.start()
    try:
        yield process
    finally:
        process.terminate()
        process.wait(SECONDS)


def test_a_reload_uses_the_current_env_file_and_code(
    installation: Installation, first_process: subprocess.Popen[bytes]
) -> None:
    wait_for(first_process, installation, "before.example")
    installation.set_name("after.example")
    # The first process has imported the old sfapi/env.py. The new settings import a new name from this file.
    installation.append("sfapi/env.py", "NEW = True")
    installation.append("sfapi/settings/base.py", "from sfapi.env import NEW as NEW")
    first_process.send_signal(signal.SIGHUP)
    wait_for(first_process, installation, "after.example")


def test_systemd_does_not_reload_with_a_wrong_env_file(
    installation: Installation, first_process: subprocess.Popen[bytes]
) -> None:
    wait_for(first_process, installation, "before.example")
    installation.append(".env", "TIME_ZONE=Mars/Olympus")
    assert not installation.reload_like_systemd(first_process)
    assert first_process.poll() is None
    assert installation.answers_to("before.example")
    installation.set_name("after.example")
    assert installation.reload_like_systemd(first_process)
    wait_for(first_process, installation, "after.example")


def wait_for(process: subprocess.Popen[bytes], installation: Installation, name: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not installation.answers_to(name):
        assert process.poll() is None, "gunicorn has ended"
        assert time.monotonic() < deadline, f"no request for the host {name} was answered with 200"
        time.sleep(0.1)


# -- child processes: scheduled jobs, and commands started from the operators' page --------------------------------

STARTS_ANOTHER = """
import subprocess, sys
from pathlib import Path
from sfapi.env import Environment

root = Path(sys.argv[1])
Environment.load(root)
(root / ".env").write_text("TIME_ZONE=Asia/Tokyo\\nLOGLEVEL=debug\\n")
program = "import os, sys; from pathlib import Path; from sfapi.env import Environment; " \\
    "env = Environment.load(Path(sys.argv[1])); " \\
    "print(*(env.text(name, 'unset') for name in ('TIME_ZONE', 'LOGLEVEL', 'ENVIRONMENT')), env.overruled)"
subprocess.run([sys.executable, "-c", program, sys.argv[1]], check=True)
"""


def test_a_child_process_reads_the_current_env_file_and_outside_variables_win(
    tmp_path: Path,
) -> None:
    (tmp_path / ".env").write_text("TIME_ZONE=Europe/Paris\nENVIRONMENT=staging\nLOGLEVEL=info\n")
    outside = {"PATH": os.environ["PATH"], "LOGLEVEL": "warning"}
    done = subprocess.run(
        [sys.executable, "-c", STARTS_ANOTHER, str(tmp_path)], cwd=ROOT, env=outside, capture_output=True, check=True,
        text=True, timeout=SECONDS,
    )  # fmt: skip
    assert done.stdout.split(maxsplit=3) == ["Asia/Tokyo", "warning", "unset", "['LOGLEVEL']\n"]
