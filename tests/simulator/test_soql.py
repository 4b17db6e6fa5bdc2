"""SOQL: results, and refusals with Salesforce's messages."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.soql import compile_soql
from simulator.store import SoqlError, Store

AS_OF = datetime(2026, 10, 1, tzinfo=UTC)
NOW = datetime(2026, 10, 7, 9, 30, tzinfo=UTC)
"""A Wednesday."""

PEOPLE: list[dict[str, Any]] = [
    {"LastName": "Ábel", "FirstName": "Ann", "Email": "a@x.example", "pi__score__c": 1, "LMS__c": "Canvas"},
    {"LastName": "abel", "FirstName": "Ben", "Email": "b@x.example", "pi__score__c": 2.5},
    {"LastName": "100%", "FirstName": None, "Email": "c@x.example", "pi__score__c": None},
    {"LastName": "1000", "FirstName": "Don", "Email": "d@x.example", "pi__score__c": 3, "LMS__c": "Moodle"},
    {"LastName": "O'Hara", "FirstName": "Eve", "Email": "e@x.example", "pi__score__c": -1},
    {"LastName": "back\\slash_", "FirstName": "ÉVA", "Email": "f@x.example", "pi__score__c": 0},
]
SUBJECTS = ["Math", "Math;Science", None, "Science", "Business;Math", "Mathematics for all"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with the generated data, but only the six contacts above and no campaign members."""
    with Store.open(tmp_path_factory.mktemp("soql"), schools=50, as_of=AS_OF, clock=lambda: NOW) as store:
        with store.writing() as connection:
            for table in ("Contact", "CampaignMember"):
                connection.execute(f"DELETE FROM {table}")
        account = next(store.query("SELECT Id FROM Account WHERE BillingCountry = 'United States' LIMIT 1").rows)[0]
        for number, (person, subjects) in enumerate(zip(PEOPLE, SUBJECTS, strict=True)):
            parent = account if number % 2 == 0 else None
            record_id = store.create("Contact", {**person, "AccountId": parent, "Subject_Interest__c": subjects})
            stamps = {
                "CreatedDate": f"2026-10-0{2 + number}T10:00:00.000Z",
                "LastActivityDate": f"2026-09-{27 + number % 3}",
                # No API call could store 2.5: the field has no decimals.
                "pi__score__c": person["pi__score__c"],
            }
            store.patch_raw("Contact", record_id, stamps, touch=False)
        yield store


def rows(store: Store, soql: str, **options: Any) -> list[tuple[Any, ...]]:
    result = store.query(soql, **options)
    answer = list(result.rows)
    assert result.total == len(answer)
    return answer


def find(store: Store, condition: str) -> str:
    """Return the first letter of each matching contact's email address."""
    return "".join(row[0][0] for row in rows(store, f"SELECT Email FROM Contact WHERE {condition} ORDER BY Email"))


def refusal(soql: str) -> SoqlError:
    with pytest.raises(SoqlError) as caught:
        compile_soql(soql, now=NOW)
    return caught.value


