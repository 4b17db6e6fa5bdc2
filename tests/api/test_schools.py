"""``GET /schools`` and ``GET /schools/{id}``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from api.scopes import Scope
from sf import school_search
from sf.school_search import SchoolFilters, load_school_page
from tests.api import records

SCHOOLS = "/api/v1/schools"


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [school["name"] for school in answer.json()["schools"]]


def test_the_best_match_comes_first(anonymous: Client) -> None:
    for name in ("Overtone Academy", "Winton-Tone", "The Tone School", "Tone Valley", "Tone", "Other", "tone abbey"):
        records.school(name)
    expected = ["Tone", "tone abbey", "Tone Valley", "The Tone School", "Winton-Tone", "Overtone Academy"]
    answer = anonymous.get(SCHOOLS, {"name": "tone"})
    assert names(answer) == expected
    assert (answer.json()["count"], answer.json()["total_schools"]) == (6, 7)
    assert names(anonymous.get(SCHOOLS, {"name": "tone", "limit": "2", "offset": "3"})) == expected[3:5]


@pytest.mark.parametrize("text", ["universite de montreal", "UNIVERSITÉ DE MONTRÉAL", "  université de Montreal "])
def test_case_and_accents_do_not_matter(anonymous: Client, text: str) -> None:
    records.school("Université de Montréal", city="Montréal", state="Québec", state_code="QC")
    assert names(anonymous.get(SCHOOLS, {"name": text})) == ["Université de Montréal"]
    assert len(names(anonymous.get(SCHOOLS, {"city": "MONTREAL", "state": "quebec"}))) == 1


def test_a_row_has_exactly_these_columns(anonymous: Client) -> None:
    school = records.school(
        "Example College", type="College/University (4)", country="United States", state="Texas", city="Houston",
        lms="Canvas", sheer_id_school_name="Example College (Houston, TX)", nces_id="1",
    )  # fmt: skip
    assert anonymous.get(SCHOOLS, {"name": "example"}).json()["schools"] == [
        {
            "id": school.id,
            "name": "Example College",
            "type": "College/University (4)",
            "country": "United States",
            "state": "Texas",
            "city": "Houston",
            "lms": "Canvas",
            "sheer_id_school_name": "Example College (Houston, TX)",
        }
    ]


def test_filters_are_exact_and_all_must_hold(anonymous: Client) -> None:
    texas = {"state": "Texas", "state_code": "TX", "country": "United States", "country_code": "US"}
    records.school("A", city="Houston", type="High School", **texas)
    records.school("B", city="Houston", type="College/University (4)", **texas)
    records.school("C", city="North Houston", type="High School", **texas)
    records.school("D", city="TX", state="Houston", country="Elsewhere")
    assert names(anonymous.get(SCHOOLS, {"city": "houston"})) == ["A", "B"]
    assert names(anonymous.get(SCHOOLS, {"state": "tx"})) == ["A", "B", "C"]
    assert names(anonymous.get(SCHOOLS, {"country": "us", "type": "high school"})) == ["A", "C"]
    assert names(anonymous.get(SCHOOLS, {"city": "houston", "type": "High School", "state": "Texas"})) == ["A"]
    assert anonymous.get(SCHOOLS, {"city": "hous"}).status_code == 404


@pytest.mark.parametrize("text", ["100%", "a_b", "c\\d", "O'Hara", 'say "hi"', "％ full", "שלום", "🦊🦊🦊", "--;drop"])
def test_special_characters_are_only_themselves(anonymous: Client, text: str) -> None:
    records.school("Example")
    records.school("a-b and cd and 1000 and a1b")
    assert anonymous.get(SCHOOLS, {"name": text}).status_code == 404
    assert anonymous.get(SCHOOLS, {"city": text}).status_code == 404
    records.school(f"School {text} here", city=text)
    assert names(anonymous.get(SCHOOLS, {"name": text})) == [f"School {text} here"]
    assert names(anonymous.get(SCHOOLS, {"city": text})) == [f"School {text} here"]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"name": ""},
        {"name": "ab"},
        {"name": " ab  "},
        {"limit": "10"},
        {"name": "abc", "limit": "1001"},
        {"name": "abc", "limit": "0"},
        {"name": "abc", "offset": "-1"},
        {"name": "a\0bc"},
        {"city": "\0"},
        {"name": "a" * 256},
    ],
)
def test_a_search_that_makes_no_sense_is_refused(anonymous: Client, query: dict[str, str]) -> None:
    answer = anonymous.get(SCHOOLS, query)
    assert answer.status_code == 422
    assert "errors" in answer.json()


def test_no_match_and_past_the_end(anonymous: Client) -> None:
    assert anonymous.get(SCHOOLS, {"name": "nothing"}).status_code == 404
    records.school("Example")
    answer = anonymous.get(SCHOOLS, {"name": "example", "offset": "5"})
    assert (answer.status_code, answer.json()["count"], answer.json()["schools"]) == (200, 1, [])


def test_deleted_schools_are_neither_found_nor_counted(anonymous: Client) -> None:
    gone = records.school("Example One", is_deleted=True)
    records.school("Example Two")
    records.school(None)
    answer = anonymous.get(SCHOOLS, {"name": "example"})
    assert names(answer) == ["Example Two"]
    assert answer.json()["total_schools"] == 2
    gone.is_deleted, gone.local_update_date = False, timezone.now()
    gone.save()
    assert anonymous.get(SCHOOLS, {"name": "example"}).json()["count"] == 2


def test_a_search_by_name_reads_the_index(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sf_account (id, system_modstamp, is_deleted, name) "
            "SELECT 'x' || i, now(), false, md5(i::text) FROM generate_series(1, 20000) AS i"
        )
        cursor.execute("SELECT gin_clean_pending_list('account_search_name')")
        cursor.execute("ANALYZE sf_account")
    with CaptureQueriesContext(connection) as queries:
        load_school_page(SchoolFilters(name="abc"), limit=100, offset=0)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + queries[-1]["sql"].replace("%", "%%"), [])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "account_search_name" in plan
    assert "Seq Scan" not in plan


MANY = """
    INSERT INTO sf_account (id, name, is_deleted, system_modstamp, sheer_id_school_name)
    SELECT '001Hs' || lpad(number::text, 10, '0') || 'AAA',
           CASE number % 6 WHEN 0 THEN 'College ' WHEN 1 THEN 'The College-' WHEN 2 THEN 'Precollegiate ' WHEN 3 THEN ''
                           ELSE 'New-College ' END || md5(number::text), number % 7 = 0, now(),
           repeat(md5(number::text), 7)
      FROM generate_series(1, 20000) AS number
