"""How a sync can end other than done."""

import logging
from typing import ClassVar

failures = logging.getLogger("sf.failures")
"""Failures that a command prints as its one line: no handler repeats them (``sfapi/logs.py``), Sentry hears them."""


class SyncError(Exception):
    """The run failed; the message says what, where and what to do."""


class MiscountedRead(SyncError):
    """The rows that came are not those that the other side announced: some came twice, or did not come."""

    tries: ClassVar[int] = 2
    """How often a read may end so before it goes another way."""


class _HeldBack(Exception):
    """``cause`` is one of ``SyncRun.Cause``, or empty."""

    def __init__(self, message: str, *, cause: str = "") -> None:
        super().__init__(message)
        self.cause = cause


class SyncPaused(_HeldBack):
    """The run stopped on purpose; where its read can be gone on with, what it staged is kept for the next run."""


class ObjectPaused(SyncPaused):
    """Only this object has to wait; others can be read."""


class SyncSkipped(_HeldBack):
    """The run did not begin, on purpose."""
