"""Bulk API 2.0 query jobs: create, wait, read the CSV pages of the result.

Official reference: Bulk API 2.0 and Bulk API Developer Guide, "Query". Results can be read again for seven days.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from sf.salesforce.answers import understood
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import QueryLocatorGone, RequestRefused

PAGE_ROWS = 50_000
"""Rows asked for at once: few calls, and a page that is lost on the way is not much."""

_FIRST_POLL_SECONDS = 0.1
_POLL_SECONDS = 1.0
_LONGEST_POLL_SECONDS = 30.0
_CHUNK_BYTES = 1 << 18


@dataclass(frozen=True)
class Job:
    """The state of a query job. ``rows`` is what Salesforce announces when it is complete."""

    id: str
    state: str
    rows: int
    message: str


@dataclass(frozen=True)
class ResultPage:
    """One CSV page on its way: its announced number of rows, where the next one begins, and the bytes."""

    rows: int
    next_locator: str
    length: int
    """Bytes on the wire, when Salesforce announces them; else 0."""
    chunks: Iterator[bytes]


class BulkQuery:
    """Query jobs of one client."""

    def __init__(self, client: SalesforceClient) -> None:
        self._client = client
        self._path = f"{client.data_path}/jobs/query"

    def create(self, soql: str, *, include_deleted: bool) -> str:
        """Start a job; its id."""
        operation = "queryAll" if include_deleted else "query"
        body = {"operation": operation, "query": soql}
        return self._client.ask("POST", self._path, lambda answer: str(answer["id"]), body=body)

    def get(self, job_id: str) -> Job:
        """The job as it is now. ``QueryLocatorGone`` when Salesforce does not know it (any longer)."""
        try:
            return self._client.ask("GET", f"{self._path}/{job_id}", _job)
        except RequestRefused as error:
            if error.status == 404:
                raise QueryLocatorGone(f"Bulk job {job_id} is gone", status=404) from error
            raise

    def wait(self, job_id: str, may_go_on: Callable[[], None] = lambda: None) -> Job:
        """Poll until the job is complete. ``RequestRefused`` with Salesforce's reason when it failed; what
        ``may_go_on``, asked before each further poll, raises ends the waiting, not the job."""
        pause = _FIRST_POLL_SECONDS
        while True:
            time.sleep(pause)
            job = self.get(job_id)
            if job.state == "JobComplete":
                return job
            if job.state in {"Failed", "Aborted"}:
                raise RequestRefused(f"Bulk job {job_id} ended as {job.state}: {job.message or 'no reason given'}")
            may_go_on()
            pause = min(max(_POLL_SECONDS, pause * 1.5), _LONGEST_POLL_SECONDS)

    @contextmanager
    def page(self, job_id: str, locator: str) -> Iterator[ResultPage]:
        """One page of the result; an empty ``locator`` is the first. The bytes are read while the caller takes them."""
        params = {"maxRecords": str(PAGE_ROWS)} | ({"locator": locator} if locator else {})
        try:
            with self._client.stream(f"{self._path}/{job_id}/results", params=params) as response:
                yield _result_page(response)
        except RequestRefused as error:
            if error.status == 404:
                raise QueryLocatorGone(f"the result of Bulk job {job_id} is gone", status=404) from error
            raise


def _job(answer: Any) -> Job:
    return Job(
        id=answer["id"],
        state=answer["state"],
        rows=int(answer.get("numberRecordsProcessed") or 0),
        message=answer.get("errorMessage") or "",
    )


def _result_page(response: requests.Response) -> ResultPage:
    following = response.headers.get("Sforce-Locator", "null")
    with understood("a request for a page of a Bulk job"):
        return ResultPage(
            rows=int(response.headers.get("Sforce-NumberOfRecords", "-1")),
            next_locator="" if following == "null" else following,
            length=int(response.headers.get("Content-Length", "0")),
            chunks=response.iter_content(_CHUNK_BYTES),
        )
