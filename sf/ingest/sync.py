"""The base class of one sync run: takes the lease, checks switch and budget, records the ``SyncRun``."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Generic, Protocol, TypeVar

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction

from sf.ingest import runs
from sf.ingest.errors import ObjectPaused, SyncError, SyncPaused, SyncSkipped, failures
from sf.ingest.guard import NO_DELETES, AllowedDeletes
from sf.ingest.lease import LeaseLost, fence, hold_lease
from sf.ingest.meaning import Meaning
from sf.ingest.runs import Synced
from sf.ingest.switch import check_switch
from sf.ingest.under_way import skip_busy_run
from sf.models import SyncRun

logger = logging.getLogger(__name__)

AnySynced = TypeVar("AnySynced", bound=Synced)


@dataclass(frozen=True)
class SyncOptions:
    """The operator's options for a run."""

    force: bool = False
    """Read every record again."""
    force_delete: bool = False
    """Empty the table and fill it again, in one transaction."""
    allow_deletes: AllowedDeletes = NO_DELETES
    """The deletions that the operator accepts: the mass-delete guard does not stop them."""
    wait: timedelta = timedelta()
    """The longest time to wait until another run of the same object ends.
    If that run takes longer, this run does not start."""

    @property
    def full(self) -> bool:
        return self.force or self.force_delete


@dataclass(frozen=True)
class Retry:
    """The commands that retry a run: its object alone, or with the objects that should have followed."""

    alone: str = ""
    with_rest: str = ""


class Progress(Protocol):
    """Receives the progress of a run."""

    def show_read(self, name: str, how: str, total: int | None, done: int) -> None:
        """Show that a read begins.

        It has ``total`` rows (``None``: unknown), and ``done`` of them are staged already. Called again when the total
        is known better. ``how`` describes the read for a person; it is empty when the description was shown already.
        """

    def show_rows(self, rows: int) -> None: ...

    def show_merge(self, name: str) -> None: ...

    def close(self) -> None: ...


