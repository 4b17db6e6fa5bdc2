"""``make demo`` starts a server with data, keeps the data for the next start, and stops on Ctrl-C."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from scripts.demo import is_answering, make_base_environment
from sfapi.embedded_postgres.install import find_installation
from tests.ports import free_ports
from tests.simulated import ROOT, parse_variables

READY = "Ctrl-C ends all of it."


@pytest.fixture
def data_dir() -> Path:
    # The tests may run at the same time, in several processes.
    folder = ROOT / ".data" / "tests" / f"demo_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    shutil.rmtree(folder, ignore_errors=True)
    return folder


@pytest.mark.slow
@pytest.mark.timeout(600)  # two full starts; each takes seconds, or minutes on a busy machine
def test_demo_serves_data_keeps_it_and_ends_with_no_port_open(data_dir: Path) -> None:
    ports = free_ports(3)
    first = Demo(data_dir, ports)
    first.wait_until_ready()
    variables = parse_variables((data_dir / "demo.env").read_text().replace("export ", ""))
    here = f"http://localhost:{ports[0]}"
    books = requests.get(
        f"{here}/api/v1/books", headers={"Authorization": f"Bearer {variables['SFAPI_DEMO_KEY']}"}, timeout=10
    )
    assert books.json()["count"] > 10
    me = requests.get(f"{here}/demo/sign-in/", timeout=10).json()
    assert me["is_super_user"] is True
    assert requests.get(f"{here}/admin/login/", timeout=10).status_code == 200
    assert "Forbidden" not in first.output
    assert may_log_in(here, first.admin_password)
    first.stop(ports)

    forget(data_dir / "demo.env", "DJANGO_SUPERUSER_PASSWORD")
    second = Demo(data_dir, ports)
    second.wait_until_ready()
    assert variables["SFAPI_DEMO_KEY"] in second.output, "the second start printed another key"
    assert second.admin_password != variables["DJANGO_SUPERUSER_PASSWORD"]
    assert may_log_in(here, second.admin_password), "the second start printed a password that does not work"
    second.stop(ports)


def test_taken_ports_are_reported_with_the_command_to_type(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        first, second = one.getsockname()[1], other.getsockname()[1]
        refused = Demo(data_dir, [*free_ports(1), first, second])
        assert refused.exit_status() == 1
    assert f"make demo SIMULATOR_PORT={first + 1} SIMULATOR_CONTROL_PORT={second + 1}\n" in refused.output


def test_the_demo_ignores_the_shells_variables_for_slack_mail_and_database(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"SLACK_WEBHOOK_URL", "DIGEST_RECIPIENTS", "EMAIL_URL", "EMAIL_URL_FILE", "PUBLIC_URL", "DATABASE_URL"}
    for name in own:
        monkeypatch.setenv(name, "https://team.example/")
    assert not own & set(make_base_environment())


def test_the_demo_asks_its_own_ports_without_the_proxy(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (dead,) = free_ports(1)
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{dead}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert is_answering(live_server.thread.port, "/ping/")


def may_log_in(url: str, password: str) -> bool:
    with requests.Session() as browser:
        browser.get(f"{url}/admin/login/", timeout=10)
        form = {"username": "admin", "password": password, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        answer = browser.post(f"{url}/admin/login/?next=/admin/", form, timeout=10, allow_redirects=False)
        return answer.status_code == 302


def forget(file: Path, name: str) -> None:
    lines = [line for line in file.read_text().splitlines(keepends=True) if f"{name}=" not in line]
    file.write_text("".join(lines))


def test_make_clean_removes_the_database_in_its_real_folder(tmp_path: Path) -> None:
    """For root, PostgreSQL runs as ``nobody``; its folder is outside a clone that ``nobody`` may not enter."""
    tmp_path.chmod(0o700)
    shutil.copy(ROOT / "Makefile", tmp_path)
    home = find_installation(tmp_path / ".data").home
    assert (tmp_path / ".data" / "postgres").resolve() == home.resolve()
    (home / "data").mkdir()
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    assert not home.exists()
    assert not (tmp_path / ".data").exists()


class Demo:
    """Runs ``python -m scripts.demo`` in its own process group, as in a terminal."""

    def __init__(self, data_dir: Path, ports: list[int]) -> None:
        names = ("PORT", "SIMULATOR_PORT", "SIMULATOR_CONTROL_PORT")
        places = {name: str(port) for name, port in zip(names, ports, strict=True)}
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self._log = data_dir.with_suffix(".log")
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "scripts.demo"],
                cwd=ROOT,
                env={**kept, **places, "SFAPI_DATA_DIR": str(data_dir), "SCHOOLS": "60"},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._log.read_text()

    @property
    def admin_password(self) -> str:
        match = re.search('user "admin", password "([^"]+)"', self.output)
        assert match
        return match[1]

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 240
        while READY not in self.output:
            assert self._process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.1)

    def exit_status(self) -> int:
        return self._process.wait(60)

    def stop(self, ports: list[int]) -> None:
        os.killpg(self._process.pid, signal.SIGINT)
        assert self._process.wait(60) == 0, self.output
        assert re.search("The data is kept", self.output)
        assert not any(is_open(port) for port in ports)


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize(
    ("name", "value"), [("SCHOOLS", "37"), ("SCHOOLS", "many"), ("PORT", "0"), ("SIMULATOR_PORT", "70000")]
)
def test_an_invalid_number_is_reported_in_one_line_with_its_variable(name: str, value: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.demo"],
        env={**os.environ, name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith(f"make demo: {name}: a number from ")
