"""Describe the schema of a database, and find what would break another release's code on it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

FOLDER = Path(__file__).parent
_NOT_NULL, _DEFAULT = " NOT NULL", " DEFAULT"

_COLUMNS = """
    SELECT relname, attname, format_type(atttypid, atttypmod), NOT attnotnull,
           atthasdef OR attidentity <> '' OR attgenerated <> ''
      FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
     ORDER BY relname, attname
"""
_INDEXES = """
    SELECT tablename, regexp_replace(indexdef, '^CREATE (UNIQUE )?INDEX \\S+ ON \\S+ ', '\\1')
      FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE 'CREATE UNIQUE %' ORDER BY 1, 2
"""
_CONSTRAINTS = """
    SELECT conrelid::regclass::text, pg_get_constraintdef(pg_constraint.oid),
           array(SELECT attname::text FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY(conkey) ORDER BY 1)
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f') ORDER BY 1, 2
"""
_FUNCTIONS = """
    SELECT format('%s(%s) → %s', proname, pg_get_function_identity_arguments(oid), pg_get_function_result(oid))
      FROM pg_proc
     WHERE pronamespace = 'public'::regnamespace AND prorettype <> 'trigger'::regtype
       AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
     ORDER BY 1
"""


@dataclass(frozen=True)
class Column:
    """A column's type, and whether an INSERT may omit it."""

    type: str
    nullable: bool
    has_default: bool


@dataclass(frozen=True)
class Table:
    """A table's columns by name, its unique indexes, and the columns of each check and foreign key."""

    columns: Mapping[str, Column]
    unique: frozenset[str]
    constraints: Mapping[str, list[str]]


@dataclass(frozen=True)
class Schema:
    """A database's tables by name, and the signatures of functions that statements may call."""

    tables: Mapping[str, Table]
    functions: frozenset[str]


def describe(database: str) -> Schema:
    """Return the schema of the database with this URL."""
    with psycopg.connect(database) as connection:
        columns: dict[str, dict[str, Column]] = {}
        for table, name, *described in connection.execute(_COLUMNS):
            columns.setdefault(table, {})[name] = Column(*described)
        unique: dict[str, set[str]] = {}
        for table, definition in connection.execute(_INDEXES):
            unique.setdefault(table, set()).add(definition)
        constraints: dict[str, dict[str, list[str]]] = {}
        for table, definition, names in connection.execute(_CONSTRAINTS):
            constraints.setdefault(table, {})[definition] = names
        functions = frozenset(row[0] for row in connection.execute(_FUNCTIONS))
    tables = {
        name: Table(columns[name], frozenset(unique.get(name, ())), constraints.get(name, {})) for name in columns
    }
    return Schema(tables, functions)


def without(schema: Schema, drops: Collection[str]) -> Schema:
    """Return the schema without ``drops``, such as ``table sf_note`` or ``column sf_book.note``."""
    tables = {name: _table_without(name, table, drops) for name, table in schema.tables.items()}
    return Schema(
        {name: table for name, table in tables.items() if f"table {name}" not in drops},
        frozenset(each for each in schema.functions if f"function {each.partition('(')[0]}" not in drops),
    )


def _table_without(name: str, table: Table, drops: Collection[str]) -> Table:
    dropped = {column for column in table.columns if f"column {name}.{column}" in drops}
    return Table(
        {column: each for column, each in table.columns.items() if column not in dropped},
        frozenset(each for each in table.unique if dropped.isdisjoint(re.findall(r"\w+", each))),
        {definition: names for definition, names in table.constraints.items() if dropped.isdisjoint(names)},
    )


def find_missing(needed: Schema, present: Schema) -> list[str]:
    """Return a line for each difference that breaks code for ``needed`` on ``present``."""
    lines = [f"function {name} is missing" for name in sorted(needed.functions - present.functions)]
    for name, table in needed.tables.items():
        if name in present.tables:
            lines += [f"{name}: {each}" for each in _missed_of_table(table, present.tables[name])]
        else:
            lines.append(f"{name}: the table is missing")
    return lines


def _missed_of_table(needed: Table, present: Table) -> Iterator[str]:
    for name, column in needed.columns.items():
        yield from (f"column {name} {each}" for each in _missed_of_column(column, present.columns.get(name)))
    for name in sorted(present.columns.keys() - needed.columns.keys()):
        column = present.columns[name]
        if not column.nullable and not column.has_default:
            yield f"new column {name} is NOT NULL without a default of the database"
    yield from (f"unique index {each} is missing" for each in sorted(needed.unique - present.unique))
    yield from (f"new unique index {each}" for each in sorted(present.unique - needed.unique))
    for definition, columns in present.constraints.items():
        if definition not in needed.constraints and needed.columns.keys() & set(columns):
            yield f"new constraint {definition}"


def _missed_of_column(needed: Column, present: Column | None) -> Iterator[str]:
    if present is None:
        yield "is missing"
        return
    if present.type != needed.type:
        yield f"is {present.type}, was {needed.type}"
    if needed.nullable and not present.nullable:
        yield "is NOT NULL now"
    if needed.has_default and not present.has_default and not present.nullable:
        yield "has lost its default"


# -- the checked-in file ------------------------------------------------------------------------------------------


def as_json(release: str, commit: str, schema: Schema) -> str:
    """Return the text of ``<release>.json``, with a line for each column."""
    tables = {
        name: {
            "columns": {column: _declared(each) for column, each in table.columns.items()},
            "unique": sorted(table.unique),
            "constraints": {definition: " ".join(names) for definition, names in table.constraints.items()},
        }
        for name, table in schema.tables.items()
    }
    whole = {"release": release, "commit": commit, "functions": sorted(schema.functions), "tables": tables}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def from_json(text: str) -> tuple[str, Schema]:
    """Return the release's commit and its schema."""
    whole = json.loads(text)
    tables = {name: _table(parts) for name, parts in whole["tables"].items()}
    return whole["commit"], Schema(tables, frozenset(whole["functions"]))


def _declared(column: Column) -> str:
    return f"{column.type}{'' if column.nullable else _NOT_NULL}{_DEFAULT if column.has_default else ''}"


def _column(declared: str) -> Column:
    type_ = declared.removesuffix(_DEFAULT).removesuffix(_NOT_NULL)
    return Column(type_, _NOT_NULL not in declared, declared.endswith(_DEFAULT))


def _table(parts: Mapping[str, Any]) -> Table:
    columns = {name: _column(declared) for name, declared in parts["columns"].items()}
    constraints = {definition: names.split() for definition, names in parts["constraints"].items()}
    return Table(columns, frozenset(parts["unique"]), constraints)
