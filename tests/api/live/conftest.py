"""A logged-in user and a Salesforce to ask about them."""

from __future__ import annotations

import pytest

from sf.live import records as live
from tests.api.cookies import CookieMaker
from tests.simulated import Simulator


@pytest.fixture
def cookies(simulator: Simulator, cookies: CookieMaker) -> CookieMaker:
    """Ours, after the simulator has set its own keys."""
    return cookies


@pytest.fixture
def salesforce(simulator: Simulator, transactional_db: None) -> Simulator:
    """The simulator, logged in to already: what is counted are the calls of the request."""
    live.live_client("test").session()
    return simulator


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """As patient as ever, only quicker."""
    monkeypatch.setattr(live, "SECONDS", 1.5)
