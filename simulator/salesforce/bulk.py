"""Bulk API 2.0 query jobs.

Sources, in the Bulk API 2.0 and Bulk API Developer Guide:

- "Create a Query Job" and "Get Information About a Query Job"
- "Get Results for a Query Job": every value quoted, header line in every page, ``Sforce-Locator``,
  ``Sforce-NumberOfRecords``
- "Understanding Bulk API 2.0 Query": no GROUP BY, OFFSET, TYPEOF, aggregate functions, parent-to-child queries
- "Limits": 10,000 query jobs a day, results kept for 7 days

A wrong query is refused when its job is created, with a 400 in REST's form. Connectors expect this: they read
``errorCode`` from the answer to the create call (airbytehq/airbyte pull request 8206).

An expired session gets 401 INVALID_SESSION_ID, as everywhere in REST. The older form, 400 InvalidSessionId, is
from the first Bulk API (apache/camel pull request 826, jsforce/jsforce issue 51). The guide's page "Errors" lists
this form for Bulk API 2.0 too, so the control API can switch to it.

A call for the results of an incomplete job gets 400 here. No source confirms this status.
"""

from __future__ import annotations

import base64
import binascii
import re
import time
from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import Any, cast

from simulator.encoding import csv_blocks, csv_header, csv_offset
from simulator.http import Request, Response
from simulator.prepared import Prepared, PreparedAnswers
from simulator.salesforce.api import Api, ApiError, json_object, not_found
from simulator.salesforce.job_faults import USED_UP, USED_UP_MESSAGE
from simulator.salesforce.jobs import Job, Jobs
from simulator.salesforce.locators import random_id
from simulator.salesforce.settings import BulkSettings
from simulator.store import Store

FIRST_BULK_VERSION = 47.0
MAX_PAGE = 250_000
MAX_JOBS_LISTED = 1_000

_STRING = re.compile(r"'(?:\\.|[^'\\])*'")
_OFFSET = re.compile(r"\boffset\s+\d+", re.IGNORECASE)


class BulkQueries:
    """The calls that create, watch and read query jobs."""

    def __init__(self, store: Store, answers: PreparedAnswers, jobs: Jobs, settings: BulkSettings) -> None:
        self._store = store
        self._answers = answers
        self._jobs = jobs
        self._settings = settings

    def create(self, request: Request) -> Response:
        body = json_object(request)
        operation, soql = _check_body(body, request)
        if self._jobs.created_today >= self._settings.daily_jobs:
            raise ApiError(USED_UP, USED_UP_MESSAGE)
        job = self._start_job(operation, soql, request.params["version"])
        self._jobs.add(job)
        return Response.json(job.info())

    def _start_job(self, operation: str, soql: str, version: str) -> Job:
        prepared = self._prepared(soql, include_deleted=operation == "queryAll")
        if prepared.kind != "records":
            raise _unsupported("Aggregate functions and GROUP BY are not supported in Bulk V2 Query")
        job = Job(
            id=random_id("750"),
            operation=operation,
            query=soql,
            sobject=prepared.sobject,
            version=version,
            prepared=prepared,
            polls_left=self._settings.polls_until_complete,
        )
        if self._settings.failure:
            job.fail(self._settings.failure)
        return job

    def _prepared(self, soql: str, *, include_deleted: bool) -> Prepared:
        today = datetime.now(UTC).date()
        key, version = ("bulk", soql, include_deleted, today), self._store.version
        open_result = partial(self._store.query, soql, include_deleted=include_deleted, style="csv")
        return self._answers.get(key, version, open_result, csv_blocks)

    def list(self, request: Request) -> Response:
        jobs = self._jobs.all()[-MAX_JOBS_LISTED:]
        job_type = request.query.get("jobType", "V2Query")
        records = [{**job.info(), "jobType": "V2Query"} for job in jobs] if job_type == "V2Query" else []
        return Response.json({"done": True, "records": records, "nextRecordsUrl": None})

    def status(self, request: Request) -> Response:
        job = self._job(request)
        job.poll()
        return Response.json(job.status())

    def abort(self, request: Request) -> Response:
        job = self._job(request)
        if json_object(request).get("state") != "Aborted":
            raise ApiError("InvalidJobState", "A query job can only be set to Aborted")
        if job.state not in ("UploadComplete", "InProgress"):
            raise ApiError("InvalidJobState", f"A job in the state {job.state} cannot be aborted")
        job.state = "Aborted"
        return Response.json(job.info())

    def delete(self, request: Request) -> Response:
        job = self._job(request)
        if job.state in ("UploadComplete", "InProgress"):
            raise ApiError("InvalidJobState", f"A job in the state {job.state} cannot be deleted")
        self._jobs.remove(job)
        return Response(204)

    def _job(self, request: Request) -> Job:
        job = self._jobs.find(request.params["job"])
        if job is None:
            raise not_found()
        return job

    def results(self, request: Request) -> Response:
        job = self._job(request)
        if job.state != "JobComplete":
            raise ApiError("InvalidJobState", f"The job's state is {job.state}: there are no results to get")
        if request.params["version"] != job.version:
            raise ApiError("InvalidVersion", f"The results are available in API version {job.version} only")
        time.sleep(self._settings.page_delay)
        start = _offset_of(request.query.get("locator", ""), job.prepared.total)
        return _page(job.prepared, start, self._page_records(request))

    def _page_records(self, request: Request) -> int:
        text = request.query.get("maxRecords", "")
        if not text:
            return self._settings.page_records
        if not text.isdigit() or int(text) < 1:
            raise ApiError("InvalidBatch", f"maxRecords: '{text}' is not a number of records")
        return min(int(text), MAX_PAGE, self._settings.largest_page)


