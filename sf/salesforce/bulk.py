"""Bulk API 2.0 query jobs: create, wait, abort, read the CSV pages of the result.

Official reference: Bulk API 2.0 and Bulk API Developer Guide, "Query". Results can be read again for seven days.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from sf.salesforce.answers import json_of, understood
from sf.salesforce.client import Result, SalesforceClient
from sf.salesforce.errors import QueryLocatorGone, RequestRefused, SalesforceError
from sf.salesforce.reads import BulkUsedUp, JobEnded, JobRefused, JobStuck, ask_carefully

logger = logging.getLogger(__name__)

PAGE_ROWS = 50_000
"""The rows requested per page: few calls, and a page that is lost on the way costs little."""

_FIRST_POLL_SECONDS = 0.1
_POLL_SECONDS = 1.0
_LONGEST_POLL_SECONDS = 30.0
_CHUNK_BYTES = 1 << 18

_USED_UP_CODES = frozenset({"LIMIT_EXCEEDED", "ExceededQuota"})
_USED_UP_WORDS = re.compile(r"max bulk v2 query|bulk .*limit.* (exceeded|reached)", re.IGNORECASE)
_PASSING = re.compile(r"QUERY_TIMEOUT|InternalServerError|Retried more than|Unexpected exception", re.IGNORECASE)
_FINAL = re.compile(
    r"InvalidBatch|InvalidEntity|InvalidJob|FeatureNotEnabled|INVALID_\w+|MALFORMED_QUERY|FUNCTIONALITY_NOT_ENABLED"
    r"|INSUFFICIENT_ACCESS|No such column"
)


@dataclass(frozen=True)
class Job:
    """The state of a query job. ``rows`` is the number that Salesforce announces for a complete job."""

    id: str
    state: str
    rows: int
    message: str


@dataclass(frozen=True)
class ResultPage:
    """One CSV page being received.

    ``rows``: the announced number, or -1. ``next_locator``: the start of the next page; empty on the last page.
    """

    rows: int
    next_locator: str
    length: int
    """The bytes on the wire, when Salesforce announces them; otherwise 0."""
    received: Callable[[], int]
    """The bytes received on the wire so far: fewer than in ``chunks`` when the answer is compressed."""
    chunks: Iterator[bytes]


class BulkQuery:
    """Query jobs of one client.

    Raises a ``CannotFinish`` (``sf/salesforce/reads.py``) when another job, or REST, may work.
    """

    def __init__(self, client: SalesforceClient) -> None:
        self.client = client
        self._path = f"{client.data_path}/jobs/query"

    def create(self, soql: str, *, include_deleted: bool) -> str:
        """Start a job, and return its id. Raises ``BulkUsedUp`` when the day's quota is used up."""
        body = {"operation": "queryAll" if include_deleted else "query", "query": soql}
        try:
            return self._ask("POST", self._path, lambda answer: str(answer["id"]), body=body)
        except SalesforceError as error:
            if error.code in _USED_UP_CODES or _USED_UP_WORDS.search(error.reason):
                raise BulkUsedUp(str(error), code=error.code, status=error.status) from error
            raise

    def get(self, job_id: str) -> Job:
        """Return the job as it is now. Raises ``QueryLocatorGone`` when Salesforce does not know it."""
        try:
            return self._ask("GET", f"{self._path}/{job_id}", _parse_job)
        except RequestRefused as error:
            if error.status == 404:
                raise QueryLocatorGone(f"Bulk job {job_id} is gone", status=404) from error
            raise

    def wait(self, job_id: str, may_go_on: Callable[[], None] = lambda: None, *, seconds: float | None = None) -> Job:
        """Poll until the job is complete.

        ``may_go_on`` is called before each further poll; an exception that it raises ends the waiting, not the job.
        Raises ``JobEnded`` or ``JobRefused`` with Salesforce's reason when the job failed or was aborted. If the job is
        not complete after ``seconds``, Salesforce is asked to abort it, and ``JobStuck`` is raised.
        """
        pause, deadline = _FIRST_POLL_SECONDS, time.monotonic() + seconds if seconds is not None else None
        while True:
            time.sleep(pause)
            job = self.get(job_id)
            if job.state == "JobComplete":
                return job
            if job.state in {"Failed", "Aborted"}:
                raise _make_error_of_end(job)
            if deadline is not None and time.monotonic() >= deadline:
                self._abort(job_id)
                raise JobStuck(f"Bulk job {job_id} was still {job.state} when its time was up, and is given up")
            may_go_on()
            pause = min(max(_POLL_SECONDS, pause * 1.5), _LONGEST_POLL_SECONDS)

    def _abort(self, job_id: str) -> None:
        """Ask Salesforce to end the job. A failure is only logged."""
        try:
            self.client.attempt("PATCH", f"{self._path}/{job_id}", body={"state": "Aborted"})
        except SalesforceError as error:
            logger.warning("Bulk job %s could not be aborted: %s", job_id, error)

    def _ask(self, method: str, path: str, understand: Callable[[Any], Result], *, body: Any = None) -> Result:
        def once() -> Result:
            answer = self.client.attempt(method, path, body=body)
            with understood(f"{method} {path}", answer):
                return understand(json_of(answer))

        return ask_carefully(self.client, once)

    @contextmanager
    def page(self, job_id: str, locator: str) -> Iterator[ResultPage]:
        """Yield one page of the result. Its bytes are read as the caller takes them.

        An empty ``locator`` means the first page.
        """
        params = {"maxRecords": str(PAGE_ROWS)} | ({"locator": locator} if locator else {})
        try:
            with self.client.stream(f"{self._path}/{job_id}/results", params=params) as response:
                yield _parse_result_page(response)
        except RequestRefused as error:
            if error.status == 404:
                raise QueryLocatorGone(f"the result of Bulk job {job_id} is gone", status=404) from error
            raise


def _make_error_of_end(job: Job) -> JobEnded | JobRefused:
    """Return the error of a failed or aborted job: ``JobRefused`` if the same job would fail again."""
    final = _FINAL.search(job.message) and not _PASSING.search(job.message)
    kind = JobRefused if final else JobEnded
    return kind(f"Bulk job {job.id} ended as {job.state}: {job.message or 'no reason given'}")


def _parse_job(answer: Any) -> Job:
    return Job(
        id=answer["id"],
        state=answer["state"],
        rows=int(answer.get("numberRecordsProcessed") or 0),
        message=answer.get("errorMessage") or "",
    )


def _parse_result_page(response: requests.Response) -> ResultPage:
    following = response.headers.get("Sforce-Locator", "null")
    with understood("a request for a page of a Bulk job"):
        return ResultPage(
            rows=int(response.headers.get("Sforce-NumberOfRecords", "-1")),
            next_locator="" if following == "null" else following,
            length=int(response.headers.get("Content-Length", "0")),
            received=response.raw.tell,
            chunks=response.iter_content(_CHUNK_BYTES),
        )
