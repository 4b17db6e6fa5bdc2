"""Fixtures for live calls: cookies, the simulator with an open session, and a short time limit."""

from __future__ import annotations

import pytest

from sf.live import records as live
from tests.api.cookies import CookieMaker
from tests.simulated import Simulator


@pytest.fixture
def cookies(simulator: Simulator, cookies: CookieMaker) -> CookieMaker:
    """Set up ``simulator`` first: both fixtures set the single sign-on keys, and the later one wins."""
    return cookies


@pytest.fixture
def salesforce(simulator: Simulator, transactional_db: None) -> Simulator:
    """The simulator with an open session, so that tests do not count a login."""
    live.make_live_client("test").session()
    return simulator


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the time limit of live calls."""
    monkeypatch.setattr(live, "SECONDS", 1.5)