def _check_body(body: dict[str, Any], request: Request) -> tuple[str, str]:
    """Return a new job's operation and query. Raises ``ApiError`` for an old version or a wrong body."""
    if float(request.params["version"]) < FIRST_BULK_VERSION:
        raise not_found()
    if body.get("operation") not in ("query", "queryAll"):
        raise ApiError("InvalidJob", "operation: one of query, queryAll")
    soql = body.get("query")
    if not isinstance(soql, str) or not soql.strip():
        raise ApiError("InvalidJob", "query: a SOQL query is needed")
    usual = {"contentType": "CSV", "columnDelimiter": "COMMA", "lineEnding": "LF"}
    for name, value in usual.items():
        if body.get(name, value) != value:
            raise ApiError("InvalidJob", f"{name}: the simulator knows {value} only")
    if _OFFSET.search(_STRING.sub("''", soql)):
        raise _unsupported("OFFSET is not supported in Bulk V2 Query")
    return cast(str, body["operation"]), soql


def _unsupported(message: str) -> ApiError:
    return ApiError("FUNCTIONALITY_NOT_ENABLED", message)


def _offset_of(locator: str, total: int) -> int:
    """Return the row at which a page begins. As in Salesforce, a locator is Base64 without padding."""
    if not locator:
        return 0
    try:
        offset = int(base64.urlsafe_b64decode(locator + "=" * (-len(locator) % 4)))
    except (ValueError, binascii.Error) as error:
        raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator") from error
    if not 0 < offset < total:
        raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator")
    return offset


def _locator_of(offset: int) -> str:
    return base64.urlsafe_b64encode(str(offset).encode()).decode().rstrip("=")


def _page(prepared: Prepared, start: int, most: int) -> Response:
    """Answer up to ``most`` rows from ``start`` on, directly from the prepared bytes."""
    end = min(start + most, prepared.total)
    header = csv_header(prepared.columns)
    first, last = _position(prepared, start), _position(prepared, end)
    headers = {
        "Content-Type": "text/csv; charset=UTF-8",
        "Content-Length": str(len(header) + last - first),
        "Sforce-NumberOfRecords": str(end - start),
        "Sforce-Locator": _locator_of(end) if end < prepared.total else "null",
    }
    body: Iterator[bytes] = chain((header,), prepared.chunks(first, last))
    return Response(200, body, headers)


def _position(prepared: Prepared, row: int) -> int:
    """Return the byte at which a row begins."""
    ends = prepared.ends()
    number = bisect_right(ends, row, key=lambda end: end[1])
    bytes_before, rows_before = ends[number - 1] if number else (0, 0)
    if row == rows_before:
        return bytes_before
    return bytes_before + csv_offset(prepared.block(number), row - rows_before)


def add_routes(api: Api, bulk: BulkQueries, settings: BulkSettings) -> None:
    def add(method: str, path: str, handler: Any) -> None:
        api.add(method, path, handler, session_form=lambda: settings.session_form)

    one = r"/jobs/query/(?P<job>\w{15}|\w{18})"
    add("POST", "/jobs/query", bulk.create)
    add("GET", "/jobs/query", bulk.list)
    add("GET", one, bulk.status)
    add("PATCH", one, bulk.abort)
    add("DELETE", one, bulk.delete)
    add("GET", one + "/results", bulk.results)
