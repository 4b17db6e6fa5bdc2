"""Faults of Bulk jobs: a job fails, is stuck or is lost, or the day's jobs are used up.

Sources:

- failed jobs: simple-salesforce issue 646 ("InternalServerError : Retried more than …"), airbytehq/airbyte pull
  request 10141 ("Unexpected exception encountered in query processing")
- jobs that stay ``InProgress``: airbytehq/airbyte pull request 8009, which aborts such jobs
- no jobs left for the day: estuary/connectors pull request 3318
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from simulator import errors
from simulator.faults import Action
from simulator.http import Request, Response
from simulator.salesforce.jobs import Job, Jobs, State

USED_UP = "LIMIT_EXCEEDED"
USED_UP_MESSAGE = "Max bulk v2 query jobs (10000) per 24 hrs has been reached"
ENDED = "InternalServerError : Retried more than 15 times"

_JOB = re.compile(r"/jobs/query/(\w+)")
_NEW = re.compile(r"/jobs/query$")


def used_up(request: Request, action: Action) -> Response | None:
    """Return the refusal of a new job, if the fault is ``jobs_used_up``."""
    if action.kind != "jobs_used_up" or request.method != "POST" or not _NEW.search(request.path):
        return None
    return errors.error_response("salesforce", code=USED_UP, message=USED_UP_MESSAGE)


@contextmanager
def disturbed_job(jobs: Jobs, request: Request, action: Action) -> Iterator[Callable[[Response], None]]:
    """Disturb the job in the request's path before the request is answered.

    The caller must pass the answer to the yielded function, which disturbs a job that the request has created.
    """
    match = _JOB.search(request.path)
    if match:
        _disturb(jobs, jobs.find(match[1]), action)

    def disturb_created(response: Response) -> None:
        if request.method == "POST" and _NEW.search(request.path) and isinstance(response.body, bytes):
            answer: Any = json.loads(response.body)
            _disturb(jobs, jobs.find(answer["id"]) if isinstance(answer, dict) else None, action)

    yield disturb_created


def _disturb(jobs: Jobs, job: Job | None, action: Action) -> None:
    if job is None:
        return
    if action.kind == "job_lost":
        jobs.remove(job)
    if job.state not in ("UploadComplete", "InProgress"):
        return
    if action.kind == "job_stuck":
        job.stuck = True
    if action.kind == "job_fails":
        job.fail(action.message or ENDED)
        job.state = cast(State, action.code or "Failed")
