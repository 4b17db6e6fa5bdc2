"""Limit the requests that wait for another system, so that some threads of a process are always free.

A request takes a place before it asks Salesforce, Pardot or Accounts, and gives it back afterward. No request waits
for a place: a request without one is answered from the cache, queued, or refused with 503. Time limits alone are not
enough: eight users who wait four seconds each would keep eight threads for four seconds.

Each process counts its own places, because it has its own threads. All processes together have ``WEB_WORKERS`` times as
many places. A process with a single thread has one place. A count in PostgreSQL would cost two writes per call, and its
rows would outlive a killed process.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from django.conf import settings

from sf.live.records import LiveCallNotTried


class Neighbor(StrEnum):
    SALESFORCE = "Salesforce"
    """Salesforce and Pardot, which needs Salesforce's login."""
    ACCOUNTS = "Accounts"


class NoPlaceFree(LiveCallNotTried):
    """No place is free: as many requests as allowed already wait for Salesforce or Accounts."""

    def __init__(self) -> None:
        super().__init__("as many requests as allowed already wait for Salesforce or Accounts")


_taken: Counter[Neighbor] = Counter()
_lock = threading.Lock()


@contextmanager
def place(neighbor: Neighbor) -> Iterator[bool]:
    """Take a place until the end of the block, and yield whether a place was free."""
    free = _take(neighbor)
    try:
        yield free
    finally:
        if free:
            with _lock:
                _taken[neighbor] -= 1


def _take(neighbor: Neighbor) -> bool:
    limit = settings.NEIGHBOR_CALLS_AT_ONCE
    total_limit = max(1, settings.WEB_THREADS - limit)
    with _lock:
        free = _taken[neighbor] < limit and _taken.total() < total_limit
        if free:
            _taken[neighbor] += 1
        return free
