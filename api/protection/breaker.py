"""Circuit breakers for calls to Salesforce, in PostgreSQL: what one process has learnt, all know.

Closed: requests call Salesforce. After three failures in a row it opens: requests do not wait for Salesforce any more,
and ``deliver_pending`` tries one case a run (a probe), less and less often. The first success closes it. When nobody
has tried for six minutes (no cron), one request may.

Live calls, whose answer a user waits for, have a breaker of their own: nothing is kept for later there, so that a
request is the probe, one in ``LIVE_SILENCE``, which doubles with each that fails.

Each function is one or two short statements; the clock is PostgreSQL's.
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
"""Deliveries."""
LIVE = "salesforce live"
"""Look-ups and changes of contacts."""
ACCOUNTS = "accounts"
"""Questions about users to OpenStax Accounts."""
SLOW_SECONDS = 2.0
"""An answer that takes longer counts as a failure: a neighbor that is slow with everybody takes all threads."""
THRESHOLD = 3
LONGEST_SILENCE = timedelta(minutes=6)
"""After so long without a try, a request may be one."""
LIVE_SILENCE = timedelta(seconds=30)
LIVE_DOUBLINGS = 4
"""Up to 8 minutes: each live call with a wrong password is a failed login."""
PROBES_EACH_RUN = 2
"""So many failed probes may follow each other as quickly as ``deliver_pending`` is run."""
FIRST_PAUSE = timedelta(seconds=20)
LONGEST_PAUSE = timedelta(minutes=4)
"""With cron's minute and the time that a probe takes shorter than ``LONGEST_SILENCE``: where cron runs, requests never
are the probe."""

_TAKE_TURN = """
    UPDATE api_circuitbreaker SET last_failure = clock_timestamp()
     WHERE name = %(name)s
       AND last_failure
           < clock_timestamp() - %(silence)s * 2 ^ least(greatest(failures - %(threshold)s, 0), %(doublings)s)
"""

_FAILED = """
    INSERT INTO api_circuitbreaker AS kept (name, failures, failed_probes, last_failure, reason)
    VALUES (%(name)s, %(least)s, 0, clock_timestamp(), %(reason)s)
    ON CONFLICT (name) DO UPDATE
       SET failures = greatest(kept.failures + 1, %(least)s), last_failure = clock_timestamp(), reason = %(reason)s,
           failed_probes = kept.failed_probes + %(probes)s
"""


@dataclass(frozen=True)
class BreakerState:
    """How Salesforce has answered lately."""

    open: bool = False
    reason: str = ""
    failed_probes: int = 0
    since_failure: timedelta = timedelta()

    @property
    def probe_is_due(self) -> bool:
        """Whether ``deliver_pending`` may try again."""
        further = self.failed_probes - PROBES_EACH_RUN
        return further < 0 or self.since_failure >= min(FIRST_PAUSE * 2 ** min(further, 10), LONGEST_PAUSE)


def breaker_state() -> BreakerState:
    row = (
        CircuitBreaker.objects.filter(name=NAME, failures__gte=THRESHOLD)
        .annotate(since=Now() - F("last_failure"))
        .values_list("reason", "failed_probes", "since")
        .first()
    )
    return BreakerState(True, *row) if row else BreakerState()


def breakers() -> dict[str, bool]:
    """Every breaker by name, and whether it is open."""
    noted = CircuitBreaker.objects.values_list("name", "failures")
    return {NAME: False, LIVE: False, ACCOUNTS: False} | {name: failures >= THRESHOLD for name, failures in noted}


def breaker_lines() -> Iterator[str]:
    """For ``sync_status``: the open ones, with the reason."""
    for breaker in CircuitBreaker.objects.filter(failures__gte=THRESHOLD).order_by("name"):
        yield f"breaker         {breaker.name} is open since {breaker.failures:,} failures: {breaker.reason}"


def request_may_call(name: str = NAME, *, silence: timedelta = LONGEST_SILENCE, doublings: int = 0) -> bool:
    """Whether a request may wait for Salesforce. While it is open: no, or once in ``silence``, which doubles with each
    further failure, so often at most. A yes is to be used: it is the only one until then."""
    if not CircuitBreaker.objects.filter(name=name, failures__gte=THRESHOLD).exists():
        return True
    values: dict[str, Any] = {"name": name, "silence": silence, "threshold": THRESHOLD, "doublings": doublings}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_TURN, values)
        return int(cursor.rowcount) == 1


def live_call_allowed() -> bool:
    """Whether a request may make a live call."""
    return request_may_call(LIVE, silence=LIVE_SILENCE, doublings=LIVE_DOUBLINGS)


def accounts_call_allowed() -> bool:
    """Whether a request may ask Accounts."""
    return request_may_call(ACCOUNTS, silence=LIVE_SILENCE, doublings=0)


class LiveCall:
    """A live call of one request: a place among those that wait, and leave to ask."""

    def __init__(self, places: ExitStack) -> None:
        self._places = places
        self.asked = False
        self.slowest = 0.0
        """Seconds that the slowest of its calls took; the caller sets it."""

    def may_ask(self) -> bool:
        """Whether Salesforce may be asked now. Raises ``NoPlaceFree``."""
        if not self._places.enter_context(place(Neighbor.SALESFORCE)):
            raise NoPlaceFree
        self.asked = live_call_allowed()
        return self.asked


@contextmanager
def live_call() -> Iterator[LiveCall]:
    """Around one live call, which asks ``may_ask`` just before it. The end of the call is noted, if it was made."""
    with ExitStack() as places:
        call = LiveCall(places)
        try:
            yield call
        except LiveCallFailed as failure:
            if call.asked:
                note_live_failure(failure)
            raise
        if call.asked:
            note_answer(LIVE, call.slowest)


def note_failure(reason: str, *, name: str = NAME, for_good: bool = False, probe: bool = False) -> None:
    """Salesforce could not be asked. ``for_good``: it will not get better by itself soon, so it opens at once."""
    values: dict[str, Any] = {
        "name": name,
        "least": THRESHOLD if for_good else 1,
        "reason": reason,
        "probes": int(probe),
    }
    with best_effort("circuit breaker"), connection.cursor() as cursor:
        cursor.execute(_FAILED, values)


def note_live_failure(failure: LiveCallFailed) -> None:
    """A live call has failed. Where Salesforce has answered all the same, that is what counts."""
    if failure.away:
        note_failure(str(failure), name=LIVE, for_good=failure.lasting)
    else:
        note_success(LIVE)


def close_breakers(before: str, now: str) -> list[str]:
    """Another org is cached: how the one before has answered says nothing of it."""
    del before, now
    CircuitBreaker.objects.filter(failures__gt=0).update(failures=0, failed_probes=0, reason="")
    return []


def note_success(name: str = NAME) -> None:
    """Salesforce has answered: closed. Writes nothing when it was."""
    with best_effort("circuit breaker"):
        CircuitBreaker.objects.filter(name=name, failures__gt=0).update(failures=0, failed_probes=0, reason="")


def note_answer(name: str, seconds: float) -> None:
    """There was an answer, after so many seconds."""
    if seconds > SLOW_SECONDS:
        note_failure(f"it took {seconds:.1f} s to answer", name=name)
    else:
        note_success(name)
