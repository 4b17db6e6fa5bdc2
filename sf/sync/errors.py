"""How a sync can end other than done."""

import logging

failures = logging.getLogger("sf.failures")
"""Failures that a command prints as its one line: no handler repeats them (``sfapi/logs.py``), Sentry hears them."""


class SyncError(Exception):
    """The run failed; the message says what, where and what to do."""


class _HeldBack(Exception):
    """``cause`` is one of ``SyncRun.Cause``, or empty."""

    def __init__(self, message: str, *, cause: str = "") -> None:
        super().__init__(message)
        self.cause = cause


class SyncPaused(_HeldBack):
    """The run stopped on purpose; where its read can be gone on with, what it staged is kept for the next run."""


class SyncSkipped(_HeldBack):
    """The run did not begin, on purpose."""
