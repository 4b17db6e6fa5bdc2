"""The SQLite tables of the sObjects, derived from the schema.

Records are stored in the order of their ids. Without ``ORDER BY``, Salesforce returns records in this order. As in
Salesforce, a comparison ignores the case of text, but not the case of ids.
"""

from __future__ import annotations

import sqlite3

from simulator.schema import SOBJECTS, Field, SObject
from simulator.schema.types import NUMBER_TYPES, TEXT_TYPES

_BOOKKEEPING = """
CREATE TABLE simulator_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE simulator_serial (sobject TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;
"""
_UNINDEXED_PARENTS = frozenset({"User", "RecordType"})
"""The sObjects to which lookups have no index.

Their records are never deleted, so no deletion looks for their children.
"""
_SEARCHED = frozenset({"Email"})
"""Fields that the duplicate rules search."""


def create_tables(connection: sqlite3.Connection) -> None:
    connection.executescript(definitions())


def definitions() -> str:
    """Return the SQL of all tables."""
    return _BOOKKEEPING + "".join(map(table_of, SOBJECTS.values()))


def create_indexes(connection: sqlite3.Connection) -> None:
    """Create the indexes. Call this after the inserts, because indexes make every insert slower."""
    for sobject in SOBJECTS.values():
        for statement in _indexes(sobject):
            connection.execute(statement)


def table_of(sobject: SObject) -> str:
    """Return the SQL of one table."""
    columns = ",\n  ".join(_column(field) for field in sobject.fields)
    return f'CREATE TABLE "{sobject.name}" (\n  {columns}\n);\n'


def _column(field: Field) -> str:
    if field.type == "id":
        return f'"{field.name}" TEXT NOT NULL'
    if field.type == "boolean":
        return f'"{field.name}" INTEGER NOT NULL DEFAULT 0'
    if field.type in TEXT_TYPES:
        return f'"{field.name}" TEXT COLLATE NOCASE'
    if field.type in NUMBER_TYPES:
        return f'"{field.name}" {"INTEGER" if field.type == "int" else "REAL"}'
    return f'"{field.name}" TEXT'


def _indexes(sobject: SObject) -> list[str]:
    table = sobject.name
    statements = [
        f'CREATE UNIQUE INDEX "{table}.Id" ON "{table}" ("Id")',
        f'CREATE INDEX "{table}.SystemModstamp" ON "{table}" ("SystemModstamp")',
    ]
    if sobject.soft_deletes:
        # Counts of a whole table read this narrow index instead of the rows.
        statements.append(f'CREATE INDEX "{table}.IsDeleted" ON "{table}" ("IsDeleted")')
    statements += [
        f'CREATE INDEX "{table}.{field.name}" ON "{table}" ("{field.name}")'
        for field in sobject.fields
        if _indexed(field)
    ]
    return statements


def _indexed(field: Field) -> bool:
    parent = field.reference_to and field.reference_to not in _UNINDEXED_PARENTS
    return bool(parent) or field.external_id or field.unique or field.name in _SEARCHED
