"""Exact rate limits: at most N requests in any window, with any number of processes.

One row per limit and caller contains the times of the last passes. A request passes when fewer than N passes are in the
window. Its own time is then added, and times that are no longer needed are dropped. One statement does this under the
row's lock and by PostgreSQL's clock, so the number of processes and servers does not matter. Refused requests write
nothing. (A fixed window would let nearly 2 N requests pass around its edge.)

Up to a limit of 100, the row has an entry for each pass. With a higher limit, the window is cut into 100 parts. The row
then has an entry for each part that contains passes, with the time of the last pass. So no row grows long. A window
never contains more than N passes, but a request may be refused when its window contains a few fewer.

From a limit of 2,000 on, one statement may count several passes. The request uses one of them, and the process holds
the rest for the caller's next requests (``api/protection/held_passes.py``).

The statement must commit on its own. Otherwise a request that is rolled back would not be counted, and the requests of
a caller would wait for each other. The statement therefore runs before the view, and a system check refuses
``ATOMIC_REQUESTS``.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection

from api.domain.rates import Rate
from api.protection.held_passes import HeldPasses, Hold, compute_hold_seconds
from sf.ingest.prepared import Statement

MOST_ENTRIES = 100
"""The greatest limit for which each pass is an entry.
With a higher limit, an entry is a part of the window."""

# ``hits`` are times in ascending order; ``totals`` at the same place is the number of passes up to that time since the
# row was created. The number of passes since any time is therefore the difference of two totals. A binary search
# (``width_bucket``) finds the entry of the earlier total. When a row is written, its first entry is the newest entry
# before the window (in a new row: 1970), and the other entries are in the window.
#
# The time of a pass is read when the row is locked. A time from before the wait for the lock could be older than the
# last entry. The start of the window uses the time before the wait, so an entry may leave the window a moment too late.
# Passes that are held for later requests count as used at the latest time at which they may be used.
_COUNT = """
    INSERT INTO api_ratecount AS kept (key, hits, totals)
    VALUES (%(passage_key)s, ARRAY['epoch', {used_at}]::timestamptz[], ARRAY[0, %(passes)s::int])
    ON CONFLICT (key) DO UPDATE
       SET hits = kept.hits[{left} : {size} - {joined}] || greatest({used_at}, kept.hits[{size}]),
           totals = kept.totals[{left} : {size} - {joined}] || kept.totals[{size}] + %(passes)s::int
     WHERE kept.totals[{size}] - kept.totals[{left}] + %(passes)s::int <= {limit}
    RETURNING totals[cardinality(totals)] - totals[1] AS used,
              extract(epoch FROM hits[2] + {window} - clock_timestamp())::float8 AS wait
"""

_WAIT = """
    SELECT extract(epoch FROM hits[{left} + 1] + {window} - clock_timestamp())::float8 AS wait
      FROM api_ratecount AS kept WHERE key = %(passage_key)s
"""

_SIZE = "cardinality(kept.hits)"
_LEFT = "greatest(1, width_bucket(statement_timestamp() - {window}, kept.hits))"
"""The place of the last entry before the window."""
_JOINED = (
    "(date_bin({part}, kept.hits[{size}], 'epoch') = date_bin({part}, statement_timestamp() + {hold}, 'epoch'))::int"
)
"""1 when a pass replaces the last entry, because both are in the same part of the window; otherwise 0."""

# A pass so far in the future was counted before PostgreSQL's clock was set back. The caller would wait until that time.
_FORGET_AHEAD = """
    DELETE FROM api_ratecount
     WHERE key = %(passage_key)s AND hits[cardinality(hits)] > clock_timestamp() + make_interval(secs => %(seconds)s)
