"""A table to load into, and the conversion of staged text to the values of its columns."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

# psycopg cannot read dates before year 1 or after year 9999. The margins allow for any time zone.
_FIRST_DATE, _LAST_DATE = "0001-01-03", "9999-12-30"


@dataclass(frozen=True)
class Column:
    """A column of a target table. ``kind`` is its PostgreSQL type without length."""

    name: str
    kind: str = "text"
    digits: tuple[int, int] | None = None
    lower_case: bool = False

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.name)

    @property
    def value(self) -> sql.Composable:
        """Return the staged text of row ``s``, cast to this column's type; the cast refuses unfit text."""
        staged = sql.SQL("s.{}").format(self.identifier)
        if self.kind == "text":
            return sql.SQL("lower({})").format(staged) if self.lower_case else staged
        if self.kind == "bigint":  # Salesforce writes 3.0 for 3
            return sql.SQL("{}::numeric::bigint").format(staged)
        if self.kind == "numeric" and self.digits:
            return sql.SQL("{}::numeric({}, {})").format(staged, *map(sql.Literal, self.digits))
        if self.kind in {"date", "timestamptz"}:
            return _cast_bounded(staged, self.kind)
        return sql.SQL("{}::{}").format(staged, sql.SQL(self.kind))


def _cast_bounded(staged: sql.Composable, kind: str) -> sql.Composable:
    """Cast the text of a date. The cast fails for dates that Python cannot represent."""
    return sql.SQL(
        """CASE WHEN {value} COLLATE "C" BETWEEN {first} AND {last} AND substr({value}, 5, 1) = '-'
        THEN {value} ELSE 'out of range: ' || {value} END::{kind}"""
    ).format(value=staged, first=sql.Literal(_FIRST_DATE), last=sql.Literal(_LAST_DATE), kind=sql.SQL(kind))


@dataclass(frozen=True)
class Target:
    """A table with ``local_create_date``, ``local_update_date`` and the copied columns, including ``id``.

    With ``marks_deleted``, rows of records that the source deleted or no longer sends stay with ``is_deleted`` set. A
    record that lacks a value in one of the ``required`` columns counts as deleted. Without ``marks_deleted``, rows of
    records that the source no longer sends are removed, and a column ``is_deleted`` is copied like any other column.

    ``stamp`` is the column with the time of a record's last change, or empty. With ``keeps_newer``, an older row does
    not overwrite a newer row. ``filled_by_triggers`` are further tables, which triggers of this table fill.
    """

    table: str
    columns: tuple[Column, ...]
    required: tuple[str, ...] = ()
    staging_suffix: str = "_staged"  # release 0.1.0, which may still run during an upgrade, uses "_staging"
    stamp: str = "system_modstamp"
    keeps_newer: bool = True
    marks_deleted: bool = True
    filled_by_triggers: tuple[str, ...] = ()

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.table)

    @property
    def staging(self) -> sql.Identifier:
        return sql.Identifier(self.table + self.staging_suffix)

    @property
    def names(self) -> sql.Composed:
        return sql.SQL(", ").join(column.identifier for column in self.columns)

    @property
    def key(self) -> sql.Composable:
        """Return the id of the staged row ``s``, cast to the type of the column."""
        return self.column("id").value

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def live(self) -> sql.Composable:
        """Return the condition under which readers see the row ``t``."""
        return sql.SQL("NOT t.is_deleted") if self.marks_deleted else sql.SQL("true")

    @property
    def has_tombstones(self) -> bool:
        """Return whether rows of records deleted in the source may stay here, with ``is_deleted`` set."""
        return any(column.name == "is_deleted" for column in self.columns)

    @property
    def gone(self) -> sql.Composable:
        """Return the condition that staged record ``s`` is deleted in the source or lacks a required value."""
        reasons: list[sql.Composable] = [sql.SQL("s.is_deleted::boolean")]
        reasons += [sql.SQL("s.{} IS NULL").format(sql.Identifier(name)) for name in self.required]
        return sql.SQL("({})").format(sql.SQL(" OR ").join(reasons))

    @property
    def incoming(self) -> sql.Composed:
        """Return the staged rows with their values cast, as a subquery."""
        values = [
            sql.SQL("{} AS {}").format(
                self.gone if self.marks_deleted and column.name == "is_deleted" else column.value, column.identifier
            )
            for column in self.columns
        ]
        return sql.SQL("(SELECT {} FROM {} s)").format(sql.SQL(", ").join(values), self.staging)