"""


@pytest.fixture
def large_table(transactional_db: None) -> None:
    """Large enough for PostgreSQL to prefer an index, which what other tests have left in it would make too large."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE sf_account CASCADE")
        cursor.execute(MANY)
        cursor.execute("VACUUM ANALYZE sf_account")


def test_a_common_word_reads_only_the_index_of_names_and_finds_the_same(
    large_table: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    common, rare = SchoolFilters(name="College"), SchoolFilters(name="precollegiate 1")
    pages = ({"limit": 7, "offset": 0}, {"limit": 50, "offset": 5000}, {"limit": 50, "offset": 11_400})
    with CaptureQueriesContext(connection) as queries:
        found = [load_school_page(common, **page) for page in pages]
        assert load_school_page(rare, limit=7, offset=0).count > 0
    assert [plans_of(query["sql"]) for query in queries if query["sql"].lstrip().startswith("WITH page")] == [
        {"account_search_order"},
        {"account_search_order"},
        {"account_search_order"},
        {"account_search_name"},
    ]
    monkeypatch.setattr(school_search, "COMMON_SHARE", 2)
    school_search._counts.clear()
    assert found == [load_school_page(common, **page) for page in pages]
    assert found[0].count == 11_400 + len(found[2].schools) > 11_400


def plans_of(statement: str) -> set[str]:
    """The indexes that a search looks in."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    return set(re.findall(r"account_search_\w+", plan))


def test_one_school_by_either_form_of_its_id(user: Client, service: Callable[..., Client]) -> None:
    school = records.school(assignable_status="Fully Integrated", assignable_maturity_score=3, assignments_created=14)
    for school_id in (school.id, school.id[:15]):
        answer = user.get(f"{SCHOOLS}/{school_id}")
        assert answer.status_code == 200
        assert answer.json()["id"] == school.id
    body = service(Scope.READ_INFO).get(f"{SCHOOLS}/{school.id}").json()
    assert (body["assignable_status"], body["assignable_maturity_score"]) == ("Fully Integrated", 3)
    assert (body["assignments_created"], body["assignments_completed"]) == (14, None)


def test_one_school_wants_a_caller_and_an_id(anonymous: Client, user: Client) -> None:
    school = records.school()
    assert anonymous.get(f"{SCHOOLS}/{school.id}").status_code == 401
    assert user.get(f"{SCHOOLS}/{records.salesforce_id('001')}").status_code == 404
    for wrong in ("1", school.id[:16], school.id + "A", school.id.lower(), "a%00b", "0" * 14 + "é"):
        assert user.get(f"{SCHOOLS}/{wrong}").status_code == 422, wrong
    school.is_deleted = True
    school.save()
    assert user.get(f"{SCHOOLS}/{school.id}").status_code == 404