class Sync(ABC, Generic[AnySynced]):
    """One run of one object. The subclass decides what is read from which other system, and how."""

    meaning: ClassVar[Meaning] = Meaning()
    """Says what the other system's errors mean."""

    def __init__(
        self,
        synced: AnySynced,
        calls_so_far: Callable[[], int],
        progress: Progress,
        options: SyncOptions,
        check_budget: Callable[[], None],
    ) -> None:
        self._progress = progress
        self._options = options
        self._calls_so_far = calls_so_far
        self._check_budget = check_budget
        self._run: SyncRun
        self._synced = synced
        self._name = synced.name
        self._cause = ""
        self._remark = ""
        """A note for the operator on a run that ends well."""
        self.retry = Retry()
        """Set by the caller before it calls ``run``."""
        self.leads_elsewhere = False
        """After a run: the login leads to an org that is not the cached org."""
        self.stops_the_rest = False
        """After a run: no other object of the same system can be read now, as when the network is down."""

    @property
    def name(self) -> str:
        """Return the name of the object, as in ``SyncRun.object``."""
        return self._name

    @abstractmethod
    def _read_and_merge(self) -> None:
        """Do the work. The exception that it raises decides how the run ends."""

    @abstractmethod
    def _make_confirmation(self) -> Callable[[], None]:
        """Return a function that each storing transaction calls first.

        The function raises one of ``meaning.errors`` when the cache is not a copy of the system that was read.
        """

    @abstractmethod
    def _note_usage(self) -> None:
        """Store the API usage that the other system last reported."""

    def run(self) -> SyncRun:
        """Run to the end, and return the run with its outcome.

        Unexpected exceptions are recorded and raised again.
        """
        longest = timedelta(hours=settings.SYNC_MAX_HOURS)
        with hold_lease(self._name, longest=longest, patience=self._options.wait) as held:
            if not held:
                return skip_busy_run(self._synced, "another run of it is under way", lease=self._name)
            # If this process is killed, the retry covers all objects that should have followed.
            self._run = runs.begin_run(self._synced, retry_command=self.retry.with_rest)
            before = self._calls_so_far()
            try:
                state, message = self._run_and_judge()
            except BaseException as error:
                if isinstance(error, Exception):
                    self._run.resume_state = None  # the next run would fail at the same place
                self._end(before, SyncRun.State.INTERRUPTED, f"stopped: {type(error).__name__}")
                raise
            finally:
                self._progress.close()
            self._end(before, state, message)
            return self._run

    def _run_and_judge(self) -> tuple[SyncRun.State, str]:
        try:
            check_switch()
            self._check_budget()
            self._read_and_merge()
        except LeaseLost as error:
            return SyncRun.State.INTERRUPTED, str(error)
        except SyncSkipped as error:
            self._cause = error.cause
            return SyncRun.State.SKIPPED, str(error)
        except SyncPaused as error:
            return self._note_pause(error, error.cause)
        except self._expected_errors as error:
            if cause := self.meaning.find_cause_of_pause(error):
                return self._note_pause(error, cause)
            return SyncRun.State.FAILED, self._note_failure(error)
        return SyncRun.State.DONE, self._remark

    @property
    def _expected_errors(self) -> tuple[type[Exception], ...]:
        return (SyncError, DatabaseError, InterfaceError, *self.meaning.errors)

    def _note_pause(self, error: Exception, cause: str) -> tuple[SyncRun.State, str]:
        self._cause = cause
        self.stops_the_rest = not isinstance(error, ObjectPaused)
        return SyncRun.State.PAUSED, f"{str(error).rstrip('.')}. {self._explain_pause()}"

    def _explain_pause(self) -> str:
        if runs.is_unfinished(self._synced):
            return "What was read is kept; the next run continues with it"
        if self._run.read_began:  # this run has finished the read of an earlier run
            return "The read that an earlier run began is stored; the next run reads what has changed since"
        return "Nothing was changed; the next run starts over"

    def _note_failure(self, error: Exception) -> str:
        """Return a failed run's message; decide what its error means for this read and the next objects."""
        if self.meaning.is_final(error):
            self._run.resume_state = None  # the next run would fail in the same way
        self.leads_elsewhere = self.meaning.leads_elsewhere(error)
        self.stops_the_rest = self.meaning.concerns_all(error)
        if self.meaning.is_lasting(error):
            self._cause = SyncRun.Cause.LASTING
        if isinstance(error, DatabaseError | InterfaceError):
            return f"PostgreSQL: {' '.join(str(error).split())}"
        return str(error)

    def _end(self, calls_before: int, state: SyncRun.State, message: str) -> None:
        """Record the end of the run.

        While PostgreSQL is unavailable, only log a warning: the object's next run marks this run as interrupted.
        """
        self._run.api_calls = self._calls_so_far() - calls_before
        self._run.cause = self._cause
        if not self.stops_the_rest and state is not SyncRun.State.INTERRUPTED:
            self._run.retry_command = self.retry.alone
        if state is SyncRun.State.FAILED:
            failures.error("%s failed: %s", self._name, message)
        try:
            connection.close_if_unusable_or_obsolete()  # a new connection may work
            self._note_end(state, message)
            self._note_usage()
        except (DatabaseError, InterfaceError):
            self._run.state, self._run.message = state, message
            logger.warning("%s: the end of the run could not be noted: PostgreSQL is unavailable", self._name)
            connection.close()

    def _note_end(self, state: SyncRun.State, message: str) -> None:
        """Store the end. If another run has taken the lease, only mark this run as interrupted.

        The other run then also continues the unfinished read.
        """
        try:
            with transaction.atomic():
                fence()
                runs.end_run(self._run, state, message)
        except LeaseLost as error:
            runs.leave_run(self._run, str(error))

    def _forget_read(self) -> None:
        """Clear the resume state, so that no run continues this read."""
        self._run.resume_state = None
        self._run.save(update_fields=["resume_state"])
