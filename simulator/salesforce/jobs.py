"""The query jobs of Bulk API 2.0, and the answers about these jobs."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from simulator import credentials
from simulator.prepared import Prepared
from simulator.soql import SoqlError

KEPT_SECONDS = 7 * 24 * 3600
MAX_JOBS = 1_000
"""The number of jobs kept. Older jobs are dropped to save space."""

State = Literal["UploadComplete", "InProgress", "JobComplete", "Failed", "Aborted"]


@dataclass
class Job:
    """One query job. Status calls advance its ``state``."""

    id: str
    operation: str
    query: str
    sobject: str
    version: str
    prepared: Prepared
    polls_left: int
    created: float = field(default_factory=time.time)
    state: State = "UploadComplete"
    message: str = ""
    stuck: bool = False
    """The job never finishes, because of a fault."""

    def poll(self) -> None:
        """Count one status call. The job completes when its data is ready and ``polls_left`` is used up."""
        if self.state not in ("UploadComplete", "InProgress"):
            return
        try:
            ready = self.prepared.complete
        except SoqlError as error:
            self.fail(f"{error.code}: {error.message}")
            return
        if self.polls_left > 0 or self.stuck or not ready:
            self.polls_left -= 1
            self.state = "InProgress"
        else:
            self.state = "JobComplete"

    def fail(self, message: str) -> None:
        self.state, self.message = "Failed", message

    def info(self) -> dict[str, Any]:
        """Return the values that every answer about the job contains."""
        created = datetime.fromtimestamp(self.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        return {
            "id": self.id,
            "operation": self.operation,
            "object": self.sobject,
            "createdById": credentials.user_id(),
            "createdDate": created,
            "systemModstamp": created,
            "state": self.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(self.version),
            "lineEnding": "LF",
            "columnDelimiter": "COMMA",
        }

    def status(self) -> dict[str, Any]:
        """Return the answer to a status call: the info, the progress, and the error of a failed job."""
        done = self.prepared.ready[1] if self.state != "Failed" else 0
        status = {
            **self.info(),
            "jobType": "V2Query",
            "numberRecordsProcessed": done,
            "retries": 0,
            "totalProcessingTime": int((time.time() - self.created) * 1000),
            "isPkChunkingSupported": True,
        }
        return {**status, "errorMessage": self.message} if self.message else status


class Jobs:
    """The jobs of one org. Jobs are lost when the process ends, and are not found after 7 days."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._created: list[float] = []

    def add(self, job: Job) -> None:
        with self._lock:
            self._jobs[job.id[:15]] = job
            if len(self._jobs) > MAX_JOBS:
                del self._jobs[next(iter(self._jobs))]
            self._created.append(job.created)

    def find(self, job_id: str) -> Job | None:
        """Return the job with this id (15 or 18 characters), unless it is too old."""
        with self._lock:
            job = self._jobs.get(job_id[:15])
        return None if job is None or time.time() - job.created > KEPT_SECONDS else job

    def all(self) -> list[Job]:
        with self._lock:
            return list(self._jobs.values())

    def remove(self, job: Job) -> None:
        with self._lock:
            self._jobs.pop(job.id[:15], None)

    def expire_all(self) -> int:
        """Forget all jobs and their results, as after seven days. Return the number of these jobs."""
        with self._lock:
            count = len(self._jobs)
            self._jobs.clear()
            return count

    @property
    def created_today(self) -> int:
        """Return the number of jobs created in the last 24 hours, including deleted jobs."""
        since = time.time() - 86_400
        with self._lock:
            self._created = [moment for moment in self._created if moment > since]
            return len(self._created)
