"""Records of one user read from Salesforce now, and stored as a sync would store them.

A live read stages into a temporary table of its own, so a sync that is under way, or one that waits with half its
pages staged, is not disturbed; the merge is the same. Nobody waits for Salesforce longer than ``SECONDS``, or that and
``READ_BACK_SECONDS`` after a change.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Self

from django.db import OperationalError, connection, transaction

from sf.connection.clients import salesforce_client
from sf.ingest.load import Merge, Refusal, Row, Stage
from sf.ingest.quarantine import keep_refusals
from sf.salesforce import soql
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import RequestRefused, SalesforceError
from sf.salesforce.http import Patience
from sf.sync import usage
from sf.sync.best_effort import best_effort
from sf.sync.identity import AnotherOrg, confirmation
from sf.sync.objects import SyncedObject
from sf.sync.readable import as_readable, readable_after
from sf.sync.source import Query, rest_page, rows_of, storable

logger = logging.getLogger(__name__)

SECONDS = 4.0
"""How long all calls of a request take at most, the login among them; each is tried once: a caller waits."""

READ_BACK_SECONDS = 2.0
"""So long, on top of that, a request that has changed something waits to see what became of it."""

MOST_KNOWN = 200
"""So many cached records are asked for by id as well: the address of a call stays short enough."""

_LOCK_TIMEOUT = "2s"
_TOO_SLOW = frozenset({"55P03", "57014"})
"""``lock_not_available``, ``query_canceled``."""


RETRY_SECONDS = 10
"""When to come again, where Salesforce does not say."""


LOCKED = "UNABLE_TO_LOCK_ROW"
"""Somebody else changes the same record."""


class CacheBusy(Exception):
    """A sync is merging the same table and is not done soon."""


MayAsk = Callable[[], bool]
"""Whether Salesforce may be asked now; called just before that, and a yes is used."""


class LiveCallFailed(Exception):
    """What a caller waits for could not be had of Salesforce; the message is for the log.

    ``away``: because of Salesforce itself; otherwise it has answered. ``lasting``: it will not get better by itself
    soon.
    """

    def __init__(self, message: str, *, retry_after: float = 0.0, away: bool = True, lasting: bool = False) -> None:
        super().__init__(message)
        self.retry_after = max(RETRY_SECONDS, int(retry_after))
        self.away = away
        self.lasting = lasting
        self.another_org = False
        """The login leads to another org than the one that is cached: nothing was asked."""

    @classmethod
    def because_of(cls, error: SalesforceError) -> Self:
        away = error.concerns_everything
        failure = cls(str(error), retry_after=error.retry_after, away=away, lasting=error.lasting)
        failure.another_org = isinstance(error, AnotherOrg)
        return failure


class LiveCallNotTried(LiveCallFailed):
    """``MayAsk`` said no."""

    def __init__(self, message: str = "Salesforce has not answered lately") -> None:
        super().__init__(message)


def live_client(source: str) -> SalesforceClient:
    """A client for a caller who waits, counted under ``source``. ``ImproperlyConfigured`` when no login is set."""
    return salesforce_client(usage.UsageCounter(source), Patience.for_seconds(SECONDS))


def read_back_client(source: str) -> SalesforceClient:
    """Another for the same caller: a change that hung has used up the patience of the first one."""
    return salesforce_client(usage.UsageCounter(source), Patience.for_seconds(READ_BACK_SECONDS))


class LiveRead:
    """Reads, one call each, and what they brought; ``store`` puts all of it into the cache at once."""

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client
        self._rows: dict[SyncedObject, list[Row]] = {}
        self.slowest = 0.0
        """Seconds that the slowest call took."""
        self._confirm: Callable[[], None] | None = None

    def read(self, synced: SyncedObject, column: str, values: Sequence[str]) -> list[Mapping[str, str | None]]:
        """The records with one of the values in the column, by column name as text; deleted ones too. Columns that
        the API user may not read are not in them.

        Records that are cached with such a value are asked for by id as well: who has lost it must leave the cache.
        """
        asked = as_readable(synced)
        try:
            return self._read(asked, column, values)
        except RequestRefused as refusal:
            return self._read(readable_after(refusal, self._client, asked), column, values)

    def _read(self, synced: SyncedObject, column: str, values: Sequence[str]) -> list[Mapping[str, str | None]]:
        if column in synced.left_out:
            raise RequestRefused(f"the API user may not read the field of {column} of the {synced.name}")
        known = synced.model.all_objects.filter(**{f"{column}__in": values}).values_list("pk", flat=True)
        conditions = [soql.one_of(synced.paths[column], values)]
        if ids := [] if column == "id" else list(known[:MOST_KNOWN]):
            conditions.append(soql.one_of("Id", ids))
        paths = list(synced.paths.values())
        query = soql.select(paths, synced.sobject, where=soql.any_of(conditions))
        with self.timed():
            page = rest_page(self._client, Query(query, include_deleted=True))
        if not page["done"]:
            logger.warning("live read of %s: only the first of %s records", synced.name, page["totalSize"])
        rows = list(rows_of(page["records"], paths))
        self._rows[synced] = rows
        self._confirm = self._confirm or confirmation(self._client, in_request=True)
        return [dict(zip(synced.paths, row, strict=True)) for row in rows]

    def store(self) -> None:
        """Merge what was read, in one transaction; parents were read first. ``CacheBusy`` when it would wait long,
        ``AnotherOrg`` when the cache has been made a copy of another org since it was read."""
        with patient_transaction():
            if self._confirm:
                self._confirm()
            for synced, rows in self._rows.items():
                _merge(synced, rows)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Around each call."""
        began = time.monotonic()
        yield
        self.slowest = max(self.slowest, time.monotonic() - began)

    def note_usage(self) -> None:
        """Keep what Salesforce said of the day's calls: the next look-up is decided by it."""
        with best_effort("Salesforce API usage"):
            if self._client.usage:
                usage.note_usage(self._client, self._client.usage)


@contextmanager
def patient_transaction() -> Iterator[None]:
    """A transaction that waits for locks for a moment only; ``CacheBusy`` when that is not enough."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_LOCK_TIMEOUT])
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) not in _TOO_SLOW:
            raise
        raise CacheBusy("a sync is storing the same records") from error


def _merge(synced: SyncedObject, rows: Sequence[Row]) -> None:
    stage = Stage(replace(synced.target, staging_suffix="_live"))
    stage.create(temporary=True)
    refusals: list[Refusal] = []
    stage.copy_rows(storable(rows, stage, refusals))
    _, more = Merge(stage).run()
    keep_refusals(synced, [*refusals, *more])
    stage.drop()
