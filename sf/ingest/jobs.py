"""Scheduled jobs leave a line in the book of runs whatever becomes of them, and what fails is told to Sentry.

Syncs write their own line once they run; here is what comes before that, and the jobs that are no syncs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError

from sf.ingest import runs
from sf.ingest.errors import failures
from sf.ingest.lease import sole_runner
from sf.models import SyncRun


@contextmanager
def recorded_job(name: str) -> Iterator[SyncRun]:
    """A ``SyncRun`` of this name: done, or failed with the reason, which is raised again. Set its ``message``."""
    with _living_run(name) as run:
        try:
            yield run
        except Exception as error:
            runs.end_run(run, SyncRun.State.FAILED, _told(name, error))
            raise
        except BaseException as error:
            runs.end_run(run, SyncRun.State.INTERRUPTED, f"stopped: {type(error).__name__}")
            raise
        runs.end_run(run, SyncRun.State.DONE, run.message)


@contextmanager
def _living_run(name: str) -> Iterator[SyncRun]:
    """A new run with a lease of its own, by whose heartbeat others see that it lives."""
    run = SyncRun.objects.create(object=name)
    with sole_runner(f"{name} {run.pk}"):
        yield run


@contextmanager
def recorded_often(name: str) -> Iterator[SyncRun]:
    """As ``recorded_job``, for what runs every minute: each way to end has one row, which is carried on. Set ``state``
    to skipped, and ``message``, where there was nothing to do; they are not to change with every run."""
    run = SyncRun(object=name, state=SyncRun.State.DONE)
    try:
        yield run
    except Exception as error:
        reason = _told(name, error)
        if not isinstance(error, DatabaseError | InterfaceError):
            _carry_on(name, SyncRun.State.FAILED, reason)
        raise
    _carry_on(name, SyncRun.State(run.state), run.message)


@contextmanager
def recorded_configuration(name: str) -> Iterator[None]:
    """A configuration that keeps a run from beginning is that run's failure; it is raised again."""
    try:
        yield
    except ImproperlyConfigured as error:
        run = SyncRun.objects.create(object=name, cause=SyncRun.Cause.LASTING)
        runs.end_run(run, SyncRun.State.FAILED, _told(name, error))
        raise


def _told(name: str, error: Exception) -> str:
    reason = " ".join(str(error).split()) or type(error).__name__
    failures.error("%s failed: %s", name, reason)
    return reason


def _carry_on(name: str, state: SyncRun.State, message: str) -> None:
    alike = SyncRun.objects.filter(object=name, state=state, message=message).first()
    runs.end_run(alike or SyncRun.objects.create(object=name), state, message)
