"""Fixtures for the Pardot app's tests: quick retries, and the simulated Pardot."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from sf.connection import clients as sf_connection
from sf.salesforce import bulk
from tests.api.conftest import cookies, roomy_limit, super_user, user  # noqa: F401 - fixtures, for all tests of this folder
from tests.pardot.kept_survey import KeptSurvey
from tests.pardot.remote import Pardot
from tests.sf.conftest import QUICK
from tests.sf.processes import Start, kill, start_process
from tests.simulated import Simulator


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let clients in this process retry, and poll Bulk jobs, after hundredths of a second."""
    monkeypatch.setattr(sf_connection, "Patience", lambda: QUICK)
    monkeypatch.setattr(bulk, "_FIRST_POLL_SECONDS", 0.01)
    monkeypatch.setattr(bulk, "_POLL_SECONDS", 0.02)


@pytest.fixture
def pardot(simulator: Simulator) -> Pardot:
    return Pardot(simulator)


@pytest.fixture(scope="session")
def kept_survey() -> KeptSurvey:
    return KeptSurvey()


@pytest.fixture
def surveyed(pardot: Pardot, database: str, kept_survey: KeptSurvey) -> Pardot:
    """Fill the tables with a survey of the simulator's initial state, and return the simulated Pardot."""
    del database  # requested only because it empties the tables at the end
    kept_survey.put_back()
    return pardot


@pytest.fixture
def start(simulator: Simulator, database: str) -> Iterator[Start]:
    """Start a command as a process: ``start("camp_sync", "--survey")``.

    The process is killed when the test ends.
    """
    processes: list[subprocess.Popen[str]] = []

    def start_command(*arguments: str, **environment: str) -> subprocess.Popen[str]:
        processes.append(start_process(simulator, database, *arguments, **environment))
        return processes[-1]

    yield start_command
    for process in processes:
        kill(process)
