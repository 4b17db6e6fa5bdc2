"""Record scheduled jobs as ``SyncRun`` rows, and report failures to Sentry.

A sync writes its own row once it runs. This module covers failures before that, and jobs that are not syncs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, connection

from outgoing.text import make_storable
from sf.ingest import runs
from sf.ingest.errors import failures
from sf.ingest.lease import hold_lease
from sf.models import SyncRun


@contextmanager
def recorded_job(name: str) -> Iterator[SyncRun]:
    """Record a job as a ``SyncRun`` that ends as done, failed or interrupted.

    The ``with`` block may set the run's ``message``, which is kept when the job is done. Exceptions are raised again.
    """
    with _living_run(name) as run:
        try:
            yield run
        except Exception as error:
            if isinstance(error, DatabaseError | InterfaceError):
                connection.close_if_unusable_or_obsolete()  # a new connection may work
            runs.end_run(run, SyncRun.State.FAILED, _report_failure(name, error))
            raise
        except BaseException as error:
            runs.end_run(run, SyncRun.State.INTERRUPTED, f"stopped: {type(error).__name__}")
            raise
        runs.end_run(run, SyncRun.State.DONE, run.message)


@contextmanager
def _living_run(name: str) -> Iterator[SyncRun]:
    """Create a run with its own lease, whose heartbeat shows other processes that the run is alive."""
    run = SyncRun.objects.create(object=name)
    with hold_lease(f"{name} {run.pk}"):
        yield run


@contextmanager
def recorded_often(name: str) -> Iterator[SyncRun]:
    """Record the end of a job that runs often, in the row of its last run with the same state and message.

    If the job was held back (syncs are switched off, delivery is paused), the ``with`` block sets the run's ``state``
    to skipped and sets its ``message``. Each message has its own row, so messages must not change with every run.
    Failures of PostgreSQL are reported, but not recorded.
    """
    run = SyncRun(object=name, state=SyncRun.State.DONE)
    try:
        yield run
    except Exception as error:
        reason = _report_failure(name, error)
        if not isinstance(error, DatabaseError | InterfaceError):
            _record_end(name, SyncRun.State.FAILED, reason)
        raise
    _record_end(name, SyncRun.State(run.state), run.message)


@contextmanager
def recorded_configuration(name: str) -> Iterator[None]:
    """Record a configuration error as the failure of the run that it prevents, and raise it again."""
    try:
        yield
    except ImproperlyConfigured as error:
        run = SyncRun.objects.create(object=name, cause=SyncRun.Cause.LASTING)
        runs.end_run(run, SyncRun.State.FAILED, _report_failure(name, error))
        raise


def _report_failure(name: str, error: Exception) -> str:
    reason = make_storable(" ".join(str(error).split())) or type(error).__name__
    failures.error("%s failed: %s", name, reason)
    return reason


def _record_end(name: str, state: SyncRun.State, message: str) -> None:
    run = SyncRun.objects.filter(object=name, state=state, message=message).first() or SyncRun(object=name)
    run.started = runs.load_database_now()  # set in a reused row too, because rows are ordered by it
    runs.end_run(run, state, message)
