"""Set-based loading: pages are copied into a staging table of text, which one statement a kind merges.

The only module with raw SQL. How it works:

* ``Stage`` is an UNLOGGED table beside the target, one text column a column. It outlives the process, so a run that
  was killed can go on; a crash of PostgreSQL empties it, which its row count shows.
* Values become what they are (dates, numbers, …) in the merge. The cast expressions of ``Column`` are the only place
  where that is decided; a value that PostgreSQL or Python cannot hold makes the statement fail. Only then is each row
  tried on its own, by a temporary function, to find the few that must be set aside.
* ``Merge`` updates rows that differ and are not newer here, inserts the missing, soft-deletes. Unchanged rows are not
  touched: no row version, no lock.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.utils import DataError, IntegrityError, OperationalError
from psycopg import sql

from sf.sync.lock import wait_to_merge

Row = tuple[str | None, ...]

# psycopg reads no date outside these, and a page that shows one in another time zone must not fail either.
_FIRST_DATE, _LAST_DATE = "0001-01-03", "9999-12-30"

_PROGRAM_LIMIT_EXCEEDED = "54000"


class UnreadableBytes(Exception):
    """A CSV page holds bytes that PostgreSQL's text cannot: it must be read row by row."""


@dataclass(frozen=True)
class Column:
    """A column of a target table. ``kind`` is its PostgreSQL type without length."""

    name: str
    kind: str = "text"
    digits: tuple[int, int] | None = None

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.name)

    @property
    def value(self) -> sql.Composable:
        """The staged text of row ``s`` as a value of this column; an error when it is none."""
        staged = sql.SQL("s.{}").format(self.identifier)
        if self.kind == "text":
            return staged
        if self.kind == "bigint":  # Salesforce writes 3.0 for 3
            return sql.SQL("{}::numeric::bigint").format(staged)
        if self.kind == "numeric" and self.digits:
            return sql.SQL("{}::numeric({}, {})").format(staged, *map(sql.Literal, self.digits))
        if self.kind in {"date", "timestamptz"}:
            return _bounded(staged, self.kind)
        return sql.SQL("{}::{}").format(staged, sql.SQL(self.kind))


def _bounded(staged: sql.Composable, kind: str) -> sql.Composable:
    """A date that Python can hold too; others are turned into text that no date is, so that the cast fails."""
    return sql.SQL(
        """CASE WHEN {value} COLLATE "C" BETWEEN {first} AND {last} AND substr({value}, 5, 1) = '-'
        THEN {value} ELSE 'out of range: ' || {value} END::{kind}"""
    ).format(value=staged, first=sql.Literal(_FIRST_DATE), last=sql.Literal(_LAST_DATE), kind=sql.SQL(kind))


@dataclass(frozen=True)
class Target:
    """A table with the columns ``id``, ``system_modstamp``, ``is_deleted``, ``local_create_date`` and
    ``local_update_date`` besides those copied. A record without a value in ``required`` counts as deleted."""

    table: str
    columns: tuple[Column, ...]
    required: tuple[str, ...] = ()
    staging_suffix: str = "_staging"

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.table)

    @property
    def staging(self) -> sql.Identifier:
        return sql.Identifier(self.table + self.staging_suffix)

    @property
    def names(self) -> sql.Composed:
        return sql.SQL(", ").join(column.identifier for column in self.columns)

    @property
    def gone(self) -> sql.Composable:
        """Whether the staged record ``s`` is deleted in Salesforce or has left the filter."""
        reasons: list[sql.Composable] = [sql.SQL("s.is_deleted::boolean")]
        reasons += [sql.SQL("s.{} IS NULL").format(sql.Identifier(name)) for name in self.required]
        return sql.SQL("({})").format(sql.SQL(" OR ").join(reasons))

    @property
    def incoming(self) -> sql.Composed:
        """The staged rows with their values cast, as a subquery."""
        values = [
            sql.SQL("{} AS {}").format(self.gone if column.name == "is_deleted" else column.value, column.identifier)
            for column in self.columns
        ]
        return sql.SQL("(SELECT {} FROM {} s)").format(sql.SQL(", ").join(values), self.staging)


