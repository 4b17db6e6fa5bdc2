"""Run one sync of one Salesforce object: window, transport, pages, and the point to resume from.

The order of steps, and why nothing is lost or half visible:

1. Pages go into the staging table, each in one transaction with the state from which a later process continues.
2. When all rows that Salesforce announced are staged, one transaction merges them, runs the mass-delete guard, and
   stores the watermark (``loading.py``). Readers see the whole merge or nothing.
3. The next run finishes an unfinished read first, and then reads what has changed since.
4. A read that cannot be finished is dropped, even if an earlier run began it. It starts again in the same run, by the
   other transport if necessary (``attempts.py``). So no run leaves a state that makes the next run fail in the same
   way.
"""

from __future__ import annotations

import logging
import math
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings

from sf.ingest import quarantine, runs
from sf.ingest.errors import MiscountedRead
from sf.ingest.guard import ANY_DELETES
from sf.ingest.loading import StagedRead
from sf.ingest.window import Window, choose_window
from sf.models import SyncRun
from sf.salesforce import soql
from sf.salesforce.bulk import BulkQuery
from sf.salesforce.errors import RequestRefused
from sf.salesforce.reads import count_if_possible
from sf.sync import usage
from sf.sync.adoption import find_objects_to_replace, note_replaced
from sf.sync.attempts import CANNOT_FINISH, Attempts
from sf.sync.objects import SyncedObject
from sf.sync.read_state import ReadState
from sf.sync.readable import as_readable, find_readable_after, look_again
from sf.sync.readable_sync import ReadableSync
from sf.sync.salesforce_sync import SalesforceSync
from sf.sync.source import BulkSource, RestSource, SoqlQuery, Source, StagedPage

logger = logging.getLogger(__name__)

FORCE_GOES_ON = timedelta(days=1)
"""An unfinished ``--force`` read is resumed if it started within this time, otherwise restarted."""

RESULTS_KEPT = timedelta(days=7)
"""The time that Salesforce keeps the results of a Bulk job."""

LONG_READ = 0.25
"""The share of the lookback beyond which a read counts as long.

Later pages of a long read may contain stamps from long after its first page was read. Meanwhile, records of the
first page may have changed again. The watermark of a long read is therefore at most the time when it began. For shorter
reads, the lookback covers such changes, clock skew and late commits.
"""


