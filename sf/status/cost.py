"""Estimate the syncs' Salesforce calls a day, with the pauses of ``SYNC_EVERY`` and shorter pauses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection

from outgoing.numbers import format_count
from sf.models import SyncConfig
from sf.sync.objects import EVERY_OBJECT

_DAY = timedelta(days=1)
_CALLS_UNTIL_KNOWN = 3.0
"""The calls assumed for a run of an object that has no finished incremental run.

They are the count, the read, and a share of the login and of the call that reads the org's limits.
"""
_COMPARED = (timedelta(minutes=5), timedelta(minutes=1))

# Only the latest runs, because the cost of a run changes with the org.
_CALLS = """
    SELECT wanted.name, avg(run.api_calls) FROM unnest(%s::text[]) AS wanted (name) CROSS JOIN LATERAL (
        SELECT api_calls FROM sf_syncrun
         WHERE object = wanted.name AND state = 'done' AND mode = 'incremental'
         ORDER BY started DESC, id DESC LIMIT 20) AS run
     GROUP BY wanted.name
"""


@dataclass(frozen=True)
class Cost:
    """The calls a day of all incremental syncs, and the calls that are allowed a day.

    ``allowed`` is the org's maximum, or ``SyncConfig.api_limit`` if that is smaller.
    """

    calls: int
    allowed: int

    @property
    def share(self) -> float:
        return self.calls / self.allowed if self.allowed else 1.0

    def __str__(self) -> str:
        return f"about {format_count(self.calls, 'call')} a day, {self.share:.1%} of {self.allowed:,}"


def compose_cost_line() -> str:
    """Return a line for people: how often syncs run, what that costs, and what shorter pauses would cost."""
    chosen: Mapping[str, timedelta] = settings.SYNC_EVERY
    more_often = [pause for pause in _COMPARED if pause < min(chosen.values())]
    others = [
        f"{_format_pause(pause)} ({_as_set(pause)}) {estimate_cost(dict.fromkeys(chosen, pause))}"
        for pause in more_often
    ]
    return "; ".join([f"{describe_pauses(chosen)}: {estimate_cost(chosen)}", *others])


def is_affordable() -> bool:
    """Return whether the syncs leave half of the day's budget to retries, full reads and other programs."""
    estimate, config = estimate_cost(settings.SYNC_EVERY), SyncConfig.load()
    return estimate.calls <= config.compute_budget(estimate.allowed) / 2


def estimate_cost(pauses: Mapping[str, timedelta]) -> Cost:
    """Estimate the calls a day from the calls of each object's latest incremental runs."""
    known = _calls_of_a_run()
    calls = sum(known.get(name, _CALLS_UNTIL_KNOWN) * (_DAY / pause) for name, pause in pauses.items())
    config = SyncConfig.load()
    return Cost(round(calls), min(config.api_limit, config.last_usage_limit or config.api_limit))


def describe_pauses(pauses: Mapping[str, timedelta]) -> str:
    """Return for example ``Salesforce is read every day, contacts every 5 minutes, books every 7 days``."""
    rest = max(pause for name, pause in pauses.items() if name != "books")
    others = [f"{name} {_format_pause(pause)}" for name, pause in pauses.items() if pause != rest]
    return ", ".join([f"Salesforce is read {_format_pause(rest)}", *others])


def _calls_of_a_run() -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute(_CALLS, [[synced.name for synced in EVERY_OBJECT]])
        return {name: float(calls) for name, calls in cursor.fetchall()}


def _format_pause(pause: timedelta) -> str:
    for unit, word in ((_DAY, "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        number = pause // unit
        if number:
            return f"every {word}" if number == 1 else f"every {number} {word}s"
    raise ValueError(pause)


def _as_set(pause: timedelta) -> str:
    return f"SYNC_EVERY={pause // timedelta(minutes=1)}m"