"""

_FORGET = "DELETE FROM api_ratecount WHERE hits[cardinality(hits)] < clock_timestamp() - interval '2 days'"


@dataclass(frozen=True)
class RateLimitResult:
    """The decision about one request, and the number of requests that the caller has left."""

    policy: str
    rate: Rate
    passed: bool
    remaining: int
    seconds_to_next: float
    """The seconds until the oldest pass leaves the window and makes room for another request."""

    @property
    def retry_after(self) -> int:
        """Return the whole seconds to wait, at least 1."""
        return max(1, math.ceil(self.seconds_to_next))

    def headers(self) -> dict[str, str]:
        """Return the headers of draft-ietf-httpapi-ratelimit-headers, and ``Retry-After`` if refused."""
        limits = {
            "RateLimit-Policy": f'"{self.policy}";q={self.rate.limit};w={self.rate.seconds}',
            "RateLimit": f'"{self.policy}";r={self.remaining};t={math.ceil(max(0, self.seconds_to_next))}',
        }
        return limits if self.passed else {**limits, "Retry-After": str(self.retry_after)}


_held = HeldPasses()


def try_pass(policy: str, identity: str, rate: Rate) -> RateLimitResult:
    """Count one request of ``identity`` under the limit ``policy``, if it may pass."""
    key = f"{policy}:{identity}"
    hold = _held.use(key, rate)
    if hold is not None:
        return RateLimitResult(policy, rate, True, hold.room + hold.left, max(0.0, hold.next_at - time.monotonic()))
    return _count_passes(policy, key, rate, _held.compute_next_size(key, rate))


def _count_passes(policy: str, key: str, rate: Rate, passes: int) -> RateLimitResult:
    """Count ``passes`` at once and use one of them. Near the limit, with no room for all, count only one."""
    now = time.monotonic()
    rows = Statement(_build_count_statement(rate), {"passage_key": key, "passes": passes}).rows()
    if not rows:
        return _count_passes(policy, key, rate, 1) if passes > 1 else _refuse_pass(policy, key, rate)
    room, wait = max(0, rate.limit - rows[0]["used"]), rows[0]["wait"]
    _held.add(key, rate, Hold(passes, passes - 1, now, room, now + wait))
    return RateLimitResult(policy, rate, True, room + passes - 1, wait)


def _refuse_pass(policy: str, key: str, rate: Rate) -> RateLimitResult:
    rows = Statement(_build_wait_statement(rate), {"passage_key": key}).rows()
    wait = (rows and rows[0]["wait"]) or 0.0  # no row or NULL means that there is room by now
    if wait > 2 * rate.seconds and _forget_count_ahead(key, rate):
        return _count_passes(policy, key, rate, 1)
    return RateLimitResult(policy, rate, False, 0, wait)


def _forget_count_ahead(key: str, rate: Rate) -> bool:
    """Remove the caller's row if its last pass is more than a window in the future."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_AHEAD, {"passage_key": key, "seconds": rate.seconds})
        return int(cursor.rowcount) == 1


# The numbers of a rate are part of the statement, which is cheaper than sending them each time.


@lru_cache(maxsize=64)
def _build_count_statement(rate: Rate) -> str:
    hold = _format_interval(compute_hold_seconds(rate))
    joined = _JOINED.format(part=_format_interval(rate.seconds / MOST_ENTRIES), size=_SIZE, hold=hold)
    return _COUNT.format(
        limit=rate.limit,
        window=_format_interval(rate.seconds),
        size=_SIZE,
        left=_LEFT.format(window=_format_interval(rate.seconds)),
        joined=joined if rate.limit > MOST_ENTRIES else "0",
        used_at=f"clock_timestamp() + {hold}" if compute_hold_seconds(rate) else "clock_timestamp()",
    )


@lru_cache(maxsize=64)
def _build_wait_statement(rate: Rate) -> str:
    window = _format_interval(rate.seconds)
    return _WAIT.format(window=window, left=_LEFT.format(window=window))


def _format_interval(seconds: float) -> str:
    return f"interval '{round(seconds * 1_000_000)} microseconds'"


def forget_idle_counts() -> int:
    """Remove the rows of callers who were absent for longer than any window, and return their number."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
        return int(cursor.rowcount)
