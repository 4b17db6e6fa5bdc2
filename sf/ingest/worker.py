"""Start due jobs and the commands that operators request: the loop of ``manage.py work``.

Any number of workers may run. The worker that holds the lease leads and starts the jobs; the others wait for the lease.
A job is a separate process with the command that cron would run, so its crash or leak affects no other job.
"""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DatabaseError, InterfaceError, connection

from sf.ingest.kept import KeptProcess
from sf.ingest.lease import Lease, LeaseLost, hold_lease
from sf.ingest.requested import CANNOT_BE_STARTED, claim_request, note_request_end
from sf.ingest.scheduled import WORK, Job, claim, correct_times_ahead, load_jobs, note_end, note_new_jobs
from sf.ingest.schema import describe_missing_migrations
from sf.models import OperatorAction

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0
STANDBY_SECONDS = 5.0
KILL_SECONDS = 10.0
"""The time that a job has to end itself after SIGTERM."""

Start = Callable[[list[str]], "subprocess.Popen[Any]"]


@dataclass
class _Child:
    command: str
    process: subprocess.Popen[Any]
    note_end: Callable[[int], None]
    began: float = field(default_factory=time.monotonic)


class Worker:
    """One process that may lead.

    ``start`` starts a job. ``grace`` is the number of seconds that jobs may still run after ``stop``. ``keep`` are
    commands that are kept running while this worker leads.
    """

    def __init__(self, start: Start, grace: float, keep: Sequence[list[str]] = ()) -> None:
        self._start_process = start
        self._grace = grace
        self._kept = [KeptProcess(words, start) for words in keep]
        self._stop = threading.Event()
        self._children: dict[str, _Child] = {}
        self._trouble = ""
        self.failed = 0
        """The number of jobs that ended badly or could not be started."""

    def stop(self) -> None:
        """Ask the worker to start nothing more and to end. May be called by a signal handler."""
        self._stop.set()

    def run(self) -> None:
        """Lead whenever no other worker does, until ``stop``; then wait for the running jobs."""
        is_announced = False
        self._wait_for_migrations()
        while not self._stop.is_set():
            try:
                with hold_lease(WORK) as lease:
                    if lease is not None:
                        self._lead(lease)
                        is_announced = False
                    else:
                        self._note_recovery()
                        if not is_announced:
                            is_announced = True
                            _say("another worker leads; this worker takes over when that worker ends")
                self._note_ended()  # jobs that this worker started while it led may still run
            except (DatabaseError, InterfaceError) as error:
                self._note_trouble(error)
            self._stop.wait(STANDBY_SECONDS)
        # The lease is released: another worker can start the jobs that become due while the last jobs here end.
        self._end_children()

    def _wait_for_migrations(self) -> None:
        """Wait until the schema matches this code; meanwhile a worker of the previous release may lead."""
        is_announced = False
        while not self._stop.is_set():
            try:
                if not (missing := describe_missing_migrations()):
                    return
                self._note_recovery()
                if not is_announced:
                    is_announced = True
                    logger.warning("waiting for manage.py migrate: %s", missing)
            except (DatabaseError, InterfaceError) as error:
                self._note_trouble(error)
            self._stop.wait(STANDBY_SECONDS)

    def run_once(self) -> bool:
        """Start what is due, and wait until it has ended. Return false when another worker leads."""
        with hold_lease(WORK) as lease:
            if lease is None:
                return False
            note_new_jobs()
            while self._start_due() or self._children:
                if self._stop.wait(TICK_SECONDS / 5):
                    break
                self._note_ended()
        self._end_children()
        return True

    def _lead(self, lease: Lease) -> None:
        _say("this worker leads: it starts the scheduled jobs")
        noted = False
        while not (self._stop.is_set() or lease.lost):
            try:
                if not noted:
                    note_new_jobs()
                    noted = True
                self._note_ended()
                self._start_due()
                for kept in self._kept:
                    kept.tend()
                self._note_recovery()
            except LeaseLost:
                break
            except (DatabaseError, InterfaceError) as error:
                self._note_trouble(error)
            self._stop.wait(TICK_SECONDS)
        for kept in self._kept:
            kept.stop()
        if not self._stop.is_set():
            logger.warning(
                "another worker leads, because this worker renewed its lease too late; jobs that run here continue"
            )

    def _start_due(self) -> bool:
        """Start due and requested commands, and return whether any was claimed.

        The commands of one queue run one after another.
        """
        correct_times_ahead()
        now, table = load_jobs()
        started = False
        for job in table:
            if job.due <= now and job.queue not in self._children and claim(job, now):
                self._start_job(job, now)
                started = True
        while action := claim_request(self._children):
            self._start_request(action)
            started = True
        return started

    def _start_job(self, job: Job, claimed: datetime) -> None:
        why = f"due {job.due:%Y-%m-%d %H:%M %Z}"
        self._start(job.queue, job.command, job.words, why, lambda status: note_end(job.command, claimed, status))

    def _start_request(self, action: OperatorAction) -> None:
        """Start ``run_request``, which records the request's end unless it is killed."""
        words, why = ["run_request", str(action.pk)], f"requested by {action.requested_by}"
        self._start(action.queue, action.command, words, why, lambda status: note_request_end(action.pk, status, ""))

    def _start(self, queue: str, command: str, words: list[str], why: str, note: Callable[[int], None]) -> None:
        try:
            process = self._start_process(words)
        except OSError as error:
            self.failed += 1
            logger.error("%s: cannot be started: %s", command, error)
            note(CANNOT_BE_STARTED)
            return
        self._children[queue] = child = _Child(command, process, note)
        _say(f"{command}: started, {why}", job=command, pid=child.process.pid)

    def _note_ended(self) -> None:
        """Record the jobs that have ended. An end that cannot be recorded now is recorded at the next call."""
        for queue, child in list(self._children.items()):
            status = child.process.poll()
            if status is not None:
                child.note_end(status)
                del self._children[queue]
                self._tell_end(child, status)

    def _tell_end(self, child: _Child, status: int) -> None:
        seconds = round(time.monotonic() - child.began, 1)
        values: dict[str, Any] = {"job": child.command, "exit_status": status, "seconds": seconds}
        if status == 0:
            _say(f"{child.command}: done in {seconds} s", **values)
            return
        self.failed += 1
        how = f"was ended by signal {-status}" if status < 0 else f"failed with exit status {status}"
        logger.warning("%s: %s after %s s", child.command, how, seconds, extra={"fields": values})

    def _end_children(self) -> None:
        """Wait for jobs for the grace time, then send them SIGTERM, then SIGKILL."""
        if self._children:
            _say(f"waiting up to {self._grace:g} s for {', '.join(child.command for child in self._children.values())}")
        for seconds, then in ((self._grace, subprocess.Popen.terminate), (KILL_SECONDS, subprocess.Popen.kill)):
            self._wait(seconds)
            for child in self._children.values():
                then(child.process)
        self._wait(KILL_SECONDS)

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self._children and time.monotonic() < deadline:
            try:
                self._note_ended()
            except (DatabaseError, InterfaceError) as error:
                self._note_trouble(error)
            time.sleep(0.1)

    def _note_trouble(self, error: Exception) -> None:
        """Log an error of PostgreSQL, unless the previous error of this outage was of the same kind."""
        connection.close()  # the next try connects again
        reason = " ".join(str(error).split())
        if type(error).__name__ != self._trouble:
            self._trouble = type(error).__name__
            logger.warning("no job is started until PostgreSQL answers: %s", reason)

    def _note_recovery(self) -> None:
        if self._trouble:
            self._trouble = ""
            _say("PostgreSQL answers again")


def _say(message: str, **fields: Any) -> None:
    logger.info(message, extra={"fields": fields})
