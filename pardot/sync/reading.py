"""Fetch the pages of slices in parallel threads. Only the caller's thread stores the pages.

A slice contains the records created in a span of time; its pages are in the order of the records' ids.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from django.db import connection

from pardot.platform.client import CEILING, FEWEST_ROWS, MOST_OPEN, Page, PardotClient
from pardot.platform.errors import PageTokenGone
from pardot.sync.slices import Slice
from sf.ingest.errors import SyncError
from sf.ingest.load import Row
from sf.salesforce.reads import TooMuchAsked


@dataclass(frozen=True)
class Cursor:
    """The start of the next page of a slice: at a page token, or after the id ``behind``."""

    behind: int
    token: str = ""
    pages: int = 0
    """The number of pages so far in the current sequence of tokens."""
    start: int = 0
    """The id after which the sequence began."""
    size: int = 0
    """The number of rows per page of the sequence; 0: the sequence has not begun."""

    @classmethod
    def at(cls, behind: int, size: int = 0) -> Cursor:
        return cls(behind, start=behind, size=size)


@dataclass(frozen=True)
class FetchedPage:
    """A page as rows to stage. ``following`` is ``None`` at the end of the slice."""

    rows: list[Row]
    behind: int
    withheld: bool
    following: Cursor | None
    last_created: str | None
    """``createdAt`` of the last row."""


class EntityQuery:
    """A query for the records of one entity."""

    def __init__(
        self, client: PardotClient, path: str, fields: Sequence[str], params: Mapping[str, str], page_size: int
    ) -> None:
        self._client = client
        self._path = path
        self._fields = fields
        self._params = params
        self._page_size = page_size
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Send no more requests. A page that needs another request fails."""
        self._stopped.set()

    def fetch(self, part: Slice, cursor: Cursor) -> FetchedPage:
        """Return one page, with retries; a smaller page when Pardot runs out of time.

        When a token has expired, the page is requested by id instead.
        """
        while True:
            if not cursor.size:
                cursor = Cursor.at(cursor.behind, self._client.limit_page_size(self._page_size))
            try:
                return self._fetch(part, cursor)
            except PageTokenGone:
                if not cursor.token:
                    raise
                cursor = Cursor.at(cursor.behind)
            except TooMuchAsked:
                cursor = Cursor.at(cursor.behind, self._client.ask_for_less(cursor.size))

    def _fetch(self, part: Slice, cursor: Cursor) -> FetchedPage:
        smallest = cursor.size <= FEWEST_ROWS
        page = self._client.request_patiently(lambda: self._fetch_once(part, cursor), smallest=smallest)
        behind = max((int(record["id"]) for record in page.values), default=cursor.behind)
        return FetchedPage(
            rows=[tuple(format_for_staging(record[name]) for name in self._fields) for record in page.values],
            behind=behind,
            withheld=page.withheld,
            following=self._find_following(page, cursor, behind),
            last_created=page.values[-1].get("createdAt") if page.values else None,
        )

    def _fetch_once(self, part: Slice, cursor: Cursor) -> Page:
        if self._stopped.is_set():
            raise SyncError("the read was stopped")
        if cursor.token:
            return self._client.next_page(self._path, fields=self._fields, token=cursor.token)
        params = {**self._params, **part.params, "orderBy": "id", "limit": str(cursor.size)}
        if cursor.behind:
            params["idGreaterThan"] = str(cursor.behind)
        return self._client.page(self._path, fields=self._fields, params=params)

    def _find_following(self, page: Page, cursor: Cursor, behind: int) -> Cursor | None:
        pages = cursor.pages + 1
        if page.next_token:
            unexplained = len(page.values) < cursor.size and not page.withheld
            # After a short page, request the next page by id, so that it contains the rows that were left out. After an
            # empty page, use the token: a request by id would return the same empty page again and again.
            if page.values and (unexplained or cursor.size < self._client.limit_page_size(self._page_size)):
                return Cursor.at(behind)  # without a size, so the next page has the usual size
            return Cursor(behind, page.next_token, pages, cursor.start, cursor.size)
        if not page.ceiling_reached and pages * cursor.size < CEILING:
            return None
        if behind == cursor.start:
            raise SyncError(
                f"{self._path}: Pardot withheld all rows up to its ceiling of {CEILING:,}; nothing was changed. "
                "Give the API user access to these rows"
            )
        return Cursor.at(behind)


def read_slices(query: EntityQuery, slices: Sequence[Slice]) -> Generator[tuple[int, FetchedPage], None, None]:
    """Yield the pages of all unfinished slices as they arrive, each with the index of its slice.

    While the caller stores a page, the next page of the slice is fetched. Close the iterator to stop.
    """
    waiting = deque(index for index in reversed(range(len(slices))) if not slices[index].done)
    with ThreadPoolExecutor(MOST_OPEN, thread_name_prefix="pardot") as pool:
        under_way: dict[Future[FetchedPage], int] = {}

        def fetch_next(index: int, cursor: Cursor) -> None:
            under_way[pool.submit(_fetch, query, slices[index], cursor)] = index

        try:
            while under_way or waiting:
                while waiting and len(under_way) < MOST_OPEN:
                    index = waiting.popleft()
                    fetch_next(index, Cursor.at(slices[index].behind))
                for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                    index, page = under_way.pop(future), future.result()
                    if page.following:
                        fetch_next(index, page.following)
                    yield index, page
        finally:
            query.stop()
            for future in under_way:
                future.cancel()


def _fetch(query: EntityQuery, part: Slice, cursor: Cursor) -> FetchedPage:
    try:
        return query.fetch(part, cursor)
    finally:
        connection.close()  # the thread opens a connection when it counts a login


def format_for_staging(value: Any) -> str | None:
    """Return a JSON value as text for staging. Null stays null, and an empty text stays empty."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)
