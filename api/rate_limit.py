"""Exact rate limits: at most N in any window, however many processes and requests at once.

One row a limit and caller holds when the last passes were and how many they are. A request passes when fewer than N
are in the window; then its own time is added, and what has left the window goes. That is one statement, decided under
the row's lock and by PostgreSQL's clock, so the number of processes and servers does not matter. Refused requests
write nothing. (A fixed window would let nearly 2 N pass around its edge.)

Up to a limit of 100 each pass is an entry. Above, the window is cut into 100 parts, and the passes of a part are one
entry: the time of the last and a count. Never more than N pass, perhaps a few less, and no row grows long.

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

# The clock is read in the SET and WHERE of the update, which run when the row is locked: a time from before the wait
# for the lock could be older than the one it follows. Entries are in the order of their times, also when the clock is
# set back. Nearly always nothing has left the window since the last pass: the sum over all entries is the exception.
_COUNT = """
    INSERT INTO api_ratecount AS kept (key, hits, counts, used)
    VALUES (%(key)s, ARRAY[clock_timestamp()], ARRAY[1], 1)
    ON CONFLICT (key) DO UPDATE
       SET (hits, counts, used) = (
           SELECT kept.hits[gone + 1 : size - joined] || now,
                  kept.counts[gone + 1 : size - joined] || (1 + joined * kept.counts[size]),
                  kept.used + 1
                      - CASE gone WHEN 0 THEN 0 ELSE (SELECT sum(count) FROM unnest(kept.counts[: gone]) AS count) END
             FROM (SELECT cardinality(kept.hits) AS size,
                          greatest(clock_timestamp(), kept.hits[cardinality(kept.hits)]) AS now) AS moment,
                  LATERAL (SELECT {joined} AS joined,
                                  CASE WHEN kept.hits[1] >= now - {window} THEN 0
                                       ELSE (SELECT count(*)::int FROM unnest(kept.hits) AS hit
                                              WHERE hit < now - {window}) END AS gone OFFSET 0) AS change)
     WHERE kept.used < {limit}
        OR kept.used - (SELECT coalesce(sum(count), 0) FROM unnest(kept.hits, kept.counts) AS entry (hit, count)
                         WHERE hit < clock_timestamp() - {window}) < {limit}
    RETURNING used, extract(epoch FROM hits[1] + {window} - clock_timestamp())::float8
"""

# Whether a pass joins the last entry: its time is of the same part of the window.
_JOINED = "(date_bin({part}, kept.hits[size], 'epoch') = date_bin({part}, now, 'epoch'))::int"

_WAIT = """
    SELECT extract(epoch FROM min(hit) + {window} - clock_timestamp())::float8
      FROM api_ratecount, unnest(hits) AS hit WHERE key = %(key)s AND hit >= clock_timestamp() - {window}
"""

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
        [[wait]] = cursor.fetchall()
    # NULL: room has come since.
    return Passage(policy, rate, False, 0, wait or 0.0)


@lru_cache(maxsize=64)
def _statements(rate: Rate) -> tuple[str, str]:
    """To pass, and how long to wait: the numbers stand in the texts, which is cheaper than sending them each time."""
    window, part = (f"interval '{micro} microseconds'" for micro in (rate.seconds * 1_000_000, rate.seconds * 10_000))
    joined = _JOINED.format(part=part) if rate.limit > MOST_ENTRIES else "0"
    return _COUNT.format(limit=rate.limit, window=window, joined=joined), _WAIT.format(window=window)


def forget_idle_counts() -> int:
    """Remove the rows of callers who have not come for longer than any window; how many they were."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
        return int(cursor.rowcount)
