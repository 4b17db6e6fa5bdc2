"""Count clicks: most tests in ``test_the_twelve_jobs.py`` allow only a few."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator


@dataclass
class Clicks:
    """A counter: after ``click = Clicks(); click(button)``, ``click.number`` is 1."""

    number: int = 0

    def __call__(self, target: Locator, **how: Any) -> None:
        self.number += 1
        target.click(**how)
