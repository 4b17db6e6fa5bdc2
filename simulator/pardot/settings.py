"""Settings and limits of the simulated Pardot, which the control API can change."""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from simulator.pardot.errors import PardotError

BUSINESS_UNIT = "0Uv0x0000000001CAM"
"""The id of the invented business unit. Like every real id, it has 18 characters and begins with 0Uv."""


class Gate:
    """Admits up to ``places`` requests at once; more get error 66. Safe to use from many threads."""

    def __init__(self, places: int = 5) -> None:
        self._lock = threading.Lock()
        self._open = 0
        self.places = places

    @contextmanager
    def place(self) -> Iterator[None]:
        with self._lock:
            if self._open >= self.places:
                raise PardotError(66)
            self._open += 1
        try:
            yield
        finally:
            with self._lock:
                self._open -= 1


class Quota:
    """The limit of calls per day. Pardot's is 25,000 to 100,000. Safe to use from many threads."""

    def __init__(self, daily_max: int = 50_000) -> None:
        self._lock = threading.Lock()
        self.daily_max = daily_max
        self.daily_used = 0

    def spend(self) -> None:
        """Count one call. Raises error 122 when no call is left, and does not count the call."""
        with self._lock:
            if self.daily_used >= self.daily_max:
                raise PardotError(122)
            self.daily_used += 1

    def header(self) -> str:
        """Return the value of ``x-api-usage``.

        Pardot's page "Version 5 Overview" describes the value in words only. The form with a slash, used/maximum, is
        that of ``api-usage`` in Salesforce's header ``Sforce-Limit-Info``.
        """
        return f"{self.daily_used}/{self.daily_max}"


class Failures:
    """The errors that the next calls get. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[int] = deque()

    def add(self, code: int, times: int) -> None:
        with self._lock:
            self._waiting.extend([code] * times)

    def take(self) -> None:
        """Raise the next error, if there is one."""
        with self._lock:
            code = self._waiting.popleft() if self._waiting else None
        if code is not None:
            raise PardotError(code)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()


class Cache:
    """The changes that readers do not see yet. Hold ``lock`` to modify the attributes."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: deque[tuple[float, Callable[[sqlite3.Connection], None]]] = deque()
        """The time of each change (seconds since 1970), and the function that writes the change."""
        self.last_ids: dict[str, int] = {}
        """The last assigned id by object, so that no other record gets the id of a waiting record."""

    def forget(self) -> None:
        """Drop the waiting changes and the assigned ids, because the data is generated again."""
        with self.lock:
            self.waiting.clear()
            self.last_ids.clear()


@dataclass
class PardotSettings:
    """The behavior of the simulated business unit. With the defaults, Pardot is healthy."""

    business_unit: str = BUSINESS_UNIT
    own_unit: str = BUSINESS_UNIT
    """The business unit at the start, which ``reset`` restores."""
    ceiling: int = 100_000
    """The number of rows after which a sequence of pages ends. The last page has a warning, not an error."""
    token_seconds: float = 4 * 3_600
    """The lifetime of a page token."""
    tokens_after: float = 0.0
    """Page tokens that were issued before this time (seconds since 1970) have expired."""
    delay_seconds: float = 0.0
    """The delay of each call. Meanwhile, the call keeps its place in the gate."""
    lag_seconds: float = 0.0
    """The time until reads see a change. In the real Pardot it is up to a minute."""
    empty_last_page: bool = False
    """The last page of a sequence has no rows."""
    hidden_fields: dict[str, list[str]] = field(default_factory=dict)
    """Fields that the API user cannot see, by the path of the object. A query for such a field is refused."""
    statuses: dict[int, int] = field(default_factory=dict)
    """HTTP statuses by error code. They replace the usual statuses of these errors."""
    gate: Gate = field(default_factory=Gate)
    quota: Quota = field(default_factory=Quota)
    failures: Failures = field(default_factory=Failures)
    cache: Cache = field(default_factory=Cache)
    token_key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def reset(self) -> None:
        """Restore the defaults, in place.

        The key of the page tokens stays. The waiting changes become visible with the next API call, because the lag is
        0 again.
        """
        fresh = PardotSettings(
            token_key=self.token_key, cache=self.cache, business_unit=self.own_unit, own_unit=self.own_unit
        )
        self.__dict__.update(fresh.__dict__)
