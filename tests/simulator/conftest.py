"""One simulator for most tests in this folder, reset before each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator import credentials
from tests.simulator.client import Salesforce
from tests.simulator.running import RunningSimulator


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    simulator = RunningSimulator(tmp_path_factory.mktemp("simulator"), "--as-of", "2026-10-01")
    yield simulator
    assert simulator.stop() == 0
    assert "Traceback" not in simulator.output()


@pytest.fixture
def simulator(running: RunningSimulator) -> RunningSimulator:
    running.control("POST", "/reset")
    return running


@pytest.fixture
def salesforce(simulator: RunningSimulator) -> Salesforce:
    return Salesforce(simulator, credentials.SESSION_ID)