# -- conditions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("LastName = 'ABEL'", "b"),
        ("LastName = 'ÁBEL'", "a"),
        ("LastName IN ('ábel', 'O\\'HARA')", "ae"),
        ("FirstName = 'éva'", "f"),
        ("FirstName != 'Ann'", "bcdef"),
        ("FirstName NOT IN ('Ann', 'Ben')", "cdef"),
        ("FirstName IN ('Ann', null)", "ac"),
        ("FirstName NOT IN ('Ann', null)", "bdef"),
        ("FirstName = null", "c"),
        ("FirstName = ''", "c"),
        ("FirstName <> NULL", "abdef"),
        ("LastName LIKE '100%'", "cd"),
        ("LastName LIKE '100\\%'", "c"),
        ("LastName LIKE '_00_'", "cd"),
        ("LastName LIKE '%\\\\slash\\_'", "f"),
        ("LastName LIKE '%HARA'", "e"),
        ("FirstName LIKE 'é%'", "f"),
        ("NOT FirstName LIKE '%n%'", "cef"),
        ("(NOT FirstName LIKE 'A%') AND LastName LIKE '%a%'", "bef"),
        ("pi__score__c > 1", "bd"),
        ("pi__score__c >= 1 AND pi__score__c < 3", "ab"),
        ("pi__score__c = -1", "e"),
        ("pi__score__c != 1", "bcdef"),
        ("NOT pi__score__c > 1", "acef"),
        ("pi__score__c IN (2.5, 3.0)", "bd"),
        ("pi__score__c <= 1e0", "aef"),
        ("HasOptedOutOfEmail = false", "abcdef"),
        ("HasOptedOutOfEmail != FALSE", ""),
        ("Subject_Interest__c INCLUDES ('Math')", "abe"),
        ("Subject_Interest__c includes ('math;science', 'business')", "be"),
        ("Subject_Interest__c EXCLUDES ('Math')", "cdf"),
        ("Subject_Interest__c = 'Math;Science'", "b"),
        ("Account.BillingCountry = 'united states'", "ace"),
        ("Account.BillingCountry != 'Mars'", "abcdef"),
        ("Account.Name = null", "bdf"),
        ("Account.Owner.LastName != null", "ace"),
        ("Contact.FirstName = 'Ann'", "a"),
        ("(FirstName = 'Ann' OR FirstName = 'Ben') AND (NOT (LastName = 'abel'))", "a"),
        ("FirstName = 'Ann' OR (FirstName = 'Ben' AND LMS__c = null)", "ab"),
        ("AccountId IN (SELECT Id FROM Account WHERE BillingCountry = 'United States')", "ace"),
        ("AccountId NOT IN (SELECT Id FROM Account)", "bdf"),
    ],
)
def test_a_condition_finds_what_salesforce_would_find(store: Store, condition: str, expected: str) -> None:
    assert find(store, condition) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("CreatedDate = TODAY", "f"),
        ("CreatedDate = yesterday", "e"),
        ("CreatedDate < TODAY", "abcde"),
        ("CreatedDate <= YESTERDAY", "abcde"),
        ("CreatedDate > YESTERDAY", "f"),
        ("CreatedDate != TODAY", "abcde"),
        ("CreatedDate = LAST_N_DAYS:2", "def"),
        ("CreatedDate = N_DAYS_AGO:3", "c"),
        ("CreatedDate = THIS_WEEK", "cdef"),
        ("CreatedDate = LAST_WEEK", "ab"),
        ("CreatedDate IN (TODAY, LAST_WEEK)", "abf"),
        ("CreatedDate >= 2026-10-06T10:00:00Z", "ef"),
        ("CreatedDate > 2026-10-06T12:00:00+02:00", "f"),
        ("CreatedDate = 2026-10-06T06:00:00.000-04:00", "e"),
        ("LastActivityDate = LAST_MONTH", "abcdef"),
        ("LastActivityDate = THIS_QUARTER", ""),
        ("LastActivityDate = LAST_QUARTER", "abcdef"),
        ("LastActivityDate = THIS_YEAR", "abcdef"),
        ("LastActivityDate = LAST_N_MONTHS:1", "abcdef"),
        ("LastActivityDate = NEXT_N_DAYS:5", ""),
        ("LastActivityDate < 2026-09-28", "ad"),
        ("LastActivityDate IN (2026-09-27, 2026-09-29)", "acdf"),
    ],
)
def test_dates_are_compared_with_dates_times_and_spans_of_days(store: Store, condition: str, expected: str) -> None:
    assert find(store, condition) == expected


def test_an_id_may_have_15_characters(store: Store) -> None:
    record_id = rows(store, "SELECT Id FROM Contact LIMIT 1")[0][0]
    assert rows(store, f"SELECT Id FROM Contact WHERE Id = '{record_id[:15]}'") == [(record_id,)]
    assert len(rows(store, f"SELECT Id FROM Contact WHERE Id > '{record_id[:15]}'")) == 5


# -- select lists -----------------------------------------------------------------------------------------


def test_columns_are_named_as_salesforce_spells_them(store: Store) -> None:
    result = store.query("select id, c.LASTNAME, account.owner.name, Contact.isdeleted from contact c limit 1")
    assert [column.path for column in result.columns] == ["Id", "LastName", "Account.Owner.Name", "IsDeleted"]
    assert [column.type for column in result.columns] == ["id", "string", "string", "boolean"]
    assert (result.sobject, result.kind) == ("Contact", "records")


def test_rows_come_in_the_order_of_their_ids_without_order_by(store: Store) -> None:
    ids = [row[0] for row in rows(store, "SELECT Id FROM Adoption__c")]
    assert ids == sorted(ids)


