"""The jobs of the cron table that are due, and the claim by which each time of a job is started once.

Only the time until which a job is handled is stored. A job is due when the cron table has a time between then and
now; however many times were missed, it is started once.
"""

from __future__ import annotations

import shlex
import socket
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db import transaction

from sf.ingest.lease import fence, is_running
from sf.ingest.runs import database_now
from sf.ingest.schedule import next_time
from sf.models import ScheduledJob, SyncLease

WORK = "work"
"""The name of the lease: its holder starts the jobs."""


@dataclass(frozen=True)
class Job:
    """A line of the cron table. ``due``: its next time after ``handled_until``."""

    command: str
    due: datetime
    handled_until: datetime

    @property
    def words(self) -> list[str]:
        return shlex.split(self.command)

    @property
    def queue(self) -> str:
        """Return the command's name: jobs of one name run one after another (a survey, then its full form)."""
        return self.words[0]


def jobs() -> tuple[datetime, list[Job]]:
    """Return PostgreSQL's time and all jobs, earliest first. A job that was never seen is handled until now."""
    table, now = _cron_table(), database_now()
    known = dict(ScheduledJob.objects.filter(command__in=table).values_list("command", "handled_until"))
    found = []
    for command, expressions in table.items():
        handled = known.get(command, now)
        due = min(_next(expression, handled, settings.TIME_ZONE) for expression in expressions)
        found.append(Job(command, due, handled))
    return now, sorted(found, key=lambda job: job.due)


def note_new_jobs() -> None:
    """Store jobs that were never seen, so that what comes due from now on is found."""
    now = database_now()
    new = [ScheduledJob(command=command, handled_until=now) for command in _cron_table()]
    ScheduledJob.objects.bulk_create(new, ignore_conflicts=True)


def claim(job: Job, now: datetime) -> bool:
    """Return whether this process is the one that starts the job.

    Raises ``LeaseLost`` when it does not lead any more: a leader that stood still starts nothing twice.
    """
    with transaction.atomic():
        fence()
        as_it_was = ScheduledJob.objects.filter(command=job.command, handled_until=job.handled_until)
        host = socket.gethostname()[:100]
        return bool(as_it_was.update(handled_until=now, started=now, ended=None, exit_status=None, host=host))


def note_end(command: str, exit_status: int) -> None:
    ScheduledJob.objects.filter(command=command).update(ended=database_now(), exit_status=exit_status)


def leader() -> SyncLease | None:
    """Return the lease of the process that starts the jobs; ``None`` when no such process is alive."""
    return SyncLease.objects.filter(name=WORK).first() if is_running(WORK) else None


def _cron_table() -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for expression, _, words in settings.CRONJOBS:
        table.setdefault(shlex.join(words), []).append(expression)
    return table


@lru_cache(maxsize=64)
def _next(expression: str, after: datetime, zone: str) -> datetime:
    del zone  # part of the key
    return next_time(expression, after)
