"""Render answers as JSON, as CSV, or as a page for people."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer

from api.http.fields import encode_value, render_json

_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")


class JSONRenderer(BaseRenderer):
    """JSON, written by ``render_json`` like everywhere in the API."""

    media_type = "application/json"
    format = "json"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return render_json(data, indent=(renderer_context or {}).get("indent")).encode()


class CSVRenderer(BaseRenderer):
    """RFC 4180: a line of names, then a line per record; null is empty.

    The other fields of a JSON page, ``next`` and ``as_of``, are HTTP headers in CSV.
    """

    media_type = "text/csv"
    format = "csv"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        rows = data.get("results", [data])
        view = (renderer_context or {})["view"]
        excel = view.dialect == "excel"
        cell = _format_safe_cell if excel else _format_cell
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(view.columns)
        writer.writerows([cell(value) for value in row.values()] for row in rows)
        return text.getvalue().encode("utf-8-sig" if excel else "utf-8")


class HTMLRenderer(BrowsableAPIRenderer):
    """Django REST framework's page, in a template without scripts or inline styles."""

    format = "html"
    template = "records/page.html"


def _format_safe_cell(value: Any) -> Any:
    """Escape formulas: a spreadsheet must not run ``=HYPERLINK(…)``, which anyone may use as a name."""
    cell = _format_cell(value)
    return f"'{cell}" if isinstance(value, str) and _FORMULA.match(value) else cell


def _format_cell(value: Any) -> Any:
    """Write a value as in JSON, so that CSV and JSON can be compared."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None or isinstance(value, str | int | float) else encode_value(value)
