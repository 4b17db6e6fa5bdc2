"""Read pages of records from Salesforce, by REST or Bulk, and stage each page in its own transaction.

A cursor is text that outlives the process, so that a later run can continue after the last staged page. Each call to
Salesforce is counted in the database before it is made. No transaction is open at that time, because its rollback
would undo the count.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from django.db import transaction
from django.db.utils import DataError

from sf.ingest.load import Refusal, Row, Stage, UnexpectedHeader, UnreadableBytes, is_storable_text, refusal_of
from sf.salesforce.answers import UnusableAnswer, understood
from sf.salesforce.bulk import BulkQuery, ResultPage
from sf.salesforce.client import SalesforceClient
from sf.salesforce.reads import ask_carefully

REST_PAGE_ROWS = 2_000
"""The number of records in one REST page: the most that Salesforce sends."""


LONG_TEXT_ROWS = 200
"""The page size for records with long text areas, so that a page has at most about 100 MB.

Salesforce allows no smaller size.
"""


@dataclass
class StagedPage:
    """The result of one page, and the cursor of the next page (empty: there is none)."""

    rows: int
    next_cursor: str
    refusals: list[Refusal] = field(default_factory=list)
    announced: int | None = None
    """The number of rows of the whole read, when a page reports it."""


Commit = Callable[[StagedPage], None]
"""Called in the transaction that stages a page. The function's writes are committed with the page."""


OnRows = Callable[[int], None]
"""Called with the number of further rows, for a progress display; negative when a page fails."""


@dataclass(frozen=True)
class SoqlQuery:
    """The query of a read. ``include_deleted``: sent to ``queryAll``."""

    soql: str
    include_deleted: bool


class Source(Protocol):
    """A source of pages.

    All methods retry, and may raise ``SalesforceError``; ``CannotFinish`` and ``QueryLocatorGone`` mean that
    the read has to start again.
    """

    def begin(self, query: SoqlQuery) -> str:
        """Start a read; return the id by which a later process finds it (a Bulk job), or an empty string."""

    def wait_for_row_count(self, read_id: str) -> int | None:
        """Wait for the number of rows of the whole read; return ``None`` if the first page reports it."""

    def stage_page(self, read_id: str, query: SoqlQuery, cursor: str, stage: Stage, commit: Commit) -> StagedPage:
        """Read the page at ``cursor`` (empty: the first) into the stage."""


@dataclass(frozen=True)
class RestSource:
    """Reads by ``query`` and ``queryAll``: up to 2,000 records per page; a cursor is a ``nextRecordsUrl``."""

    client: SalesforceClient
    paths: Sequence[str]
    on_rows: OnRows
    page_rows: int = REST_PAGE_ROWS

    def begin(self, query: SoqlQuery) -> str:
        return ""

    def wait_for_row_count(self, read_id: str) -> None:
        """Return ``None``: the first page reports the number."""

    def stage_page(self, read_id: str, query: SoqlQuery, cursor: str, stage: Stage, commit: Commit) -> StagedPage:
        return ask_carefully(self.client, lambda: self._stage(query, cursor, stage, commit))

    def _stage(self, query: SoqlQuery, cursor: str, stage: Stage, commit: Commit) -> StagedPage:
        page = fetch_rest_page(self.client, query, cursor, rows=self.page_rows)
        with transaction.atomic():
            refusals: list[Refusal] = []
            rows = stage.copy_rows(filter_storable_rows(rows_of(page["records"], self.paths), stage, refusals))
            staged = StagedPage(
                rows + len(refusals), page.get("nextRecordsUrl") or "", refusals, announced=page["totalSize"]
            )
            commit(staged)
        self.on_rows(staged.rows)
        return staged


def fetch_rest_page(
    client: SalesforceClient, query: SoqlQuery, cursor: str = "", *, rows: int = REST_PAGE_ROWS
) -> dict[str, Any]:
    """Return a page of a query: ``{"records": […], "totalSize", "done", "nextRecordsUrl"}``.

    Makes one attempt. Also raises ``TransientError`` when the answer is incomplete.
    """
    path = cursor or client.build_query_path(include_deleted=query.include_deleted)
    answer = client.attempt(
        "GET",
        path,
        params=None if cursor else {"q": query.soql},
        headers={"Sforce-Query-Options": f"batchSize={rows}"},
    )
    with understood(f"GET {path}"):
        # Keep decimal digits as they were written: a float would change them.
        page: dict[str, Any] = json.loads(answer.content, parse_float=str)
        len(page["records"]), int(page["totalSize"]), bool(page["done"])
        return page


