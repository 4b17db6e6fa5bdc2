"""Run one sync of one Pardot entity: window, slices, pages, and the point to resume from.

As in ``sf/sync/engine.py``, one transaction stages a page and stores the state from which a later process continues. At
the end, one transaction merges all pages. Pardot does not say how many rows there are, so a read is complete when every
slice has reached its last page. Before a merge removes records, the end of each slice is read again until no more rows
come.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from psycopg import sql

from pardot.catalog.complete_reads import note_complete
from pardot.catalog.entities import PardotEntity
from pardot.models import Campaign, VisitorActivity
from pardot.platform import quota
from pardot.platform.business_unit import make_unit_confirmation
from pardot.platform.client import PardotClient
from pardot.platform.errors import WrongBusinessUnit
from pardot.sync import rollups
from pardot.sync.campaign_dates import fill_campaign_dates
from pardot.sync.options import CampOptions
from pardot.sync.readable import as_readable, find_readable_after, look_again
from pardot.sync.reading import Cursor, EntityQuery, FetchedPage, read_slices
from pardot.sync.slices import Slice, SlicedRead, format_api_date
from sf.ingest import quarantine, runs
from sf.ingest.load import Merge, Refusal
from sf.ingest.loading import StagedRead
from sf.ingest.sync import Progress
from sf.ingest.window import choose_window
from sf.models import SyncRun
from sf.salesforce.errors import LoginFailed, RequestRefused
from sf.salesforce.refusals import Group
from sf.sync.identity import make_confirmation
from sf.sync.meaning import SalesforceMeaning
from sf.sync.readable_sync import ReadableSync
from sf.sync.source import filter_storable_rows

OVERLAP = timedelta(minutes=10)
"""Incremental reads begin this long before the watermark.
API v5 may answer from a cache that is up to a minute old."""


class PardotMeaning(SalesforceMeaning):
    """The meaning of Pardot's errors.

    When one entity cannot be read or times out, others may still be readable.
    """

    def concerns_all(self, error: Exception) -> bool:
        return isinstance(error, LoginFailed | WrongBusinessUnit)  # ``AnotherOrg`` is a ``LoginFailed``

    def is_final(self, error: Exception) -> bool:
        """Return whether a resumed read would fail again. After an unknown code, the read may succeed."""
        return super().is_final(error) and getattr(error, "group", None) is not Group.UNKNOWN


class PardotSync(ReadableSync[PardotEntity]):
    """The base of all runs against the Pardot API."""

    system = "Pardot"
    meaning = PardotMeaning()

    def __init__(
        self,
        entity: PardotEntity,
        client: PardotClient,
        calls_so_far: Callable[[], int],
        progress: Progress,
        options: CampOptions,
        check_budget: Callable[[], None],
    ) -> None:
        super().__init__(entity, calls_so_far, progress, options, check_budget)
        self._client = client
        self._camp = options

    def _make_confirmation(self) -> Callable[[], None]:
        return make_unit_confirmation(make_confirmation(self._client.salesforce))

    def _note_usage(self) -> None:
        quota.keep_usage(self._client.usage)

    def _as_readable(self) -> PardotEntity:
        return as_readable(self._synced)

    def _look_again(self) -> PardotEntity:
        return look_again(self._client, self._synced)

    def _find_readable_after(self, refusal: RequestRefused) -> PardotEntity:
        return find_readable_after(refusal, self._client, self._synced)

    def _make_query(self, params: dict[str, str]) -> EntityQuery:
        if self._synced.with_deleted:
            params = {**params, "deleted": "all"}
        return EntityQuery(self._client, self._synced.path, self._synced.api_names, params, settings.PARDOT_PAGE_SIZE)


class EntitySync(PardotSync):
    """A sync that reads all records of an entity, or only the changed ones."""

    _state: SlicedRead

    def _read_what_is_readable(self) -> None:
        """Finish the unfinished read of an earlier run, if any, then read the later changes.

        An entity without ``changes_by`` is read whole.
        """
        # An unfinished read can be resumed however old it is (``kept=None``): it continues after the last staged id.
        left = runs.take_over_unfinished(self._synced, self._run, SlicedRead.from_json, kept=None)
        unfinished = self._resumable(left)
        if unfinished:
            self._state = unfinished
            self._progress.show_read(
                self._name, f"continuing after {unfinished.rows:,} staged rows", None, unfinished.rows
            )
            self._finish()
        self._begin(forced=self._options.full and unfinished is None)
        self._finish()

    def _resumable(self, state: SlicedRead | None) -> SlicedRead | None:
        if state is None or not self._synced.changes_by:
            return None
        fits = (
            state.fingerprint == self._synced.fingerprint
            and (state.is_full or not self._options.full)
            and state.staged == self._stage.count()
        )
        return state if fits else None

    def _begin(self, *, forced: bool) -> None:
        entity, now = self._synced, runs.load_database_now()
        committed = runs.find_last_committed(entity)
        window = choose_window(
            committed,
            fingerprint=entity.fingerprint,
            forced=forced or not entity.changes_by,
            lookback=OVERLAP,
            now=now,
            full_after=None,
        )
        since, created_since = format_api_date(window.since) if window.since else "", ""
        if entity.kept_for_days:
            earliest = now - timedelta(days=settings.PARDOT_ACTIVITY_RETENTION_DAYS)
            reach = window.since or now - timedelta(days=self._camp.days)
            created_since = format_api_date(max(reach, earliest))
        self._state = SlicedRead(
            mode=SyncRun.Mode.FULL if window.is_full else SyncRun.Mode.INCREMENTAL,
            began=now.isoformat(),
            fingerprint=entity.fingerprint,
            slices=(Slice(after=created_since),),
            changed_since="" if entity.kept_for_days else since,
            created_since=created_since,
            previous_watermark=committed.watermark.isoformat() if committed and committed.watermark else None,
        )
        self._stage.create()
        self._note()
        reason = window.reason if entity.changes_by else "read whole"
        self._progress.show_read(self._name, f"{reason}, by the Pardot API", None, 0)

    def _note(self) -> None:
        self._run.mode, self._run.transport = self._state.mode, SyncRun.Transport.PARDOT
        # An entity that is always read whole is not resumed, because records on staged pages may have changed.
        self._run.resume_state = self._state.to_json() if self._synced.changes_by else None
        self._run.save()

    def _finish(self) -> None:
        """Stage the missing pages, read the ends of the slices again before anything is removed, and merge."""
        if self._synced.changes_by and not self._state.split:
            self._divide()
        self._stage_slices()
        while self._may_remove() and not self._state.confirmed and self._would_remove():
            before = self._state.rows
            self._state = self._state.reopened()
            self._stage_slices()
            self._state = replace(self._state, confirmed=self._state.rows == before)
        if self._client.rows_in_time:
            rows = self._client.rows_in_time
            self._remark = f"read in pages of {rows:,}: larger pages took Pardot too long (set PARDOT_PAGE_SIZE={rows})"
        if self._state.withheld:
            self._remark = (
                "Pardot withheld rows that the API user may not see: give the user access to all rows. Until then, "
                "syncs of this entity remove nothing, except with --allow-deletes"
            )
        self._merge(self._staged_read())

    def _divide(self) -> None:
        """Read the first page, and divide the rest into slices that can be read in parallel."""
        query = self._make_slice_query()
        page = query.fetch(self._state.slices[0], Cursor.at(self._state.slices[0].behind))
        self._stage_page(0, page)
        if page.following and page.last_created:
            self._state = self._state.divide(datetime.fromisoformat(page.last_created))
            self._note()

    def _stage_slices(self) -> None:
        with closing(read_slices(self._make_slice_query(), self._state.slices)) as pages:
            for index, page in pages:
                self._stage_page(index, page)
                if page.following:
                    quota.check_between_pages(self._client.usage)

    def _make_slice_query(self) -> EntityQuery:
        changed = self._state.changed_since
        return self._make_query({"updatedAtAfterOrEqualTo": changed} if changed else {})

    def _stage_page(self, index: int, page: FetchedPage) -> None:
        refusals: list[Refusal] = []
        with transaction.atomic():
            stored = self._stage.copy_rows(filter_storable_rows(page.rows, self._stage, refusals))
            self._state = self._state.with_page(
                index,
                rows=stored + len(refusals),
                set_aside=len(refusals),
                behind=page.behind,
                done=page.following is None,
                withheld=page.withheld,
            )
            quarantine.keep_refusals(self._synced, refusals)
            self._note()
        self._progress.show_rows(len(page.rows))

    # -- merging ----------------------------------------------------------------------------------------

    def _may_remove(self) -> bool:
        return self._state.is_full and (not self._state.withheld or self._options.allow_deletes.limit(self._name) > 0)

    def _would_remove(self) -> bool:
        merge = Merge(self._stage, within=self._build_within_condition())
        set_aside = quarantine.load_ids_set_aside(self._synced)
        return merge.count_missing(untouched_since=self._state.began_at, except_ids=set_aside) > 0

    def _build_within_condition(self) -> sql.Composable | None:
        """Return the condition for the records that the read covers; ``None``: all records.

        The merge removes only records that the read covers.
        """
        if not self._state.created_since:
            return None
        return sql.SQL("t.created_at >= {}::timestamptz").format(sql.Literal(self._state.created_since))

    def _staged_read(self) -> StagedRead:
        previous = self._state.previous_watermark
        return StagedRead(
            rows=self._state.rows,
            began=self._state.began_at,
            is_full=self._state.is_full,
            removes_missing=self._may_remove(),
            within=self._build_within_condition(),
            previous_watermark=datetime.fromisoformat(previous) if previous else None,
        )

    def _compute_watermark(self, read: StagedRead, greatest: datetime | None) -> datetime | None:
        """Return a watermark that is not later than the start of the read.

        The next run reads the rows that changed during this read.
        """
        greatest = min(greatest, read.began) if greatest else None
        if read.is_full or read.previous_watermark is None:
            return greatest
        return max(read.previous_watermark, greatest) if greatest else read.previous_watermark

    def _follow_merge(self, read: StagedRead, run: SyncRun) -> None:
        since = datetime.fromisoformat(self._state.created_since) if self._state.created_since else None
        if self._synced.model is VisitorActivity:
            rollups.update_rollups(self._stage, read.began, since=since if read.is_full else None)
        if self._synced.model is Campaign:
            fill_campaign_dates()
        note_complete(self._name, began=read.began, is_full=read.is_full, since=since, withheld=self._state.withheld)
