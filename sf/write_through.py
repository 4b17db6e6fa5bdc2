"""Changing a Salesforce record on a caller's behalf: there first, then here.

A change is sent once. It is sent again only when Salesforce said that it was not made (a locked row, an expired
session); when no answer came, the record is read back to see.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.db.models.functions import Now

from sf.live import CacheBusy, LiveRead, live_client, patient_transaction
from sf.lookup import RETRY_SECONDS
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import RequestRefused, SalesforceError, TransientError
from sf.sync.objects import SyncedObject

logger = logging.getLogger(__name__)

Values = Mapping[str, str | None]
"""By column name."""

_LOCK_PAUSES = (0.3, 0.6)
_LOCKED = "UNABLE_TO_LOCK_ROW"
_GONE = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND"})


class WriteRefused(Exception):
    """Salesforce says no; the message is its own. ``columns``: which of the values it names."""

    def __init__(self, reason: str, *, code: str, columns: tuple[str, ...] = (), gone: bool = False) -> None:
        super().__init__(reason)
        self.code = code
        self.columns = columns
        self.gone = gone


class WriteNotMade(Exception):
    """Nothing was changed. ``away``: because of Salesforce, not of this record alone."""

    def __init__(self, message: str, *, retry_after: float = 0.0, away: bool = True) -> None:
        super().__init__(message)
        self.retry_after = max(RETRY_SECONDS, int(retry_after))
        self.away = away


class WriteNotConfirmed(WriteNotMade):
    """The answer was lost, and the change was not there when the record was read back."""


class WriteUncertain(Exception):
    """The answer was lost, and Salesforce cannot be asked what it did: the change may have been made."""


@dataclass(frozen=True)
class Written:
    """A change that was made."""

    synced: SyncedObject
    record_id: str
    values: Values
    """What was changed, as Salesforce has it now."""
    read_back: LiveRead | None
    """The record with its own stamp, not stored yet; ``None`` when it could not be read."""

    def store(self) -> None:
        """Bring the change into the cache. Where that cannot be now, the next sync does."""
        try:
            with patient_transaction():
                if self.read_back:
                    self.read_back.store()
                else:  # with the old stamp, so that the next sync replaces it by the truth
                    rows = self.synced.model.all_objects.filter(pk=self.record_id)
                    rows.update(**self.values, local_update_date=Now())
        except CacheBusy as error:
            logger.warning("%s %s was changed; the cache learns it later: %s", self.synced.name, self.record_id, error)


def write_record(synced: SyncedObject, record_id: str, values: Values, *, source: str) -> Written:
    """Change the record in Salesforce and read it back. ``WriteRefused``, ``WriteNotMade`` or ``WriteUncertain``."""
    try:
        client = live_client(source)
        client.session()
    except (SalesforceError, ImproperlyConfigured) as error:
        raise WriteNotMade(str(error), retry_after=getattr(error, "retry_after", 0.0)) from error
    lost: SalesforceError | None = None
    try:
        _send(client, synced, record_id, values)
    except SalesforceError as error:
        if not error.outcome_unknown:
            raise _definite(error, synced) from error
        lost = error
    # With a patience of its own: a change that hung has used up the first one.
    return _read_back(live_client(source), synced, record_id, values, lost)


def _send(client: SalesforceClient, synced: SyncedObject, record_id: str, values: Values) -> None:
    path = f"{client.data_path}/sobjects/{synced.sobject}/{record_id}"
    body = {synced.paths[column]: value for column, value in values.items()}
    for pause in (*_LOCK_PAUSES, None):
        try:
            client.attempt("PATCH", path, body=body)
            return
        except TransientError as error:
            if error.code != _LOCKED or pause is None:
                raise
            logger.info("%s is locked; trying again in %.1f s", record_id, pause)
            time.sleep(pause)


def _definite(error: SalesforceError, synced: SyncedObject) -> WriteRefused | WriteNotMade:
    if not isinstance(error, RequestRefused):
        return WriteNotMade(str(error), retry_after=error.retry_after, away=error.code != _LOCKED)
    columns = {path: column for column, path in synced.paths.items()}
    named = tuple(columns[field] for field in error.fields if field in columns)
    return WriteRefused(error.reason, code=error.code, columns=named, gone=error.code in _GONE)


def _read_back(
    client: SalesforceClient, synced: SyncedObject, record_id: str, values: Values, lost: SalesforceError | None
) -> Written:
    """How the record is now. ``lost``: why it is not known whether the change was made."""
    live = LiveRead(client)
    try:
        found = live.read(synced, "id", [record_id])
    except SalesforceError as error:
        if lost:
            raise WriteUncertain(f"{lost}; reading back: {error}") from error
        logger.warning("%s %s was changed, but cannot be read back: %s", synced.name, record_id, error)
        return Written(synced, record_id, values, None)
    live.note_usage()
    now = {column: found[0][column] for column in values} if found else {}
    if lost and not (now and all(_same(values[column], now[column]) for column in values)):
        raise WriteNotConfirmed(f"{lost}; read back: the change is not there")
    return Written(synced, record_id, now or values, live)


def _same(sent: str | None, found: str | None) -> bool:
    """Salesforce trims, takes a picklist's own spelling, sorts multi-picklists, and stores an empty text as null."""
    return _normal(sent) == _normal(found)


def _normal(value: str | None) -> set[str]:
    return {part.strip().casefold() for part in (value or "").split(";")} - {""}
