"""Bulk API 2.0 ingest jobs: a CSV of records to insert, update, upsert or delete.

Sources, in the Bulk API 2.0 and Bulk API Developer Guide:

- "Create a Job", "Upload Job Data" and "Upload Complete"
- "Get Job Successful Record Results": ``sf__Id``, ``sf__Created``
- "Get Job Failed Record Results": ``sf__Error``
- "Get Job Unprocessed Record Results"
- "Valid CSV Record Rows": an empty value does not change the field, ``#N/A`` makes it null

A whole file is refused in two cases:

- Its line endings differ from those of the job ("LineEnding is invalid on user data").
- It has an unknown column ("InvalidBatch : Field name not found").
"""

from __future__ import annotations

import csv
import io
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from simulator import credentials
from simulator.http import Request, Response
from simulator.salesforce.api import Api, ApiError, as_api_error, json_object, not_found
from simulator.salesforce.locators import random_id
from simulator.salesforce.records import Records, check_external_id_field, known
from simulator.schema import SObject
from simulator.schema.types import NUMBER_TYPES
from simulator.soql import SoqlError
from simulator.store import RecordError, Store

OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")
DELIMITERS = {"COMMA": ",", "SEMICOLON": ";", "TAB": "\t", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}
MAX_JOBS = 200
"""The number of jobs kept. Older jobs are dropped to save space."""

Line = dict[str, str]


@dataclass
class Job:
    """One ingest job with its data and, after it has run, the result of each line."""

    id: str
    spec: Mapping[str, Any]
    """The values from the call that created the job, checked and with defaults."""
    version: str
    created: float = field(default_factory=time.time)
    state: str = "Open"
    message: str = ""
    data: str = ""
    columns: list[str] = field(default_factory=list)
    done: list[tuple[str, bool, Line]] = field(default_factory=list)
    """For each written line: the record's id, whether the record was created, and the line."""
    failed: list[tuple[str, str, Line]] = field(default_factory=list)
    """For each refused line: the record's id or an empty string, the error, and the line."""

    def info(self) -> dict[str, Any]:
        created = datetime.fromtimestamp(self.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        return {
            "id": self.id,
            **self.spec,
            "createdById": credentials.user_id(),
            "createdDate": created,
            "systemModstamp": created,
            "state": self.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(self.version),
            "contentUrl": f"services/data/v{self.version}/jobs/ingest/{self.id}/batches",
        }

    def status(self) -> dict[str, Any]:
        counts = {
            "jobType": "V2Ingest",
            "numberRecordsProcessed": len(self.done) + len(self.failed),
            "numberRecordsFailed": len(self.failed),
            "retries": 0,
            "totalProcessingTime": 1,
            "apiActiveProcessingTime": 1,
            "apexProcessingTime": 0,
        }
        return {**self.info(), **counts, **({"errorMessage": self.message} if self.message else {})}


class Ingest:
    """The ingest jobs of one org. A job set to ``UploadComplete`` runs in the next status call."""

    def __init__(self, store: Store, records: Records) -> None:
        self._store = store
        self._records = records
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}

    def create(self, request: Request) -> Response:
        job = Job(random_id("750"), _check_body(json_object(request), self._store), request.params["version"])
        with self._lock:
            self._jobs[job.id[:15]] = job
            if len(self._jobs) > MAX_JOBS:
                del self._jobs[next(iter(self._jobs))]
        return Response.json(job.info())

    def upload(self, request: Request) -> Response:
        job = self._job(request)
        if job.state != "Open":
            raise ApiError("INVALIDJOBSTATE", f"Data cannot be uploaded to a job in the state {job.state}")
        job.data = request.body.decode("utf-8-sig")
        return Response(201)

    def change(self, request: Request) -> Response:
        job, state = self._job(request), json_object(request).get("state")
        if state not in ("UploadComplete", "Aborted") or job.state not in ("Open", "UploadComplete"):
            raise ApiError("INVALIDJOBSTATE", f"A job in the state {job.state} cannot be set to {state}")
        job.state = str(state)
        return Response.json(job.info())

    def status(self, request: Request) -> Response:
        job = self._job(request)
        with self._lock:
            if job.state == "UploadComplete":
                self._run(job)
        return Response.json(job.status())

    def list(self, _request: Request) -> Response:
        records = [{**job.info(), "jobType": "V2Ingest"} for job in list(self._jobs.values())]
        return Response.json({"done": True, "records": records, "nextRecordsUrl": None})

    def delete(self, request: Request) -> Response:
        job = self._job(request)
        if job.state in ("Open", "UploadComplete"):
            raise ApiError("INVALIDJOBSTATE", f"A job in the state {job.state} cannot be deleted")
        del self._jobs[job.id[:15]]
        return Response(204)

    def successful(self, request: Request) -> Response:
        job = self._job(request)
        lines = [[record, str(created).lower(), *line.values()] for record, created, line in job.done]
        return _csv(["sf__Id", "sf__Created", *job.columns], lines)

    def failed(self, request: Request) -> Response:
        job = self._job(request)
        return _csv(
            ["sf__Id", "sf__Error", *job.columns],
            [[record, error, *line.values()] for record, error, line in job.failed],
        )

    def unprocessed(self, request: Request) -> Response:
        job = self._job(request)
        lines = _lines(job)[1] if job.state in ("Failed", "Aborted") else []
        return _csv(job.columns, [list(line.values()) for line in lines])

    def _job(self, request: Request) -> Job:
        job = self._jobs.get(request.params["job"][:15])
        if job is None:
            raise not_found()
        return job

    # Running

    def _run(self, job: Job) -> None:
        sobject = known(job.spec["object"])
        job.columns, lines = _lines(job)
        job.message = _invalid(job, sobject)
        if job.message:
            job.state = "Failed"
            return
        for line in lines:
            self._write(job, sobject, line)
        job.state = "JobComplete"

    def _write(self, job: Job, sobject: SObject, line: Line) -> None:
        record_id = next((value for name, value in line.items() if name.lower() == "id"), "")
        try:
            written, created = self._write_record(job, sobject, record_id, _values(sobject, line))
            job.done.append((written, created, line))
        except ApiError as error:
            job.failed.append((record_id, _error(error), line))
        except (SoqlError, RecordError) as error:
            job.failed.append((record_id, _error(as_api_error(error)), line))

    def _write_record(self, job: Job, sobject: SObject, record_id: str, values: dict[str, Any]) -> tuple[str, bool]:
        operation = job.spec["operation"]
        if operation == "insert":
            return self._store.create(sobject.name, values), True
        if operation == "upsert":
            return self._upsert(job.spec["externalIdFieldName"], sobject, values)
        if not record_id:
            raise ApiError("MISSING_ARGUMENT", "Id not specified in an update call")
        if operation == "update":
            self._store.update(sobject.name, record_id, values)
            return record_id, False
        self._store.delete(sobject.name, record_id)
        if operation == "hardDelete":
            self._store.purge(sobject.name, record_id)
        return record_id, False

    def _upsert(self, key: str, sobject: SObject, values: dict[str, Any]) -> tuple[str, bool]:
        name = next((name for name in values if name.lower() == key.lower()), "")
        result = self._records.upsert_record(sobject, key, values.pop(name, None), values)
        return str(result["id"]), bool(result["created"])


