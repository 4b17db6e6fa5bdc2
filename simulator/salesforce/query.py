"""REST queries: ``/query``, ``/queryAll`` and the pages that follow.

A page is ``{"totalSize", "done", "records", "nextRecordsUrl"?}``. It has up to 2,000 records. The header
``Sforce-Query-Options: batchSize=…`` can set a limit from 200 to 2,000 (REST API Developer Guide, "Query Options
Header").

``nextRecordsUrl`` contains a locator: 18 characters that begin with 0r8. An unknown or expired locator gets 400
INVALID_QUERY_LOCATOR (help.salesforce.com, article 000384958). Salesforce's locators expire after two days. Here, they
expire when the control API says so. When there are too many, the oldest expire.

An aggregate query has no second page. It is refused if its groups do not fit on one page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from simulator import schema
from simulator.encoding import json_blocks
from simulator.http import Request, Response
from simulator.prepared import Prepared, PreparedAnswers
from simulator.salesforce.api import Api, ApiError, base_path
from simulator.salesforce.locators import Cursor, Locators
from simulator.store import Store

MAX_PAGE = 2_000
MIN_PAGE = 200

_NEXT_PAGE = r"/(?:query|queryAll)/(?P<locator>0r8\w+)-(?P<offset>\d+)"


class Queries:
    """Runs queries and keeps their cursors."""

    def __init__(self, store: Store, answers: PreparedAnswers, locators: Locators) -> None:
        self._store = store
        self._answers = answers
        self._locators = locators

    def first_page(self, request: Request, *, include_deleted: bool) -> Response:
        soql = request.query.get("q", "")
        if not soql.strip():
            raise ApiError("MALFORMED_QUERY", "A query string has to be specified")
        return self.page_of(soql, request, include_deleted=include_deleted)

    def page_of(self, soql: str, request: Request, *, include_deleted: bool) -> Response:
        base, size = base_path(request), _page_size(request)
        prepared = self._prepared(soql, base, size, include_deleted=include_deleted)
        cursor = Cursor(prepared, size)
        locator = self._locators.add(cursor) if prepared.total > size and prepared.kind == "records" else ""
        return _page(cursor, 0, base, locator)

    def _prepared(self, soql: str, base: str, size: int, *, include_deleted: bool) -> Prepared:
        # A relative date such as TODAY has another meaning the next day.
        today = datetime.now(UTC).date()
        key = ("rest", soql, include_deleted, base, size, today)
        version = self._store.version
        open_result = partial(self._store.query, soql, include_deleted=include_deleted, style="rest")
        encode = partial(json_blocks, size=size, base=base, type_of=parent_type)
        prepared = self._answers.get(key, version, open_result, encode)
        if prepared.kind == "aggregate" and prepared.total > size:
            message = "Aggregate query does not support queryMore(), use LIMIT to restrict the results"
            raise ApiError("EXCEEDED_ID_LIMIT", f"{message} to a single batch")
        return prepared

    def next_page(self, request: Request) -> Response:
        locator, offset = request.params["locator"], int(request.params["offset"])
        cursor = self._locators.find(locator)
        if cursor is None or offset % cursor.page_size or not offset < cursor.prepared.total:
            raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator")
        return _page(cursor, offset, base_path(request), locator)


def _page(cursor: Cursor, offset: int, base: str, locator: str) -> Response:
    prepared = cursor.prepared
    records = prepared.block(offset // cursor.page_size) or b"[]"
    following = offset + cursor.page_size
    done = following >= prepared.total or prepared.kind == "count"
    head: dict[str, object] = {"totalSize": prepared.total, "done": done}
    if not done:
        head["nextRecordsUrl"] = f"{base}/query/{locator}-{following}"
    body = json.dumps(head).encode()[:-1] + b', "records": ' + records + b"}"
    return Response(200, body, {"Content-Type": "application/json;charset=UTF-8"})


def _page_size(request: Request) -> int:
    batch = re.search(r"batchSize\s*=\s*(\d+)", request.headers.get("sforce-query-options", ""))
    return min(MAX_PAGE, max(MIN_PAGE, int(batch[1]))) if batch else MAX_PAGE


def parent_type(sobject: str, relationship: str) -> str:
    """Return the parent sObject of this relationship; an empty string for an unknown relationship."""
    child = schema.find(sobject)
    field = child.by_relationship.get(relationship.lower()) if child else None
    return field.reference_to if field else ""


def add_routes(api: Api, queries: Queries) -> None:
    first: Callable[..., Response] = queries.first_page
    api.add("GET", "/query", partial(first, include_deleted=False))
    api.add("GET", "/queryAll", partial(first, include_deleted=True))
    api.add("GET", _NEXT_PAGE, queries.next_page)
