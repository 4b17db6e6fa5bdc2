"""Yield the rows of a query by Bulk API 2.0, page after page, for ``manage.py sf query --bulk``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from sf.salesforce.bulk import BulkQuery
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import TransientError
from sf.salesforce.http import Patience, retrying


def fetch_bulk_rows(
    client: SalesforceClient, soql: str, patience: Patience, *, include_deleted: bool
) -> Iterator[dict[str, str]]:
    """Run a job, and yield its rows.

    Each page is read whole before its first row is yielded, and read again if it breaks off.
    """
    jobs = BulkQuery(client)
    job = jobs.create(soql, include_deleted=include_deleted)
    jobs.wait(job)
    locator = ""
    while True:
        rows, locator = retrying(lambda place=locator: _page(jobs, job, place), patience)  # type: ignore[misc]
        yield from rows
        if not locator:
            return


def _page(jobs: BulkQuery, job: str, locator: str) -> tuple[list[dict[str, str]], str]:
    with jobs.page(job, locator) as page:
        text = b"".join(page.chunks).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    if page.rows not in {-1, len(rows)}:
        raise TransientError(f"Salesforce announced {page.rows:,} rows and sent {len(rows):,}")
    return rows, page.next_locator
