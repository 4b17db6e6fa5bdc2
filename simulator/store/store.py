"""The only access to the data of the simulated org."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from simulator.pubsub.events import Change
from simulator.schema import Field, SObject
from simulator.soql import Style, compile_soql
from simulator.store import files, reading, records, recycling, rows
from simulator.store.database import Database
from simulator.store.errors import RecordError
from simulator.store.results import QueryResult

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Store:
    """The data of the org: queried in SOQL, changed by Salesforce's rules, safe to use from many threads.

    Queries raise ``SoqlError``, other calls ``RecordError``. Both have Salesforce's code and message. Writes happen one
    after another. Each write has its own transaction, or joins the transaction that its thread has opened with
    ``writing``. Other threads see only committed changes.
    """

    def __init__(self, recipe: files.Recipe, database: Database, lock: IO[str], clock: Clock) -> None:
        self.schools = recipe.schools
        self.seed = recipe.seed
        self.as_of = recipe.as_of
        self._database = database
        self._lock = lock
        self._clock = clock
        self._hidden: dict[str, frozenset[str]] = {}
        self.user = str(database.connection().execute('SELECT MIN("Id") FROM "User"').fetchone()[0])

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        schools: int,
        seed: int = 1,
        as_of: datetime | None = None,
        organization: int = 1,
        fresh: bool = False,
        progress: Callable[[str], None] = logger.info,
        clock: Clock = _utc_now,
    ) -> Store:
        """Open the data in the folder.

        Generate it first if it is missing, was made with other arguments or code, or ``fresh`` is true. Otherwise, keep
        the data with its changes.

        ``as_of`` is the day on which the data ends. By default, it is the last day of the data in the folder, or today
        for new data. ``clock`` gives the time of changes and of date literals. Raises ``StoreBusyError`` when another
        store uses the folder.
        """
        lock = files.lock(folder)
        try:
            recipe, database = files.prepare(
                folder,
                schools=schools,
                seed=seed,
                as_of=as_of,
                organization=organization,
                fresh=fresh,
                progress=progress,
            )
            return cls(recipe, database, lock, clock)
        except BaseException:
            lock.close()
            raise

    def close(self) -> None:
        """Release the lock on the data folder."""
        self._database.close()
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def version(self) -> int:
        """Return a number that grows with every change. To cache an answer, read the version before the data."""
        return self._database.version

    # Reading

    def query(self, soql: str, *, include_deleted: bool = False, style: Style = "raw") -> QueryResult:
        """Run a query. ``include_deleted`` adds deleted records, as ``queryAll`` does.

        Without ORDER BY, records come in the order of their ids.
        """
        statement = compile_soql(
            soql, now=self._clock(), include_deleted=include_deleted, hidden=self.hidden_fields, style=style
        )
        return reading.run(self._database, statement)

    def get(self, sobject: str, record_id: str) -> dict[str, Any] | None:
        """Return the visible fields of a record, even of a deleted one; ``None`` for an unknown id."""
        kind = rows.sobject_named(sobject)
        record = rows.load(self.connection(), kind, rows.checked_id(kind, record_id))
        if record is None:
            return None
        return {
            field.name: bool(record[field.name]) if field.type == "boolean" else record[field.name]
            for field in kind.fields
            if self._visible(kind, field)
        }

    def find(self, sobject: str, field: str, value: str) -> list[str]:
        """Return the ids of the records that have this value and are not deleted."""
        kind = rows.sobject_named(sobject)
        column = self._field(kind, field)
        return rows.ids_where(self.connection(), kind, column.name, value)

    def updated(self, sobject: str, start: datetime, end: datetime) -> list[str]:
        """Return the ids of records changed from ``start`` on and before ``end``, except deleted records."""
        return [record_id for record_id, _ in self._stamped(sobject, start, end, deleted=0)]

    def deleted(self, sobject: str, start: datetime, end: datetime) -> list[tuple[str, str]]:
        """Return id and time of each record that was deleted from ``start`` on and before ``end``."""
        return self._stamped(sobject, start, end, deleted=1)

    def _stamped(self, sobject: str, start: datetime, end: datetime, *, deleted: int) -> list[tuple[str, str]]:
        kind = rows.sobject_named(sobject)
        only = f' AND "IsDeleted" = {deleted}' if kind.soft_deletes else f" AND {1 - deleted}"
        stamped = self.connection().execute(
            f'SELECT "Id", "SystemModstamp" FROM "{kind.name}"'
            f' WHERE "SystemModstamp" >= ? AND "SystemModstamp" < ?{only} ORDER BY "SystemModstamp", "Id"',
            (rows.stamp_text(start), rows.stamp_text(end)),
        )
        return [(str(record_id), str(stamp)) for record_id, stamp in stamped]

    # Writing

    def create(self, sobject: str, values: Mapping[str, Any], *, allow_duplicates: bool = False) -> str:
        """Create a record; return its id. ``allow_duplicates`` skips duplicate rules, but no other check."""
        kind = rows.sobject_named(sobject)
        with self.writing() as connection:
            record_id = records.create(
                connection,
                kind,
                values,
                moment=self._now(),
                user=self.user,
                visible=lambda field: self._visible(kind, field),
                allow_duplicates=allow_duplicates,
            )
            self._note("CREATE", kind, record_id, rows.load(connection, kind, record_id) or {})
            return record_id

    def update(self, sobject: str, record_id: str, values: Mapping[str, Any]) -> None:
        kind = rows.sobject_named(sobject)
        with self.writing() as connection:
            records.update(
                connection,
                kind,
                record_id,
                values,
                moment=self._now(),
                user=self.user,
                visible=lambda field: self._visible(kind, field),
            )
            self._note("UPDATE", kind, record_id, values)

    def patch_raw(self, sobject: str, record_id: str, values: Mapping[str, Any], *, touch: bool) -> None:
        """Set values that no API call can set. Without ``touch``, the times of the last change stay."""
        kind = rows.sobject_named(sobject)
        with self.writing() as connection:
            records.patch(connection, kind, record_id, values, moment=self._now(), touch=touch)
            if touch:
                self._note("UPDATE", kind, record_id, {})

    def delete(self, sobject: str, record_id: str) -> None:
        """Move a record to the recycle bin. Its children lose their lookup, or are deleted with it."""
        kind = rows.sobject_named(sobject)
        with self.writing() as connection:
            for deleted, child_id in recycling.delete(connection, kind, record_id, moment=self._now(), user=self.user):
                self._note("DELETE", deleted, child_id)

    def undelete(self, sobject: str, record_id: str) -> None:
        kind = rows.sobject_named(sobject)
        with self.writing() as connection:
            recycling.undelete(connection, kind, record_id, moment=self._now(), user=self.user)
            self._note("UNDELETE", kind, record_id)

    def purge(self, sobject: str, record_id: str) -> None:
        """Remove a record for good. Not even ``queryAll`` returns it.

        If the record was already in the recycle bin, there is no change to report (Change Data Capture Developer Guide,
        "General Considerations"): ``recycling.purge`` then returns an empty list.
        """
        kind = rows.sobject_named(sobject)
        with self.writing() as connection:
            for deleted, child_id in recycling.purge(connection, kind, record_id, moment=self._now(), user=self.user):
                self._note("DELETE", deleted, child_id)

    def merge(self, sobject: str, master_id: str, loser_ids: Sequence[str]) -> None:
        """Merge one or two losers into the master. The losers are deleted; the master gets their children."""
        kind = rows.sobject_named(sobject)
        with self.writing() as connection:
            losers = recycling.merge(connection, kind, master_id, loser_ids, moment=self._now(), user=self.user)
            for loser in losers:
                self._note("DELETE", kind, loser)
            self._note("UPDATE", kind, master_id)

    def _now(self) -> str:
        return rows.stamp_text(self._clock())

    def on_changes(self, callback: Callable[[list[Change]], None]) -> None:
        """Call ``callback`` with the changes of each commit.

        When a record is deleted or merged, the lookups of its children change. These changes are left out, because
        Salesforce may or may not send events for them (docs/platform-facts.md). Changes by ``patch_raw`` without
        ``touch`` are left out too.
        """
        self._database.on_commit = callback

    def _note(self, kind: str, sobject: SObject, record_id: str, values: Mapping[str, Any] | None = None) -> None:
        record_id = rows.checked_id(sobject, record_id)
        self._database.note(Change(kind, sobject.name, (record_id,), dict(values or {})))

    # Visible fields

    def hide_field(self, sobject: str, field: str) -> None:
        """Hide a field from SOQL, from writes and from describe calls."""
        kind = rows.sobject_named(sobject)
        name = self._known_field(kind, field).name
        self._hidden[kind.name] = self.hidden_fields(kind.name) | {name}
        self._database.touch()

    def show_field(self, sobject: str, field: str) -> None:
        kind = rows.sobject_named(sobject)
        name = self._known_field(kind, field).name
        self._hidden[kind.name] = self.hidden_fields(kind.name) - {name}
        self._database.touch()

    def hidden_fields(self, sobject: str) -> frozenset[str]:
        return self._hidden.get(sobject, frozenset())

    def _visible(self, sobject: SObject, field: Field) -> bool:
        return field.name not in self.hidden_fields(sobject.name)

    def _known_field(self, sobject: SObject, name: str) -> Field:
        field = sobject.field(name)
        if field is None:
            raise RecordError("INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
        return field

    def _field(self, sobject: SObject, name: str) -> Field:
        field = self._known_field(sobject, name)
        if not self._visible(sobject, field):
            raise RecordError("INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
        return field

    # All data

    def reset(self) -> None:
        """Restore the generated data, with all fields visible. Reads that have begun still see the old data."""
        if any(self._hidden.values()):
            self._hidden = {}
            self._database.touch()
        self._database.restore()

    def connection(self) -> sqlite3.Connection:
        """Return the connection of the current thread, for reads in SQL."""
        return self._database.connection()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction, or join this thread's open one. The commit increases ``version``."""
        with self._database.writing() as connection:
            yield connection
