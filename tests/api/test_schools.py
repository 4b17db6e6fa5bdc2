"""``GET /schools`` and ``GET /schools/{id}``."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from api.domain.scopes import Scope
from bench.school_recall import SINGLE
from sf.models import Account, SchoolShortForm
from sf.reads.common_words import load_shares_of_words
from sf.reads.school_search import SchoolFilters, load_school_page
from tests.api import records
from tests.plans import plan_of

SCHOOLS = "/api/v1/schools"
REAL_NAMES = (Path(__file__).parents[1] / "school_names.txt").read_text().splitlines()[1:]
NAMES_EACH = 8
"""The number of real names tried for each way of typing."""


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [school["name"] for school in answer.json()["schools"]]


def test_the_best_match_comes_first(anonymous: Client) -> None:
    in_any_order = {"College, Rice Hall", "The College of Rice"}
    in_order = {"Valley of Rice College", "Rice Technical College"}
    for name in ("Overtone", *in_any_order, *in_order, "Rice College Annex", "Rice College", "rice college."):
        records.school(name)
    answer = anonymous.get(SCHOOLS, {"name": "rice college"})
    schools = names(answer)
    assert schools[:2] == ["Rice College", "rice college."]  # the same words
    assert schools[2] == "Rice College Annex"  # begins with the words
    assert set(schools[3:5]) == in_order
    assert set(schools[5:]) == in_any_order
    assert (answer.json()["count"], answer.json()["total_schools"]) == (7, 8)


def test_schools_with_adoptions_come_first_among_equal_matches(anonymous: Client) -> None:
    records.school("Lincoln High School", city="Aton")
    records.school("Lincoln High School", city="Beton", books_adopted="Physics")
    records.school("Lincoln High", city="Ceton")
    answer = anonymous.get(SCHOOLS, {"name": "lincoln high school"}).json()
    assert [school["city"] for school in answer["schools"]] == ["Beton", "Aton"]


TYPED = [
    ("St. John's College", "st johns college"),
    ("St. John's College", "saint john's college"),
    ("St. John's College", "st john s college"),
    ("Texas A&M University", "texas a & m university"),
    ("Texas A&M University", "texas a and m"),
    ("Texas A&M University", "TEXAS AANDM"),
    ("University of California, Los Angeles", "university of california los angeles"),
    ("University of California, Los Angeles", "ucla"),
    ("University of California, Los Angeles", "los angeles california"),
    ("University of California-Berkeley", "uc berkeley"),
    ("Miami-Dade County", "miami dade"),
    ("O'Fallon Township", "ofallon"),
    ("O'Fallon Township", "o fallon"),
    ("Rice  University", "rice\u00a0  university"),
    ("The University of Hong Kong", "university of hong kong, the"),
    ("Example Univ.", "example university"),
    ("Boise State University", "boise st"),
    ("Georgia Institute of Technology", "georgia tech"),
    ("Pennsylvania State University", "Penn State"),
    ("Massachusetts Institute of Technology", "MIT"),
    ("Houston Community College", "huston comunity colege"),
    ("Rice University", "rice universty"),
    ("Peking University 北京大学", "京大"),
    ("Greendale High School", "green dale hs"),
    ("O'Neill College", "o neill"),
    ("LaGrange College", "la grange"),
    ("East Central University", "eastcentral"),
    ("St. John's College", "st.johns"),
    ("Saint Mary's College", "saintmarys college"),
    ("University of Texas at Austin", "utaustin"),
]


@pytest.mark.parametrize(("name", "typed"), TYPED)
def test_a_school_is_found_as_people_type_it(anonymous: Client, name: str, typed: str) -> None:
    for other in ("Mitchell College", "North Georgia Technical College", "Universal Beauty School", "Stanford"):
        records.school(other)
    records.school(name)
    assert name in names(anonymous.get(SCHOOLS, {"name": typed}))


def test_two_typed_words_find_a_name_that_has_them_as_one_word(anonymous: Client) -> None:
    for name in (
        "Universidade de São Paulo",
        "DePaul University",
        "North Central University",
        "Northcentral University",
    ):
        records.school(name)
    assert names(anonymous.get(SCHOOLS, {"name": "de paul"})) == ["DePaul University", "Universidade de São Paulo"]
    both = ["North Central University", "Northcentral University"]  # the name as typed comes first
    assert names(anonymous.get(SCHOOLS, {"name": "north central university"})) == both
    assert names(anonymous.get(SCHOOLS, {"name": "northcentral university"})) == both[1:]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("St. John's University", "stjohns"),
        ("University of California-Davis", "ucdavis"),
        ("Georgia Institute of Technology", "georgiatech"),
        ("La Salle University", "lasalle university"),
    ],
)
def test_two_words_typed_without_a_blank_are_split_before_their_spelling_is_corrected(
    anonymous: Client, name: str, typed: str
) -> None:
    others = ("Johns Hopkins University", "Davis College", "Georgian Technical University", "Salle University")
    for other in (*others, name):
        records.school(other, books_adopted=None if other == name else "Physics")
    assert names(anonymous.get(SCHOOLS, {"name": typed}))[0] == name


def test_a_school_is_among_the_first_ten_results_for_each_way_of_typing_its_name(
    anonymous: Client, settings: Any
) -> None:
    """Try each way of typing alone, and combined with another way."""
    settings.SALESFORCE_SCHOOLS_RATE_LIMIT = "1000000/min"
    for name in REAL_NAMES:
        records.school(name)
    draw, missed = random.Random(3), []
    for kind, change in SINGLE.items():
        other = draw.choice(list(SINGLE))
        changed = [name for name in draw.sample(REAL_NAMES, len(REAL_NAMES)) if change(name) != name]
        assert changed, kind
        for name in changed[:NAMES_EACH]:
            for typed in (change(name), SINGLE[other](change(name))):
                answer = anonymous.get(SCHOOLS, {"name": typed[:255], "limit": "10"})
                if name not in [school["name"] for school in answer.json().get("schools", [])]:
                    missed.append((kind, other, typed, name))
    assert missed == []


def test_blanks_around_the_searched_text_do_not_count_for_its_length(anonymous: Client) -> None:
    records.school("Rice University")
    for typed, status in ((f"{' ' * 300}rice ", 200), ("r" * 255, 404), ("r" * 256, 422)):
        assert anonymous.get(SCHOOLS, {"name": typed}).status_code == status


def test_city_and_state_narrow_a_search_by_name_but_do_not_replace_the_name(anonymous: Client) -> None:
    records.school("Rice University", city="Houston", state="Texas", state_code="TX")
    records.school("Rice School", city="Dallas", state="Texas", state_code="TX")
    assert names(anonymous.get(SCHOOLS, {"name": "rice houston"})) == ["Rice University"]
    assert names(anonymous.get(SCHOOLS, {"name": "Rice University (Houston, TX)"})) == ["Rice University"]
    assert anonymous.get(SCHOOLS, {"name": "houston texas"}).status_code == 404


def test_a_school_is_found_by_its_sheerid_name(anonymous: Client) -> None:
    records.school("UH", sheer_id_school_name="University of Houston (Houston, TX)", city="Elsewhere")
    assert names(anonymous.get(SCHOOLS, {"name": "university of houston houston tx"})) == ["UH"]


def test_a_search_with_an_unknown_word_or_the_end_of_a_word_finds_nothing(anonymous: Client) -> None:
    records.school("Houston Community College")
    assert anonymous.get(SCHOOLS, {"name": "houston zebra"}).status_code == 404
    assert anonymous.get(SCHOOLS, {"name": "munity"}).status_code == 404


def test_a_school_is_found_by_an_added_short_form(anonymous: Client) -> None:
    records.school("Agricultural and Mechanical College of Texas")
    assert anonymous.get(SCHOOLS, {"name": "aggies"}).status_code == 404
    SchoolShortForm.objects.create(short="Aggies", stands_for="Agricultural and Mechanical College")
    assert names(anonymous.get(SCHOOLS, {"name": "the aggies"})) == ["Agricultural and Mechanical College of Texas"]


def test_answers_may_be_cached_and_are_not_sent_twice(anonymous: Client) -> None:
    records.school("Example College")
    answer = anonymous.get(SCHOOLS, {"name": "example"})
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    again = anonymous.get(SCHOOLS, {"name": "example"}, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    records.school("Example Two")
    assert anonymous.get(SCHOOLS, {"name": "example"}).headers["ETag"] != answer.headers["ETag"]


def test_next_leads_through_all_pages(anonymous: Client) -> None:
    for number in range(5):
        records.school(f"Example {number}")
    address, schools = f"{SCHOOLS}?name=example&limit=2", []
    while address:
        body = anonymous.get(address).json()
        schools += [school["name"] for school in body["schools"]]
        address = body["next"]
    assert schools == [f"Example {number}" for number in range(5)]


def test_anonymous_callers_have_a_limit_of_their_own(anonymous: Client, user: Client, settings: Any) -> None:
    settings.SALESFORCE_API_RATE_LIMIT, settings.SALESFORCE_SCHOOLS_RATE_LIMIT = "1/min", "3/min"
    records.school("Example")
    query = {"name": "example"}
    assert [anonymous.get(SCHOOLS, query).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert [user.get(SCHOOLS, query).status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("text", ["universite de montreal", "UNIVERSITÉ DE MONTRÉAL", "  université de Montreal "])
def test_capitals_and_accents_do_not_matter(anonymous: Client, text: str) -> None:
    records.school("Université de Montréal", city="Montréal", state="Québec", state_code="QC")
    assert names(anonymous.get(SCHOOLS, {"name": text})) == ["Université de Montréal"]
    assert len(names(anonymous.get(SCHOOLS, {"city": "MONTREAL", "state": "quebec"}))) == 1


def test_a_school_in_the_list_has_exactly_these_fields(anonymous: Client) -> None:
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


def test_filters_are_exact_and_a_school_must_match_all_of_them(anonymous: Client) -> None:
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
def test_special_characters_are_searched_literally(anonymous: Client, text: str) -> None:
    records.school("Example")
    assert anonymous.get(SCHOOLS, {"name": text}).status_code == 404
    assert anonymous.get(SCHOOLS, {"city": text}).status_code == 404
    records.school(f"School {text} here", city=text)
    assert names(anonymous.get(SCHOOLS, {"name": text})) == [f"School {text} here"]
    assert names(anonymous.get(SCHOOLS, {"city": text})) == [f"School {text} here"]


@pytest.mark.parametrize("text", ["\u33ad" * 255, "\u0f77" * 255])  # folded to 765 letters, or to 2,295 bytes
def test_a_text_that_becomes_too_long_when_folded_finds_nothing(anonymous: Client, text: str) -> None:
    records.school("Radford University")  # resembles "radrad…", the folded first text
    assert anonymous.get(SCHOOLS, {"name": text}).status_code == 404


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
def test_an_invalid_search_is_refused(anonymous: Client, query: dict[str, str]) -> None:
    answer = anonymous.get(SCHOOLS, query)
    assert answer.status_code == 422
    assert "errors" in answer.json()


@pytest.mark.parametrize(("name", "shortest"), [("ab", 3), ("大", 2)])
def test_the_error_for_a_short_name_states_the_shortest_length_in_its_writing_system(
    anonymous: Client, name: str, shortest: int
) -> None:
    answer = anonymous.get(SCHOOLS, {"name": name}).json()
    assert answer["message"] == f"The name is too short: give {shortest} characters or more."


def test_no_match_is_404_and_a_page_past_the_end_is_empty(anonymous: Client) -> None:
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


def test_schools_are_counted_also_after_the_clock_was_set_back(anonymous: Client) -> None:
    records.school("Example One", local_update_date=timezone.now() + timedelta(hours=1))
    for number in (2, 3):
        records.school(f"Example {number}", local_update_date=timezone.now())
        assert anonymous.get(SCHOOLS, {"name": "example"}).json()["total_schools"] == number


def test_every_kind_of_change_of_a_school_reaches_the_search(db: None) -> None:
    def count(name: str) -> int:
        return load_school_page(SchoolFilters(name=name), limit=10, offset=0).count

    school = records.school("First Name", city="Houston")
    records.school("Another Name")
    assert count("first name houston") == 1
    Account.all_objects.filter(pk=school.pk).update(name="Second Name", city="Boston")
    assert (count("first name houston"), count("second name boston"), count("name")) == (0, 1, 2)
    Account.all_objects.filter(pk=school.pk).update(is_deleted=True)
    assert count("name") == 1
    Account.all_objects.filter(pk=school.pk).update(is_deleted=False)
    assert count("second") == 1
    school.delete()
    assert (count("second"), count("name")) == (0, 1)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE sf_account CASCADE")
    assert count("name") == 0


MANY = """
    INSERT INTO sf_account (id, name, is_deleted, system_modstamp, sheer_id_school_name)
    SELECT '001Hs' || lpad(number::text, 10, '0') || 'AAA', 'New College ' || md5(number::text), false, now(),
           repeat(md5(number::text), 4)
      FROM generate_series(1, 20000) AS number
