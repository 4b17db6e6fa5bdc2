"""Circuit breakers for calls to Salesforce and Accounts, stored in PostgreSQL for all processes.

While a breaker is closed, requests call the system. After three failures in a row, or one that will not end soon, the
breaker opens, and requests no longer wait for the system. The first success closes the breaker.

While the breaker of deliveries is open, ``deliver_pending`` begins with one case (a probe), and the pauses between
probes grow. When no probe was made for six minutes (for example without cron), one request may make a probe.

Live calls are calls whose answer a user waits for. They have their own breakers. Live calls are never queued, so
requests make the probes, at most one in ``LIVE_SILENCE``. For Salesforce this time doubles with each
failed probe, up to 8 minutes.

Each check and each record of a result is one or two short SQL statements; the clock is PostgreSQL's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from api.models import CircuitBreaker
from api.protection.bulkhead import Neighbor, NoPlaceFree, place
from sf.live.records import LiveCallFailed
from sf.sync.best_effort import best_effort

NAME = "salesforce"
"""The breaker of deliveries."""
LIVE = "salesforce live"
"""The breaker of live calls to Salesforce."""
ACCOUNTS = "accounts"
"""The breaker of calls to OpenStax Accounts."""
SLOW_SECONDS = 2.0
"""A slower answer counts as a failure, because a system that is slow for everyone takes all threads."""
THRESHOLD = 3
LONGEST_SILENCE = timedelta(minutes=6)
"""After this long without a probe, a request may be the probe."""
LIVE_SILENCE = timedelta(seconds=30)
LIVE_DOUBLINGS = 4
"""The silence doubles at most this number of times, to 8 minutes.
Probes must be rare, because a caller waits for each of them."""
PROBES_WITHOUT_PAUSE = 2
"""After this number of failed probes, ``deliver_pending`` pauses between its probes."""
FIRST_PAUSE = timedelta(seconds=20)
LONGEST_PAUSE = timedelta(minutes=4)
"""The longest pause between probes of ``deliver_pending``.
This pause, the wait for cron's next run (up to a minute) and the time of a probe are together shorter than
``LONGEST_SILENCE``. So where cron runs, requests seldom make a probe."""

_TAKE_TURN = """
    UPDATE api_circuitbreaker SET last_failure = clock_timestamp()
     WHERE name = %(name)s
       AND last_failure NOT BETWEEN
           clock_timestamp() - %(silence)s * 2 ^ least(greatest(failures - %(threshold)s, 0), %(doublings)s)
           AND clock_timestamp() + %(silence)s
"""
"""The upper bound is for a failure that was recorded before PostgreSQL's clock was set back."""

_FAILED = """
    INSERT INTO api_circuitbreaker AS kept (name, failures, failed_probes, last_failure, reason)
    VALUES (%(name)s, %(least)s, 0, clock_timestamp(), %(reason)s)
    ON CONFLICT (name) DO UPDATE
       SET failures = greatest(kept.failures + 1, %(least)s), last_failure = clock_timestamp(), reason = %(reason)s,
           failed_probes = kept.failed_probes + %(probes)s
"""


@dataclass(frozen=True)
class BreakerState:
    """The state of the breaker of deliveries."""

    open: bool = False
    reason: str = ""
    failed_probes: int = 0
    since_failure: timedelta = timedelta()
    """Negative after PostgreSQL's clock was set back."""

    @property
    def probe_is_due(self) -> bool:
        """Return whether ``deliver_pending`` may try again."""
        further = self.failed_probes - PROBES_WITHOUT_PAUSE
        return further < 0 or abs(self.since_failure) >= min(FIRST_PAUSE * 2 ** min(further, 10), LONGEST_PAUSE)


def load_breaker_state() -> BreakerState:
    row = (
        CircuitBreaker.objects.filter(name=NAME, failures__gte=THRESHOLD)
        .annotate(since=Now() - F("last_failure"))
        .values_list("reason", "failed_probes", "since")
        .first()
    )
    return BreakerState(True, *row) if row else BreakerState()


def load_breakers() -> dict[str, bool]:
    """Return every breaker by name, and whether it is open."""
    rows = CircuitBreaker.objects.values_list("name", "failures")
    return {NAME: False, LIVE: False, ACCOUNTS: False} | {name: failures >= THRESHOLD for name, failures in rows}


