"""Exceptions that prevent a sync run, or end it before it is done."""

import logging
from typing import ClassVar

failures = logging.getLogger("sf.failures")
"""Failures that a command prints itself: only Sentry gets them, no other handler (``sfapi/logs.py``)."""


class SyncError(Exception):
    """The run failed. The message says what failed, where, and what to do."""


class MiscountedRead(SyncError):
    """The rows sent are not the rows announced: some came twice, or not at all.

    The message says neither which object was read nor what happens next: the code that repeats the read adds both.
    """

    tries: ClassVar[int] = 2
    """After this many reads that end this way, the other transport (REST or Bulk) is tried."""


class _HeldBack(Exception):
    """``cause`` is one of ``SyncRun.Cause``, or empty."""

    def __init__(self, message: str, *, cause: str = "") -> None:
        super().__init__(message)
        self.cause = cause


class SyncPaused(_HeldBack):
    """The run stopped on purpose. If its read can be resumed, the staged rows are kept for the next run."""


class ObjectPaused(SyncPaused):
    """Only this object has to wait; others can be read."""


class SyncSkipped(_HeldBack):
    """The run did not begin, on purpose."""
