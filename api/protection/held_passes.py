"""Passes of a rate limit that a process holds for callers who come often.

Counting a request is a round trip to PostgreSQL, a quarter of what a small request costs in all. A caller with a limit
of thousands who comes often is therefore given several passes by one count, and the process holds them for the
caller's next requests. PostgreSQL counts them as used at the end of the short time in which they may be used, so
never more than the limit pass in any window. Passes that are left over at that time are lost for one window.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from threading import Lock

from api.domain.rates import Rate

SHARE = 1000
"""At most a thousandth of a limit is taken at once; limits below 2,000 are counted pass by pass."""

LONGEST_SECONDS = 1.0
MOST_CALLERS = 1000
"""From this number on, callers who stayed away are forgotten."""


def hold_seconds(rate: Rate) -> float:
    """Return the time in which passes that were taken at once may be used; 0 where each is counted on its own."""
    return min(rate.seconds / 100, LONGEST_SECONDS) if rate.limit >= 2 * SHARE else 0.0


@dataclass(frozen=True)
class Hold:
    """``size`` passes were taken ``since`` (``time.monotonic()``), and ``left`` of them are not used yet.

    Then the limit had ``room`` for so many more, and its next pass came back at ``next_at``.
    """

    size: int
    left: int
    since: float
    room: int
    next_at: float


class HeldPasses:
    """The passes that this process holds, by caller and limit. Threads share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._holds: dict[tuple[str, Rate], Hold] = {}

    def use(self, key: str, rate: Rate) -> Hold | None:
        """Use a pass and return the hold afterward; ``None`` when no pass is held whose time is not over."""
        with self._lock:
            hold = self._usable(key, rate, time.monotonic())
            if hold is not None:
                hold = self._holds[key, rate] = replace(hold, left=hold.left - 1)
            return hold

    def next_size(self, key: str, rate: Rate) -> int:
        """Return how many passes to take: more while they are used up quickly, fewer when their time was too short."""
        hold, seconds = self._holds.get((key, rate)), hold_seconds(rate)
        if hold is None or not seconds:
            return 1
        age = time.monotonic() - hold.since
        if age >= 2 * seconds:
            return 1
        if age >= seconds:
            return max(1, hold.size // 2)
        return min(2 * hold.size, rate.limit // SHARE) if age < seconds / 2 else hold.size

    def add(self, key: str, rate: Rate, taken: Hold) -> None:
        """Keep passes that were taken; those of another thread whose time is not over stay."""
        if not hold_seconds(rate):
            return
        with self._lock:
            if len(self._holds) >= MOST_CALLERS:
                self._forget(taken.since)
            other = self._usable(key, rate, taken.since)
            if other:
                taken = replace(taken, left=taken.left + other.left, since=min(taken.since, other.since))
            self._holds[key, rate] = taken

    def _usable(self, key: str, rate: Rate, now: float) -> Hold | None:
        hold = self._holds.get((key, rate))
        return hold if hold and hold.left and now - hold.since < hold_seconds(rate) else None

    def _forget(self, now: float) -> None:
        self._holds = {k: hold for k, hold in self._holds.items() if now - hold.since < 2 * hold_seconds(k[1])}
