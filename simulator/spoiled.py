"""Faults that change an answer after it was made."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
from collections.abc import Callable, Mapping
from typing import Any

from simulator.faults import Action
from simulator.http import Response

ROWS = ("records", "values", "items")
"""The keys under which a JSON page has its rows."""


def spoil(response: Response, action: Action) -> Response:
    """Return the answer after the fault. If its status is not 200, only ``truncate`` changes it."""
    if action.kind == "truncate":
        response.cut_at = action.fraction
    spoiled = _SPOILED.get(action.kind)
    return spoiled(response, action) if spoiled and response.status == 200 else response


def _fewer_rows(response: Response, action: Action) -> Response:
    """Keep a fraction of the page's rows. The counts that the page announces stay the same."""
    return _with_rows(response, lambda rows: rows[: int(len(rows) * action.fraction)])


def _rows_twice(response: Response, _: Action) -> Response:
    """Replace the last row by the first one, so that the number of rows stays the same."""
    return _with_rows(response, lambda rows: [*rows[:-1], rows[0]] if rows else rows)


def _with_rows(response: Response, change: Callable[[list[Any]], list[Any]]) -> Response:
    body, headers = _whole(response), _without_length(response)
    if _is_csv(response):
        header, *rows = _lines(body)
        return Response(response.status, _csv([header, *change(rows)]), headers)
    payload = _page(body)
    if payload is None:
        return Response(response.status, body, headers)
    for name in ROWS:
        if name in payload:
            payload[name] = change(payload[name])
    return Response.json(payload, response.status, headers)


def _missing_columns(response: Response, _: Action) -> Response:
    """Remove the empty columns of a CSV page, or the last field of each JSON record.

    If a CSV page has no empty column, its last column is removed.
    """
    body, headers = _whole(response), _without_length(response)
    if _is_csv(response):
        header, *rows = _lines(body)
        kept = [place for place in range(len(header)) if any(row[place] for row in rows)]
        kept = kept if len(kept) < len(header) else kept[:-1]
        lines = [[row[place] for place in kept] for row in [header, *rows]]
        return Response(response.status, _csv(lines), headers)
    payload = _page(body)
    if payload is None:
        return Response(response.status, body, headers)
    for name in ROWS:
        for record in payload.get(name) or []:
            record.popitem()
    return Response.json(payload, response.status, headers)


def _garbled(response: Response, action: Action) -> Response:
    """After a fraction of the answer, insert bytes that are not text."""
    body = _whole(response)
    end = int(len(body) * action.fraction)
    return Response(response.status, body[:end] + b'\xff\xfe\x00"' + body[end:], _without_length(response))


def _cut_gzip(response: Response, action: Action) -> Response:
    """Return a fraction of the compressed answer as if it were complete."""
    packed = gzip.compress(_whole(response))
    return _packed(response, packed[: int(len(packed) * action.fraction)])


def _gzip_members(response: Response, action: Action) -> Response:
    """Compress the answer as two gzip members, one after the other."""
    body = _whole(response)
    end = int(len(body) * action.fraction)
    return _packed(response, gzip.compress(body[:end]) + gzip.compress(body[end:]))


def _crlf(response: Response, _: Action) -> Response:
    """End the lines of the CSV in CRLF. Line breaks within values stay."""
    body = _whole(response)
    lines = _csv(_lines(body), end="\r\n") if _is_csv(response) else body
    return Response(response.status, lines, _without_length(response))


def _with_bom(response: Response, _: Action) -> Response:
    """Put a byte order mark before the answer."""
    return Response(response.status, codecs.BOM_UTF8 + _whole(response), _without_length(response))


def _packed(response: Response, body: bytes) -> Response:
    return Response(response.status, body, {**_without_length(response), "Content-Encoding": "gzip"})


_SPOILED: Mapping[str, Callable[[Response, Action], Response]] = {
    "truncate_rows": _fewer_rows,
    "rows_twice": _rows_twice,
    "missing_columns": _missing_columns,
    "garble": _garbled,
    "cut_gzip": _cut_gzip,
    "gzip_members": _gzip_members,
    "crlf": _crlf,
    "bom": _with_bom,
}


def _whole(response: Response) -> bytes:
    return response.body if isinstance(response.body, bytes) else b"".join(response.body)


def _without_length(response: Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name != "Content-Length"}


def _is_csv(response: Response) -> bool:
    return "csv" in response.headers.get("Content-Type", "")


def _page(body: bytes) -> dict[str, Any] | None:
    """Return the JSON of the answer if it is a page, otherwise ``None``."""
    try:
        payload = json.loads(body or b"null")
    except ValueError:
        return None
    is_page = isinstance(payload, dict) and any(isinstance(payload.get(name), list) for name in ROWS)
    return payload if is_page else None


def _lines(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode(), newline="")))


def _csv(lines: list[list[str]], end: str = "\n") -> bytes:
    page = io.StringIO(newline="")
    csv.writer(page, quoting=csv.QUOTE_ALL, lineterminator=end).writerows(lines)
    return page.getvalue().encode()