"""


@pytest.fixture
def large_table(transactional_db: None) -> None:
    """Fill the table so that PostgreSQL prefers an index.

    TRUNCATE removes the dead rows of other tests.
    """
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE sf_account CASCADE")
        cursor.execute(MANY)
        cursor.execute("VACUUM ANALYZE sf_account, sf_searchedschool, sf_schoolword")
    load_shares_of_words.cache_clear()


def test_a_search_by_name_reads_the_index(large_table: None) -> None:
    for name in ("abc", "new college abc", "abd colege"):
        with CaptureQueriesContext(connection) as queries:
            assert load_school_page(SchoolFilters(name=name), limit=100, offset=0).count > 0
        pages = [query["sql"] for query in queries if query["sql"].lstrip().startswith("WITH found")]
        for statement in pages:
            assert "searched_school_words" in plan_of(statement), name
            assert "Seq Scan" not in plan_of(statement), name


def test_known_words_are_looked_up_in_their_index(large_table: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert load_school_page(SchoolFilters(name="newcollege abc"), limit=10, offset=0).count > 0
    plans = [plan_of(query["sql"]) for query in queries if "sf_schoolword" in query["sql"]]
    assert len(plans) == 2
    for plan in plans:
        assert "on sf_schoolword " in plan
        assert "Seq Scan on sf_schoolword " not in plan


def test_common_words_are_compared_only_in_rows_that_have_the_rare_words(large_table: None) -> None:
    records.school("New Academy abcdef01")
    [[digest]] = fetch_rows("SELECT md5('7')")
    for name, count in ((f"new college {digest[:12]}", 1), (f"college {digest}", 1), (f"academy {digest}", 0)):
        with CaptureQueriesContext(connection) as queries:
            assert load_school_page(SchoolFilters(name=name), limit=10, offset=0).count == count
        look_up = next(query["sql"] for query in queries if "sf_lexemes(words) @@" in query["sql"])
        assert "'college':*" not in look_up
    assert load_school_page(SchoolFilters(name="new college"), limit=10, offset=0).count == 20000


def test_a_short_form_of_common_words_does_not_hide_a_school_with_the_same_initials(large_table: None) -> None:
    form = SchoolShortForm.objects.create(short="abcx", stands_for="new college abcdef")
    school = records.school("Alpha Beta Chi Xi", city="Town", state="Texas")
    written_out = records.school("New College Abcdef", city="Town", state="Texas")
    page = load_school_page(SchoolFilters(name="abcx"), limit=10, offset=0)
    form.delete()  # short forms stay in the database between tests
    assert {row["id"] for row in page.schools} == {school.id, written_out.id}


def fetch_rows(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def test_one_school_is_found_by_either_form_of_its_id(user: Client, service: Callable[..., Client]) -> None:
    school = records.school(assignable_status="Fully Integrated", assignable_maturity_score=3, assignments_created=14)
    for school_id in (school.id, school.id[:15]):
        answer = user.get(f"{SCHOOLS}/{school_id}")
        assert answer.status_code == 200
        assert answer.json()["id"] == school.id
    body = service(Scope.READ_INFO).get(f"{SCHOOLS}/{school.id}").json()
    assert (body["assignable_status"], body["assignable_maturity_score"]) == ("Fully Integrated", 3)
    assert (body["assignments_created"], body["assignments_completed"]) == (14, None)


def test_reading_one_school_needs_credentials_and_a_valid_id(anonymous: Client, user: Client) -> None:
    school = records.school()
    assert anonymous.get(f"{SCHOOLS}/{school.id}").status_code == 401
    assert user.get(f"{SCHOOLS}/{records.salesforce_id('001')}").status_code == 404
    for wrong in ("1", school.id[:16], school.id + "A", school.id.lower(), "a%00b", "0" * 14 + "é"):
        assert user.get(f"{SCHOOLS}/{wrong}").status_code == 422, wrong
    school.is_deleted = True
    school.save()
    assert user.get(f"{SCHOOLS}/{school.id}").status_code == 404
