"""Merge a staging table into its target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.utils import DataError, IntegrityError, OperationalError
from psycopg import sql

from sf.ingest.load.refusal import Refusal
from sf.ingest.load.stage import Stage
from sf.ingest.load.statements import execute, fetch, fetch_all, value
from sf.ingest.lock import lock_table_for_write

_PROGRAM_LIMIT_EXCEEDED = "54000"

# A row dated more than an hour ahead was written before PostgreSQL's clock was set back.
_UNTOUCHED_SINCE = sql.SQL("t.local_update_date NOT BETWEEN {} AND statement_timestamp() + interval '1 hour'")


@dataclass
class Counts:
    """The row counts of one merge, and the time of the last change among its records."""

    inserted: int = 0
    updated: int = 0
    soft_deleted: int = 0
    unchanged: int = 0
    repeated: int = 0
    """Staged rows that were dropped because a later row of the same record was staged."""
    live_before: int = 0
    watermark: datetime | None = None
    """The time of the last change among the staged records; ``None`` if they have no such time."""


class Merge:
    """One merge of the stage into its target, in the caller's transaction.

    ``local_update_date`` is the time of the writing statement, not of the transaction. Merges that overlap take turns,
    so the last one has the latest time. Some answers are cached until the latest time of a table changes.

    ``within`` is a condition on the target's row ``t``: it selects the part of the table that was read. Rows
    outside it are neither counted as live nor removed as missing.

    ``read_began``: rows that were marked as deleted here after this time stay deleted, unless the staged version of the
    record is newer. The record may have been staged before it was deleted for good, which changes no time stamp.
    """

    def __init__(
        self, stage: Stage, *, within: sql.Composable | None = None, read_began: datetime | None = None
    ) -> None:
        self._stage = stage
        self._target = stage.target
        self._within = within or sql.SQL("true")
        self._read_began = read_began

    def run(
        self, *, replace_older_than: datetime | None = None, keep: Sequence[str] = ()
    ) -> tuple[Counts, list[Refusal]]:
        """Merge the staged rows.

        ``replace_older_than``: first remove the table's rows that were last written before that time. Records that
        cannot be stored are taken out of the stage and returned. Their cached rows, and the rows of the ids in
        ``keep``, are not removed.
        """
        lock_table_for_write(self._target.table)
        execute(sql.SQL("SET LOCAL work_mem = '64MB'"))
        repeated = self._drop_duplicates()
        counts, refusals = self._apply_storable(replace_older_than, keep)
        counts.repeated = repeated
        return counts, refusals

    def _apply_storable(self, replace_older_than: datetime | None, keep: Sequence[str]) -> tuple[Counts, list[Refusal]]:
        try:
            with transaction.atomic():
                return self._apply(replace_older_than, keep), []
        except (DataError, IntegrityError, OperationalError) as error:
            if not _is_refusal(error):
                raise
            refusals = self._take_out_refused()
            if not refusals:
                raise
            return self._apply(replace_older_than, [*keep, *(refusal.record_id for refusal in refusals)]), refusals

    def remove_missing(self, *, untouched_since: datetime, except_ids: Sequence[str]) -> int:
        """Delete rows that are not staged, or mark them as deleted if the target has ``marks_deleted``.

        Returns their number. Rows written here at ``untouched_since`` or later, and rows of the ids in ``except_ids``,
        are kept.
        """
        action = sql.SQL("DELETE FROM {} t").format(self._target.identifier)
        if self._target.marks_deleted:
            action = sql.SQL("UPDATE {} t SET is_deleted = true, local_update_date = statement_timestamp()").format(
                self._target.identifier
            )
        return execute(sql.SQL("{} WHERE {}").format(action, self._missing), [untouched_since, list(except_ids)])

    def count_missing(self, *, untouched_since: datetime, except_ids: Sequence[str]) -> int:
        """Return the number of rows that ``remove_missing`` would remove now."""
        statement = sql.SQL("SELECT count(*) FROM {} t WHERE {}").format(self._target.identifier, self._missing)
        return int(fetch_all(statement, [untouched_since, list(except_ids)])[0][0])

    @property
    def _missing(self) -> sql.Composable:
        return sql.SQL(
            """{live} AND {within} AND {untouched_since} AND t.id::text <> ALL (%s)
            AND NOT EXISTS (SELECT 1 FROM {staging} s WHERE {key} = t.id)"""
        ).format(
            live=self._target.live,
            within=self._within,
            untouched_since=_UNTOUCHED_SINCE.format(sql.Placeholder()),
            staging=self._target.staging,
            key=self._target.key,
        )

    def _apply(self, replace_older_than: datetime | None, keep: Sequence[str]) -> Counts:
        counts = Counts(live_before=self.count_live())
        if replace_older_than:
            self._remove(replace_older_than, keep)
        else:
            if self._target.marks_deleted:
                counts.soft_deleted = self._update(only_deletions=True)
            counts.updated = self._update(only_deletions=False)
        counts.inserted = self._insert()
        staged, counts.watermark = self._count_staged()
        counts.unchanged = staged - counts.inserted - counts.updated - counts.soft_deleted
        return counts

    def count_live(self) -> int:
        """Count the rows that readers see, in the part of the table that was read."""
        statement = sql.SQL("SELECT count(*) FROM {} t WHERE {} AND {}")
        return int(value(statement.format(self._target.identifier, self._target.live, self._within)))

    def _count_staged(self) -> tuple[int, datetime | None]:
        greatest: sql.Composable = sql.SQL("NULL")
        if self._target.stamp:
            greatest = sql.SQL("max(s.{}::timestamptz)").format(sql.Identifier(self._target.stamp))
        row = fetch(sql.SQL("SELECT count(*), {} FROM {} s").format(greatest, self._target.staging))
        assert row is not None
        return int(row[0]), row[1]

    def _drop_duplicates(self) -> int:
        """Drop the earlier copies of records that were staged more than once, and return their number."""
        return execute(
            sql.SQL("DELETE FROM {staging} a USING {staging} b WHERE a.id = b.id AND a.ctid < b.ctid").format(
                staging=self._target.staging
            )
        )

    def _update(self, *, only_deletions: bool) -> int:
        """Update rows that differ, except where the cached row is newer. Return how many this call updated."""
        columns = [column for column in self._target.columns if column.name != "id"]
        assignments = sql.SQL(", ").join(sql.SQL("{0} = i.{0}").format(column.identifier) for column in columns)
        here, there = (
            sql.SQL(", ").join(sql.SQL("{}.{}").format(sql.SQL(alias), column.identifier) for column in columns)
            for alias in ("t", "i")
        )
        condition = (
            sql.SQL("i.is_deleted AND NOT t.is_deleted")
            if only_deletions
            else sql.SQL("({}) IS DISTINCT FROM ({})").format(here, there)
        )
        return execute(
            sql.SQL(
                """UPDATE {table} t SET {assignments}, local_update_date = statement_timestamp() FROM {incoming} i
                WHERE t.id = i.id AND {not_older} AND {not_a_tombstone} AND {not_deleted_since} AND {condition}"""
            ).format(
                not_deleted_since=self._not_deleted_since,
                not_a_tombstone=self._not_a_tombstone,
                not_older=self._not_older,
                table=self._target.identifier,
                assignments=assignments,
                incoming=self._target.incoming,
                condition=condition,
            )
        )

    @property
    def _not_older(self) -> sql.Composable:
        if not self._target.keeps_newer:
            return sql.SQL("true")
        return sql.SQL("i.{0} >= t.{0}").format(sql.Identifier(self._target.stamp))

    @property
    def _not_a_tombstone(self) -> sql.Composable:
        """Return the condition that excludes rows that are deleted both here and in the source."""
        if not self._target.has_tombstones:
            return sql.SQL("true")
        return sql.SQL("NOT (i.is_deleted IS TRUE AND t.is_deleted IS TRUE)")

    @property
    def _not_deleted_since(self) -> sql.Composable:
        """Return the condition that excludes rows marked as deleted here since the read began."""
        if not (self._read_began and self._target.marks_deleted):
            return sql.SQL("true")
        return sql.SQL("(NOT t.is_deleted OR i.{0} > t.{0} OR {1})").format(
            sql.Identifier(self._target.stamp), _UNTOUCHED_SINCE.format(sql.Literal(self._read_began))
        )

    def _insert(self) -> int:
        """Insert records that are not cached yet.

        If the target marks rows as deleted, records that are deleted in the source are left out.
        """
        is_live = sql.SQL("NOT i.is_deleted" if self._target.marks_deleted else "true")
        return execute(
            sql.SQL(
                """INSERT INTO {table} ({names}, local_create_date, local_update_date)
                SELECT {names}, statement_timestamp(), statement_timestamp() FROM {incoming} i
                WHERE {is_live} AND NOT EXISTS (SELECT 1 FROM {table} t WHERE t.id = i.id)"""
            ).format(
                table=self._target.identifier,
                names=self._target.names,
                incoming=self._target.incoming,
                is_live=is_live,
            )
        )

    def _remove(self, older_than: datetime, keep: Sequence[str]) -> None:
        # DELETE, not TRUNCATE: readers keep seeing the old rows until the transaction commits.
        execute(
            sql.SQL("DELETE FROM {} t WHERE {} AND id::text <> ALL (%s)").format(
                self._target.identifier, _UNTOUCHED_SINCE.format(sql.Placeholder())
            ),
            [older_than, list(keep)],
        )

    def _take_out_refused(self) -> list[Refusal]:
        """Try each staged row in a copy of the table, and take out the rows that fail."""
        execute(
            sql.SQL("CREATE TEMP TABLE refusal_probe (LIKE {} INCLUDING ALL) ON COMMIT DROP").format(
                self._target.identifier
            )
        )
        execute(self._probe_function())
        rows = fetch_all(
            sql.SQL(
                """WITH tried AS MATERIALIZED (
                    SELECT s.ctid AS place, s.id, row_to_json(s)::text AS payload, pg_temp.refusal(s) AS reason
                    FROM {staging} s
                ), taken AS (
                    DELETE FROM {staging} s USING tried WHERE s.ctid = tried.place AND tried.reason IS NOT NULL
                )
                SELECT coalesce(id, ''), payload, reason FROM tried WHERE reason IS NOT NULL"""
            ).format(staging=self._target.staging)
        )
        execute(sql.SQL("DROP FUNCTION pg_temp.refusal; DROP TABLE refusal_probe"))
        return [Refusal(*row) for row in rows]

    def _probe_function(self) -> sql.Composed:
        steps = [
            sql.SQL("at_column := {}; PERFORM {};").format(sql.Literal(column.name), column.value)
            for column in self._target.columns
        ]
        return sql.SQL(
            """CREATE FUNCTION pg_temp.refusal(s {staging}) RETURNS text LANGUAGE plpgsql AS $probe$
            DECLARE at_column text;
            BEGIN
                {steps}
                at_column := 'record';
                INSERT INTO refusal_probe ({names}) SELECT {values};
                RETURN NULL;
            EXCEPTION WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded THEN
                RETURN at_column || ': ' || SQLERRM;
            END $probe$"""
        ).format(
            staging=self._target.staging,
            steps=sql.SQL("\n").join(steps),
            names=self._target.names,
            values=sql.SQL(", ").join(column.value for column in self._target.columns),
        )


def _is_refusal(error: Exception) -> bool:
    """Return whether a value is at fault, not the database.

    An operational error is the fault of a value only when the value exceeds a size limit.
    """
    state = getattr(error.__cause__, "sqlstate", None)
    return not isinstance(error, OperationalError) or state == _PROGRAM_LIMIT_EXCEEDED