def test_nulls_come_first_by_default(store: Store) -> None:
    select = "SELECT pi__score__c FROM Contact ORDER BY pi__score__c"
    assert [row[0] for row in rows(store, select)] == [None, -1, 0, 1, 2.5, 3]
    assert [row[0] for row in rows(store, f"{select} DESC")] == [None, 3, 2.5, 1, 0, -1]
    assert [row[0] for row in rows(store, f"{select} ASC NULLS LAST")][-1] is None
    assert rows(store, f"{select} DESC NULLS LAST LIMIT 1") == [(3,)]


def test_limit_and_offset_cut_the_answer_and_its_total(store: Store) -> None:
    emails = [row[0] for row in rows(store, "SELECT Email FROM Contact ORDER BY Email")]
    assert [row[0] for row in rows(store, "SELECT Email FROM Contact ORDER BY Email LIMIT 2 OFFSET 3")] == emails[3:5]
    assert rows(store, "SELECT Email FROM Contact OFFSET 7") == []
    assert store.query("SELECT COUNT() FROM Contact LIMIT 4").total == 4


def test_the_fields_function_selects_a_group_of_fields(store: Store) -> None:
    def paths(which: str) -> set[str]:
        return {column.path for column in store.query(f"SELECT FIELDS({which}) FROM Book__c LIMIT 200").columns}

    assert paths("ALL") == paths("STANDARD") | paths("CUSTOM")
    assert "Active__c" in paths("CUSTOM")
    assert paths("STANDARD").isdisjoint(paths("CUSTOM"))


def test_a_style_converts_booleans_or_datetimes(store: Store) -> None:
    select = "SELECT IsDeleted, CreatedDate FROM Contact WHERE FirstName = 'Ann'"
    assert rows(store, select) == [(0, "2026-10-02T10:00:00.000Z")]
    assert rows(store, select, style="csv") == [("false", "2026-10-02T10:00:00.000Z")]
    assert rows(store, select, style="rest") == [(0, "2026-10-02T10:00:00.000+0000")]


def test_deleted_records_are_returned_only_on_request(store: Store) -> None:
    deleted = "SELECT Id FROM Account WHERE IsDeleted = true"
    assert rows(store, deleted) == []
    assert rows(store, deleted, include_deleted=True) == rows(store, f"{deleted} ALL ROWS") != []


# -- aggregates -------------------------------------------------------------------------------------------


def test_a_count_has_a_total_and_no_rows(store: Store) -> None:
    result = store.query("SELECT count() FROM Contact WHERE Account.Name != null")
    assert (result.kind, result.total, list(result.rows), result.columns) == ("count", 3, [], [])


def test_aggregates_have_aliases_types_and_groups(store: Store) -> None:
    result = store.query(
        "SELECT HasOptedOutOfEmail, COUNT(Id) people, COUNT(FirstName), MAX(CreatedDate) newest,"
        " SUM(pi__score__c) total, COUNT_DISTINCT(LMS__c), MIN(Email) FROM Contact GROUP BY HasOptedOutOfEmail"
    )
    assert [(column.path, column.type) for column in result.columns] == [
        ("HasOptedOutOfEmail", "boolean"),
        ("people", "int"),
        ("expr0", "int"),
        ("newest", "datetime"),
        ("total", "double"),
        ("expr1", "int"),
        ("expr2", "email"),
    ]
    assert list(result.rows) == [(0, 6, 5, "2026-10-07T10:00:00.000Z", 5.5, 2, "a@x.example")]
    assert (result.kind, result.total) == ("aggregate", 1)


def test_having_and_order_by_accept_aggregates(store: Store) -> None:
    soql = "SELECT Account.Name, COUNT(Id) n FROM Contact GROUP BY Account.Name"
    assert {row[1] for row in rows(store, soql)} == {3}
    assert len(rows(store, f"{soql} HAVING COUNT(Id) > 3")) == 0
    assert rows(store, f"{soql} HAVING COUNT(Id) > 2 AND Account.Name = null ORDER BY COUNT(Id) DESC LIMIT 1") == [
        (None, 3)
    ]


