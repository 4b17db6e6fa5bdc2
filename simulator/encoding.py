"""Encode rows of SQLite as Salesforce does: CSV for Bulk results, JSON for REST pages.

SQLite has already converted most values (see ``simulator.soql.Style``), so little Python runs for each row.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from simulator.prepared import Block
from simulator.soql import Children
from simulator.store import Column, QueryResult

CSV_BLOCK_ROWS = 1_000
_VALUE_END, _RECORD_END = "\x1f", "\x1e"
"""ASCII's unit and record separators, which hardly any text contains."""

Row = tuple[Any, ...]
Record = dict[str, Any]
Change = tuple[int, Callable[[Any], Any]]
"""The number of a column, and the function that changes its values."""
TypeOf = Callable[[str, str], str]
"""Returns the sObject that a relationship leads to, or an empty string for an unknown relationship."""


def csv_blocks(result: QueryResult) -> Iterator[Block]:
    """Yield blocks in the form of Bulk API 2.0's results: all values quoted, LF line ends, null as ``""``."""
    width = len(result.columns)
    template = _RECORD_END.join([_VALUE_END.join(["%s"] * width)] * CSV_BLOCK_ROWS)
    for rows in _batches(result, CSV_BLOCK_ROWS):
        fitting = template if len(rows) == CSV_BLOCK_ROWS else template[: len(rows) * 3 * width - 1]
        yield (_csv_by_template(rows, fitting) or _csv_by_writer(rows)).encode(), len(rows)


def _csv_by_template(rows: list[Row], template: str) -> str | None:
    """Encode by filling the template. Return ``None`` when a value contains a separator.

    The separators stand for the quotes, commas and line ends between values. One replacement can therefore double
    the quotes inside all values, before the separators are replaced.
    """
    values = ["" if value is None else value for row in rows for value in row]
    text = template % tuple(values)
    if len(values) != text.count(_VALUE_END) + text.count(_RECORD_END) + 1:
        return None
    text = text.replace('"', '""').replace(_VALUE_END, '","').replace(_RECORD_END, '"\n"')
    return f'"{text}"\n'


def _csv_by_writer(rows: list[Row]) -> str:
    page = io.StringIO(newline="")
    csv.writer(page, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return page.getvalue()


def csv_header(columns: Sequence[Column]) -> bytes:
    return (",".join(f'"{column.path}"' for column in columns) + "\n").encode()


def csv_offset(data: bytes, rows: int) -> int:
    """Return the size of the first ``rows`` records in ``data``. A line break in quotes ends no record."""
    position = 0
    quotes = 0
    while rows:
        end = data.index(b"\n", position) + 1
        quotes += data.count(b'"', position, end)
        position = end
        if quotes % 2 == 0:
            rows -= 1
    return position


def json_blocks(result: QueryResult, *, size: int, base: str, type_of: TypeOf) -> Iterator[Block]:
    """Yield JSON lists of up to ``size`` records. ``base`` is a path such as ``/services/data/v64.0``."""
    record = record_maker(result, base=base, type_of=type_of)
    for rows in _batches(result, size):
        records = [record(row) for row in rows]
        yield json.dumps(records, ensure_ascii=False, separators=(",", ":")).encode(), len(rows)


def _batches(result: QueryResult, size: int) -> Iterator[list[Row]]:
    rows = iter(result.rows)
    while batch := list(islice(rows, size)):
        yield batch


def record_maker(result: QueryResult, *, base: str, type_of: TypeOf) -> Callable[[Row], Record]:
    """Return a function that turns a row into a record in REST's form. Parents are nested in the record."""
    if result.kind == "aggregate":
        return _aggregate_maker(result.columns)
    return _maker(result.sobject, result.columns, base, type_of)


def _maker(sobject: str, columns: Sequence[Column], base: str, type_of: TypeOf) -> Callable[[Row], Record]:
    nested = any("." in column.path for column in columns)
    names = [column.path for column in columns]
    node = _Node(sobject, base)
    for number, path in enumerate(names):
        node.place(path.split("."), number, type_of)

    def flat(row: Row) -> Record:
        values = dict(zip(names, row, strict=True))
        return {"attributes": node.attributes(row), **values}

    make: Callable[[Row], Record] = node.record if nested else flat
    changes = list(_changes(columns, base, type_of))
    return _with_changes(make, changes) if changes else make


def _changes(columns: Sequence[Column], base: str, type_of: TypeOf) -> Iterator[Change]:
    """Yield the columns whose values SQLite cannot convert to JSON's form, with functions to convert them."""
    for number, column in enumerate(columns):
        if column.type == "boolean":
            yield number, bool
        elif column.children:
            yield number, _children_maker(column.children, base, type_of)


def _children_maker(children: Children, base: str, type_of: TypeOf) -> Callable[[str], Record | None]:
    """Return a function that turns a subquery's rows into a page, or into null when there are no rows."""
    make = _maker(children.sobject, children.columns, base, type_of)

    def page(text: str) -> Record | None:
        records = [make(tuple(row)) for row in json.loads(text)]
        return {"totalSize": len(records), "done": True, "records": records} if records else None

    return page


def _with_changes(make: Callable[[Row], Record], changes: list[Change]) -> Callable[[Row], Record]:
    def record(row: Row) -> Record:
        values = list(row)
        for number, change in changes:
            value = values[number]
            values[number] = None if value is None else change(value)
        return make(tuple(values))

    return record


def _aggregate_maker(columns: Sequence[Column]) -> Callable[[Row], Record]:
    names = [column.path.rpartition(".")[2] for column in columns]
    return lambda row: {"attributes": {"type": "AggregateResult"}, **dict(zip(names, row, strict=True))}


class _Node:
    """The columns of a record, and a node for each of its parents."""

    def __init__(self, sobject: str, base: str) -> None:
        self._sobject = sobject
        self._base = base
        self._fields: list[tuple[str, int]] = []
        self._parents: dict[str, _Node] = {}
        self._id: int | None = None
        self._columns: list[int] = []

    def place(self, path: list[str], number: int, type_of: TypeOf) -> None:
        """Add the column ``number`` to this record, or to the parent that the column's path names."""
        self._columns.append(number)
        if len(path) == 1:
            self._fields.append((path[0], number))
            if path[0] == "Id":
                self._id = number
            return
        name = path[0]
        if name not in self._parents:
            self._parents[name] = _Node(type_of(self._sobject, name), self._base)
        self._parents[name].place(path[1:], number, type_of)

    def attributes(self, row: Row) -> Record:
        attributes = {"type": self._sobject}
        if self._id is not None:
            attributes["url"] = f"{self._base}/sobjects/{self._sobject}/{row[self._id]}"
        return attributes

    def record(self, row: Row) -> Record:
        record: Record = {"attributes": self.attributes(row)}
        for name, number in self._fields:
            record[name] = row[number]
        for name, parent in self._parents.items():
            record[name] = parent.record(row) if parent.exists(row) else None
        return record

    def exists(self, row: Row) -> bool:
        """Return whether the record exists: a parent whose selected values are all null is treated as missing."""
        return any(row[number] is not None for number in self._columns)