@dataclass
class Counts:
    """What a merge did."""

    inserted: int = 0
    updated: int = 0
    soft_deleted: int = 0
    unchanged: int = 0
    set_aside: int = 0
    live_before: int = 0
    watermark: datetime | None = None


@dataclass(frozen=True)
class Refusal:
    """A record that PostgreSQL cannot hold: its id, all its values by column as JSON text, and why."""

    record_id: str
    payload: str
    reason: str


class Stage:
    """The staging table of one target."""

    def __init__(self, target: Target) -> None:
        self.target = target

    def create(self, *, temporary: bool = False) -> None:
        """Anew and empty; ``temporary``: only for this session, until the transaction ends."""
        columns = sql.SQL(", ").join(sql.SQL("{} text").format(column.identifier) for column in self.target.columns)
        form = "CREATE TEMP TABLE {} ({}) ON COMMIT DROP" if temporary else "CREATE UNLOGGED TABLE {} ({})"
        with transaction.atomic():
            self.drop()
            _execute(sql.SQL(form).format(self.target.staging, columns))

    def drop(self) -> None:
        _execute(sql.SQL("DROP TABLE IF EXISTS {}").format(self.target.staging))

    def count(self) -> int:
        """Staged rows; -1 when there is no staging table."""
        quoted = f'"{self.target.table}{self.target.staging_suffix}"'
        found = _fetch(sql.SQL("SELECT to_regclass({})").format(sql.Literal(quoted)))
        if found is None or found[0] is None:
            return -1
        return int(_value(sql.SQL("SELECT count(*) FROM {}").format(self.target.staging)))

    def ids_among(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids that are staged."""
        statement = sql.SQL("SELECT id FROM {} WHERE id = ANY (%s)").format(self.target.staging)
        return {row[0] for row in _fetch_all(statement, [list(ids)])}

    def copy_csv(self, chunks: Iterable[bytes], paths: Sequence[str]) -> int:
        """Stage a CSV page as it is; the number of its rows. ``paths`` are the header names of the columns.

        ``UnreadableBytes`` or ``DataError`` when the page must be read row by row instead.
        """
        remaining = iter(chunks)
        header, first = _split_header(remaining)
        order = self._order(header, paths)
        columns = sql.SQL(", ").join(column.identifier for column in order)
        statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, FORCE_NULL ({}))").format(
            self.target.staging, columns, columns
        )
        with connection.cursor() as cursor, connection.wrap_database_errors:
            with cursor.copy(statement) as copy:
                for chunk in _without_nul(first, remaining):
                    copy.write(chunk)
            return int(cursor.rowcount)

    def copy_rows(self, rows: Iterable[Row]) -> int:
        """Stage rows in the order of the target's columns; their number."""
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(self.target.staging, self.target.names)
        with connection.cursor() as cursor, connection.wrap_database_errors:
            with cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
            return int(cursor.rowcount)

    def rows_of_csv(self, chunks: Iterable[bytes], paths: Sequence[str]) -> Iterator[Row]:
        """The rows of a CSV page, parsed here, in the order of the target's columns."""
        text = io.TextIOWrapper(io.BytesIO(b"".join(chunks)), "utf-8", "surrogateescape", newline="")
        reader = csv.reader(text)
        order = self._order(next(reader, []), paths)
        places = [order.index(column) for column in self.target.columns]
        for values in reader:
            yield tuple(values[place] or None for place in places)

    def _order(self, header: Sequence[str], paths: Sequence[str]) -> list[Column]:
        """The target's columns in the order of a CSV header."""
        by_path = {path.lower(): column for path, column in zip(paths, self.target.columns, strict=True)}
        order = [by_path[name.lower()] for name in header if name.lower() in by_path]
        if len(order) != len(header) or len(order) != len(by_path):
            raise UnexpectedHeader(f"the CSV header {','.join(header)[:200]!r} is not what was asked for")
        return order


class UnexpectedHeader(Exception):
    """A CSV page has other columns than the query."""


def _split_header(chunks: Iterator[bytes]) -> tuple[list[str], bytes]:
    """The names of the first line, and what came with it of the next ones."""
    buffer = b""
    for chunk in chunks:
        buffer += chunk
        line, found, rest = buffer.partition(b"\n")
        if found:
            return next(csv.reader([line.decode()])), rest
    return (next(csv.reader([buffer.decode()])) if buffer else []), b""


def _without_nul(first: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in itertools.chain([first], chunks):
        if b"\0" in chunk:
            raise UnreadableBytes("a NUL byte")
        yield chunk


def is_storable_text(row: Row) -> bool:
    """Whether PostgreSQL's text can hold every value: no NUL, no half character."""
    text = "".join(value for value in row if value)
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def refusal_of(row: Row, target: Target) -> Refusal:
    """The refusal of a row whose text PostgreSQL cannot hold."""
    named = dict(zip((column.name for column in target.columns), row, strict=True))
    bad = [name for name, value in named.items() if not is_storable_text((value,))]
    record_id = (named.get("id") or "").replace("\0", "")
    reason = f"{', '.join(bad)}: a NUL character, or one that is no Unicode"
    return Refusal(record_id, json.dumps(named), reason)


class Merge:
    """One merge of the stage into its target. All of it happens in the caller's transaction."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._target = stage.target

    def run(self, *, replace_older_than: datetime | None = None) -> tuple[Counts, list[Refusal]]:
        """Merge what is staged; with ``replace_older_than``, rows last written before then are removed first.

        Records that cannot be stored are taken out of the stage and returned.
        """
        wait_to_merge(self._target.table)
        _execute(sql.SQL("SET LOCAL work_mem = '64MB'"))
        self._drop_duplicates()
        try:
            with transaction.atomic():
                return self._apply(replace_older_than), []
        except (DataError, IntegrityError, OperationalError) as error:
            if not _is_refusal(error):
                raise
            refusals = self._take_out_refused()
            if not refusals:
                raise
            counts = self._apply(replace_older_than)
            counts.set_aside = len(refusals)
            return counts, refusals

    def soft_delete_missing(self, *, untouched_since: datetime, except_ids: Sequence[str]) -> int:
        """Soft-delete what is not staged, except rows written here since the read began; how many."""
        return _execute(
            sql.SQL(
                """UPDATE {table} t SET is_deleted = true, local_update_date = now()
                WHERE NOT t.is_deleted AND t.local_update_date < %s AND t.id <> ALL (%s)
                AND NOT EXISTS (SELECT 1 FROM {staging} s WHERE s.id = t.id)"""
            ).format(table=self._target.identifier, staging=self._target.staging),
            [untouched_since, list(except_ids)],
        )

    def _apply(self, replace_older_than: datetime | None) -> Counts:
        counts = Counts(live_before=self.count_live())
        if replace_older_than:
            self._remove(replace_older_than)
        else:
            counts.soft_deleted = self._update(only_deletions=True)
            counts.updated = self._update(only_deletions=False)
        counts.inserted = self._insert()
        staged, counts.watermark = self._staged()
        counts.unchanged = staged - counts.inserted - counts.updated - counts.soft_deleted
        return counts

    def count_live(self) -> int:
        """Rows of the target that readers see."""
        return int(_value(sql.SQL("SELECT count(*) FROM {} WHERE NOT is_deleted").format(self._target.identifier)))

    def _staged(self) -> tuple[int, datetime | None]:
        found = _fetch(
            sql.SQL("SELECT count(*), max(s.system_modstamp::timestamptz) FROM {} s").format(self._target.staging)
        )
        assert found is not None
        return int(found[0]), found[1]

    def _drop_duplicates(self) -> None:
        """Of a record that was read twice, the later reading stays."""
        _execute(
            sql.SQL("DELETE FROM {staging} a USING {staging} b WHERE a.id = b.id AND a.ctid < b.ctid").format(
                staging=self._target.staging
            )
        )

    def _update(self, *, only_deletions: bool) -> int:
        """Rows that differ and are not newer here; those that become deleted are counted on their own."""
        columns = [column for column in self._target.columns if column.name != "id"]
        assignments = sql.SQL(", ").join(sql.SQL("{0} = i.{0}").format(column.identifier) for column in columns)
        here, there = (
            sql.SQL(", ").join(sql.SQL("{}.{}").format(sql.SQL(alias), column.identifier) for column in columns)
            for alias in ("t", "i")
        )
        condition = (
            sql.SQL("i.is_deleted AND NOT t.is_deleted")
            if only_deletions
            else sql.SQL("({}) IS DISTINCT FROM ({})").format(here, there)
        )
        return _execute(
            sql.SQL(
                """UPDATE {table} t SET {assignments}, local_update_date = now() FROM {incoming} i
                WHERE t.id = i.id AND i.system_modstamp >= t.system_modstamp AND {condition}"""
            ).format(
                table=self._target.identifier,
                assignments=assignments,
                incoming=self._target.incoming,
                condition=condition,
            )
        )

    def _insert(self) -> int:
        """Records that are not here and not deleted there."""
        return _execute(
            sql.SQL(
                """INSERT INTO {table} ({names}, local_create_date, local_update_date)
                SELECT {names}, now(), now() FROM {incoming} i
                WHERE NOT i.is_deleted AND NOT EXISTS (SELECT 1 FROM {table} t WHERE t.id = i.id)"""
            ).format(table=self._target.identifier, names=self._target.names, incoming=self._target.incoming)
        )

    def _remove(self, older_than: datetime) -> None:
        # DELETE, not TRUNCATE: readers keep seeing the old rows until the transaction commits.
        _execute(
            sql.SQL("DELETE FROM {} WHERE local_update_date < %s").format(self._target.identifier),
            [older_than],
        )

    def _take_out_refused(self) -> list[Refusal]:
        """Try every staged row on its own, in a copy of the table; take out those that fail."""
        _execute(
            sql.SQL("CREATE TEMP TABLE refusal_probe (LIKE {} INCLUDING ALL) ON COMMIT DROP").format(
                self._target.identifier
            )
        )
        _execute(self._probe_function())
        found = _fetch_all(
            sql.SQL(
                """WITH tried AS MATERIALIZED (
                    SELECT s.ctid AS place, s.id, row_to_json(s)::text AS payload, pg_temp.refusal(s) AS reason
                    FROM {staging} s
                ), taken AS (
                    DELETE FROM {staging} s USING tried WHERE s.ctid = tried.place AND tried.reason IS NOT NULL
                )
                SELECT coalesce(id, ''), payload, reason FROM tried WHERE reason IS NOT NULL"""
            ).format(staging=self._target.staging)
        )
        _execute(sql.SQL("DROP FUNCTION pg_temp.refusal; DROP TABLE refusal_probe"))
        return [Refusal(*row) for row in found]

    def _probe_function(self) -> sql.Composed:
        steps = [
            sql.SQL("at_column := {}; PERFORM {};").format(sql.Literal(column.name), column.value)
            for column in self._target.columns
        ]
        return sql.SQL(
            """CREATE FUNCTION pg_temp.refusal(s {staging}) RETURNS text LANGUAGE plpgsql AS $probe$
            DECLARE at_column text;
            BEGIN
                {steps}
                at_column := 'record';
                INSERT INTO refusal_probe ({names}) SELECT {values};
                RETURN NULL;
            EXCEPTION WHEN OTHERS THEN
                RETURN at_column || ': ' || SQLERRM;
            END $probe$"""
        ).format(
            staging=self._target.staging,
            steps=sql.SQL("\n").join(steps),
            names=self._target.names,
            values=sql.SQL(", ").join(column.value for column in self._target.columns),
        )


def _is_refusal(error: Exception) -> bool:
    """Whether a value is at fault, not the database: an operational error only when it is a size limit."""
    state = getattr(error.__cause__, "sqlstate", None)
    return not isinstance(error, OperationalError) or state == _PROGRAM_LIMIT_EXCEEDED


def _execute(statement: sql.Composable, parameters: Sequence[Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def _fetch(statement: sql.Composable) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def _fetch_all(statement: sql.Composable, parameters: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _value(statement: sql.Composable) -> Any:
    row = _fetch(statement)
    assert row is not None
    return row[0]
