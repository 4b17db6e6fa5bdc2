"""Show records to the operator: as a table, as JSON, as CSV."""

from __future__ import annotations

import csv
import itertools
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO

from django.core.management.base import CommandError

from outgoing.text import to_one_line

FORMATS = ("table", "json", "csv")

_SAMPLE = 2000
"""The number of records from which the columns are taken.
One record is not enough: a null parent does not show its fields."""
_WIDEST = 60


def write_records(records: Iterable[Mapping[str, Any]], stream: TextIO, *, form: str) -> int:
    """Write records without collecting all of them first, and return their number.

    Raises ``CommandError`` after the last record if records had values for which there is no column.
    """
    if form == "json":
        return _write_json(records, stream)
    flat = (flatten(record) for record in records)
    first = list(itertools.islice(flat, _SAMPLE))
    columns = _list_columns(first)
    left_out: dict[str, None] = {}
    rest = _note_left_out(left_out, flat, columns)
    if form == "csv":
        count = _write_csv(columns, itertools.chain(first, rest), stream)
    else:
        count = _write_table(columns, first, rest, stream)
    if left_out:
        stream.flush()
        raise CommandError(
            f"values are missing above: none of the first {_SAMPLE:,} records has {', '.join(left_out)}. "
            "For all values, use --format=json or query --bulk"
        )
    return count


def _note_left_out(
    left_out: dict[str, None], records: Iterable[dict[str, Any]], columns: list[str]
) -> Iterator[dict[str, Any]]:
    """Yield the records, and add to ``left_out`` the name of each value that has no column."""
    known = set(columns)
    for record in records:
        left_out |= dict.fromkeys(name for name, value in record.items() if value is not None and name not in known)
        yield record


def flatten(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a record with its parents' fields under dotted paths, without ``attributes``."""
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if name == "attributes":
            continue
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = _without_attributes(value)
    return flat


def _list_columns(records: Iterable[Mapping[str, Any]]) -> list[str]:
    names: dict[str, None] = {}
    for record in records:
        names |= dict.fromkeys(record)
    # A parent that is null in one record and present in another is a group of columns, not a column.
    groups = {name.rsplit(".", depth)[0] for name in names for depth in range(1, name.count(".") + 1)}
    return [name for name in names if name not in groups]


def _write_json(records: Iterable[Mapping[str, Any]], stream: TextIO) -> int:
    count = 0
    stream.write("[")
    for count, record in enumerate(records, start=1):
        stream.write(("\n" if count == 1 else ",\n") + json.dumps(_without_attributes(record), ensure_ascii=False))
    stream.write("\n]\n")
    return count


def _without_attributes(value: Any) -> Any:
    """Return the value without the ``attributes`` of records, their parents and their children."""
    if isinstance(value, Mapping):
        return {name: _without_attributes(inner) for name, inner in value.items() if name != "attributes"}
    return [_without_attributes(inner) for inner in value] if isinstance(value, list) else value


def _write_csv(columns: list[str], records: Iterable[Mapping[str, Any]], stream: TextIO) -> int:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    count = 0
    for record in records:
        writer.writerow([_format_value(record.get(name)) for name in columns])
        count += 1
    return count


def _write_table(
    columns: list[str], first: list[dict[str, Any]], rest: Iterator[dict[str, Any]], stream: TextIO
) -> int:
    widths = [
        min(_WIDEST, max([len(name), *(len(_format_cell(record.get(name))) for record in first)])) for name in columns
    ]
    screen = shutil.get_terminal_size((160, 24)).columns if stream.isatty() else 0
    count = 0

    def format_line(cells: list[str]) -> str:
        text = "  ".join(cell[:width].ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        return (text[: screen - 1] + "…" if screen and len(text) > screen else text) + "\n"

    if columns:
        stream.write(format_line(columns))
        stream.write(format_line(["-" * width for width in widths]))
    for record in itertools.chain(first, rest):
        stream.write(format_line([_format_cell(record.get(name)) for name in columns]))
        count += 1
    return count


def _format_cell(value: Any) -> str:
    return to_one_line(" ".join(_format_value(value).split()))


def _format_value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
