"""Fixtures for the cache's tests: quick retries, and commands as processes."""

from __future__ import annotations

import math
import subprocess
from collections.abc import Iterator

import pytest

from sf.connection import clients as sf_connection
from sf.management.commands import sf as sf_command
from sf.salesforce import bulk
from sf.salesforce.http import Patience
from tests.sf.processes import Start, kill, start_process
from tests.simulated import Simulator

TRIES = 12


class Quick(Patience):
    """At most ``TRIES`` tries with short pauses. The deadline is long enough for a busy machine."""

    def pause(self, attempt: int) -> float:
        return super().pause(attempt) if attempt < TRIES - 1 else math.inf


QUICK = Quick(deadline=60, first_pause=0.01, longest_pause=0.05, connect_timeout=20, read_timeout=20)


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let clients in this process retry, and poll Bulk jobs, after hundredths of a second."""
    monkeypatch.setattr(sf_connection, "Patience", lambda: QUICK)
    monkeypatch.setattr(sf_command, "_PATIENCE", QUICK)
    monkeypatch.setattr(bulk, "_FIRST_POLL_SECONDS", 0.01)
    monkeypatch.setattr(bulk, "_POLL_SECONDS", 0.02)


@pytest.fixture
def start(simulator: Simulator, database: str) -> Iterator[Start]:
    """Start a command as a process: ``start("sync_all", DEBUG="off")``. It is killed when the test ends."""
    processes: list[subprocess.Popen[str]] = []

    def start_command(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        processes.append(start_process(simulator, database, *arguments, **environment))
        return processes[-1]

    yield start_command
    for process in processes:
        kill(process)
