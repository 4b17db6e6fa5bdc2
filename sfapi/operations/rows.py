"""The rows of the operators' page, each with the words that it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from outgoing.times import format_age, format_ago
from sf.models import OperatorAction, SyncLease, SyncRun
from sf.status.freshness import Freshness
from sfapi.operations.advice import Advice
from sfapi.operations.bars import Bars
from sfapi.operations.next_starts import SALESFORCE
from sfapi.operations.runs import state_of
from sfapi.operations.words import format_moment, format_seconds, format_span, label_of

STATES = {
    "failing": ("Failing", "bad"),
    "interrupted": ("Interrupted", "bad"),
    "late": ("Late", "warn"),
    "never": ("Never synced", "warn"),
    "fresh": ("Fresh", "good"),
}
"""The states of objects and jobs, the worst first, each with its label and its color."""
ORDER = list(STATES)


@dataclass(frozen=True)
class ObjectRow:
    """One object of Salesforce or Pardot: how fresh it is, its last runs, and what to do."""

    freshness: Freshness
    promise: timedelta
    bars: Bars
    set_aside: int
    next_read: datetime | None
    advice: Advice | None
    is_running: bool
    sync_key: str = ""
    """The key of the action that syncs this object; empty where the user has no button."""
    accept_key: str = ""

    @property
    def name(self) -> str:
        return self.freshness.name

    @property
    def label(self) -> str:
        return label_of(self.name)

    @property
    def system(self) -> str:
        return "Salesforce" if self.name in SALESFORCE else "Pardot"

    @property
    def word(self) -> str:
        return STATES[self.freshness.state][0]

    @property
    def tone(self) -> str:
        return STATES[self.freshness.state][1]

    @property
    def age(self) -> str:
        return format_ago(self.freshness.age_seconds)

    @property
    def promised(self) -> str:
        return format_span(self.promise)

    @property
    def next(self) -> str:
        return format_moment(self.next_read) if self.next_read else "not scheduled"


@dataclass(frozen=True)
class JobRow:
    """A scheduled job that is not the sync of one object."""

    freshness: Freshness
    seen: datetime | None
    next_start: datetime | None
    why: str

    @property
    def word(self) -> str:
        return "Never ran" if self.freshness.state == "never" else "Well" if self.is_well else self._state[0]

    @property
    def tone(self) -> str:
        return "info" if self.freshness.state == "never" else self._state[1]

    @property
    def is_well(self) -> bool:
        return self.freshness.state == "fresh"

    @property
    def _state(self) -> tuple[str, str]:
        return STATES[self.freshness.state]

    @property
    def last(self) -> str:
        return format_moment(self.seen) if self.seen else "never"

    @property
    def next(self) -> str:
        return format_moment(self.next_start) if self.next_start else "not scheduled"


@dataclass(frozen=True)
class RunningNow:
    """A run under way."""

    run: SyncRun
    lease: SyncLease | None

    @property
    def label(self) -> str:
        return label_of(self.run.object)

    @property
    def progress(self) -> str:
        rows = f"{self.run.rows_read:,} rows read" if self.run.rows_read else "reading"
        since = format_age((timezone.now() - self.run.started).total_seconds())
        where = f", process {self.lease.pid} on {self.lease.host}" if self.lease else ""
        return f"{rows}, for {since}{where}"


@dataclass(frozen=True)
class Budget:
    """The calls of a day at one system."""

    label: str
    used: int
    maximum: int
    pauses_at: int
    reported_at: datetime
    note: str = ""

    @property
    def used_text(self) -> str:
        return f"{self.used:,} of {self.maximum:,}"

    @property
    def pause_text(self) -> str:
        return f"Syncs pause from {self.pauses_at:,} on{f'. {self.note}' if self.note else ''}"

    @property
    def as_of(self) -> str:
        return format_moment(self.reported_at)


@dataclass(frozen=True)
class ActivityRow:
    """A press of a button."""

    action: OperatorAction

    @property
    def word(self) -> str:
        return _ACTION_STATES[self.action.state][0]

    @property
    def tone(self) -> str:
        return _ACTION_STATES[self.action.state][1]

    @property
    def details(self) -> str:
        """Return the time of the press, the person, and how long the command took."""
        action = self.action
        took = ""
        if action.command and action.ended and action.started:
            took = f", took {format_seconds((action.ended - action.started).total_seconds())}"
        return f"{format_moment(action.requested_at)} by {action.requested_by or 'a person who was erased'}{took}"


_ACTION_STATES = {
    "waiting": ("Waiting for the worker", "info"),
    "running": ("Running", "info"),
    "done": ("Done", "good"),
    "failed": ("Failed", "bad"),
}


def list_running_now(runs: Mapping[str, Sequence[SyncRun]], leases: Mapping[str, SyncLease]) -> list[RunningNow]:
    alive = (run for latest in runs.values() for run in latest if state_of(run, leases) == SyncRun.State.RUNNING)
    return [RunningNow(run, leases.get(run.object) or leases.get(f"{run.object} {run.pk}")) for run in alive]
