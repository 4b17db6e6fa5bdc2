"""Choose the transport of a read, and the transport to retry it with when it could not be finished.

A read that cannot be finished is dropped, and starts again in the same run. It first uses the same transport, as often
as the error allows, and then the other transport. When both transports failed, the run fails.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field

from django.conf import settings

from sf.ingest.errors import MiscountedRead, ObjectPaused, SyncError
from sf.models import SyncRun
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import QueryLocatorGone, RequestRefused, SalesforceError
from sf.salesforce.reads import BulkUsedUp, CannotFinish, JobStuck, TooMuchAsked
from sf.sync.source import REST_PAGE_ROWS

logger = logging.getLogger(__name__)

REST, BULK = SyncRun.Transport.REST, SyncRun.Transport.BULK

CANNOT_FINISH = (CannotFinish, QueryLocatorGone, RequestRefused, MiscountedRead)
"""The errors after which another read may succeed."""

READ_ATTEMPTS = 3
"""After this many reads that lost their cursor or Bulk job, the other transport is tried.

For other errors, the number is the error's ``tries``, or one.
"""

SMALLEST_PAGE = 200
"""Salesforce's smallest page size: only the last page of a read may be smaller."""

REST_INSTEAD = 50_000
"""The most rows that REST reads when the day's Bulk jobs are used up; larger reads wait.

In pages of 2,000 rows these are 25 calls.
"""


@dataclass
class Attempts:
    """The attempts of one run to read one object."""

    name: str
    client: SalesforceClient
    rest_rows: int = REST_PAGE_ROWS
    """The number of records in one REST page."""
    remark: str = ""
    """A note about the other transport or smaller pages that a read needed."""
    _failed: Counter[tuple[str, type[Exception]]] = field(default_factory=Counter)
    _barred: set[str] = field(default_factory=set)

    def choose(self, expected: int | None) -> SyncRun.Transport:
        """Choose the transport of the next read of ``expected`` rows (``None``: unknown).

        Raises ``ObjectPaused`` when the read needs a Bulk job and Bulk cannot be used now.
        """
        large = expected is None or expected >= settings.SALESFORCE_BULK_THRESHOLD
        why_not = self.client.without_bulk
        if BULK not in self._barred and not why_not and (large or REST in self._barred):
            return BULK
        too_large = expected is None or expected > REST_INSTEAD
        if why_not and (REST in self._barred or (too_large and isinstance(why_not, BulkUsedUp))):
            cause = SyncRun.Cause.LIMIT if isinstance(why_not, BulkUsedUp) else ""
            raise ObjectPaused(str(why_not), cause=cause)
        return REST

    def note_failure(self, transport: str, error: Exception, *, resumed: bool = False) -> None:
        """Record a read that could not be finished.

        Raises ``SyncError`` when no other transport is left, and ``error`` itself when REST refused a new read.
        """
        again_where_barred = transport in self._barred
        self._note(transport, error, resumed=resumed)
        if again_where_barred or self._barred >= {REST, BULK}:
            reason = str(error).rstrip(".")
            message = f"{self.name}: {reason}. Neither REST nor Bulk could read it; nothing was changed"
            raise SyncError(message) from error
        logger.warning("%s: %s; beginning the read again", self.name, error)

    def _note(self, transport: str, error: Exception, *, resumed: bool) -> None:
        if isinstance(error, BulkUsedUp | JobStuck):
            self.client.without_bulk = error
        if isinstance(error, BulkUsedUp):
            self.remark = "read by REST: the day's Bulk jobs are used up"
            return
        if isinstance(error, RequestRefused) and transport == REST and not resumed:
            raise error
        if isinstance(error, TooMuchAsked) and transport == REST and self.rest_rows > SMALLEST_PAGE:
            self.rest_rows = max(self.rest_rows // 2, SMALLEST_PAGE)
            self.remark = f"read in pages of {self.rest_rows:,}: larger pages took Salesforce too long"
            return
        if resumed:
            return
        self._failed[transport, type(error)] += 1
        if self._failed[transport, type(error)] >= _count_tries(error):
            self._barred.add(transport)
            other = BULK if transport == REST else REST
            self.remark = f"read by {other.label}: {SyncRun.Transport(transport).label} could not ({_shorten(error)})"


def _count_tries(error: Exception) -> int:
    if isinstance(error, CannotFinish | MiscountedRead):
        return error.tries
    return READ_ATTEMPTS if isinstance(error, QueryLocatorGone) else 1


def _shorten(error: Exception) -> str:
    code = error.code if isinstance(error, SalesforceError) else ""
    text = str(error)
    return code or (text if len(text) <= 200 else text[:200] + "…")