def _check_body(body: Mapping[str, Any], store: Store) -> dict[str, Any]:
    """Return the values that a job keeps, with defaults. Raises ``ApiError`` if one is wrong."""
    sobject = known(str(body.get("object", "")))
    if body.get("operation") not in OPERATIONS:
        raise ApiError("INVALIDJOB", f"operation: one of {', '.join(OPERATIONS)}")
    if body.get("contentType", "CSV") != "CSV":
        raise ApiError("INVALIDJOB", "contentType: CSV only")
    usual = {"lineEnding": "LF", "columnDelimiter": "COMMA"}
    checked = {name: body.get(name) or value for name, value in usual.items()}
    if checked["columnDelimiter"] not in DELIMITERS or checked["lineEnding"] not in ("LF", "CRLF"):
        raise ApiError("INVALIDJOB", "columnDelimiter or lineEnding is not known")
    if body["operation"] == "upsert":
        key = str(body.get("externalIdFieldName", ""))
        check_external_id_field(sobject, key, store)
        checked["externalIdFieldName"] = key
    return {"object": sobject.name, "operation": body["operation"], **checked}


def _lines(job: Job) -> tuple[list[str], list[Line]]:
    delimiter = DELIMITERS[job.spec["columnDelimiter"]]
    reader = csv.DictReader(io.StringIO(job.data, newline=""), delimiter=delimiter, restval="")
    lines = [{name: line[name] or "" for name in reader.fieldnames or []} for line in reader]
    return list(reader.fieldnames or []), lines


def _invalid(job: Job, sobject: SObject) -> str:
    """Return the reason why the whole file is refused; an empty string for a valid file."""
    ending = "CRLF" if job.data.partition("\n")[0].endswith("\r") else "LF"
    expected = job.spec["lineEnding"]
    if ending != expected:
        return f"ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is {expected}"
    unknown = next((name for name in job.columns if not sobject.has(name)), "")
    return f"InvalidBatch : Field name not found : {unknown}" if unknown else ""


def _values(sobject: SObject, line: Line) -> dict[str, Any]:
    """Return the fields to write, except the id, in JSON's form."""
    texts = {name: value for name, value in line.items() if value != "" and name.lower() != "id"}
    return {name: _value(sobject, name, value) for name, value in texts.items()}


def _value(sobject: SObject, name: str, value: str) -> Any:
    kind = sobject.by_name[name.lower()].type
    if value == "#N/A":
        return None
    if kind == "boolean":
        return value.strip().lower() in ("true", "1", "yes")
    if kind in NUMBER_TYPES:
        try:
            return int(value) if kind == "int" else float(value)
        except ValueError:
            return value
    return value


def _error(error: ApiError) -> str:
    return f"{error.code}:{error.message}:{','.join(error.fields)} --"


def _csv(columns: list[str], lines: list[list[str]]) -> Response:
    page = io.StringIO(newline="")
    csv.writer(page, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([columns, *lines])
    return Response(200, page.getvalue().encode(), {"Content-Type": "text/csv; charset=UTF-8"})


def add_routes(api: Api, ingest: Ingest) -> None:
    one = r"/jobs/ingest/(?P<job>\w{15}|\w{18})"
    api.add("POST", "/jobs/ingest", ingest.create)
    api.add("GET", "/jobs/ingest", ingest.list)
    api.add("GET", one, ingest.status)
    api.add("PATCH", one, ingest.change)
    api.add("DELETE", one, ingest.delete)
    api.add("PUT", one + "/batches", ingest.upload)
    api.add("GET", one + "/successfulResults", ingest.successful)
    api.add("GET", one + "/failedResults", ingest.failed)
    api.add("GET", one + "/unprocessedrecords", ingest.unprocessed)
