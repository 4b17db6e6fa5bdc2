"""A run that stages rows and merges them: merge, guard and watermark are one transaction."""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import ClassVar, TypeVar

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from sf.ingest import quarantine
from sf.ingest.errors import MiscountedRead, SyncError
from sf.ingest.guard import SENT_NOTHING, check_deletes, format_accepting_option
from sf.ingest.load import Counts, Merge, Stage
from sf.ingest.runs import LoadedObject
from sf.ingest.sync import Sync
from sf.models import SyncRun

AnyLoaded = TypeVar("AnyLoaded", bound=LoadedObject)


@dataclass(frozen=True)
class StagedRead:
    """A read whose rows are all staged."""

    rows: int
    began: datetime
    """The start of the read, by PostgreSQL's clock. Rows written here since then are not removed."""
    is_full: bool
    """The read covers all records, or all records that ``within`` matches."""
    replace: bool = False
    """Rows that were written here before the read began are deleted first."""
    removes_missing: bool = True
    """A cached record that a full read did not bring counts as deleted."""
    within: sql.Composable | None = None
    """A condition on the target's row ``t``: the part of the table that was read."""
    previous_watermark: datetime | None = None
    rows_were_announced: bool = False
    """The other system announced the number of records, so a repeated record means a missing record."""


class LoadingSync(Sync[AnyLoaded]):
    """A run with a staging table."""

    system: ClassVar[str]
    """The name of the other system, for messages."""

    @cached_property
    def _stage(self) -> Stage:
        return Stage(self._synced.target)

    @abstractmethod
    def _compute_watermark(self, read: StagedRead, greatest: datetime | None) -> datetime | None:
        """Return the point from which the next incremental run continues.

        ``greatest`` is the latest time of change among the staged rows, if any.
        """

    def _follow_merge(self, read: StagedRead, run: SyncRun) -> None:
        """Do further work after the merge, in its transaction.

        ``run`` is the run as that transaction stores it.
        """

    def _limit_of_empty_read(self) -> float:
        """Return the largest number of cached records that a read without any records may delete."""
        return self._options.allow_deletes.limit(self._name)

    def _merge(self, read: StagedRead) -> None:
        self._progress.show_merge(self._name)
        confirm = self._make_confirmation()
        try:
            with transaction.atomic():
                confirm()
                merged = self._merge_in_transaction(read)
                self._follow_merge(read, merged)
        except SyncError:
            self._forget_read()
            raise
        self._run = merged
        self._stage.drop()
        if self._run.inserted + self._run.updated >= _ANALYZE_FROM:
            self._analyze()

    def _merge_in_transaction(self, read: StagedRead) -> SyncRun:
        """Merge, and return the run as it is after the commit.

        The returned run is a copy: if the merge is rolled back, ``self._run`` keeps its old counts and watermark.
        """
        merge = Merge(self._stage, within=read.within, read_began=read.began)
        self._check_not_empty(read, merge)
        if not read.is_full:  # a full read has brought the refused records again
            quarantine.stage_refused_again(self._synced, self._stage, tried_before=read.began)
        counts, refusals = merge.run(
            replace_older_than=read.began if read.replace else None,
            keep=quarantine.load_ids_set_aside(self._synced, since=read.began),
        )
        self._check_all_came(read, counts)
        quarantine.keep_refusals(self._synced, refusals)
        quarantine.forget_stored(self._synced, self._stage, tried_before=read.began, all_were_read=read.is_full)
        set_aside = quarantine.load_ids_set_aside(self._synced)
        counts.soft_deleted = self._apply_deletions(read, merge, counts, keep=set_aside)
        run = self._with_counts(read, counts)
        run.set_aside = len(set_aside)
        run.resume_state = None
        run.save()
        return run

    def _check_not_empty(self, read: StagedRead, merge: Merge) -> None:
        """Raise ``SyncError`` when a full read brought no records, and more are cached than it may delete."""
        if not read.is_full or read.rows:
            return
        if (live := merge.count_live()) > self._limit_of_empty_read():
            raise SyncError(
                f"{self._name}: {self.system} {SENT_NOTHING} {live:,} are cached; nothing was changed. "
                f"{self._advise_on_empty_read(live)}"
            )

    def _apply_deletions(self, read: StagedRead, merge: Merge, counts: Counts, *, keep: Sequence[str]) -> int:
        """Remove records that a full read did not bring, except ``keep``; return how many the run deletes.

        The number includes the records that the merge itself deleted. For a read with ``replace``, it is the decrease
        of the live rows. Raises ``SyncError`` when the mass-delete guard refuses the number.
        """
        deleted = counts.soft_deleted
        if read.replace:
            deleted = max(0, counts.live_before - merge.count_live())
        elif read.is_full and read.removes_missing:
            deleted += merge.remove_missing(untouched_since=read.began, except_ids=keep)
        check_deletes(
            name=self._name,
            deleted=deleted,
            live_before=counts.live_before,
            at_most_percent=settings.SALESFORCE_MAX_DELETE_PERCENT,
            allowed=self._options.allow_deletes.limit(self._name),
            system=self.system,
        )
        return deleted

    def _with_counts(self, read: StagedRead, counts: Counts) -> SyncRun:
        """Return a copy of the run with the counts of this merge."""
        run = copy.copy(self._run)
        run.rows_read += read.rows
        run.inserted += counts.inserted
        run.updated += counts.updated
        run.unchanged += counts.unchanged
        run.soft_deleted += counts.soft_deleted
        run.watermark = self._compute_watermark(read, counts.watermark)
        run.read_began = read.began
        return run

    def _check_all_came(self, read: StagedRead, counts: Counts) -> None:
        if read.rows_were_announced and counts.repeated:
            raise MiscountedRead(
                f"{self.system} announced {read.rows:,} records and sent {counts.repeated:,} of them twice, "
                "so other records are missing"
            )

    def _advise_on_empty_read(self, live: int) -> str:
        """Return what the operator should do when the system sent no records, and ``live`` are cached."""
        return f"If {self.system} really has none left, run again with {format_accepting_option(self._name, live)}"

    def _analyze(self) -> None:
        target = self._synced.target
        tables = map(connection.ops.quote_name, (target.table, *target.filled_by_triggers))
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(tables)}")


_ANALYZE_FROM = 1000
"""After at least this many changed rows, PostgreSQL's statistics are renewed for readers' queries."""