def describe_open_breakers() -> Iterator[str]:
    """Yield the open breakers with their reasons, for ``sync_status``."""
    for breaker in CircuitBreaker.objects.filter(failures__gte=THRESHOLD).order_by("name"):
        yield f"breaker         {breaker.name} is open: {breaker.reason}"


def request_may_call(name: str = NAME, *, silence: timedelta = LONGEST_SILENCE, doublings: int = 0) -> bool:
    """Return whether a request may call the system of the breaker ``name``.

    While the breaker is open, the result is true at most once per ``silence``. The silence doubles with each further
    failure, up to ``doublings`` times. A true result then reserves the probe: the caller must make the call.
    """
    if not CircuitBreaker.objects.filter(name=name, failures__gte=THRESHOLD).exists():
        return True
    values: dict[str, Any] = {"name": name, "silence": silence, "threshold": THRESHOLD, "doublings": doublings}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_TURN, values)
        return int(cursor.rowcount) == 1


def may_make_live_call() -> bool:
    """Return whether a request may make a live call to Salesforce. After ``True``, it must call."""
    return request_may_call(LIVE, silence=LIVE_SILENCE, doublings=LIVE_DOUBLINGS)


def may_ask_accounts() -> bool:
    """Return whether a request may ask Accounts. After ``True``, it must ask."""
    return request_may_call(ACCOUNTS, silence=LIVE_SILENCE, doublings=0)


class LiveCall:
    """One request's live call to Salesforce.

    Only requests with a place may wait for Salesforce, and there are few places (``api/protection/bulkhead.py``). The
    request has its place from ``may_ask`` to the end of the ``live_call`` block.
    """

    def __init__(self, places: ExitStack) -> None:
        self._places = places
        self.is_allowed = False
        self.slowest = 0.0
        """The seconds of the slowest HTTP call; the caller sets it."""

    def may_ask(self) -> bool:
        """Take a place, and return whether Salesforce may be asked now.

        Raises ``NoPlaceFree`` when no place is free.
        """
        if not self._places.enter_context(place(Neighbor.SALESFORCE)):
            raise NoPlaceFree
        self.is_allowed = may_make_live_call()
        return self.is_allowed


@contextmanager
def live_call() -> Iterator[LiveCall]:
    """Record the result of the block's live call. The block calls ``may_ask`` just before the call."""
    with ExitStack() as places:
        call = LiveCall(places)
        try:
            yield call
        except LiveCallFailed as failure:
            if call.is_allowed:
                note_live_failure(failure)
            raise
        if call.is_allowed:
            note_answer(LIVE, call.slowest)


def note_failure(reason: str, *, name: str = NAME, for_good: bool = False, probe: bool = False) -> None:
    """Record a failed call. With ``for_good``, the failure will not end soon: the breaker opens at once."""
    values: dict[str, Any] = {
        "name": name,
        "least": THRESHOLD if for_good else 1,
        "reason": reason,
        "probes": int(probe),
    }
    with best_effort("circuit breaker"), connection.cursor() as cursor:
        cursor.execute(_FAILED, values)


def note_live_failure(failure: LiveCallFailed) -> None:
    """Record a failed live call. An error that concerns only this call counts as a success."""
    if failure.away:
        note_failure(str(failure), name=LIVE, for_good=failure.lasting)
    else:
        note_success(LIVE)


def close_breakers(before: str, now: str) -> list[str]:
    """Close all breakers when another org is cached: old failures say nothing about the new org."""
    CircuitBreaker.objects.filter(failures__gt=0).update(failures=0, failed_probes=0, reason="")
    return []


def note_success(name: str = NAME) -> None:
    """Close the breaker, because the system has answered. Writes nothing when no failure is recorded."""
    with best_effort("circuit breaker"):
        CircuitBreaker.objects.filter(name=name, failures__gt=0).update(failures=0, failed_probes=0, reason="")


def note_answer(name: str, seconds: float) -> None:
    """Record an answer that took this many seconds."""
    if seconds > SLOW_SECONDS:
        note_failure(f"the answer took {seconds:.1f} s", name=name)
    else:
        note_success(name)
