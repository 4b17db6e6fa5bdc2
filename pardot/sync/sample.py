"""Read the sample of ``camp_sync --scout``: the highest-scoring prospects with recent activity.

The sample is not a complete read. API v5 cannot sort by score, so the active prospects are read, latest first, and the
highest scores are kept. Nothing is removed, and no watermark is stored: the sample does not change what the next
``camp_sync --survey`` reads.
"""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from pardot.platform import quota
from pardot.platform.client import SMALL_PAGE, Page
from pardot.platform.errors import PageTokenGone
from pardot.sync.engine import PardotSync
from pardot.sync.reading import format_for_staging
from sf.ingest import quarantine, runs
from sf.ingest.errors import SyncError
from sf.ingest.load import Refusal, Stage
from sf.ingest.loading import StagedRead
from sf.models import SyncRun
from sf.salesforce.reads import TooMuchAsked
from sf.sync.attempts import READ_ATTEMPTS
from sf.sync.source import filter_storable_rows

logger = logging.getLogger(__name__)

SAMPLE_SIZE = 500
ACTIVE_WITHIN = timedelta(days=30)

_WITHHELD = (
    "Pardot withheld rows that the API user may not see, so the sample lacks them: give the user access to all rows"
)

_CRITERIA = frozenset({"score", "last_activity_at"})
_ORDER = {"orderBy": "lastActivityAt DESC"}


class ProspectSample(PardotSync):
    """One read of the sample."""

    def _read_what_is_readable(self) -> None:
        if hidden := _CRITERIA & self._synced.left_out:
            raise SyncError(
                f"the sample of prospects cannot be chosen: the API user may not read {', '.join(sorted(hidden))}"
            )
        # A separate staging table, because the survey's may contain an unfinished read.
        self._stage = Stage(replace(self._synced.target, staging_suffix="_sampled"))
        began = runs.load_database_now()
        self._run.mode, self._run.transport = SyncRun.Mode.SAMPLE, SyncRun.Transport.PARDOT
        self._run.save()
        self._progress.show_read(self._name, f"the {SAMPLE_SIZE} highest scores of recently active prospects", None, 0)
        best = self._read_best(began - ACTIVE_WITHIN)
        refusals: list[Refusal] = []
        rows = (tuple(format_for_staging(record[name]) for name in self._synced.api_names) for record in best)
        with transaction.atomic():
            self._stage.create()
            self._stage.copy_rows(filter_storable_rows(rows, self._stage, refusals))
            quarantine.keep_refusals(self._synced, refusals)
        self._merge(StagedRead(rows=len(best), began=began, is_full=False))

    def _read_best(self, since: datetime, attempts: int = READ_ATTEMPTS) -> list[dict[str, Any]]:
        """Return the active prospects with the highest scores.

        Start over when a page token has expired or a page took too long. Only a read in the order of ids could continue
        after its last row.
        """
        self._size = self._client.limit_page_size(settings.PARDOT_PAGE_SIZE)
        try:
            return heapq.nlargest(SAMPLE_SIZE, self._read_active(since), key=_rank)
        except TooMuchAsked:
            self._client.ask_for_less(self._size)
            return self._read_best(since, attempts)
        except PageTokenGone as error:
            if attempts == 1:
                raise
            logger.warning("%s: %s; starting the sample over", self._name, error)
        return self._read_best(since, attempts - 1)

    def _compute_watermark(self, read: StagedRead, greatest: datetime | None) -> None:
        """Return no watermark: a sample is not a complete read."""

    def _read_active(self, since: datetime) -> Iterator[dict[str, Any]]:
        """Yield prospects with an activity since ``since``, latest first, and each prospect once.

        A prospect whose latest activity changes during the read can be on two pages.
        It is not known whether Pardot sends prospects without any activity first or last. If they come first, they are
        skipped. If they come last, the read ends.
        """
        dated = False
        yielded: set[int] = set()
        for page in self._fetch_pages():
            if page.withheld:
                self._remark = _WITHHELD
            for record in page.values:
                last = record["lastActivityAt"]
                if last is None and not dated:
                    continue
                dated = True
                if last is None or datetime.fromisoformat(last) < since:
                    return
                if record["id"] not in yielded:
                    yielded.add(record["id"])
                    yield record
            self._progress.show_rows(len(page.values))

    def _fetch_pages(self) -> Iterator[Page]:
        """Yield pages until Pardot sends no further page token. After 100,000 rows it sends none."""
        fields, path = self._synced.api_names, self._synced.path
        params = {**_ORDER, "limit": str(self._size)}
        page = self._request_patiently(lambda: self._client.page(path, fields=fields, params=params))
        while True:
            yield page
            token = page.next_token
            if not token:
                return
            quota.check_between_pages(self._client.usage)
            page = self._fetch_following(token)

    def _fetch_following(self, token: str) -> Page:
        fields, path = self._synced.api_names, self._synced.path
        return self._request_patiently(lambda: self._client.next_page(path, fields=fields, token=token))

    def _request_patiently(self, action: Callable[[], Page]) -> Page:
        return self._client.request_patiently(action, smallest=self._size <= SMALL_PAGE)


def _rank(record: dict[str, Any]) -> tuple[float, int]:
    return float(record["score"] or 0), -int(record["id"])