# -- refusals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("soql", "code", "words"),
    [
        ("", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("SELECT Id FORM Contact", "MALFORMED_QUERY", "unexpected token: 'FORM'|unexpected token: 'Contact'"),
        ("SELECT Id FROM Contact WHERE", "MALFORMED_QUERY", "<EOF>"),
        ("SELECT Id FROM Contact LIMIT x", "MALFORMED_QUERY", "unexpected token: 'x'"),
        ("SELECT Id FROM Contact LIMIT -1", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Contact; DROP TABLE Contact", "MALFORMED_QUERY", "unexpected token: ';'"),
        ("SELECT Id FROM Contact WHERE Name = 'x", "MALFORMED_QUERY", "quotation mark"),
        ("SELECT Id FROM Contact WHERE Name = 'a\\q'", "MALFORMED_QUERY", "Illegal escape"),
        ("SELECT Id FROM Contact WHERE Name = 'a' AND Title = 'b' OR Phone = 'c'", "MALFORMED_QUERY", "token: 'OR'"),
        ("SELECT Id FROM Contact WHERE Name IN ()", "MALFORMED_QUERY", r"unexpected token: '\)'"),
        ("SELECT Id, (SELECT Id FROM Opportunities) FROM Account", "FUNCTIONALITY_NOT_ENABLED", "Parent-to-child"),
        ("SELECT TYPEOF Owner WHEN User THEN Id END FROM Account", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT toLabel(Type) FROM Account", "MALFORMED_QUERY", "toLabel"),
        ("SELECT Id FROM Account USING SCOPE mine", "MALFORMED_QUERY", "unexpected token: 'USING'"),
        ("SELECT Id FROM Account FOR UPDATE", "MALFORMED_QUERY", "unexpected token: 'FOR'"),
        ("SELECT Id FROM Account WHERE CALENDAR_YEAR(CreatedDate) = 2026", "MALFORMED_QUERY", "CALENDAR_YEAR"),
        ("SELECT Id n FROM Account", "MALFORMED_QUERY", "aliasing"),
        ("SELECT Colour__c FROM Contact", "INVALID_FIELD", "No such column 'Colour__c' on entity 'Contact'"),
        ("SELECT Id FROM Contact WHERE School__r.Name = 'x'", "INVALID_FIELD", "relationship 'School__r'"),
        ("SELECT Account.Colour__c FROM Contact", "INVALID_FIELD", "No such column 'Colour__c' on entity 'Account'"),
        ("SELECT Id, id FROM Contact", "INVALID_FIELD", "duplicate field selected: Id"),
        ("SELECT Id FROM Teacher__c", "INVALID_TYPE", "sObject type 'Teacher__c' is not supported"),
        ("SELECT Id FROM sqlite_master", "INVALID_TYPE", "sqlite_master"),
        ("SELECT Id FROM Contact WHERE pi__score__c = '1'", "INVALID_FIELD", "of type double and should not be"),
        ("SELECT Id FROM Contact WHERE Name = 1", "INVALID_FIELD", "of type string and should be enclosed"),
        ("SELECT Id FROM Contact WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "of type dateTime"),
        ("SELECT Id FROM Contact WHERE LastActivityDate = 2026-01-01T00:00:00Z", "INVALID_FIELD", "of type date"),
        ("SELECT Id FROM Contact WHERE IsDeleted = 'true'", "INVALID_FIELD", "of type boolean"),
        ("SELECT Id FROM Contact WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Contact ORDER BY Description", "MALFORMED_QUERY", "can not be sorted"),
        ("SELECT Id FROM Contact WHERE CreatedDate > 2026-13-01T00:00:00Z", "MALFORMED_QUERY", "invalid date"),
        ("SELECT Id FROM Contact WHERE CreatedDate > LAST_N_YEARS:9999", "MALFORMED_QUERY", "invalid date"),
        ("SELECT Id FROM Contact WHERE CreatedDate > SOMEDAY", "INVALID_FIELD", "of type dateTime"),
        ("SELECT Id FROM Contact WHERE Id = 'abc'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: abc"),
        ("SELECT Id FROM Contact WHERE Id LIKE '003%'", "INVALID_QUERY_FILTER_OPERATOR", "LIKE"),
        ("SELECT Id FROM Contact WHERE Name INCLUDES ('x')", "INVALID_QUERY_FILTER_OPERATOR", "INCLUDES"),
        ("SELECT Id FROM Contact WHERE pi__score__c < null", "INVALID_QUERY_FILTER_OPERATOR", "null"),
        ("SELECT Id FROM Contact LIMIT 5 OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "2000"),
        ("SELECT FIELDS(ALL) FROM Contact", "MALFORMED_QUERY", "LIMIT of at most 200"),
        ("SELECT FIELDS(CUSTOM) FROM Contact LIMIT 201", "MALFORMED_QUERY", "LIMIT of at most 200"),
        ("SELECT Id, COUNT() FROM Contact", "MALFORMED_QUERY", "only element"),
        ("SELECT Id, COUNT(Id) FROM Contact", "MALFORMED_QUERY", "grouped or aggregated: Id"),
        ("SELECT SUM(Email) FROM Contact", "INVALID_FIELD", "aggregate operator SUM"),
        ("SELECT Id FROM Contact WHERE COUNT(Id) > 1", "MALFORMED_QUERY", "HAVING only"),
        ("SELECT pi__score__c FROM Contact GROUP BY pi__score__c", "MALFORMED_QUERY", "can not be grouped"),
        ("SELECT Id FROM Contact WHERE Name IN (SELECT Id FROM Account)", "MALFORMED_QUERY", "ID fields"),
        ("SELECT Id FROM Contact WHERE AccountId IN (SELECT Name FROM Account)", "MALFORMED_QUERY", "not an ID"),
        (
            "SELECT Id FROM Contact WHERE Id = null OR AccountId IN (SELECT Id FROM Account)",
            "MALFORMED_QUERY",
            "OR",
        ),
        (
            "SELECT Id FROM Contact WHERE AccountId IN (SELECT Id FROM Account WHERE OwnerId IN (SELECT Id FROM User))",
            "MALFORMED_QUERY",
            "Nesting",
        ),
        ("SELECT Id FROM Contact WHERE " + "(" * 70 + "Name = 'x'" + ")" * 70, "MALFORMED_QUERY", "deeply"),
        ("SELECT Id FROM Contact WHERE Name = '" + "x" * 100_000 + "'", "MALFORMED_QUERY", "longer than"),
    ],
)
def test_invalid_and_unsupported_queries_are_refused_with_salesforces_error_codes(
    soql: str, code: str, words: str
) -> None:
    error = refusal(soql)
    assert error.code == code
    assert re.search(words, error.message), error.message


def test_an_error_shows_its_place_in_the_query() -> None:
    lines = refusal("SELECT Id,\nNam FROM Contact").message.splitlines()
    assert lines[2].index("^") == lines[1].index("Nam")
    assert lines[3] == "ERROR at Row:2:Column:1"


# -- any text ---------------------------------------------------------------------------------------------


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


@given(text=st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_is_matched_by_equals_and_by_like(store: Store, text: str) -> None:
    account = next(store.query("SELECT Id FROM Account LIMIT 1").rows)[0]
    store.patch_raw("Account", account, {"Name": text}, touch=False)
    assert (account,) in rows(store, f"SELECT Id FROM Account WHERE Name = {quoted(text)}")
    if "\0" not in text:
        pattern = quoted(text).replace("%", "\\%").replace("_", "\\_")
        assert (account,) in rows(store, f"SELECT Id FROM Account WHERE Name LIKE {pattern}")


@given(soql=st.text(st.sampled_from(list("SELECT IdFROMContactWHERE=<>'\\%()., 0123-:TZ\n\"")), max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_text_compiles_or_raises_a_soql_error(soql: str) -> None:
    for query in (soql, f"SELECT Id FROM Contact WHERE {soql}", f"SELECT {soql} FROM Contact"):
        with contextlib.suppress(SoqlError):
            compile_soql(query, now=NOW)


CONDITIONS = st.recursive(
    st.sampled_from(["LMS__c = 'Canvas'", "Type != null", "BillingCity LIKE 'A%'", "NumberOfEmployees > 100"]),
    lambda inner: st.one_of(
        inner.map(lambda part: f"(NOT {part})"),
        st.tuples(st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=4)).map(
            lambda pair: "(" + f" {pair[0]} ".join(pair[1]) + ")"
        ),
    ),
    max_leaves=12,
)


@given(condition=CONDITIONS)
@settings(max_examples=80, deadline=None)
def test_a_condition_or_its_negation_holds_for_every_record(store: Store, condition: str) -> None:
    holds = store.query(f"SELECT COUNT() FROM Account WHERE {condition}").total
    fails = store.query(f"SELECT COUNT() FROM Account WHERE NOT {condition}").total
    assert holds + fails == 50


def test_thousands_of_values_and_conditions_fit(store: Store) -> None:
    values = ", ".join(f"'value {number}'" for number in range(5000))
    assert rows(store, f"SELECT Id FROM Contact WHERE FirstName IN ({values}, 'Ann')") != []
    either = " OR ".join(f"FirstName = 'v{number}'" for number in range(3000))
    assert len(rows(store, f"SELECT Id FROM Contact WHERE {either} OR FirstName = 'Ann'")) == 1
