"""Exact rate limits: at most N in any window, however many processes and requests at once.

One row a limit and caller holds the times of the last passes. A request passes when fewer than N are in the window;
then its own time is added, and what has left the window goes. That is one statement, decided under the row's lock and
by PostgreSQL's clock, so the number of processes and servers does not matter. Refused requests write nothing. (A fixed
window would let nearly 2 N pass around its edge.)

Up to a limit of 100 each pass is an entry. Above, the window is cut into 100 parts, and the passes of a part are one
entry with the time of the last. Never more than N pass, perhaps a few less, and no row grows long.

The statement must commit on its own, or a request that is rolled back would not have been counted and the requests
of a caller would wait for each other: it runs before the view, and a system check refuses ``ATOMIC_REQUESTS``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection

from api.rates import Rate
from sf.prepared import prepared_cursor

MOST_ENTRIES = 100
"""Above this limit, an entry is a part of the window."""

# ``hits`` are times in ascending order; ``totals`` at the same place says how many had passed by then since the row was
# made. So how many passed since any time is a difference, which a binary search (``width_bucket``) finds. The first
# entry is the last one that has left the window, or stands for it: what follows is in the window.
#
# The time of a pass is read when the row is locked: one from before the wait for the lock could be older than the one
# it follows. What has left the window is told by the time from before, and so perhaps a moment too late.
_COUNT = """
    INSERT INTO api_ratecount AS kept (key, hits, totals)
    VALUES (%(key)s, ARRAY['epoch', clock_timestamp()]::timestamptz[], ARRAY[0, 1])
    ON CONFLICT (key) DO UPDATE
       SET hits = kept.hits[{left} : {size} - {joined}] || greatest(clock_timestamp(), kept.hits[{size}]),
           totals = kept.totals[{left} : {size} - {joined}] || kept.totals[{size}] + 1
     WHERE kept.totals[{size}] - kept.totals[{left}] < {limit}
    RETURNING totals[cardinality(totals)] - totals[1],
              extract(epoch FROM hits[2] + {window} - clock_timestamp())::float8
"""

_WAIT = """
    SELECT extract(epoch FROM hits[{left} + 1] + {window} - clock_timestamp())::float8
      FROM api_ratecount AS kept WHERE key = %(key)s
"""

_SIZE = "cardinality(kept.hits)"
_LEFT = "greatest(1, width_bucket(statement_timestamp() - {window}, kept.hits))"
"""Where the last entry is that has left the window."""
_JOINED = "(date_bin({part}, kept.hits[{size}], 'epoch') = date_bin({part}, statement_timestamp(), 'epoch'))::int"
"""1 when a pass takes the place of the last entry, because it is of the same part of the window; else 0."""

_FORGET = "DELETE FROM api_ratecount WHERE hits[cardinality(hits)] < clock_timestamp() - interval '2 days'"


@dataclass(frozen=True)
class Passage:
    """Whether a request passed its limit, and how the caller stands now."""

    policy: str
    rate: Rate
    passed: bool
    remaining: int
    seconds_to_next: float
    """Until the oldest pass leaves the window, which makes room for another."""

    @property
    def retry_after(self) -> int:
        """Whole seconds, 1 or more."""
        return max(1, math.ceil(self.seconds_to_next))

    def headers(self) -> dict[str, str]:
        """``RateLimit-Policy`` and ``RateLimit`` (draft-ietf-httpapi-ratelimit-headers), and ``Retry-After``."""
        found = {
            "RateLimit-Policy": f'"{self.policy}";q={self.rate.limit};w={self.rate.seconds}',
            "RateLimit": f'"{self.policy}";r={self.remaining};t={math.ceil(max(0, self.seconds_to_next))}',
        }
        return found if self.passed else {**found, "Retry-After": str(self.retry_after)}


def try_pass(policy: str, identity: str, rate: Rate) -> Passage:
    """Count one request of ``identity`` under the limit ``policy``, if it may pass."""
    values = {"key": f"{policy}:{identity}"}
    to_pass, to_wait = _statements(rate)
    with prepared_cursor() as cursor:
        cursor.execute(to_pass, values)
        if row := cursor.fetchone():
            used, wait = row
            return Passage(policy, rate, True, max(0, rate.limit - used), wait)
        cursor.execute(to_wait, values)
        row = cursor.fetchone()
    # No row, or NULL: room has come since.
    return Passage(policy, rate, False, 0, (row and row[0]) or 0.0)


@lru_cache(maxsize=64)
def _statements(rate: Rate) -> tuple[str, str]:
    """To pass, and how long to wait: the numbers stand in the texts, which is cheaper than sending them each time."""
    window, part = (f"interval '{micro} microseconds'" for micro in (rate.seconds * 1_000_000, rate.seconds * 10_000))
    left = _LEFT.format(window=window)
    joined = _JOINED.format(part=part, size=_SIZE) if rate.limit > MOST_ENTRIES else "0"
    return (
        _COUNT.format(limit=rate.limit, window=window, size=_SIZE, left=left, joined=joined),
        _WAIT.format(window=window, left=left),
    )


def forget_idle_counts() -> int:
    """Remove the rows of callers who have not come for longer than any window; how many they were."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
        return int(cursor.rowcount)
