"""The list at ``/engagement``: groups, grades, search, sort orders, pages, use of indexes."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pardot.audits.run import run_audits
from pardot.models import Prospect, ProspectEngagement
from pardot.selectors import prospects as pages
from pardot.selectors.prospects import ORDERS, ProspectGroup
from tests.pardot.many_assets import statements
from tests.pardot.prospect_rows import crm_id, make_engagement, mark_read, prospect
from tests.plans import analyze, plan_of

pytestmark = pytest.mark.django_db

ENGAGEMENT = "/api/v1/pardot/engagement"


def get(client: Client, **query: Any) -> Any:
    answer = client.get(ENGAGEMENT, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def names(answer: Any) -> list[str]:
    return [row["name"] for row in answer["prospects"]]


@pytest.fixture
def camp() -> None:
    """Make prospects for the tests of groups and grades; ``Nil`` has no score."""
    mark_read("prospects", "activities")
    lead = prospect(score=9, first_name="Lea", grade="A", salesforce_lead_id=crm_id("00Q"))
    stuck = prospect(score=8, first_name="Max", grade="B", adoption_json="{}")
    prospect(score=7, first_name="Con", grade="B", salesforce_contact_id=crm_id(), salesforce_account_id="001")
    prospect(score=6, first_name="Bad", grade=" ", salesforce_lead_id="n/a")
    prospect(score=5, first_name="Out", email=None, opted_out=True)
    prospect(score=4, first_name="Bin", grade="B", is_deleted=True)
    prospect(score=None, first_name="Nil", grade="C", salesforce_id="x", salesforce_contact_id="x", email="")
    make_engagement(lead, 3)
    make_engagement(stuck, 1)


@pytest.mark.parametrize("audited", [True, False], ids=["counted by the audit", "counted now"])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Lea", "Max", "Con", "Bad", "Out", "Nil"]),
        ("group=active", ["Lea", "Max"]),
        ("group=linked", ["Lea", "Con", "Bad", "Nil"]),
        ("group=as_lead", ["Lea", "Bad"]),
        ("group=as_contact", ["Con", "Nil"]),
        ("group=unlinked", ["Max", "Out"]),
        ("group=with_email", ["Lea", "Max", "Con", "Bad"]),
        ("group=opted_out", ["Out"]),
        ("group=bad_id", ["Con", "Bad", "Nil"]),
        ("group=bad_salesforce_id", ["Nil"]),
        ("group=bad_lead_id", ["Bad"]),
        ("group=bad_contact_id", ["Nil"]),
        ("group=bad_account_id", ["Con"]),
        ("group=adoption_stuck", ["Max"]),
        ("group=adoption_stuck_high_score", []),
        ("group=deleted", ["Bin"]),
        ("grade=B", ["Max", "Con"]),
        ("grade=none", ["Bad", "Out"]),
        ("grade=F", []),
        ("group=linked&grade=A", ["Lea"]),
    ],
)
@pytest.mark.usefixtures("camp")
def test_every_group_and_grade_lists_all_of_its_prospects(
    super_user: Client, query: str, expected: list[str], audited: bool
) -> None:
    if audited:
        run_audits()
    parameters = dict(part.split("=") for part in query.split("&") if part)
    answer = get(super_user, **parameters)
    assert (names(answer), answer["has_more"]) == (expected, False)
    assert (answer["count"], answer["count_is_exact"]) == (len(expected), True)
    if len(expected) > 1:
        first, last = get(super_user, **parameters, limit=1), get(super_user, **parameters, offset=len(expected) - 1)
        assert (names(first), first["has_more"], first["count"]) == (expected[:1], True, len(expected))
        assert (names(last), last["has_more"], last["count"]) == (expected[-1:], False, len(expected))


@pytest.mark.usefixtures("camp")
def test_the_count_of_a_group_equals_its_figure_in_prospect_health(super_user: Client) -> None:
    run_audits()
    health = super_user.get("/api/v1/pardot/prospect-health").json()
    for group in ProspectGroup:
        figure = f"{group}s" if group.startswith("bad_") else group.value
        if figure in health:
            assert get(super_user, group=group.value)["count"] == health[figure], group


ORDERED = {
    "-score": ["Zoe", "abe", "Mia", "nobody"],
    "score": ["Mia", "abe", "Zoe", "nobody"],
    "name": ["abe", "Mia", "Zoe", ""],
    "-name": ["Zoe", "Mia", "abe", ""],
    "-activity_count": ["Mia", "abe", "Zoe", "nobody"],
    "activity_count": ["abe", "Mia", "Zoe", "nobody"],
    "-last_activity": ["abe", "Zoe", "Mia", "nobody"],
    "last_activity": ["Zoe", "abe", "Mia", "nobody"],
}


@pytest.mark.parametrize("few", [pages.FEW, 1], ids=["matches sorted", "index walked"])
@pytest.mark.parametrize("sort", ORDERED)
def test_prospects_come_in_every_order(
    super_user: Client, monkeypatch: pytest.MonkeyPatch, sort: str, few: int
) -> None:
    """Up to ``FEW`` matches are sorted; more matches are read in the order of an index.

    Prospects without a value come last.
    """
    monkeypatch.setattr(pages, "FEW", few)
    mark_read("prospects", "activities")
    prospect(score=30, first_name="Zoe", last_activity_at="2026-02-01T00:00Z")
    make_engagement(prospect(score=20, first_name="abe", last_activity_at="2026-03-01T00:00Z"), 2)
    make_engagement(prospect(score=10, first_name="Mia"), 5)
    prospect(score=None, first_name="" if sort.endswith("name") else "nobody")
    expected = ORDERED[sort]
    assert names(get(super_user, sort=sort)) == expected
    by_page = [names(get(super_user, sort=sort, limit=1, offset=place)) for place in range(5)]
    assert by_page == [*([name] for name in expected), []], "one at a time, and none after the end"
    assert names(get(super_user, sort=sort, limit=2, offset=1)) == expected[1:3]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ren", ["René Example"]),
        ("RENE", ["René Example"]),
        ("ample coll", ["René Example"]),
        ("college exam RENE", ["René Example"]),
        ("rene nobody", []),
        ("100%", []),
    ],
)
def test_a_search_covers_names_company_email_and_id(super_user: Client, text: str, expected: list[str]) -> None:
    prospect(first_name="René", last_name="Example", company="Sample College")
    other = prospect(first_name="Other", score=0)
    assert names(get(super_user, q=text)) == expected
    by_id = get(super_user, q=str(other.pk))
    assert "Other" in names(by_id)
    assert names(get(super_user, q=other.email, group="with_email")) == ["Other"]


def test_a_search_without_matches_suggests_the_most_similar_text(super_user: Client) -> None:
    prospect(first_name="René", last_name="Example", company="Sample College")
    prospect(first_name="Other", company="Sample Colledge", is_deleted=True)
    assert get(super_user, q="rene exmaple")["did_you_mean"] == "René Example"
    assert get(super_user, q="sampel colege")["did_you_mean"] == "Sample College"
    assert get(super_user, q="sample")["did_you_mean"] is None
    assert get(super_user, q="quite another")["did_you_mean"] is None


def test_many_matches_of_a_search_are_counted_only_up_to_a_limit(
    super_user: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "FEW", 2)
    for score in range(5):
        prospect(score=score, first_name=f"Person {score}")
    answer = get(super_user, q="person", limit=2, offset=2)
    assert (answer["count"], answer["count_is_exact"], names(answer)) == (2, False, ["Person 2", "Person 1"])
    assert answer["has_more"] is True


@pytest.fixture
def crowd() -> None:
    """Make so many prospects that PostgreSQL prefers an index to a scan."""
    rare: dict[int, dict[str, Any]] = {
        7: {"salesforce_lead_id": "n/a"},
        8: {"adoption_json": "{}", "score": 500},
        9: {"is_deleted": True},
        10: {"opted_out": True},
        11: {"salesforce_id": None},
        12: {"grade": "F"},
    }
    Prospect.objects.bulk_create(
        Prospect(
            **{
                "id": number, "email": f"p{number}@camp.example", "first_name": f"N{number}", "score": number % 97,
                "grade": "A", "salesforce_id": crm_id(), "adoption_json": "Blank", **rare.get(number, {}),
            }
        )
        for number in range(1, 6001)
    )  # fmt: skip
    make_engagement(Prospect.objects.get(pk=3), 1)
    mark_read("prospects", "activities")
    run_audits()
    analyze(Prospect, ProspectEngagement)


@pytest.mark.usefixtures("crowd")
def test_sorting_many_prospects_uses_an_index(super_user: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "FEW", 100)
    queries = [f"sort={sign}{name}" for name in ORDERS for sign in ("-", "")]
    assert {query: plans for query in queries if (plans := scans(super_user, query))} == {}


@pytest.mark.usefixtures("crowd")
def test_a_small_group_is_found_by_an_index(super_user: Client) -> None:
    """Groups that contain most people have no index."""
    small = [group for group in ProspectGroup if group not in {"linked", "with_email", "as_contact"}]
    queries = [*(f"group={group}" for group in small), "grade=F", "group=opted_out&sort=name", "q=p4711", "q=4711"]
    assert {query: plans for query in queries if (plans := scans(super_user, query))} == {}


def scans(client: Client, query: str) -> list[str]:
    """Return the plans that scan all prospects."""
    plans = [plan_of(statement) for statement in statements(client, f"engagement?{query}")]
    return [plan for plan in plans if "Seq Scan on pardot_prospect " in plan]


@pytest.mark.usefixtures("crowd")
def test_a_scan_would_be_detected() -> None:
    assert "Seq Scan on pardot_prospect " in plan_of("SELECT * FROM pardot_prospect WHERE company = 'x'")
