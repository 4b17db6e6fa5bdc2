"""``GET /records/{object}/`` and ``GET /records/{object}/{id}/``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from api.http.caching import finish_private_response, weak_etag_of
from api.http.errors import NotFound
from api.http.ids import require_id
from api.records.access import GuardedView
from api.records.cursor import Cursor
from api.records.query import RecordsQuery, read_query
from api.records.renderers import CSVRenderer, HTMLRenderer, JSONRenderer
from api.records.resources import Resource
from sf.ingest.horizon import complete_until
from sf.reads.record_pages import Page, Selection, record_by_id, record_page
from sf.reads.replica import read_from_replica


class RecordView(GuardedView):
    """The base of the views of a page and of a single record."""

    renderer_classes = [JSONRenderer, CSVRenderer, HTMLRenderer]

    resource: Resource = None  # type: ignore[assignment]
    """Set by the route through ``as_view``, which accepts only attributes that the class already has."""
    columns: list[str] = []
    """The columns of the answer."""
    dialect = "rfc4180"
    """The dialect of CSV."""
    file_stem = ""
    volatile: Sequence[str] = ()
    """Parts of the answer that differ each time although the records are the same."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if not isinstance(response, Response) or response.status_code != 200:
            return response
        response.render()
        if response.accepted_renderer.format == CSVRenderer.format:
            name = f"{self.file_stem}-{datetime.now(UTC):%Y-%m-%d}.csv"
            response["Content-Disposition"] = f'attachment; filename="{name}"'
        return finish_private_response(request, response, etag=weak_etag_of(response.content, self.volatile))

    def get_view_name(self) -> str:
        return self.resource.name.capitalize()


class RecordListView(RecordView):
    """Records in the order of their last change in the cache: the oldest change first."""

    def get(self, request: Request) -> Response:
        query = read_query(self.resource.records_query, request.query_params)
        self.columns = query.columns(list(self.resource.columns))
        self.dialect, self.file_stem = query.dialect, self.resource.name
        cursor: Cursor | None = query.cursor
        moments = [moment for moment in (query.modified_since, cursor and cursor.as_of) if moment]
        as_of, page = read_from_replica(lambda: self._read(query), complete_until=max(moments, default=None))
        address = build_next_address(request._request, Cursor(page.end, as_of)) if page.end else None
        body = {"as_of": format_in_utc(as_of), "next": address, "results": page.rows}
        self.volatile = [format_in_utc(as_of), *([Cursor(page.end, as_of).to_text()] if page.end else [])]
        return Response(body, headers=_build_headers(body))

    def _read(self, query: RecordsQuery) -> tuple[datetime, Page]:
        cursor: Cursor | None = query.cursor
        # Read the time before the rows: rows that become visible in between are dated later.
        as_of = cursor.as_of if cursor else complete_until()
        page = record_page(self._build_selection(query), after=cursor.position if cursor else None, limit=query.limit)
        return as_of, page

    def _build_selection(self, query: RecordsQuery) -> Selection:
        filters = query.model_dump(include=set(self.resource.filters), exclude_unset=True)
        return Selection(
            model=self.resource.model,
            columns=self.columns,
            equal={name: None if value == "" else value for name, value in filters.items()},
            modified_since=query.modified_since,
            include_deleted=query.include_deleted,
        )


class RecordDetailView(RecordView):
    """One record by its Salesforce id of 15 or 18 characters."""

    def get(self, request: Request, record_id: str) -> Response:
        query = read_query(self.resource.record_query, request.query_params)
        whole = require_id(record_id, name="id")
        self.columns = query.columns(list(self.resource.columns))
        self.dialect, self.file_stem = query.dialect, f"{self.resource.name}-{whole}"
        selection = Selection(self.resource.model, self.columns, include_deleted=query.include_deleted)
        record = read_from_replica(lambda: record_by_id(selection, whole))
        if record is None:
            raise NotFound("There is no such record.")
        return Response(record)


def build_next_address(request: HttpRequest, cursor: Cursor) -> str:
    """Return the address of the same query, from the cursor on."""
    query = request.GET.copy()
    query["cursor"] = cursor.to_text()
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def format_in_utc(moment: datetime) -> str:
    """Return the time with ``Z``: the ``+`` of an offset would have to be escaped in the next query."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _build_headers(body: dict[str, Any]) -> dict[str, str]:
    """Return ``next`` (RFC 8288) and ``as_of`` as headers, because a CSV body has no place for them."""
    link = {"Link": f'<{body["next"]}>; rel="next"'} if body["next"] else {}
    return {"X-As-Of": body["as_of"], **link}
