"""Find the columns, tables and functions that the database keeps only for the previous release.

A list in ``docs/decisions/expand-and-contract.md`` names them. The code of this release never uses them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path

from django.apps import apps
from django.db import connection, models

from sf.ingest.load.target import Target
from sf.models.fields import CopiedField
from tests.releases.drops import documented_drops
from tests.simulated import ROOT

APPS = ("sf", "api", "pardot")
_FOLDERS = (*APPS, "sfapi", "outgoing", "accounts_client", "scripts", "static", "templates")
_CODE = {".py", ".html", ".js", ".txt"}
_DECLARATIONS = {"migrations", "models"}
_COLUMNS = """
    SELECT format('%s.%s', relname, attname), coalesce(pg_get_expr(adbin, adrelid), '')
      FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
      LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
       AND split_part(relname, '_', 1) = ANY(%s)
"""
_INDEXES = "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'"
_FUNCTIONS = """
    SELECT proname, pg_get_functiondef(oid), EXISTS (SELECT FROM pg_trigger WHERE tgfoid = pg_proc.oid)
      FROM pg_proc WHERE pronamespace = 'public'::regnamespace
       AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""


@cache
def kept_columns() -> frozenset[tuple[str, str]]:
    """Return the table and name of each listed column."""
    columns = (name.removeprefix("column ") for name in documented_drops() if name.startswith("column "))
    return frozenset((table, column) for table, _, column in (name.partition(".") for name in columns))


def is_on_kept_column(definition: str) -> bool:
    """Return whether an index begins with a listed column, and will be dropped with the column."""
    return any(f"{table} " in definition and f"({column} " in definition for table, column in kept_columns())


def unused() -> set[str]:
    """Return the tables, columns and functions of the database that the code of this release never names.

    A column that is copied from Salesforce or Pardot always counts as used, because each sync reads it. A table
    without a model always counts as unused.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS.replace("%s.%s", "%%s.%%s"), [list(APPS)])
        columns: dict[str, str] = dict(cursor.fetchall())
        cursor.execute(_INDEXES)
        indexes = [definition for _, definition in cursor.fetchall()]
        cursor.execute(_FUNCTIONS)
        functions = {name: (definition, called) for name, definition, called in cursor.fetchall()}
    known = dict(_columns_of_models())
    columns = {column: value for column, value in columns.items() if not _is_staged(column)}
    tables = {column.partition(".")[0] for column in columns}
    without_model = {table for table in tables if not any(name.startswith(f"{table}.") for name in known)}
    idle = {column for column in columns if not known.get(column) and column.partition(".")[0] not in without_model}
    definitions = [each for each in indexes if not is_on_kept_column(each)]
    definitions += [expression for column, expression in columns.items() if column not in idle]
    return {
        *(f"table {table}" for table in without_model),
        *(f"column {column}" for column in idle),
        *(f"function {name}" for name in _not_called(functions, definitions)),
    }


def _is_staged(column: str) -> bool:
    """Return whether a sync created the column's table. An unfinished read leaves its pages there."""
    return column.partition(".")[0].endswith(Target.staging_suffix)


def _columns_of_models() -> Iterator[tuple[str, bool]]:
    """Yield the columns that models know, and whether the code uses each."""
    for model in chain.from_iterable(apps.get_app_config(app).get_models(include_auto_created=True) for app in APPS):
        for field in model._meta.concrete_fields:
            used = isinstance(field, CopiedField) or _is_djangos(model, field) or _is_named(field)
            yield f"{model._meta.db_table}.{field.column}", used


def _is_djangos(model: type[models.Model], field: models.Field) -> bool:  # type: ignore[type-arg]
    bases = [
        base._meta for base in model.__mro__[1:] if base.__module__.startswith("django.") and hasattr(base, "_meta")
    ]
    return bool(model._meta.auto_created) or any(field.name in {own.name for own in base.fields} for base in bases)


def _is_named(field: models.Field) -> bool:  # type: ignore[type-arg]
    return not {field.name, field.attname, field.column}.isdisjoint(_words())


def _not_called(functions: Mapping[str, tuple[str, bool]], definitions: list[str]) -> set[str]:
    """Return the functions named by no code, index, computed column, trigger or used function."""
    words = _words() | set(re.findall(r"\w+", " ".join(definitions)))
    called = {name for name, (_, by_trigger) in functions.items() if by_trigger or name in words}
    while further := {
        name
        for name in functions.keys() - called
        if any(re.search(rf"\b{name}\b", functions[caller][0]) for caller in called)
    }:
        called |= further
    return functions.keys() - called


@cache
def _words() -> frozenset[str]:
    """Return the words of the code, without model declarations and migrations."""
    files = chain.from_iterable((ROOT / folder).rglob("*") for folder in _FOLDERS)
    return frozenset(chain.from_iterable(_words_of(file) for file in files if file.suffix in _CODE))


def _words_of(file: Path) -> list[str]:
    return [] if _DECLARATIONS.intersection(file.parts) else re.findall(r"\w+", file.read_text())
