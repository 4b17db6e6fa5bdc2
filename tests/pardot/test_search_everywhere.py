"""``search`` finds assets of all types by words, ignoring accents."""

from __future__ import annotations

import pytest

from pardot.models import Campaign, CustomRedirect, Folder, Form, LandingPage, List, ListEmail, Tag
from tests.pardot.asset_api import Ask, ask, cookies, super_user, user
from tests.pardot.audit_factories import make

__all__ = ["ask", "cookies", "super_user", "user"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def assets(db: None) -> None:
    make(Campaign, id=1, name="2026 Summer Institute: Nursing")
    make(Folder, id=9, name="Física")
    make(Form, id=2, name="Summer sign-up", campaign_id=1)
    make(Form, id=3, name="Zulu: Summer of nursing")
    make(LandingPage, id=4, name="Precálculo", folder_id=9)
    make(List, id=5, name="Newsletter")
    make(ListEmail, id=6, name="May", subject="About 100% of _all_")
    make(Tag, id=7, name="summer")
    make(CustomRedirect, id=8, name="Handbook")


def search(ask: Ask, q: str, **more: int) -> list[tuple[str, int]]:
    return [(each["type"], each["id"]) for each in ask("search", q=q, **more)["found"]]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("NURSING summer", [("campaigns", 1), ("forms", 3), ("forms", 2)]),
        ("summer", [("campaigns", 1), ("forms", 2), ("forms", 3), ("tags", 7)]),
        ("handbook", [("custom_redirects", 8)]),
        ("precalculo", [("landing_pages", 4)]),
        ("fisica", [("landing_pages", 4)]),
        ("100%", [("list_emails", 6)]),
        ("wslett", [("lists", 5)]),
        ("nothing such", []),
        ("\x1c\x1d", []),
    ],
)
def test_words_are_found_in_every_type_and_matches_by_campaign_come_last(
    ask: Ask, q: str, expected: list[tuple[str, int]]
) -> None:
    assert search(ask, q) == expected


def test_an_id_comes_first_and_the_campaign_is_named(ask: Ask) -> None:
    make(Form, id=77, name="Class of 1234", campaign_id=1)
    make(Form, id=1234, name="Zebra", campaign_id=1)
    assert search(ask, "1234") == [("forms", 1234), ("forms", 77)]
    assert ask("search", q="1234")["found"][0]["campaign_name"] == "2026 Summer Institute: Nursing"


def test_the_limit_is_for_each_type(ask: Ask) -> None:
    assert search(ask, "summer", limit=1) == [("campaigns", 1), ("forms", 2), ("tags", 7)]
    ask("search", q="s", status=422)
    ask("search", q="summer", limit=21, status=422)


def test_the_number_of_queries_does_not_depend_on_the_number_of_matches(
    ask: Ask, django_assert_max_num_queries: object
) -> None:
    for number in range(20):
        make(Form, id=100 + number, name=f"Nursing {number}", campaign_id=1)
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        ask("search", q="nursing", limit=20)
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        ask("search", q="nothing such", limit=20)
