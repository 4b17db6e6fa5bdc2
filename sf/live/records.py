"""Read the records of one user from Salesforce now, and store them as a sync would.

A live read stages into its own temporary table, so it does not disturb the staged rows of a sync. The merge is the
same as in a sync. A request waits for Salesforce for ``SECONDS`` at most, plus ``READ_BACK_SECONDS`` after a change.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Self

from django.db import OperationalError, connection, transaction

from sf.connection.clients import make_salesforce_client
from sf.ingest.load import Merge, Refusal, Row, Stage
from sf.ingest.quarantine import keep_refusals
from sf.ingest.runs import load_database_now
from sf.salesforce import soql
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import RequestRefused, SalesforceError
from sf.salesforce.http import Patience
from sf.sync import usage
from sf.sync.best_effort import best_effort
from sf.sync.identity import AnotherOrg, make_confirmation
from sf.sync.objects import SyncedObject
from sf.sync.readable import as_readable, find_readable_after
from sf.sync.source import SoqlQuery, fetch_rest_page, filter_storable_rows, rows_of

logger = logging.getLogger(__name__)

SECONDS = 4.0
"""The time limit for all calls of a request, the login included.
Because a caller waits, the client does not retry, except with a new session."""

READ_BACK_SECONDS = 2.0
"""The additional time in which a request may read its change back."""

MOST_KNOWN = 200
"""A call asks for at most this many cached records by id, so that its URL stays short."""

_LOCK_TIMEOUT = "2s"
_TOO_SLOW = frozenset({"55P03", "57014"})
"""The SQLSTATEs of ``lock_not_available`` and ``query_canceled``."""


RETRY_SECONDS = 10
"""The minimum of ``LiveCallFailed.retry_after``; used when Salesforce names no waiting time."""


LOCKED = "UNABLE_TO_LOCK_ROW"
"""Another user or process is changing the same record."""


class CacheBusy(Exception):
    """PostgreSQL did not store the records in time: usually, a sync is merging into the same table."""


MayAsk = Callable[[], bool]
"""Returns whether Salesforce may be called now.
If it returns true, the caller must call Salesforce: during an outage, few requests are let through."""


class LiveCallFailed(Exception):
    """Salesforce did not deliver what the caller waits for, or the cache could not store it.

    The message is for the log. ``away``: other calls to Salesforce would fail too. ``lasting``: the failure will not
    end soon.
    """

    def __init__(self, message: str, *, retry_after: float = 0.0, away: bool = True, lasting: bool = False) -> None:
        super().__init__(message)
        self.retry_after = max(RETRY_SECONDS, int(retry_after))
        self.away = away
        self.lasting = lasting
        self.another_org = False
        """The login leads to an org that is not the cached org."""

    @classmethod
    def because_of(cls, error: SalesforceError) -> Self:
        away = error.concerns_everything
        failure = cls(str(error), retry_after=error.retry_after, away=away, lasting=error.lasting)
        failure.another_org = isinstance(error, AnotherOrg)
        return failure


class LiveCallNotTried(LiveCallFailed):
    """``MayAsk`` returned false."""

    def __init__(self, message: str = "Recent calls to Salesforce failed or were slow") -> None:
        super().__init__(message)


def make_live_client(source: str, *, seconds: float | None = None) -> SalesforceClient:
    """Return a client for a caller who waits ``seconds`` (default: ``SECONDS``).

    Its calls are counted under ``source``. Raises ``ImproperlyConfigured`` without a login.
    """
    return make_salesforce_client(
        usage.UsageCounter(source), Patience.for_seconds(SECONDS if seconds is None else seconds)
    )


def read_back_client(source: str) -> SalesforceClient:
    """Return another client for the same caller: a change that hung has used up the first client's time."""
    return make_salesforce_client(usage.UsageCounter(source), Patience.for_seconds(READ_BACK_SECONDS))


class LiveRead:
    """Reads records, usually with one call for each ``read``.

    ``store`` puts all of them into the cache at once.
    """

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client
        self._rows: dict[SyncedObject, list[Row]] = {}
        self.slowest = 0.0
        """Seconds that the slowest call took."""
        self._confirm: Callable[[], None] | None = None
        self._began: datetime | None = None

    def read(self, synced: SyncedObject, column: str, values: Sequence[str]) -> list[Mapping[str, str | None]]:
        """Return the records that have one of the values in the column, as text by column.

        Deleted records are included. Columns that the API user may not read are missing. Cached records with one of the
        values are also asked for by id. They are returned even if Salesforce has another value now, so that ``store``
        corrects the cache.
        """
        readable = as_readable(synced)
        try:
            return self._read(readable, column, values)
        except RequestRefused as refusal:
            return self._read(find_readable_after(refusal, self._client, readable), column, values)

    def _read(self, synced: SyncedObject, column: str, values: Sequence[str]) -> list[Mapping[str, str | None]]:
        if column in synced.left_out:
            raise RequestRefused(f"the API user may not read the field of the column {column} of {synced.name}")
        known = synced.model.all_objects.filter(**{f"{column}__in": values}).values_list("pk", flat=True)
        conditions = [soql.one_of(synced.paths[column], values)]
        if ids := [] if column == "id" else list(known[:MOST_KNOWN]):
            conditions.append(soql.one_of("Id", ids))
        self._began = self._began or load_database_now()
        paths = list(synced.paths.values())
        query = soql.select(paths, synced.sobject, where=soql.any_of(conditions))
        with self.timed():
            page = fetch_rest_page(self._client, SoqlQuery(query, include_deleted=True))
        if not page["done"]:
            logger.warning("live read of %s: of %s records only the first page is used", synced.name, page["totalSize"])
        rows = list(rows_of(page["records"], paths))
        self._rows[synced] = rows
        self._confirm = self._confirm or make_confirmation(self._client, in_request=True)
        return [dict(zip(synced.paths, row, strict=True)) for row in rows]

    def store(self) -> None:
        """Merge the records in the order in which they were read, in one transaction.

        Parent objects must be read first. Raises ``CacheBusy`` when a lock is not free soon, and ``AnotherOrg`` when
        the cache has become a copy of another org since the read.
        """
        with patient_transaction():
            if self._confirm:
                self._confirm()
            for synced, rows in self._rows.items():
                _merge(synced, rows, self._began)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Measure one call, even if it fails: the wait for a lost answer may have been long."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.slowest = max(self.slowest, time.monotonic() - began)

    def note_usage(self) -> None:
        """Store the API usage that Salesforce reported: it decides about the next look-up."""
        with best_effort("Salesforce API usage"):
            if self._client.usage:
                usage.note_usage(self._client, self._client.usage)


@contextmanager
def patient_transaction() -> Iterator[None]:
    """Open a transaction that waits only briefly for locks. Raises ``CacheBusy`` when that is not enough."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_LOCK_TIMEOUT])
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) not in _TOO_SLOW:
            raise
        raise CacheBusy("a sync is storing the same records") from error


def _merge(synced: SyncedObject, rows: Sequence[Row], began: datetime | None) -> None:
    stage = Stage(replace(synced.target, staging_suffix="_live"))
    stage.create(temporary=True)
    refusals: list[Refusal] = []
    stage.copy_rows(filter_storable_rows(rows, stage, refusals))
    _, more = Merge(stage, read_began=began).run()
    keep_refusals(synced, [*refusals, *more])
    stage.drop()
