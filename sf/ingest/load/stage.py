"""The staging table, which ``COPY`` fills with pages as text."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence

from django.db import connection, transaction
from psycopg import sql

from sf.ingest.lease import fence
from sf.ingest.load.refusal import Row
from sf.ingest.load.statements import execute, fetch, fetch_all, value
from sf.ingest.load.target import Column, Target

csv.field_size_limit(1 << 30)  # Salesforce's long text areas may be larger than the csv module expects


class UnreadableBytes(Exception):
    """A CSV page contains a NUL byte, so PostgreSQL cannot store it unchanged. Read it row by row."""


class UnexpectedHeader(Exception):
    """The columns of a CSV page are not those of the query, or the page is malformed.

    A missing column must not look like an empty column.
    """


class Stage:
    """The staging table of one target."""

    def __init__(self, target: Target) -> None:
        self.target = target

    def create(self, *, temporary: bool = False) -> None:
        """(Re)create the empty staging table. ``temporary=True`` drops it at the end of the transaction."""
        columns = sql.SQL(", ").join(sql.SQL("{} text").format(column.identifier) for column in self.target.columns)
        form = "CREATE TEMP TABLE {} ({}) ON COMMIT DROP" if temporary else "CREATE UNLOGGED TABLE {} ({})"
        with transaction.atomic():
            self.drop()
            execute(sql.SQL(form).format(self.target.staging, columns))

    def drop(self) -> None:
        with transaction.atomic():
            fence()
            execute(sql.SQL("DROP TABLE IF EXISTS {}").format(self.target.staging))

    def count(self) -> int:
        """Count the staged rows; -1 when there is no staging table."""
        quoted = f'"{self.target.table}{self.target.staging_suffix}"'
        row = fetch(sql.SQL("SELECT to_regclass({})").format(sql.Literal(quoted)))
        if row is None or row[0] is None:
            return -1
        return int(value(sql.SQL("SELECT count(*) FROM {}").format(self.target.staging)))

    def select_staged_ids(self, ids: Sequence[str]) -> set[str]:
        """Return the ids of ``ids`` that are staged."""
        statement = sql.SQL("SELECT id FROM {} WHERE id = ANY (%s)").format(self.target.staging)
        return {row[0] for row in fetch_all(statement, [list(ids)])}

    def copy_csv(self, chunks: Iterable[bytes], paths: Sequence[str]) -> int:
        """Stage a CSV page unchanged, and return the number of its rows.

        ``paths`` are the header names of the columns. Raises ``UnreadableBytes`` or ``DataError`` when the page
        must be read row by row instead.
        """
        remaining = iter(chunks)
        header, first = _split_header(remaining)
        order = self._order(header, paths)
        columns = sql.SQL(", ").join(column.identifier for column in order)
        statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, FORCE_NULL ({}))").format(
            self.target.staging, columns, columns
        )
        fence()
        with connection.cursor() as cursor, connection.wrap_database_errors:
            with cursor.copy(statement) as copy:
                for chunk in _without_nul(first, remaining):
                    copy.write(chunk)
            return int(cursor.rowcount)

    def copy_rows(self, rows: Iterable[Row]) -> int:
        """Stage rows with values in the order of the target's columns, and return their number."""
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(self.target.staging, self.target.names)
        fence()
        with connection.cursor() as cursor, connection.wrap_database_errors:
            with cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
            return int(cursor.rowcount)

    def rows_of_csv(self, chunks: Iterable[bytes], paths: Sequence[str]) -> Iterator[Row]:
        """Parse a CSV page, and yield its rows with values in the order of the target's columns."""
        # Unpaired surrogates are a fault of the record; other bytes that are not UTF-8 were damaged on the way.
        text = io.TextIOWrapper(io.BytesIO(b"".join(chunks)), "utf-8", "surrogatepass", newline="")
        reader = csv.reader(text, strict=True)  # otherwise a truncated last value looks complete
        try:
            order = self._order(next(reader, []), paths)
            places = [order.index(column) for column in self.target.columns]
            for values in reader:
                if len(values) != len(order):
                    raise UnexpectedHeader(f"a CSV row has {len(values)} values where its header has {len(order)}")
                yield tuple(values[place] or None for place in places)
        except (csv.Error, UnicodeDecodeError) as error:
            raise UnexpectedHeader(f"a CSV page cannot be read: {error}") from error

    def _order(self, header: Sequence[str], paths: Sequence[str]) -> list[Column]:
        """Return the target's columns in the order of a CSV header."""
        by_path = {path.lower(): column for path, column in zip(paths, self.target.columns, strict=True)}
        order = [by_path[name.lower()] for name in header if name.lower() in by_path]
        if len(order) != len(header) or len(order) != len(by_path):
            raise UnexpectedHeader(_describe_misfit(header, paths))
        return order


def _describe_misfit(header: Sequence[str], paths: Sequence[str]) -> str:
    """Describe a wrong header: name the missing columns, or show the header if all or none are missing."""
    names = {name.lower() for name in header}
    missing = [path for path in paths if path.lower() not in names]
    if missing and len(missing) < len(paths):
        return f"the CSV header leaves out {', '.join(missing)[:200]}"
    return f"the CSV header {','.join(header)[:200]!r} does not match the query"


def _split_header(chunks: Iterator[bytes]) -> tuple[list[str], bytes]:
    """Return the names in the first line, and the bytes after it that came in the same chunk."""
    buffer = b""
    for chunk in chunks:
        buffer += chunk
        line, newline, rest = buffer.partition(b"\n")
        if newline:
            return _parse_names(line), rest
    return (_parse_names(buffer) if buffer else []), b""


def _parse_names(line: bytes) -> list[str]:
    return next(csv.reader([line.decode("utf-8", "replace")]), [])


def _without_nul(first: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in itertools.chain([first], chunks):
        if b"\0" in chunk:
            raise UnreadableBytes("a NUL byte")
        yield chunk
