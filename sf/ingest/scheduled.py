"""Find the jobs of the cron table that are due, and claim each job, so that only one worker starts it.

A job is due when the cron table has a time for it after the stored ``handled_until`` and not after now. A job that
missed several scheduled times is started once.
"""

from __future__ import annotations

import shlex
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.db import transaction

from sf.ingest.lease import fence, is_running
from sf.ingest.runs import load_database_now
from sf.ingest.schedule import compute_next_time
from sf.models import ScheduledJob, SyncLease

WORK = "work"
"""The name of the leader's lease: only the worker that has this lease starts jobs."""

_CLOCK_ERROR = timedelta(hours=1)


@dataclass(frozen=True)
class Job:
    """A command of the cron table. ``due`` is the command's first scheduled time after ``handled_until``."""

    command: str
    due: datetime
    handled_until: datetime

    @property
    def words(self) -> list[str]:
        return shlex.split(self.command)

    @property
    def queue(self) -> str:
        """Return the command's name: a worker runs jobs with the same name one after another."""
        return self.words[0]


def load_jobs() -> tuple[datetime, list[Job]]:
    """Return PostgreSQL's time and all jobs, earliest first.

    For a job without a row, ``handled_until`` is PostgreSQL's time.
    """
    table, now = _build_cron_table(), load_database_now()
    known = dict(ScheduledJob.objects.filter(command__in=table).values_list("command", "handled_until"))
    all_jobs = []
    for command, expressions in table.items():
        handled = known.get(command, now)
        due = min(_compute_next(expression, handled, settings.TIME_ZONE) for expression in expressions)
        all_jobs.append(Job(command, due, handled))
    return now, sorted(all_jobs, key=lambda job: job.due)


def note_new_jobs() -> None:
    """Store a row for each new job: from now on, its scheduled times count as due."""
    now = load_database_now()
    new = [ScheduledJob(command=command, handled_until=now) for command in _build_cron_table()]
    ScheduledJob.objects.bulk_create(new, ignore_conflicts=True)


def correct_times_ahead() -> None:
    """Replace a ``handled_until`` that is more than an hour in the future with the current time.

    The row was stored while PostgreSQL's clock was wrong, and its job would wait until that time. A smaller difference
    is kept: if the row changed whenever the clock is set back by seconds, a job could run twice.
    """
    now = load_database_now()
    ScheduledJob.objects.filter(handled_until__gt=now + _CLOCK_ERROR).update(handled_until=now)


def claim(job: Job, now: datetime) -> bool:
    """Claim the job, and return whether this process now has to start it.

    Raises ``LeaseLost`` when this process no longer leads: a leader that was suspended must not start jobs beside the
    new leader.
    """
    with transaction.atomic():
        fence()
        unclaimed = ScheduledJob.objects.filter(command=job.command, handled_until=job.handled_until)
        host = socket.gethostname()[:100]
        return bool(unclaimed.update(handled_until=now, started=now, ended=None, exit_status=None, host=host))


def note_end(command: str, started: datetime, exit_status: int) -> None:
    """Record the end of the run that was claimed at ``started``, unless a later run was claimed."""
    ended = ScheduledJob.objects.filter(command=command, started=started)
    ended.update(ended=load_database_now(), exit_status=exit_status)


def find_leader() -> SyncLease | None:
    """Return the lease of the process that starts the jobs; ``None`` when no such process is alive."""
    return SyncLease.objects.filter(name=WORK).first() if is_running(WORK) else None


def _build_cron_table() -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for expression, _, words in settings.CRONJOBS:
        table.setdefault(shlex.join(words), []).append(expression)
    return table


@lru_cache(maxsize=64)
def _compute_next(expression: str, after: datetime, zone: str) -> datetime:
    del zone  # only a part of the cache key: ``compute_next_time`` reads the setting
    return compute_next_time(expression, after)
