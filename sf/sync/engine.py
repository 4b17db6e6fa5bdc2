"""One run of one object: lock, switch, budget, window, read, merge, and the book of it all.

The order of things, and why nothing is lost or half visible:

1. Pages go into the staging table, each in one transaction with the state from which a later process goes on.
2. When all rows that Salesforce announced are staged, one transaction merges them, runs the mass-delete guard, and
   stores the watermark. Readers see all of it or nothing.
3. An unfinished read is finished first by the next run, which then reads what has changed since.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction

from sf.models import SyncRun
from sf.salesforce import soql
from sf.salesforce.bulk import BulkQuery
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import DailyLimitReached, QueryLocatorGone, RequestRefused, SalesforceError
from sf.salesforce.http import retrying
from sf.sync import refused, runs, usage
from sf.sync.errors import SyncError, SyncPaused, SyncSkipped
from sf.sync.guard import check_deletes
from sf.sync.load import Merge, Stage
from sf.sync.lock import sole_runner
from sf.sync.objects import SyncedObject
from sf.sync.runs import ReadState
from sf.sync.source import BulkSource, Query, RestSource, Source, StagedPage
from sf.sync.window import Window, choose_window

logger = logging.getLogger(__name__)

READ_ATTEMPTS = 3
"""How often a read begins anew when Salesforce forgets its cursor."""


@dataclass(frozen=True)
class SyncOptions:
    """What the operator asked for beyond the usual."""

    force: bool = False
    """Read every record again."""
    force_delete: bool = False
    """Empty the table and fill it anew, in one transaction."""
    allow_deletes: bool = False
    """Go ahead where the mass-delete guard would stop."""

    @property
    def full(self) -> bool:
        return self.force or self.force_delete


class Progress(Protocol):
    """Where a run tells how far it is."""

    def reading(self, name: str, how: str, total: int, done: int) -> None:
        """A read of ``total`` rows begins, ``done`` of them staged already; called again when the total is known
        better. ``how``: mode and transport, for a person; empty when already told."""

    def advanced(self, rows: int) -> None: ...

    def merging(self, name: str) -> None: ...

    def finished(self) -> None: ...


class ObjectSync:
    """The sync of one object with one client."""

    def __init__(
        self,
        synced: SyncedObject,
        client: SalesforceClient,
        counter: usage.UsageCounter,
        progress: Progress,
        options: SyncOptions,
        check_budget: Callable[[], None],
    ) -> None:
        self._synced = synced
        self._client = client
        self._counter = counter
        self._progress = progress
        self._options = options
        self._check_budget = check_budget
        self._stage = Stage(synced.target)
        self._run: SyncRun
        self.stops_the_rest = False
        """After a run: nothing else can be read now either (no login, no network, no calls left)."""

    def run(self) -> SyncRun:
        """Run to the end; how it ended is in the run that is returned. Raises only when the process must stop."""
        with sole_runner(self._synced.name) as held:
            if not held:
                return runs.skip_run(self._synced, "another run of it is under way")
            self._run = runs.begin_run(self._synced)
            before = self._counter.calls
            try:
                state, message = self._outcome()
            except BaseException as error:
                self._end(before, SyncRun.State.INTERRUPTED, f"stopped: {type(error).__name__}")
                raise
            finally:
                self._progress.finished()
            self._end(before, state, message)
            return self._run

    def _outcome(self) -> tuple[SyncRun.State, str]:
        try:
            usage.check_switch()
            self._check_budget()
            self._read_and_merge()
        except SyncSkipped as error:
            return SyncRun.State.SKIPPED, str(error)
        except (SyncPaused, DailyLimitReached) as error:
            self.stops_the_rest = True
            return (
                SyncRun.State.PAUSED,
                f"{str(error).rstrip('.')}. What was read is kept; the next run goes on with it",
            )
        except (SyncError, SalesforceError, DatabaseError, InterfaceError) as error:
            return SyncRun.State.FAILED, self._failure(error)
        return SyncRun.State.DONE, ""

    def _failure(self, error: Exception) -> str:
        """The message of a failed run; what it means for this read and for the objects that were to follow."""
        if isinstance(error, RequestRefused):
            self._forget_read()
        self.stops_the_rest = not isinstance(error, SyncError | RequestRefused)
        if isinstance(error, DatabaseError | InterfaceError):
            return f"PostgreSQL: {' '.join(str(error).split())}"
        return str(error)

    def _end(self, calls_before: int, state: SyncRun.State, message: str) -> None:
        """Note the end. Where PostgreSQL itself is away, the next run notes that this one was interrupted."""
        self._run.api_calls = self._counter.calls - calls_before
        try:
            runs.end_run(self._run, state, message)
            if self._client.usage:
                usage.note_usage(self._client, self._client.usage)
        except (DatabaseError, InterfaceError):
            self._run.state, self._run.message = state, message
            logger.warning("%s: the end of the run could not be noted: PostgreSQL is away", self._synced.name)
            connection.close()

    # -- reading ----------------------------------------------------------------------------------------

    def _read_and_merge(self) -> None:
        """Finish what an earlier run left, then read; a cursor that Salesforce forgot means: begin anew."""
        unfinished = self._resumable(runs.take_over_unfinished(self._synced, self._run))
        for attempt in range(READ_ATTEMPTS):
            try:
                if unfinished:
                    how = f"going on behind {unfinished.rows:,} staged rows"
                    total = unfinished.announced or unfinished.rows
                    self._progress.reading(self._synced.name, how, total, unfinished.rows)
                    self._finish(unfinished)
                    unfinished = None
                    self._finish(self._begin(self._window(forced=False)))
                else:
                    self._finish(self._begin(self._window(forced=self._options.full)))
                return
            except QueryLocatorGone as error:
                unfinished = None
                if attempt == READ_ATTEMPTS - 1:
                    raise
                logger.warning("%s: %s; beginning the read anew", self._synced.name, error)

    def _resumable(self, state: ReadState | None) -> ReadState | None:
        """The state, if this run can go on with it: same org, API version and fields, and every row still staged."""
        if state is None:
            return None
        fits = (
            state.fingerprint == self._synced.fingerprint
            and state.api_version == self._client.api_version
            and state.instance_url == self._client.instance_url
            and state.replace == self._options.force_delete
            and (state.is_full or not self._options.full)
            and state.staged == self._stage.count()
        )
        return state if fits else None

    def _window(self, *, forced: bool) -> Window:
        return choose_window(
            runs.last_committed(self._synced),
            fingerprint=self._synced.fingerprint,
            forced=forced,
            lookback=timedelta(seconds=settings.SALESFORCE_LOOKBACK_SECONDS),
            now=runs.database_now(),
        )

    def _begin(self, window: Window) -> ReadState:
        """Count, choose the transport, start the read, and note where it can be picked up."""
        where, query = self._synced.full_query() if window.since is None else self._synced.changes_query(window.since)
        expected = self._client.count(soql.count(self._synced.sobject, where=where), include_deleted=not window.is_full)
        bulk = expected >= settings.SALESFORCE_BULK_THRESHOLD
        committed = runs.last_committed(self._synced)
        state = ReadState(
            mode=SyncRun.Mode.FULL if window.is_full else SyncRun.Mode.INCREMENTAL,
            transport=SyncRun.Transport.BULK if bulk else SyncRun.Transport.REST,
            soql=query,
            began=runs.database_now().isoformat(),
            instance_url=self._client.instance_url,
            api_version=self._client.api_version,
            fingerprint=self._synced.fingerprint,
            replace=self._options.force_delete and window.is_full,
            previous_watermark=committed.watermark.isoformat() if committed and committed.watermark else None,
        )
        self._stage.create()
        state = replace(state, read_id=self._source(state).begin(_query_of(state)))
        self._note(state)
        how = f"{window.reason}, by {SyncRun.Transport(state.transport).label}"
        self._progress.reading(self._synced.name, how, expected, 0)
        return state

    def _source(self, state: ReadState) -> Source:
        paths = list(self._synced.paths.values())
        if state.transport == SyncRun.Transport.BULK:
            return BulkSource(BulkQuery(self._client), paths, self._progress.advanced)
        return RestSource(self._client, paths, self._progress.advanced)

    def _note(self, state: ReadState) -> None:
        self._run.mode, self._run.transport = state.mode, state.transport
        self._run.resume_state = state.to_json()
        self._run.save()

    def _finish(self, state: ReadState) -> None:
        """Stage the pages that are missing, check that all have come, merge."""
        source = self._source(state)
        announced = source.announced(state.read_id)
        if announced is not None:
            state = replace(state, announced=announced)
            self._progress.reading(self._synced.name, "", announced, state.rows)
        while not state.complete:
            state = self._stage_page(source, state)
            if not state.complete:
                usage.check_between_pages(self._client.usage)
        if state.rows != state.announced:
            self._forget_read()
            raise SyncError(
                f"{self._synced.name}: Salesforce announced {state.announced:,} records and sent {state.rows:,}; "
                "nothing was changed. Run again"
            )
        self._progress.merging(self._synced.name)
        self._merge(state)

    def _stage_page(self, source: Source, state: ReadState) -> ReadState:
        following = state

        def commit(page: StagedPage) -> None:
            nonlocal following
            following = state.after_page(
                rows=page.rows,
                set_aside=len(page.refusals),
                cursor=page.next_cursor,
                announced=page.announced,
            )
            refused.keep_refusals(self._synced, page.refusals)
            self._note(following)

        retrying(
            lambda: source.stage_page(state.read_id, _query_of(state), state.cursor, self._stage, commit),
            self._client.transport.patience,
        )
        return following

    def _forget_read(self) -> None:
        """What was staged cannot be trusted: the next run begins anew."""
        self._run.resume_state = None
        self._run.save(update_fields=["resume_state"])

    # -- merging ----------------------------------------------------------------------------------------

    def _merge(self, state: ReadState) -> None:
        try:
            with transaction.atomic():
                merged = self._merge_in_transaction(state)
        except SyncError:
            self._forget_read()
            raise
        self._run = merged
        self._stage.drop()
        if self._run.inserted + self._run.updated >= _ANALYZE_FROM:
            self._analyze()

    def _merge_in_transaction(self, state: ReadState) -> SyncRun:
        """The run as it is once the transaction commits: a merge that is rolled back must not leave its watermark."""
        merge = Merge(self._stage)
        if state.is_full and state.rows == 0 and merge.count_live():
            raise SyncError(
                f"{self._synced.name}: Salesforce sent no records, but {merge.count_live():,} are cached; nothing was "
                "changed. Can the API user still see them (sf check)?"
            )
        began = state.began_at
        if not state.is_full:  # a full read brought them anew, unless Salesforce no longer has them
            refused.stage_refused_again(self._synced, self._stage, tried_before=began)
        counts, refusals = merge.run(
            replace_older_than=began if state.replace else None, keep=refused.ids_set_aside(self._synced)
        )
        refused.keep_refusals(self._synced, refusals)
        refused.forget_stored(self._synced, self._stage, tried_before=began, all_were_read=state.is_full)
        set_aside = refused.ids_set_aside(self._synced)
        if state.replace:
            counts.soft_deleted = max(0, counts.live_before - merge.count_live())
        elif state.is_full:
            counts.soft_deleted += merge.soft_delete_missing(untouched_since=began, except_ids=set_aside)
        check_deletes(
            name=self._synced.name,
            deleted=counts.soft_deleted,
            live_before=counts.live_before,
            at_most_percent=100 if self._options.allow_deletes else settings.SALESFORCE_MAX_DELETE_PERCENT,
        )
        run = copy.copy(self._run)
        run.rows_read += state.rows
        run.inserted += counts.inserted
        run.updated += counts.updated
        run.unchanged += counts.unchanged
        run.soft_deleted += counts.soft_deleted
        run.set_aside = len(set_aside)
        run.watermark = _later(state, counts.watermark)
        run.resume_state = None
        run.save()
        return run

    def _analyze(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(self._synced.target.table)}")


_ANALYZE_FROM = 1000
"""From so many changed rows on, PostgreSQL's statistics are renewed at once: the next query may be a reader's."""


def _query_of(state: ReadState) -> Query:
    return Query(state.soql, include_deleted=not state.is_full)


def _later(state: ReadState, read: datetime | None) -> datetime | None:
    """The watermark after a merge: it never goes back, except that a full read of nothing has none."""
    if state.is_full or state.previous_watermark is None:
        return read
    previous = datetime.fromisoformat(state.previous_watermark)
    return max(previous, read) if read else previous
