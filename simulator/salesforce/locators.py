"""The cursors of REST queries, behind ``nextRecordsUrl``."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass

from simulator.prepared import Prepared
from simulator.schema.ids import DIGITS, to_18

MAX_LOCATORS = 100
"""Salesforce has had no limit since API version 56.0. Here, the limit saves space."""


def random_id(prefix: str) -> str:
    """Return an unpredictable id of 18 characters."""
    return to_18(prefix + "".join(secrets.choice(DIGITS) for _ in range(12)))


@dataclass(frozen=True)
class Cursor:
    """The prepared answer to a query, and the size of its pages."""

    prepared: Prepared
    page_size: int


class Locators:
    """Up to ``MAX_LOCATORS`` open cursors; the oldest are dropped. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cursors: OrderedDict[str, Cursor] = OrderedDict()

    def add(self, cursor: Cursor) -> str:
        locator = random_id("0r8")
        with self._lock:
            self._cursors[locator] = cursor
            if len(self._cursors) > MAX_LOCATORS:
                self._cursors.popitem(last=False)
        return locator

    def find(self, locator: str) -> Cursor | None:
        with self._lock:
            return self._cursors.get(locator)

    def expire_all(self) -> int:
        """End all cursors, and return their number."""
        with self._lock:
            count = len(self._cursors)
            self._cursors.clear()
            return count
