"""Is each sync as fresh as its schedule promises, and did each other job end well?

For ``/healthz/``, which tells it to anybody, and for ``sync_status``, which also says why.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Max, Q
from django.utils import timezone

from sf.models import SyncRun
from sf.sync.objects import ACCOUNTS, ADOPTIONS, BOOKS, CONTACTS, OPPORTUNITIES
from sf.sync.runs import ENDED_WITHOUT_A_WORD
from sf.sync.under_way import dead_runs

_DAILY = timedelta(hours=26)
_WEEKLY = timedelta(days=8)

MAX_AGE: dict[str, timedelta] = {
    BOOKS.name: _WEEKLY,
    ACCOUNTS.name: _DAILY,
    CONTACTS.name: _DAILY,
    OPPORTUNITIES.name: _DAILY,
    ADOPTIONS.name: _DAILY,
}
"""How old the last good run may be: the interval of the cron table and some time to run. Other apps add theirs.

A sample is no good run: it says nothing of the rest.
"""

JOBS = ["cleanup_logs", "deliver_pending"]
"""Scheduled jobs that fill no table: not yet run is no fault, failing is. Other apps add theirs."""

FAILING = ("failing", "interrupted")

_BAD = (SyncRun.State.FAILED, SyncRun.State.INTERRUPTED)


State = Literal["fresh", "failing", "interrupted", "late", "never"]


@dataclass(frozen=True)
class Freshness:
    """How fresh one object is. ``failing`` or ``interrupted``: the last run ended badly or its process was killed, and
    no good one has followed."""

    name: str
    state: State
    age_seconds: int | None


def sync_freshness() -> list[Freshness]:
    """All objects of ``MAX_AGE``, in its order."""
    ends = _last_ends(MAX_AGE)
    return [_judged(name, ends.get(name, _NEVER), allowed) for name, allowed in MAX_AGE.items()]


def job_freshness() -> list[Freshness]:
    """All jobs of ``JOBS``, in its order; they are never late."""
    ends = _last_ends(JOBS)
    return [_judged(name, ends.get(name, _NEVER), timedelta.max) for name in JOBS]


def failing_jobs() -> list[str]:
    """The jobs of ``JOBS`` whose last run ended badly."""
    return [each.name for each in job_freshness() if each.state in FAILING]


def failure_messages(names: Collection[str]) -> dict[str, str]:
    """Name → why its last run that ended badly did."""
    bad = SyncRun.objects.filter(object__in=names, state__in=_BAD)
    messages = dict(bad.order_by("object", "-ended").distinct("object").values_list("object", "message"))
    return messages | {run.name: ENDED_WITHOUT_A_WORD for run in dead_runs(names)}


@dataclass(frozen=True)
class _Ends:
    """When a run last brought everything, last ended well (a sample too), and last ended badly."""

    done: datetime | None = None
    well: datetime | None = None
    bad: datetime | None = None
    killed: datetime | None = None

    @property
    def failing(self) -> bool:
        return self.bad is not None and (self.well is None or self.bad > self.well)

    @property
    def interrupted(self) -> bool:
        return self.failing and self.killed is not None and self.killed == self.bad


_NEVER = _Ends()


def _judged(name: str, ended: _Ends, allowed: timedelta) -> Freshness:
    age = timezone.now() - ended.done if ended.done else None
    state: State = "fresh"
    if ended.failing:
        state = "interrupted" if ended.interrupted else "failing"
    elif age is None:
        state = "never"
    elif age > allowed:
        state = "late"
    return Freshness(name, state, int(age.total_seconds()) if age else None)


def _last_ends(names: Collection[str]) -> dict[str, _Ends]:
    rows = (
        SyncRun.objects.filter(object__in=names)
        .order_by()
        .values("object")
        .annotate(
            done=Max("ended", filter=Q(state=SyncRun.State.DONE) & ~Q(mode=SyncRun.Mode.SAMPLE)),
            well=Max("ended", filter=Q(state=SyncRun.State.DONE)),
            bad=Max("ended", filter=Q(state__in=_BAD)),
            killed=Max("ended", filter=Q(state=SyncRun.State.INTERRUPTED)),
        )
    )
    ends = {row["object"]: _Ends(row["done"], row["well"], row["bad"], row["killed"]) for row in rows}
    for run in dead_runs(names):
        before = ends.get(run.name, _NEVER)
        if before.bad is None or run.ended > before.bad:
            ends[run.name] = replace(before, bad=run.ended, killed=run.ended)
    return ends