class ObjectSync(SalesforceSync[SyncedObject], ReadableSync[SyncedObject]):
    """The sync of one object with one client."""

    system = "Salesforce"
    _replaces_org = False
    """The rows still come from the previous org (``sync_all --adopt-org``): this run replaces all of them."""

    def _limit_of_empty_read(self) -> float:
        return math.inf if self._replaces_org else 0

    def _follow_merge(self, read: StagedRead, run: SyncRun) -> None:
        if self._replaces_org and read.replace:
            self._synced.model.all_objects.filter(local_update_date__lt=read.began).delete()
            note_replaced(self._name)

    def _compute_watermark(self, read: StagedRead, greatest: datetime | None) -> datetime | None:
        """Return the greatest stamp, but for a long read at most the time when it began.

        Only a full read may move the watermark back.
        """
        if greatest and runs.load_database_now() - read.began > _get_lookback() * LONG_READ:
            greatest = min(greatest, read.began)
        if read.is_full or read.previous_watermark is None:
            return greatest
        return max(read.previous_watermark, greatest) if greatest else read.previous_watermark

    def _as_readable(self) -> SyncedObject:
        return as_readable(self._synced)

    def _look_again(self) -> SyncedObject:
        return look_again(self._client, self._synced)

    def _find_readable_after(self, refusal: RequestRefused) -> SyncedObject:
        return find_readable_after(refusal, self._client, self._synced)

    def _advise_on_empty_read(self, live: int) -> str:
        return "Can the API user still see these records (sf check)?"

    def _read_what_is_readable(self) -> None:
        """Resume what an earlier run left, then read.

        If a read cannot be finished, start it again, by the other transport if necessary.
        """
        self._replaces_org = self._name in find_objects_to_replace()
        if self._replaces_org:
            self._options = replace(self._options, force_delete=True, allow_deletes=ANY_DELETES)
        self._attempts = Attempts(self._synced.name, self._client, rest_rows=self._synced.rest_page_rows)
        self._expected: dict[str, int | None] = {}
        left = runs.take_over_unfinished(self._synced, self._run, ReadState.from_json, kept=RESULTS_KEPT)
        unfinished = self._require_resumable(left)
        resumed = unfinished is not None
        while True:
            try:
                if unfinished:
                    self._resume(unfinished)
                    unfinished = None
                self._finish(self._begin(self._choose_window(forced=self._options.full and not resumed)))
                self._remark = self._attempts.remark
                return
            except CANNOT_FINISH as error:
                self._forget_read()
                self._attempts.note_failure(self._run.transport, error, resumed=unfinished is not None)
                resumed = resumed and unfinished is None
                unfinished = None

    def _resume(self, state: ReadState) -> None:
        self._run.mode, self._run.transport = state.mode, state.transport
        how = f"continuing after {state.rows:,} staged rows"
        self._progress.show_read(self._synced.name, how, state.announced or state.rows, state.rows)
        self._finish(state)

    def _require_resumable(self, state: ReadState | None) -> ReadState | None:
        """Return the state if this run can resume it; otherwise ``None``.

        The options of this run must allow it. The org, its address, the API version and the fields must be the same,
        and all rows must still be staged.
        """
        if state is None:
            return None
        fits = (
            state.fingerprint == self._synced.fingerprint
            and state.api_version == self._client.api_version
            and state.instance_url == self._client.instance_url
            and state.organization_id in {"", self._client.organization_id}
            and state.replace == self._replaces
            and (not self._options.full or self._is_full_enough(state))
            and state.staged == self._stage.count()
        )
        return state if fits else None

    @property
    def _replaces(self) -> bool:
        """Return whether a full read replaces the whole table.

        It does not while fields are unreadable, because their columns keep their values. But values of the previous org
        are not kept.
        """
        return self._options.force_delete and (self._replaces_org or not self._synced.left_out)

    def _is_full_enough(self, state: ReadState) -> bool:
        """Return whether a run with ``--force`` or ``--forcedelete`` may resume this read.

        ``--force`` is for values that change while the record's stamps stay the same, so an incremental read is not
        enough, and a read that began more than a day ago is too old.
        """
        return state.is_full and runs.load_database_now() - state.began_at < FORCE_GOES_ON

    def _choose_window(self, *, forced: bool) -> Window:
        return choose_window(
            runs.find_last_committed(self._synced),
            fingerprint=self._synced.fingerprint,
            forced=forced,
            lookback=_get_lookback(),
            now=runs.load_database_now(),
        )

    def _begin(self, window: Window) -> ReadState:
        """Count, choose the transport, start the read, and store the state from which it can be resumed."""
        where, query = (
            self._synced.build_full_query() if window.since is None else self._synced.changes_query(window.since)
        )
        self._run.transport = SyncRun.Transport.REST
        expected = self._count(where, include_deleted=not window.is_full)
        transport = self._run.transport = self._attempts.choose(expected)
        committed = runs.find_last_committed(self._synced)
        state = ReadState(
            mode=SyncRun.Mode.FULL if window.is_full else SyncRun.Mode.INCREMENTAL,
            transport=transport,
            soql=query,
            began=runs.load_database_now().isoformat(),
            instance_url=self._client.instance_url,
            organization_id=self._client.organization_id,
            api_version=self._client.api_version,
            fingerprint=self._synced.fingerprint,
            replace=self._replaces and window.is_full,
            previous_watermark=committed.watermark.isoformat() if committed and committed.watermark else None,
        )
        self._stage.create()
        state = replace(state, read_id=self._make_source(state).begin(_query_of(state)))
        self._note(state)
        how = f"{window.reason}, by {transport.label}"
        self._progress.show_read(self._synced.name, how, expected, 0)
        return state

    def _count(self, where: str, *, include_deleted: bool) -> int | None:
        """Return the number of records that the read will bring.

        Salesforce is asked once; ``None`` if Salesforce cannot count the records.
        """
        query = soql.count(self._synced.sobject, where=where)
        if query not in self._expected:
            self._expected[query] = count_if_possible(self._client, query, include_deleted=include_deleted)
        return self._expected[query]

    def _make_source(self, state: ReadState) -> Source:
        paths = list(self._synced.paths.values())
        if state.transport == SyncRun.Transport.BULK:
            seconds = partial(_compute_job_seconds_left, state)
            bulk = BulkQuery(self._client)
            return BulkSource(bulk, paths, self._progress.show_rows, self._check_between_calls, seconds)
        return RestSource(self._client, paths, self._progress.show_rows, self._attempts.rest_rows)

    def _check_between_calls(self) -> None:
        usage.check_between_pages(self._client.usage)

    def _note(self, state: ReadState) -> None:
        self._run.mode, self._run.transport = state.mode, state.transport
        self._run.resume_state = state.to_json()
        self._run.save()

    def _finish(self, state: ReadState) -> None:
        """Stage the missing pages, check that all rows have come, and merge."""
        source = self._make_source(state)
        announced = source.wait_for_row_count(state.read_id)
        if announced is not None:
            state = replace(state, announced=announced)
            self._progress.show_read(self._synced.name, "", announced, state.rows)
        while not state.complete:
            state = self._stage_page(source, state)
            if not state.complete:
                self._check_between_calls()
        if state.rows != state.announced:
            raise MiscountedRead(f"Salesforce announced {state.announced:,} records and sent {state.rows:,}")
        self._merge(_make_staged_read(state))

    def _stage_page(self, source: Source, state: ReadState) -> ReadState:
        following = state

        def commit(page: StagedPage) -> None:
            nonlocal following
            following = state.with_page(
                rows=page.rows,
                set_aside=len(page.refusals),
                cursor=page.next_cursor,
                announced=page.announced,
            )
            quarantine.keep_refusals(self._synced, page.refusals)
            self._note(following)

        source.stage_page(state.read_id, _query_of(state), state.cursor, self._stage, commit)
        return following


def _get_lookback() -> timedelta:
    return timedelta(seconds=settings.SALESFORCE_LOOKBACK_SECONDS)


def _compute_job_seconds_left(state: ReadState) -> float:
    """Return the seconds that Salesforce may still work on the job of this read."""
    spent = (runs.load_database_now() - state.began_at).total_seconds()
    return settings.SALESFORCE_BULK_JOB_MINUTES * 60 - spent


def _query_of(state: ReadState) -> SoqlQuery:
    return SoqlQuery(state.soql, include_deleted=not state.is_full)


def _make_staged_read(state: ReadState) -> StagedRead:
    previous = state.previous_watermark
    return StagedRead(
        rows=state.rows,
        began=state.began_at,
        is_full=state.is_full,
        replace=state.replace,
        previous_watermark=datetime.fromisoformat(previous) if previous else None,
        rows_were_announced=True,
    )
