"""Migrations keep what the previous release needs, because its code may still run after them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.releases.schema import FOLDER, Column, Schema, Table, find_missing, from_json, without
from tests.releases.schema import describe as describe_schema
from tests.simulated import ROOT

ID = Column("bigint", nullable=False, has_default=True)
NAME = Column("text", nullable=False, has_default=False)
NOTE = Column("text", nullable=True, has_default=False)
TABLE = Table({"id": ID, "name": NAME, "note": NOTE}, frozenset({"UNIQUE USING btree (id)"}), {})


def schema(table: Table, *functions: str) -> Schema:
    return Schema({"book": table}, frozenset(functions))


def test_the_previous_release_finds_all_that_it_needs(migrated_database: str) -> None:
    [file] = FOLDER.glob("*.json")
    _, needed = from_json(file.read_text())
    assert len(needed.tables) > 50
    assert find_missing(needed, describe_schema(migrated_database)) == []


def test_the_only_recorded_schema_is_that_of_the_previous_release() -> None:
    """Each release replaces the recorded schema with its own, so that later migrations may drop more."""
    _unreleased, released = re.findall(r"^## ([0-9.]+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[:2]
    assert [file.stem for file in FOLDER.glob("*.json")] == [released], "CONTRIBUTING.md, “A release”"


@pytest.mark.parametrize(
    ("present", "line"),
    [
        (TABLE, None),
        (replace(TABLE, columns={"id": ID, "note": NOTE}), "book: column name is missing"),
        (replace(TABLE, columns={**TABLE.columns, "name": NOTE}), None),
        (replace(TABLE, columns={**TABLE.columns, "note": NAME}), "book: column note is NOT NULL now"),
        (replace(TABLE, columns={**TABLE.columns, "id": NAME}), "book: column id is text, was bigint"),
        (replace(TABLE, columns={**TABLE.columns, "id": replace(ID, has_default=False)}),
         "book: column id has lost its default"),
        (replace(TABLE, columns={**TABLE.columns, "price": NAME}),
         "book: new column price is NOT NULL without a default of the database"),
        (replace(TABLE, columns={**TABLE.columns, "price": NOTE}), None),
        (replace(TABLE, unique=frozenset()), "book: unique index UNIQUE USING btree (id) is missing"),
        (replace(TABLE, unique=TABLE.unique | {"UNIQUE USING btree (name)"}),
         "book: new unique index UNIQUE USING btree (name)"),
        (replace(TABLE, constraints={"CHECK (name <> '')": ["name"]}), "book: new constraint CHECK (name <> '')"),
        (replace(TABLE, constraints={"CHECK (price > 0)": ["price"]}), None),
    ],
)  # fmt: skip
def test_only_changes_that_break_older_code_are_reported(present: Table, line: str | None) -> None:
    lines = find_missing(schema(TABLE), schema(present))
    assert line in lines if line else lines == []


def test_a_release_does_not_need_what_the_next_one_drops() -> None:
    parts = Table(
        {**TABLE.columns, "old": NAME}, TABLE.unique | {"UNIQUE USING btree (old)"}, {"CHECK (old <> '')": ["old"]}
    )
    recorded = Schema({"book": parts, "shelf": TABLE}, frozenset({"fold(text) → text", "folded(text) → text"}))
    needed = without(recorded, {"column book.old", "table shelf", "function fold"})
    assert needed == schema(TABLE, "folded(text) → text")


def test_missing_tables_and_functions_are_reported() -> None:
    needed = schema(TABLE, "fold(text) → text")
    assert find_missing(needed, Schema({}, frozenset())) == [
        "function fold(text) → text is missing",
        "book: the table is missing",
    ]
