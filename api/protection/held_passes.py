"""Take several passes of a rate limit at once for frequent callers, and hold them in the process.

A pass lets one request through. Counting a request is a round trip to PostgreSQL: a quarter of the cost of a small
request. When a caller has a limit of thousands and comes often, one count therefore takes several passes. The process
holds these passes for the caller's next requests. Held passes expire after a short time. PostgreSQL counts them as if
they were used at the moment they expire, so no window ever contains more requests than the limit. Passes that expire
unused are lost for one window.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock

from api.domain.rates import Rate

SHARE = 1000
"""At most a thousandth of a limit is taken at once; limits below 2,000 are counted pass by pass."""

LONGEST_SECONDS = 1.0


def compute_hold_seconds(rate: Rate) -> float:
    """Return how long held passes may be used; 0 when each request is counted on its own."""
    return min(rate.seconds / 100, LONGEST_SECONDS) if rate.limit >= 2 * SHARE else 0.0


@dataclass(frozen=True)
class Hold:
    """Passes that were taken at once.

    ``size`` passes were taken at the time ``since``; ``left`` passes are not used yet. When an earlier hold was still
    usable, ``left`` includes its passes, and ``since`` is the earlier of the two times. The limit had room for ``room``
    more passes. At ``next_at`` the oldest counted pass leaves the window. All times are those of ``time.monotonic()``.
    """

    size: int
    left: int
    since: float
    room: int
    next_at: float


class HeldPasses:
    """The passes that this process holds, by caller and limit. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._holds: OrderedDict[tuple[str, Rate], Hold] = OrderedDict()
        """The newest hold is last, so that the holds of absent callers are at the front."""

    def __len__(self) -> int:
        return len(self._holds)

    def use(self, key: str, rate: Rate) -> Hold | None:
        """Use a held pass and return its hold after the use, or ``None`` when no usable pass is held."""
        with self._lock:
            hold = self._find_usable(key, rate, time.monotonic())
            if hold is not None:
                hold = self._holds[key, rate] = replace(hold, left=hold.left - 1)
            return hold

    def compute_next_size(self, key: str, rate: Rate) -> int:
        """Return how many passes to take: more if the last hold was used up quickly, fewer if it expired."""
        hold, seconds = self._holds.get((key, rate)), compute_hold_seconds(rate)
        if hold is None or not seconds:
            return 1
        age = time.monotonic() - hold.since
        if age >= 2 * seconds:
            return 1
        if age >= seconds:
            return max(1, hold.size // 2)
        return min(2 * hold.size, rate.limit // SHARE) if age < seconds / 2 else hold.size

    def add(self, key: str, rate: Rate, new_hold: Hold) -> None:
        """Keep passes that were just taken, together with usable passes that another thread took."""
        if not compute_hold_seconds(rate):
            return
        with self._lock:
            self._forget(new_hold.since)
            other = self._find_usable(key, rate, new_hold.since)
            if other:
                new_hold = replace(new_hold, left=new_hold.left + other.left, since=min(new_hold.since, other.since))
            self._holds[key, rate] = new_hold
            self._holds.move_to_end((key, rate))

    def _find_usable(self, key: str, rate: Rate, now: float) -> Hold | None:
        hold = self._holds.get((key, rate))
        return hold if hold and hold.left and now - hold.since < compute_hold_seconds(rate) else None

    def _forget(self, now: float) -> None:
        """Forget callers who stayed away so long that ``compute_next_size`` is 1 for them anyway."""
        while self._holds and now - next(iter(self._holds.values())).since >= 2 * LONGEST_SECONDS:
            self._holds.popitem(last=False)
