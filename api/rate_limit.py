"""Exact rate limits: at most N in any window, however many processes and requests at once.

One row a limit and caller holds the times of the last N passes. A request passes when fewer than N are kept or the
oldest of them has left the window; then its own time takes the oldest one's place. That is one statement, decided
under the row's lock and by PostgreSQL's clock, so the number of processes and servers does not matter. Refused
requests write nothing. (A fixed window would let nearly 2 N pass around its edge.)

A row for N = 100,000 would be slow to write. Above 100 the window is cut into 100 parts, of which each keeps one time
(its last pass) and a count: never more than N pass, perhaps a few less.

The statement must commit on its own, or a request that is rolled back would not have been counted and the requests
of a caller would wait for each other: it runs before the view, and a system check refuses ``ATOMIC_REQUESTS``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection

from api.rates import Rate
from sf.prepared import prepared_cursor

MOST_TIMES_KEPT = 100
"""Above this limit, times are kept by sub-window."""

# How many passes are in the window, and the seconds until the oldest of them leaves it.
_STANDING = """
    SELECT ARRAY[coalesce(sum(coalesce(count, 1)), 0),
                 coalesce(extract(epoch FROM min(hit) + %(window)s - clock_timestamp()), 0)]::float8[]
      FROM unnest(hits, counts) AS entry (hit, count) WHERE hit >= clock_timestamp() - %(window)s
"""

# The clock is read in the SET and WHERE of the update, which run when the row is locked: a time from before the wait
# for the lock could be older than the one it follows. ``hits[n - limit + 1]`` is the Nth latest pass, NULL when there
# are fewer.
_EXACTLY = f"""
    INSERT INTO api_ratecount AS kept (key, hits) VALUES (%(key)s, ARRAY[clock_timestamp()])
    ON CONFLICT (key) DO UPDATE
       SET hits = kept.hits[cardinality(kept.hits) - %(limit)s + 2 :] || clock_timestamp()
     WHERE coalesce(kept.hits[cardinality(kept.hits) - %(limit)s + 1] < clock_timestamp() - %(window)s, true)
    RETURNING ({_STANDING})
"""  # noqa: S608 - put together from constants

# As above, by sub-windows. Every pass is at most as old as the time that stands for its sub-window, so nothing that
# is still in the window is left out of the sum.
_BY_PARTS = f"""
    INSERT INTO api_ratecount AS kept (key, hits, counts) VALUES (%(key)s, ARRAY[clock_timestamp()], ARRAY[1])
    ON CONFLICT (key) DO UPDATE
       SET (hits, counts) = (
           SELECT array_agg(hit ORDER BY hit), array_agg(count ORDER BY hit)
             FROM (SELECT max(hit) AS hit, sum(count)::int AS count
                     FROM (SELECT hit, count FROM unnest(kept.hits, kept.counts) AS entry (hit, count)
                            WHERE hit >= clock_timestamp() - %(window)s
                            UNION ALL SELECT clock_timestamp(), 1) AS entries
                    GROUP BY floor(extract(epoch FROM hit) / %(part)s)) AS parts)
     WHERE (SELECT coalesce(sum(count), 0) FROM unnest(kept.hits, kept.counts) AS entry (hit, count)
             WHERE hit >= clock_timestamp() - %(window)s) < %(limit)s
    RETURNING ({_STANDING})
"""  # noqa: S608 - put together from constants

_LOOK = f"SELECT ({_STANDING}) FROM api_ratecount WHERE key = %(key)s"  # noqa: S608 - likewise

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
    by_parts = rate.limit > MOST_TIMES_KEPT
    values: dict[str, Any] = {
        "key": f"{policy}{'~' if by_parts else ':'}{identity}",
        "limit": rate.limit,
        "window": timedelta(seconds=rate.seconds),
        "part": rate.seconds / MOST_TIMES_KEPT,
    }
    with prepared_cursor() as cursor:
        cursor.execute(_BY_PARTS if by_parts else _EXACTLY, values)
        row = cursor.fetchone()
        passed = row is not None
        if row is None:
            cursor.execute(_LOOK, values)
            row = cursor.fetchone()
    # No row: it went between the two statements, the table was emptied.
    [[used, wait]] = row or [[rate.limit, rate.seconds]]
    remaining = max(0, rate.limit - int(used)) if passed else 0
    return Passage(policy, rate, passed, remaining, seconds_to_next=wait)


def forget_idle_counts() -> int:
    """Remove the rows of callers who have not come for longer than any window; how many they were."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
        return int(cursor.rowcount)
