"""Change a Salesforce record on behalf of a caller: first in Salesforce, then in the cache.

Before each change, Salesforce is asked which record is the caller's. The cache may be a day old, and the record may
belong to another user by now. A change is sent again only when it was certainly not made: the row was
locked, the session had expired, or no connection to the org's old host was possible. When no answer came, the record
is read back to check.
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
    make_live_client,
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
"""Values as text, by column name."""

_LOCK_PAUSES = (0.3, 0.6)
_GONE = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND"})


class NothingToWrite(Exception):
    """Salesforce has no record of this caller."""


class WriteRefused(Exception):
    """Salesforce refused the change.

    The message is Salesforce's own. ``columns``: the columns that Salesforce names. ``gone``: the record was deleted,
    or the API user does not see it.
    """

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
    """The answer was lost, and reading back does not tell the outcome: the change may have been made."""


@dataclass(frozen=True)
class Written:
    """A change that was made."""

    record: _OwnRecord
    values: Values
    """The changed values as Salesforce has them now, or as they were sent if they could not be read."""
    now: Values
    """The whole record after the change, or only ``values`` when it could not be read."""
    read_back: LiveRead | None
    """The read that brought the changed record, not stored yet; ``None`` when it could not be read."""

    @property
    def slowest(self) -> float:
        """Return the seconds of the slowest call."""
        return max(self.record.live.slowest, self.read_back.slowest if self.read_back else 0.0)

    @property
    def record_id(self) -> str:
        return self.record.id

    @property
    def before(self) -> Values:
        """Return the whole record as Salesforce had it before the change."""
        return self.record.values

    def store(self) -> None:
        """Store the change in the cache. If that is not possible now, the next sync stores it."""
        try:
            with patient_transaction():
                self.record.live.store()
                if self.read_back:
                    self.read_back.store()
                else:  # keep the old SystemModstamp, so that the next sync stores Salesforce's values
                    rows = self.record.synced.model.all_objects.filter(pk=self.record_id)
                    rows.update(**self.values, local_update_date=Now())
        except (CacheBusy, AnotherOrg) as error:
            logger.warning("%s was changed; the next sync updates the cache: %s", self.record, error)


@dataclass(frozen=True)
class _OwnRecord:
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
    """Change the record with ``owner`` in the column, and read it back.

    If several records have ``owner`` there, change the record that was modified last. ``owner`` is in lower case;
    Salesforce's value may contain capitals. Raises ``NothingToWrite``, ``WriteRefused``, ``WriteNotMade`` or
    ``WriteUncertain``.
    """
    try:
        client = make_live_client(source)
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
            raise _make_definite_error(error, synced) from error
        lost = error
    return _read_back(LiveRead(read_back_client(source)), record, values, lost)


def _find(live: LiveRead, synced: SyncedObject, column: str, owner: str) -> _OwnRecord:
    """Return the record as it is now. Without a record, update the cache and raise ``NothingToWrite``."""
    own_records = [
        record
        for record in live.read(synced, column, [owner])
        if record["is_deleted"] != "true"
        and (record[column] or "").lower() == owner
        and all(record[name] for name in synced.required)
    ]
    if not own_records:
        _store_or_leave(live)
        raise NothingToWrite(f"Salesforce has no {synced.name} with this {column}")
    if len(own_records) > 1:
        # An error, so that Sentry reports it: a person has to merge these records.
        logger.error("several %s with one %s: %s", synced.name, column, ", ".join(map(_id_of, own_records)))
    latest = max(sorted(own_records, key=_id_of), key=lambda record: record.get("last_modified_date") or "")
    return _OwnRecord(synced, latest, live)


def _id_of(record: Values) -> str:
    return str(record["id"])


def _store_or_leave(live: LiveRead) -> None:
    try:
        live.store()
    except (CacheBusy, AnotherOrg) as error:
        logger.info("what was read is not cached until the next sync: %s", error)


def _send(client: SalesforceClient, record: _OwnRecord, values: Values) -> None:
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


def _make_definite_error(error: SalesforceError, synced: SyncedObject) -> WriteRefused | WriteNotMade:
    """Return the error for a change that was not made: ``WriteRefused`` if the record is the cause."""
    if error.group is not Group.RECORD and error.code not in _GONE:
        return WriteNotMade.because_of(error)
    columns = {path: column for column, path in synced.paths.items()}
    named = tuple(columns[field] for field in error.fields if field in columns)
    return WriteRefused(error.reason, code=error.code, columns=named, gone=error.code in _GONE)


def _read_back(live: LiveRead, record: _OwnRecord, values: Values, lost: SalesforceError | None) -> Written:
    """Read the record back after the change. ``lost``: the error that left the outcome unknown."""
    try:
        records = _read_again(live, record)
    except (SalesforceError, DatabaseError, InterfaceError) as error:
        connection.close_if_unusable_or_obsolete()
        if lost:
            raise WriteUncertain(f"{record}: {lost}; reading back: {error}") from error
        logger.warning("%s was changed, but cannot be read back: %s", record, error)
        return Written(record, values, values, None)
    live.note_usage()
    now = records[0] if records else {}
    if lost:
        shown = [column for column in values if column in now]
        if not now or not all(_is_same(record.synced, column, values[column], now[column]) for column in shown):
            raise WriteNotConfirmed(f"{record}: {lost}; read back: the change is not there")
        if hidden := sorted(set(values) - set(shown)):
            raise WriteUncertain(f"{record}: {lost}; reading back: the API user may not read {', '.join(hidden)}")
    changed = {column: now.get(column, value) for column, value in values.items()}
    return Written(record, changed, now or values, live)


def _read_again(live: LiveRead, record: _OwnRecord) -> list[Values]:
    """Read the record. If PostgreSQL fails, for example because it closed the connection, try once more."""
    try:
        return live.read(record.synced, "id", [record.id])
    except (DatabaseError, InterfaceError):
        connection.close_if_unusable_or_obsolete()
        return live.read(record.synced, "id", [record.id])


def _is_same(synced: SyncedObject, column: str, sent: str | None, stored: str | None) -> bool:
    """Compare a value that was sent with the value that was read back.

    Salesforce trims texts, stores an empty text as null, and uses its own spelling and order for picklist values.
    """
    if column in synced.picklists:
        return _split_choices(sent) == _split_choices(stored)
    return (sent or "").strip() == (stored or "").strip()


def _split_choices(value: str | None) -> set[str]:
    return {part.strip().casefold() for part in (value or "").split(";")} - {""}
