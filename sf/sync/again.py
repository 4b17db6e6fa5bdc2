"""Decide when syncs are retried: 5, 10 and 15 minutes after the first, second and third bad run.

Each run stores the command that would retry it (``SyncRun.retry_command``). Only the stored runs decide the next
retry: the number of bad runs in close succession, and the end of the last bad run, after which a pause begins.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from sf.models import SyncRun

PAUSES = (timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=15))
"""The pauses before the second, third and fourth try; then only the next scheduled run tries again."""
CLOSE = timedelta(minutes=30)
"""A run that begins within this time after the end of a bad run counts as its retry.

This time covers the longest of ``PAUSES`` and the start of the command.
"""
GIVEN_UP = timedelta(hours=1)
"""Failures older than this are not retried.

A failure that is due for a retry gets this old only while no retries run: cron is stopped, or syncs are switched off.
The next scheduled run reads the object anyway.
"""

_WINDOW = max(timedelta(days=1), (len(PAUSES) + 1) * (timedelta(hours=settings.SYNC_MAX_HOURS) + CLOSE))
"""All runs of a full series of tries begin within this time, however long each of them takes."""
_State, _Cause = SyncRun.State, SyncRun.Cause
_STATES_TO_RETRY = (_State.FAILED, _State.INTERRUPTED, _State.PAUSED)
_LASTING_CAUSES = (_Cause.LIMIT, _Cause.LASTING)
"""The causes that a retry would not change: the day's calls are used up, or a person must act first."""


@dataclass(frozen=True)
class NextTry:
    """The next retry of an object: its due time and its command."""

    name: str
    due: datetime
    command: str

    def minutes(self, now: datetime) -> int:
        """Return the minutes from now until the retry, rounded up."""
        return max(0, -((now - self.due) // timedelta(minutes=1)))


def find_next_tries(now: datetime | None = None) -> list[NextTry]:
    """Return the next retry of every object whose last run is worth a retry, earliest first."""
    now = now or timezone.now()
    runs: dict[str, list[SyncRun]] = {}
    # Runs that were skipped, or could not begin, do not count as attempts.
    attempts = SyncRun.objects.exclude(state=_State.SKIPPED).exclude(cause=_Cause.BUSY)
    for run in attempts.filter(started__gt=now - _WINDOW).order_by("-started", "-id"):
        runs.setdefault(run.object, []).append(run)
    tries = [_compute_next_try(of_object, now) for of_object in runs.values()]
    return sorted((each for each in tries if each), key=lambda each: each.due)


def find_due_commands(now: datetime | None = None) -> list[list[str]]:
    """Return the commands to run now as arguments of ``manage.py``.

    Commands that differ only in ``--entities`` are joined into one.
    """
    now = now or timezone.now()
    return _join_commands(shlex.split(each.command) for each in find_next_tries(now) if each.due <= now)


def _compute_next_try(runs: Sequence[SyncRun], now: datetime) -> NextTry | None:
    """Return the next retry of one object; ``runs`` are its runs, latest first."""
    last = runs[0]
    if last.state not in _STATES_TO_RETRY or last.cause in _LASTING_CAUSES or not last.retry_command:
        return None
    attempts = _count_tries_in_a_row(runs)
    if last.ended is None or attempts > len(PAUSES) or now - last.ended > GIVEN_UP:
        return None
    return NextTry(last.object, last.ended + PAUSES[attempts - 1], last.retry_command)


def _count_tries_in_a_row(runs: Sequence[SyncRun]) -> int:
    attempts, later = 1, runs[0]
    for run in runs[1:]:
        if run.state == _State.DONE or run.ended is None or later.started - run.ended > CLOSE:
            break
        attempts, later = attempts + 1, run
    return attempts


_PARTS = "--entities"


def _join_commands(commands: Iterable[list[str]]) -> list[list[str]]:
    parts: dict[tuple[str, ...], list[str]] = {}
    for command in commands:
        place = command.index(_PARTS) + 1 if _PARTS in command else None
        key = tuple(command) if place is None else (*command[:place], "", *command[place + 1 :])
        names = parts.setdefault(key, [])
        if place is not None:
            names += [name for name in command[place].split(",") if name not in names]
    return [[",".join(sorted(names)) if part == "" else part for part in key] for key, names in parts.items()]
