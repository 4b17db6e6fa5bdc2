"""Scheduled jobs that are no syncs leave a line in the same book, so that a failing one is seen."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sf.models import SyncRun
from sf.sync import runs

logger = logging.getLogger(__name__)


@contextmanager
def recorded_job(name: str) -> Iterator[SyncRun]:
    """A ``SyncRun`` of this name: done, or failed with the reason, which is raised again. Set its ``message``."""
    run = SyncRun.objects.create(object=name)
    try:
        yield run
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        logger.error("%s failed: %s", name, reason)  # for Sentry; the command prints its own line
        runs.end_run(run, SyncRun.State.FAILED, reason)
        raise
    runs.end_run(run, SyncRun.State.DONE, run.message)
