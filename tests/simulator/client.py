"""Call the simulated Salesforce with plain HTTP."""

from __future__ import annotations

import csv
import io
from typing import Any

import requests

from tests.simulator.running import RunningSimulator

VERSION = "64.0"


class Salesforce:
    """REST calls with one session."""

    def __init__(self, simulator: RunningSimulator, token: str, version: str = VERSION) -> None:
        self.simulator = simulator
        self.base = f"/services/data/v{version}"
        self.http = simulator.session()
        self.http.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request; ``path`` is relative to the API version unless it begins with ``/services``."""
        path = path if path.startswith("/services") else f"{self.base}{path}"
        return self.http.request(method, f"{self.simulator.base_url}{path}", timeout=30, **options)

    def query(self, soql: str, *, all_rows: bool = False, **options: Any) -> requests.Response:
        return self.call("GET", "/queryAll" if all_rows else "/query", params={"q": soql}, **options)

    def records(self, soql: str, *, all_rows: bool = False, **options: Any) -> list[dict[str, Any]]:
        """Return the records of all pages."""
        page = self.query(soql, all_rows=all_rows, **options).json()
        records: list[dict[str, Any]] = page["records"]
        while not page["done"]:
            page = self.call("GET", page["nextRecordsUrl"]).json()
            records += page["records"]
        return records

    def start_job(self, soql: str, operation: str = "query") -> requests.Response:
        return self.call("POST", "/jobs/query", json={"operation": operation, "query": soql})

    def finished_job(self, soql: str, operation: str = "query") -> str:
        """Run a job to its end and return its id."""
        job_id: str = self.start_job(soql, operation).json()["id"]
        while self.call("GET", f"/jobs/query/{job_id}").json()["state"] not in ("JobComplete", "Failed"):
            pass
        return job_id

    def results(self, job_id: str, **params: Any) -> requests.Response:
        return self.call("GET", f"/jobs/query/{job_id}/results", params=params)


def rows(response: requests.Response) -> list[dict[str, str]]:
    """Return a page of Bulk results, with a dict for each row."""
    return list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))


def errors(response: requests.Response) -> list[str]:
    """Return the error codes of an answer."""
    return [error["errorCode"] for error in response.json()]
