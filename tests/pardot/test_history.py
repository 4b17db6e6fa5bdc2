"""``/trail`` and ``/compare``."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from pardot.models import DayNote
from pardot.v1.snapshot_out import Snapshot
from tests.api.conftest import anonymous, cookies, super_user, user  # noqa: F401 - fixtures
from tests.pardot.score_factories import finish_sync, member, read_everything, snapshot

# ruff: noqa: F811 - fixtures that are imported

pytestmark = pytest.mark.django_db

TRAIL, COMPARE = "/api/v1/pardot/trail", "/api/v1/pardot/compare"


def days(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"{TRAIL}{query}").json()
    assert answer["count"] == len(answer["snapshots"])
    return [each["day"] for each in answer["snapshots"]]


def test_the_trail_is_oldest_first_and_both_ends_are_included(super_user: Client) -> None:
    for day in (3, 1, 4, 2):
        snapshot(date(2026, 6, day))
    assert days(super_user) == ["2026-06-01", "2026-06-02", "2026-06-03", "2026-06-04"]
    assert days(super_user, "?from=2026-06-02&to=2026-06-03") == ["2026-06-02", "2026-06-03"]
    assert days(super_user, "?from=2026-06-04") == ["2026-06-04"]
    assert days(super_user, "?to=2026-05-31") == []


def test_a_snapshot_on_the_trail_has_all_stored_values(super_user: Client) -> None:
    stored: dict[str, Any] = {
        "tier": 3, "health_score": 88, "area_scores": {"forms": 70, "lists": None},
        "person_scores": {"Ada Example": 70}, "issue_counts": {"forms_errors": 3, "prospects_unlinked_pct": 12.5},
        "forms": 4, "prospects": None,
        "total_leads": 6, "total_contacts": 2, "leads_with_pardot": 1, "contacts_with_pardot": 0,
    }  # fmt: skip
    snapshot(date(2026, 6, 1), **stored)
    (body,) = super_user.get(TRAIL).json()["snapshots"]
    assert {name: body[name] for name in stored} == stored
    assert body["coverage_pct"] == 12.5
    assert set(body) == set(Snapshot.model_fields), "the OpenAPI document names every field of the answer"


def test_the_trail_has_the_notes_of_all_its_days_even_of_days_without_a_snapshot(super_user: Client) -> None:
    snapshot(date(2026, 6, 1))
    for day, text in ((2, "Second"), (1, "First"), (9, "Later")):
        DayNote.objects.create(day=date(2026, 6, day), text=text, created_by="Ada Example")
    notes = super_user.get(f"{TRAIL}?to=2026-06-02").json()["notes"]
    assert [(note["day"], note["text"], note["created_by"]) for note in notes] == [
        ("2026-06-01", "First", "Ada Example"),
        ("2026-06-02", "Second", "Ada Example"),
    ]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("?from=2026-06-02&to=2026-06-01", "The first day (2026-06-02) is after the second day (2026-06-01)."),
        ("?from=yesterday", "from"),
        ("?to=2026-02-30", "to"),
        ("?to=5", "to"),
    ],
)
def test_invalid_or_reversed_days_are_refused(super_user: Client, query: str, message: str) -> None:
    answer = super_user.get(f"{TRAIL}{query}")
    assert answer.status_code == 422
    assert message in answer.json()["message"]


def test_two_days_are_compared_side_by_side(super_user: Client) -> None:
    snapshot(
        date(2026, 6, 1), health_score=70, area_scores={"forms": 60, "lists": 80, "tags": None}, forms=9, lists=3,
        person_scores={"Ada Example": 60, "Gone Example": 5},
        issue_counts={"forms_errors": 8, "lists_stale": None, "prospects_unlinked_pct": 30.1},
    )  # fmt: skip
    snapshot(
        date(2026, 6, 8), health_score=82, area_scores={"forms": 65, "lists": 78, "tags": 90}, forms=10, lists=None,
        person_scores={"Ada Example": 65, "New Example": 90},
        issue_counts={"forms_errors": 2, "lists_stale": 4, "prospects_unlinked_pct": 12.5},
    )  # fmt: skip
    body = super_user.get(f"{COMPARE}?from=2026-06-01&to=2026-06-08").json()

    def changes(part: str, name: str) -> dict[str, tuple[Any, ...]]:
        return {each[name]: (each["before"], each["after"], each["change"]) for each in body[part]}

    assert body["health_score"] == {"before": 70, "after": 82, "change": 12}
    areas = changes("areas", "area")
    assert list(areas)[:3] == ["campaigns", "forms", "landing_pages"]
    assert areas["forms"] == (60, 65, 5)
    assert areas["lists"] == (80, 78, -2)
    assert areas["tags"] == (None, 90, None)
    assert changes("people", "name") == {
        "Ada Example": (60, 65, 5), "Gone Example": (5, None, None), "New Example": (None, 90, None),
    }  # fmt: skip
    issues = changes("issues", "key")
    assert issues["forms_errors"] == (8, 2, -6)
    assert issues["lists_stale"] == (None, 4, None)
    assert issues["prospects_unlinked_pct"] == (30.1, 12.5, -17.6)
    counts = changes("counts", "name")
    assert (counts["forms"], counts["lists"]) == ((9, 10, 1), (3, None, None))


def test_changes_of_areas_and_issues_have_owners_and_harm(super_user: Client) -> None:
    """Harm is the number of points of the overall score that a change costs."""
    read_everything()
    finish_sync()
    member("Ada Example", "forms")
    before = {"area_scores": {"forms": 90, "lists": 80}, "person_scores": {"Ada Example": 90}}
    after = {"area_scores": {"forms": 82, "lists": 84}, "person_scores": {"Ada Example": 82}}
    snapshot(date(2026, 6, 1), issue_counts={"forms_errors": 2, "lists_stale": 9, "tags_unused": None}, **before)
    snapshot(date(2026, 6, 2), issue_counts={"forms_errors": 6, "lists_stale": 1, "tags_unused": 5}, **after)
    body = super_user.get(f"{COMPARE}?from=2026-06-01&to=2026-06-02").json()
    # All eight areas are empty, so they have the same weight.
    areas = {each["area"]: (each["harm"], each["owners"]) for each in body["areas"]}
    assert (areas["forms"], areas["lists"], areas["tags"]) == ((1.0, ["Ada Example"]), (-0.5, []), (None, []))
    issues = {each["key"]: (each["harm"], each["owners"]) for each in body["issues"]}
    assert issues["forms_errors"] == (0.075, ["Ada Example"])  # 4 more × weight 0.15 ÷ 8 areas
    assert issues["lists_stale"] == (-0.02, [])
    assert issues["tags_unused"] == (None, [])
    assert [each["harm"] for each in body["people"]] == [1.0]
    assert all("harm" not in each for each in body["counts"])


def test_a_day_without_a_snapshot_is_represented_by_the_nearest_earlier_one(super_user: Client) -> None:
    snapshot(date(2026, 6, 1), health_score=70)
    snapshot(date(2026, 6, 5), health_score=75)
    snapshot(date(2026, 6, 9), health_score=90)
    body = super_user.get(f"{COMPARE}?from=2026-06-04&to=2026-06-08").json()
    assert (body["from"]["asked"], body["from"]["used"]) == ("2026-06-04", "2026-06-01")
    assert (body["to"]["asked"], body["to"]["used"]) == ("2026-06-08", "2026-06-05")
    assert body["to"]["snapshot"]["day"] == "2026-06-05"
    assert body["health_score"]["change"] == 5


def test_areas_and_issues_that_this_release_does_not_know_are_left_out(super_user: Client) -> None:
    snapshot(date(2026, 6, 1), area_scores={"folders": 5}, issue_counts={"folders_empty": 5})
    body = super_user.get(f"{COMPARE}?from=2026-06-01&to=2026-06-01").json()
    assert "folders" not in {each["area"] for each in body["areas"]}
    assert "folders_empty" not in {each["key"] for each in body["issues"]}


def test_a_comparison_is_a_404_before_the_first_snapshot(super_user: Client) -> None:
    query = f"{COMPARE}?from=2026-06-01&to=2026-06-02"
    answer = super_user.get(query)
    assert answer.status_code == 404
    assert "No snapshot was stored yet: run `python manage.py camp_sync`" in answer.json()["message"]
    snapshot(date(2026, 6, 2))
    answer = super_user.get(query)
    assert answer.status_code == 404
    assert answer.json()["message"] == (
        "There is no snapshot of 2026-06-01 or an earlier day. The first snapshot is of 2026-06-02."
    )


@pytest.mark.parametrize("query", ["?from=2026-06-09&to=2026-06-01", "?from=a&to=b", "?from=a"])
def test_reversed_or_invalid_days_cannot_be_compared(super_user: Client, query: str) -> None:
    snapshot(date(2026, 1, 1))
    assert super_user.get(f"{COMPARE}{query}").status_code == 422


@pytest.mark.parametrize(
    ("query", "used"),
    [
        ("", ("2026-06-05", "2026-06-09")),
        ("?to=2026-06-08", ("2026-06-01", "2026-06-05")),
        ("?from=2026-06-02", ("2026-06-01", "2026-06-09")),
    ],
)
def test_the_end_defaults_to_the_latest_snapshot_and_the_start_to_the_snapshot_before_the_end(
    super_user: Client, query: str, used: tuple[str, str]
) -> None:
    for day in (1, 5, 9):
        snapshot(date(2026, 6, day), health_score=day)
    body = super_user.get(f"{COMPARE}{query}").json()
    assert (body["from"]["used"], body["to"]["used"]) == used


def test_without_dates_a_single_snapshot_cannot_be_compared(super_user: Client) -> None:
    snapshot(date(2026, 6, 2))
    assert super_user.get(COMPARE).status_code == 404


def test_the_number_of_queries_does_not_grow(super_user: Client, django_assert_max_num_queries: Any) -> None:
    for day in range(1, 29):
        snapshot(date(2026, 6, day))
        DayNote.objects.create(day=date(2026, 6, day), text="Note")
    with django_assert_max_num_queries(3):  # caller, snapshots, notes
        assert super_user.get(TRAIL).status_code == 200
    with django_assert_max_num_queries(7):  # caller, two snapshots, summaries, exemptions, team, configuration
        assert super_user.get(f"{COMPARE}?from=2026-06-02&to=2026-06-20").status_code == 200
