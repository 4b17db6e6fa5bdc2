"""What the control API can change about the simulated Pardot, and the limits that it keeps to."""

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
"""The invented business unit: 18 characters, as every real one begins with 0Uv."""


class Gate:
    """Lets so many requests in at once; those above get error 66. Safe to use from many threads."""

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
    """The day's calls: 25,000 to 100,000 by edition. Safe to use from many threads."""

    def __init__(self, daily_max: int = 50_000) -> None:
        self._lock = threading.Lock()
        self.daily_max = daily_max
        self.daily_used = 0

    def spend(self) -> None:
        """Counts one call; error 122, and nothing counted, when none is left."""
        with self._lock:
            if self.daily_used >= self.daily_max:
                raise PardotError(122)
            self.daily_used += 1

    def header(self) -> str:
        """The value of ``x-api-usage``.

        The overview calls it the calls of the last day "over" the most that are allowed, without an example;
        the form used/maximum is taken from Salesforce's own ``api-usage``.
        """
        return f"{self.daily_used}/{self.daily_max}"


class Failures:
    """Errors that the next calls get. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[int] = deque()

    def add(self, code: int, times: int) -> None:
        with self._lock:
            self._waiting.extend([code] * times)

    def take(self) -> None:
        """Raises the next one, if there is one."""
        with self._lock:
            code = self._waiting.popleft() if self._waiting else None
        if code is not None:
            raise PardotError(code)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()


class Cache:
    """Changes that readers do not see yet. Safe to use from many threads, under its lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: deque[tuple[float, Callable[[sqlite3.Connection], None]]] = deque()
        """When each was made (seconds since 1970), and how to write it."""
        self.last_ids: dict[str, int] = {}
        """The last id given out, by object, so that waiting additions keep theirs."""

    def forget(self) -> None:
        """Drops what is waiting: the data has been put back."""
        with self.lock:
            self.waiting.clear()
            self.last_ids.clear()


@dataclass
class PardotSettings:
    """One simulated business unit's behaviour. A world has one; its defaults are a Pardot in good order."""

    business_unit: str = BUSINESS_UNIT
    own_unit: str = BUSINESS_UNIT
    """The business unit that it was started with."""
    ceiling: int = 100_000
    """Rows after which a sequence of page tokens ends, silently but for a header."""
    token_seconds: float = 4 * 3_600
    """How long a page token lives."""
    tokens_after: float = 0.0
    """Page tokens that were issued before (seconds since 1970) have expired."""
    delay_seconds: float = 0.0
    """How long each call takes, while it counts as open."""
    lag_seconds: float = 0.0
    """How old the cache is that reads are answered from; the real one is up to a minute behind."""
    empty_last_page: bool = False
    """A sequence of page tokens ends with a page without rows."""
    hidden_fields: dict[str, list[str]] = field(default_factory=dict)
    """Fields that the API user cannot see, by path: a query for them is refused by name."""
    statuses: dict[int, int] = field(default_factory=dict)
    """HTTP status by error code, where it should differ from the usual."""
    gate: Gate = field(default_factory=Gate)
    quota: Quota = field(default_factory=Quota)
    failures: Failures = field(default_factory=Failures)
    cache: Cache = field(default_factory=Cache)
    token_key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def reset(self) -> None:
        """Back to the defaults, in place; page tokens stay valid."""
        fresh = PardotSettings(token_key=self.token_key, business_unit=self.own_unit, own_unit=self.own_unit)
        self.__dict__.update(fresh.__dict__)
