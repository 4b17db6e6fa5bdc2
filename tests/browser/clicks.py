"""Count what a person clicks: a job has a mark that it must not exceed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator


@dataclass
class Clicks:
    """``click = Clicks(); click(button)``: then ``click.number`` is 1."""

    number: int = 0

    def __call__(self, target: Locator, **how: Any) -> None:
        self.number += 1
        target.click(**how)