def rows_of(records: Iterable[Mapping[str, Any]], paths: Sequence[str]) -> Iterator[Row]:
    """Yield the records of a page as rows to stage: the values at the paths, as text.

    Raises ``UnusableAnswer`` when a path is missing. An empty value is no error.
    """
    steps = [path.split(".") for path in paths]
    with understood("a query"):
        for record in records:
            yield tuple(_format_staged(_find_value(record, step)) for step in steps)


def _find_value(record: Mapping[str, Any], steps: Sequence[str]) -> Any:
    """Return the value at a path; ``None`` when a parent on the way is not set."""
    value: Any = record
    for step in steps:
        if value is None:
            return None
        value = value[step]
    return value


def _format_staged(value: Any) -> str | None:
    """Return a JSON value as the CSV of Bulk would have it; null and empty are the same."""
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else json.dumps(value)


@dataclass(frozen=True)
class BulkSource:
    """Reads by a Bulk API 2.0 query job: 50,000 records per page; a cursor is a ``Sforce-Locator``."""

    bulk: BulkQuery
    paths: Sequence[str]
    on_rows: OnRows
    may_go_on: Callable[[], None]
    """Called while Salesforce works on the job. The function ends the waiting by raising an exception."""
    seconds: Callable[[], float | None] = lambda: None
    """Returns the seconds that Salesforce may still work on the job; ``None``: without limit."""

    def begin(self, query: SoqlQuery) -> str:
        return self.bulk.create(query.soql, include_deleted=query.include_deleted)

    def wait_for_row_count(self, read_id: str) -> int:
        return self.bulk.wait(read_id, self.may_go_on, seconds=self.seconds()).rows

    def stage_page(self, read_id: str, query: SoqlQuery, cursor: str, stage: Stage, commit: Commit) -> StagedPage:
        """Stream the CSV straight into PostgreSQL.

        A page that PostgreSQL cannot take is read once more, row by row, to set aside the records that cannot be
        stored.
        """

        def once() -> StagedPage:
            try:
                return self._stage(read_id, cursor, stage, commit, by_row=False)
            except (UnreadableBytes, DataError):
                return self._stage(read_id, cursor, stage, commit, by_row=True)

        return ask_carefully(self.bulk.client, once)

    def _stage(self, read_id: str, cursor: str, stage: Stage, commit: Commit, *, by_row: bool) -> StagedPage:
        with self.bulk.page(read_id, cursor) as page, _RowProgress(page, self.on_rows) as meter, transaction.atomic():
            refusals: list[Refusal] = []
            try:
                if by_row:
                    rows = stage.copy_rows(
                        filter_storable_rows(stage.rows_of_csv(meter.chunks(), self.paths), stage, refusals)
                    )
                else:
                    rows = stage.copy_csv(meter.chunks(), self.paths)
            except UnexpectedHeader as error:
                raise UnusableAnswer(str(error)) from error
            staged = StagedPage(rows + len(refusals), page.next_locator, refusals)
            if page.rows not in {-1, staged.rows}:
                raise UnusableAnswer(f"a Bulk page announced {page.rows} records and brought {staged.rows}")
            commit(staged)
        return staged


class _RowProgress:
    """Reports a page's rows while its bytes arrive. Takes the rows back when the page fails."""

    def __init__(self, page: ResultPage, on_rows: OnRows) -> None:
        self._page = page
        self._on_rows = on_rows
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        self._tell(0 if kind else max(self._page.rows, 0))

    def chunks(self) -> Iterator[bytes]:
        for chunk in self._page.chunks:
            yield chunk
            if self._page.length:
                self._tell(min(self._page.rows * self._page.received() // self._page.length, self._page.rows))

    def _tell(self, rows: int) -> None:
        self._on_rows(rows - self._rows)
        self._rows = rows


def filter_storable_rows(rows: Iterable[Row], stage: Stage, refusals: list[Refusal]) -> Iterator[Row]:
    """Yield the rows that PostgreSQL text can store. Put the other rows into ``refusals``."""
    for row in rows:
        if is_storable_text(row):
            yield row
        else:
            refusals.append(refusal_of(row, stage.target))
