"""Hosts of a deployment: programs that are killed, as by a power failure, and restarted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import requests

from tests.ports import free_ports
from tests.simulated import ROOT

START_SECONDS = 60


class Host:
    """A program with its child processes.

    ``log`` contains all output since the first start.
    """

    def __init__(self, arguments: Sequence[str], variables: Mapping[str, str], log: Path) -> None:
        self._arguments, self._variables, self.log = arguments, variables, log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._arguments], cwd=ROOT, env=dict(self._variables), stdout=log, stderr=log
            )

    def kill(self) -> None:
        """Kill the program and its descendants with SIGKILL."""
        assert self._process is not None
        for pid in [self.pid, *descendants(self.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(START_SECONDS)

    @contextmanager
    def running(self) -> Iterator[None]:
        self.start()
        try:
            yield
        finally:
            self.kill()


class WebHost(Host):
    """gunicorn with the shipped configuration and two workers.

    Its port refuses connections while the host is down.
    """

    def __init__(self, variables: Mapping[str, str], log: Path) -> None:
        [port] = free_ports(1)
        self.url = f"http://127.0.0.1:{port}"
        arguments = ["-m", "gunicorn", "--config=python:sfapi.gunicorn", f"--bind=127.0.0.1:{port}", "--workers=2"]
        super().__init__(arguments, variables, log)

    def start(self) -> None:
        super().start()
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                requests.get(f"{self.url}/ping/", timeout=START_SECONDS)
            except requests.ConnectionError:
                assert time.monotonic() < deadline, self.log.read_text()
                time.sleep(0.1)
            else:
                return


def descendants(pid: int) -> list[int]:
    """Return the child processes of a process, and their descendants."""
    with suppress(FileNotFoundError):
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return [each for child in children for each in [child, *descendants(child)]]
    return []


@contextmanager
def all_running(hosts: Sequence[Host]) -> Iterator[None]:
    with ExitStack() as running:
        for host in hosts:
            running.enter_context(host.running())
        yield
