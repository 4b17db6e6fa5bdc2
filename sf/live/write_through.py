"""Changing a Salesforce record on a caller's behalf: there first, then here.

Which record is the caller's, Salesforce is asked each time: what the cache says may be a day old, and the record
somebody else's by now. A change is sent once. It is sent again only when Salesforce said that it was not made (a
locked row, an expired session); when no answer came, the record is read back to see.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, connection
from django.db.models.functions import Now

from sf.live.records import (
    LOCKED,
    CacheBusy,
    LiveCallFailed,
    LiveRead,
    live_client,
    patient_transaction,
    read_back_client,
)
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import SalesforceError, TransientError
from sf.salesforce.refusals import Group
from sf.sync.identity import AnotherOrg
from sf.sync.objects import SyncedObject

logger = logging.getLogger(__name__)

Values = Mapping[str, str | None]
"""By column name."""

_LOCK_PAUSES = (0.3, 0.6)
_GONE = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND"})


class NothingToWrite(Exception):
    """Salesforce has no record of this caller."""


class WriteRefused(Exception):
    """Salesforce says no; the message is its own. ``columns``: which of the values it names."""

    def __init__(self, reason: str, *, code: str, columns: tuple[str, ...] = (), gone: bool = False) -> None:
        super().__init__(reason)
        self.code = code
        self.columns = columns
        self.gone = gone


class WriteNotMade(LiveCallFailed):
    """Nothing was changed."""


class WriteNotConfirmed(WriteNotMade):
    """The answer was lost, and the change was not there when the record was read back."""


class WriteUncertain(LiveCallFailed):
    """The answer was lost, and Salesforce cannot be asked what it did: the change may have been made."""


@dataclass(frozen=True)
class Written:
    """A change that was made."""

    record: _Found
    values: Values
    """What was changed, as Salesforce has it now."""
    now: Values
    """The whole record after the change, or only ``values`` when it could not be read."""
    read_back: LiveRead | None
    """The record with its own stamp, not stored yet; ``None`` when it could not be read."""

    @property
    def slowest(self) -> float:
        """Seconds that the slowest call took."""
        return max(self.record.live.slowest, self.read_back.slowest if self.read_back else 0.0)

    @property
    def record_id(self) -> str:
        return self.record.id

    @property
    def before(self) -> Values:
        """The whole record as Salesforce had it before the change."""
        return self.record.values

    def store(self) -> None:
        """Bring the change into the cache. Where that cannot be now, the next sync does."""
        try:
            with patient_transaction():
                self.record.live.store()
                if self.read_back:
                    self.read_back.store()
                else:  # with the old stamp, so that the next sync replaces it by the truth
                    rows = self.record.synced.model.all_objects.filter(pk=self.record_id)
                    rows.update(**self.values, local_update_date=Now())
        except (CacheBusy, AnotherOrg) as error:
            logger.warning("%s was changed; the cache learns it later: %s", self.record, error)


@dataclass(frozen=True)
class _Found:
    """The record to change, as Salesforce has it. ``live``: the read that brought it, not stored yet."""

    synced: SyncedObject
    values: Values
    live: LiveRead

    @property
    def id(self) -> str:
        return str(self.values["id"])

    def __str__(self) -> str:
        return f"{self.synced.name} {self.id}"


def write_own_record(synced: SyncedObject, column: str, owner: str, values: Values, *, source: str) -> Written:
    """Change the record that has ``owner`` in the column, of several the most recently modified; read it back.

    ``owner`` is in lower case; Salesforce may have it in any.

    ``NothingToWrite``, ``WriteRefused``, ``WriteNotMade`` or ``WriteUncertain``.
    """
    try:
        client = live_client(source)
        record = _find(LiveRead(client), synced, column, owner)
    except SalesforceError as error:
        raise WriteNotMade.because_of(error) from error
    except ImproperlyConfigured as error:
        raise WriteNotMade(str(error), lasting=True) from error
    lost: SalesforceError | None = None
    try:
        _send(client, record, values)
    except SalesforceError as error:
        if not error.outcome_unknown:
            raise _definite(error, synced) from error
        lost = error
    return _read_back(LiveRead(read_back_client(source)), record, values, lost)


def _find(live: LiveRead, synced: SyncedObject, column: str, owner: str) -> _Found:
    """The record as it is now. Where there is none, the cache learns it."""
    found = [
        record
        for record in live.read(synced, column, [owner])
        if record["is_deleted"] != "true"
        and (record[column] or "").lower() == owner
        and all(record[name] for name in synced.required)
    ]
    if not found:
        _store_or_leave(live)
        raise NothingToWrite(f"Salesforce has none of the {synced.name} with this {column}")
    if len(found) > 1:
        # An error, so that Sentry is told: somebody has to merge them.
        logger.error("several %s with one %s: %s", synced.name, column, ", ".join(map(_by_id, found)))
    latest = max(sorted(found, key=_by_id), key=lambda record: record.get("last_modified_date") or "")
    return _Found(synced, latest, live)


def _by_id(record: Values) -> str:
    return str(record["id"])


def _store_or_leave(live: LiveRead) -> None:
    try:
        live.store()
    except (CacheBusy, AnotherOrg) as error:
        logger.info("the cache learns later what was read: %s", error)


def _send(client: SalesforceClient, record: _Found, values: Values) -> None:
    path = f"{client.data_path}/sobjects/{record.synced.sobject}/{record.id}"
    body = {record.synced.paths[column]: value for column, value in values.items()}
    for pause in (*_LOCK_PAUSES, None):
        try:
            with record.live.timed():
                client.attempt("PATCH", path, body=body)
            return
        except TransientError as error:
            if error.code != LOCKED or pause is None:
                raise
            logger.info("%s is locked; trying again in %.1f s", record, pause)
            time.sleep(pause)


def _definite(error: SalesforceError, synced: SyncedObject) -> WriteRefused | WriteNotMade:
    """Only the record itself is a reason to refuse; with an unknown code it is not known to be, so it may be later."""
    if error.group is not Group.RECORD and error.code not in _GONE:
        return WriteNotMade.because_of(error)
    columns = {path: column for column, path in synced.paths.items()}
    named = tuple(columns[field] for field in error.fields if field in columns)
    return WriteRefused(error.reason, code=error.code, columns=named, gone=error.code in _GONE)


def _read_back(live: LiveRead, record: _Found, values: Values, lost: SalesforceError | None) -> Written:
    """How the record is now. ``lost``: why it is not known whether the change was made."""
    try:
        found = _read_again(live, record)
    except (SalesforceError, DatabaseError, InterfaceError) as error:
        connection.close_if_unusable_or_obsolete()
        if lost:
            raise WriteUncertain(f"{record}: {lost}; reading back: {error}") from error
        logger.warning("%s was changed, but cannot be read back: %s", record, error)
        return Written(record, values, values, None)
    live.note_usage()
    now = found[0] if found else {}
    if lost and not (now and all(_same(record.synced, column, values[column], now.get(column)) for column in values)):
        raise WriteNotConfirmed(f"{record}: {lost}; read back: the change is not there")
    changed = {column: now.get(column, value) for column, value in values.items()}
    return Written(record, changed, now or values, live)


def _read_again(live: LiveRead, record: _Found) -> list[Values]:
    """Read the record, also where PostgreSQL, which is asked for the org first, has ended the connection meanwhile."""
    try:
        return live.read(record.synced, "id", [record.id])
    except (DatabaseError, InterfaceError):
        connection.close_if_unusable_or_obsolete()
        return live.read(record.synced, "id", [record.id])


def _same(synced: SyncedObject, column: str, sent: str | None, found: str | None) -> bool:
    """Salesforce trims, and stores an empty text as null; picklists take their own spelling, those with several values
    their own order."""
    if column in synced.picklists:
        return _choices(sent) == _choices(found)
    return (sent or "").strip() == (found or "").strip()


def _choices(value: str | None) -> set[str]:
    return {part.strip().casefold() for part in (value or "").split(";")} - {""}
