"""Compare the documented list of what the next release drops with what this release no longer uses."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.releases.contract import unused
from tests.releases.drops import documented_drops
from tests.releases.schema import FOLDER, from_json

pytestmark = pytest.mark.django_db


def test_the_list_names_exactly_what_no_code_of_this_release_uses() -> None:
    assert unused() == documented_drops(), "docs/decisions/expand-and-contract.md, “What the next release drops”"


def test_the_previous_release_needs_everything_on_the_list() -> None:
    """A migration of this release can drop at once what the previous release does not need."""
    [file] = FOLDER.glob("*.json")
    _, needed = from_json(file.read_text())
    known = {f"column {table}.{column}" for table, parts in needed.tables.items() for column in parts.columns}
    known |= {f"table {table}" for table in needed.tables}
    known |= {f"function {signature.partition('(')[0]}" for signature in needed.functions}
    assert documented_drops() - known == set()


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("ALTER TABLE sf_book ADD COLUMN left_over text", {"column sf_book.left_over"}),
        ("CREATE TABLE pardot_left_over (id bigint)", {"table pardot_left_over"}),
        ("CREATE TABLE pardot_left_over_staged (id bigint)", set()),  # pages of an unfinished read
        ("CREATE FUNCTION sf_left_over() RETURNS text LANGUAGE sql RETURN 'x'", {"function sf_left_over"}),
        (
            """CREATE FUNCTION sf_left_over(text) RETURNS text LANGUAGE sql IMMUTABLE RETURN $1;
               ALTER TABLE sf_book ADD COLUMN left_over text GENERATED ALWAYS AS (sf_left_over(name)) STORED""",
            {"column sf_book.left_over", "function sf_left_over"},
        ),
        (
            """CREATE FUNCTION sf_left_over(text) RETURNS text LANGUAGE sql IMMUTABLE RETURN $1;
               CREATE INDEX left_over ON sf_book (sf_left_over(name))""",
            set(),
        ),
        ("CREATE INDEX left_over ON sf_book (name)", set()),  # tests/test_models_and_tables.py finds it
    ],
)
def test_unused_columns_tables_and_functions_are_found(statement: str, names: set[str]) -> None:
    before = unused()
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert unused() - before == names
