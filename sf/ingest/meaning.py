"""Define what another system's errors mean for a run. Each copied system subclasses ``Meaning``."""

from __future__ import annotations

from typing import ClassVar

from django.db import InterfaceError, OperationalError

from sf.ingest.errors import SyncError
from sf.ingest.lease import RanTooLong


class Meaning:
    """The meaning of an error for the run that it ends and for the objects still to be read.

    The methods receive errors of the other system (``errors``), errors of PostgreSQL, and each ``SyncError`` except
    ``LeaseLost``.
    """

    errors: ClassVar[tuple[type[Exception], ...]] = ()
    """Errors of the other system that end a run as failed or paused (``find_cause_of_pause``).

    Errors of PostgreSQL and each ``SyncError`` except ``LeaseLost`` end a run in the same way.
    An unexpected exception is a bug and is raised again.
    """

    def find_cause_of_pause(self, error: Exception) -> str:
        """Return the ``SyncRun.Cause`` if the error pauses the run, otherwise an empty string."""
        return ""

    def is_final(self, error: Exception) -> bool:
        """Return whether the same read, resumed by the next run, would fail again."""
        return not isinstance(error, OperationalError | InterfaceError | RanTooLong)

    def concerns_all(self, error: Exception) -> bool:
        """Return whether the remaining objects would fail in the same way."""
        return not isinstance(error, SyncError)

    def is_lasting(self, error: Exception) -> bool:
        """Return whether waiting will not help: a person has to act first."""
        return False

    def leads_elsewhere(self, error: Exception) -> bool:
        """Return whether the login leads to a system that is not the cached system."""
        return False
