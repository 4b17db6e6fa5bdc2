"""SOQL with quoted values: no value changes the meaning of the query."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sf.salesforce import soql
from sf.sync.objects import ADOPTIONS, CONTACTS, EVERY_OBJECT, SyncedObject
from tests.simulated import Simulator

_LITERAL = re.compile(r"'(?:\\.|[^'\\\n\r])*'", re.DOTALL)
_MEANINGS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def read(literal: str) -> str:
    """Read a literal as Salesforce does (SOQL reference, "Quoted String Escape Sequences")."""
    return re.sub(r"\\(.)", lambda match: _MEANINGS.get(match[1], match[1]), literal[1:-1])


@given(st.text())
def test_a_quoted_text_is_one_literal_that_means_the_text(text: str) -> None:
    literal = soql.quote(text)
    assert _LITERAL.fullmatch(literal)
    assert read(literal) == text


@given(st.lists(st.text(), min_size=1))
def test_a_list_has_a_literal_for_each_value(values: list[str]) -> None:
    condition = soql.one_of("Name", values)
    assert condition.startswith("Name IN (")
    assert [read(literal) for literal in _LITERAL.findall(condition)] == values
    assert _LITERAL.sub("x", condition) == f"Name IN ({', '.join('x' for _ in values)})"


def test_an_empty_list_is_refused_instead_of_meaning_all() -> None:
    with pytest.raises(ValueError, match="nothing to look for in Id"):
        soql.one_of("Id", [])


@given(
    st.datetimes(
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]), min_value=datetime(1700, 1, 1)
    )
)
def test_a_time_is_written_in_utc_and_never_rounded_up(value: datetime) -> None:
    literal = soql.format_moment(value)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", literal)
    assert timedelta(0) <= value - datetime.fromisoformat(literal) < timedelta(milliseconds=1)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        soql.format_moment(datetime(2026, 1, 1))


def test_conditions_are_joined_so_that_they_keep_their_meaning() -> None:
    assert soql.all_of(["a = 1", "", "b = 2"]) == "a = 1 AND b = 2"
    assert soql.any_of(["a = 1"]) == "a = 1"
    assert soql.all_of([soql.any_of(["a = 1", "b = 2"]), "c = 3"]) == "(a = 1 OR b = 2) AND c = 3"


def test_a_query_has_its_parts_in_order() -> None:
    assert soql.select(["Id", "Name"], "Account") == "SELECT Id, Name FROM Account"
    whole = soql.select(["Id"], "Account", where="Name != null", order_by="Name DESC")
    assert whole == "SELECT Id FROM Account WHERE Name != null ORDER BY Name DESC"
    assert soql.count("Account", where="Name != null") == "SELECT COUNT() FROM Account WHERE Name != null"


def test_a_full_read_has_the_filter_and_an_incremental_one_has_the_window() -> None:
    since = datetime(2026, 1, 31, 12, 0, 0, 123_456, tzinfo=UTC)
    where, query = CONTACTS.build_full_query()
    assert where == "FV_Status__c != null AND Accounts_UUID__c != null"
    assert query.endswith(f" FROM Contact WHERE {where}")
    where, query = CONTACTS.changes_query(since)
    assert where == "SystemModstamp >= 2026-01-31T12:00:00.123Z", "records that leave the filter are read"
    where, _ = ADOPTIONS.changes_query(since)
    moment = "2026-01-31T12:00:00.123Z"
    assert where == f"(SystemModstamp >= {moment} OR Opportunity__r.SystemModstamp >= {moment})"


@pytest.mark.parametrize("synced", EVERY_OBJECT, ids=lambda synced: synced.name)
def test_every_declared_field_is_queried_once(synced: SyncedObject) -> None:
    _, query = synced.build_full_query()
    fields = query.removeprefix("SELECT ").split(" FROM ")[0].split(", ")
    assert fields == [field.salesforce_name for field in synced.model.list_copied_fields()]
    assert len(set(fields)) == len(fields)


@pytest.mark.parametrize(
    "name", ["O'Neill", 'say "no"', "back\\slash", "two\nlines", "50 %_x", "北 – é", "' OR Name != '"]
)
def test_salesforce_finds_a_record_by_its_quoted_name(simulator: Simulator, name: str) -> None:
    record = simulator.ids("Account")[0]
    simulator.set_raw("Account", record, Name=name)
    assert simulator.ids("Account", f"Name = {soql.quote(name)}") == [record]
    assert simulator.ids("Account", soql.one_of("Name", [name, "nobody"])) == [record]
