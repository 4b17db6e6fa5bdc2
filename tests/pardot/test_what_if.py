"""``POST /what-if`` returns the score that fixing some issues would give, and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pardot.models import AuditSummary
from tests.api.conftest import anonymous, cookies, super_user, user  # noqa: F401 - fixtures
from tests.pardot.score_factories import exempt, finish_sync, form, mailing_list, mark_read, member, prospect, weigh

# ruff: noqa: F811 - fixtures that are imported

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(super_user: Client) -> Client:
    super_user.defaults["HTTP_X_CSRFTOKEN"] = super_user.get("/api/v1/me").json()["csrf_token"]
    return super_user


def ask(client: Client, *fixes: Any) -> Any:
    return client.post("/api/v1/pardot/what-if", {"fixes": list(fixes)}, content_type="application/json")


def fix(issue: str, *count: Any) -> dict[str, Any]:
    return {"issue": issue, **({"count": count[0]} if count else {})}


@pytest.fixture
def untidy(db: None) -> None:
    """Store assets and prospects whose overall score is 64.

    - Forms lose 10 × 5 = 50 points. Score: 50, weight: ln 11.
    - Lists lose 1 × 20 points. Score: 80, weight: ln 2.
    - Prospects lose 50% × .30 = 15 points. Score: 85, weight: ln 3.

    Overall: (50 × 2.397895 + 80 × .693147 + 85 × 1.098612) ÷ 4.189655 = 64.14.
    """
    weigh(forms_no_campaign=5, lists_unnamed=20, prospects_unlinked_pct=0.3)
    for _ in range(10):
        form()
    mailing_list(name="")
    prospect(), prospect(linked=False)
    member("Ada Example", "forms", "lists")
    member("Ben Example", "prospects", "tags")
    now = timezone.now()
    mark_read("forms", "lists", "prospects", until=now)
    finish_sync(now=now)


def scores(answer: Any, part: str, name: str) -> dict[str, tuple[Any, ...]]:
    assert answer.status_code == 200, answer.json()
    return {each[name]: (each["before"], each["after"]) for each in answer.json()[part]}


def test_the_answer_has_scores_before_and_after_by_area_and_person(browser: Client, untidy: None) -> None:
    """With seven forms fixed, the score of forms is 85.

    - Overall: (85 × 2.397895 + 80 × .693147 + 85 × 1.098612) ÷ 4.189655 = 84.17.
    - Ada: (85 × 2.397895 + 80 × .693147) ÷ 3.091042 = 83.88. Before: (50 × … + 80 × …) ÷ … = 56.73.
    """
    answer = ask(browser, fix("forms_no_campaign", 7))
    assert answer.json()["overall"] == {"before": 64, "after": 84, "grade_before": "D", "grade_after": "B"}
    areas = scores(answer, "by_area", "area")
    assert (areas["forms"], areas["lists"], areas["prospects"]) == ((50, 85), (80, 80), (85, 85))
    assert areas["tags"] == (None, None)
    assert scores(answer, "by_person", "name") == {"Ada Example": (57, 84), "Ben Example": (85, 85)}
    assert answer.json()["fixed"] == [{"issue": "forms_no_campaign", "area": "forms", "before": 10, "after": 3}]


def test_a_fix_without_a_count_fixes_all_occurrences(browser: Client, untidy: None) -> None:
    answer = ask(browser, fix("forms_no_campaign"), fix("lists_unnamed", None), fix("prospects_unlinked_pct"))
    assert answer.json()["overall"]["after"] == 100
    assert {each["after"] for each in answer.json()["fixed"]} == {0}


def test_a_fix_of_a_percentage_counts_percentage_points(browser: Client, untidy: None) -> None:
    areas = scores(ask(browser, fix("prospects_unlinked_pct", 12.5)), "by_area", "area")
    assert areas["prospects"] == (85, 89), "37.5 × .30 = 11.25"


def test_what_if_changes_nothing(browser: Client, untidy: None) -> None:
    before = list(AuditSummary.objects.order_by("area").values())
    first = ask(browser, fix("forms_no_campaign", 10)).json()
    assert ask(browser, fix("forms_no_campaign", 10)).json() == first
    assert list(AuditSummary.objects.order_by("area").values()) == before


def test_fixing_nothing_gives_the_current_score(browser: Client, untidy: None) -> None:
    assert ask(browser, fix("forms_no_campaign", 0)).json()["overall"] == {
        "before": 64, "after": 64, "grade_before": "D", "grade_after": "D",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fixes", "where", "message"),
    [
        ([fix("forms_missing", 1)], ["body", "fixes", 0, "issue"], "there is no issue forms_missing. Known: campaigns"),
        ([fix("forms_no_campaign", 11)], ["body", "fixes", 0, "count"], "occurs 10 times, fewer than 11"),
        ([fix("lists_unnamed", 2)], ["body", "fixes", 0, "count"], "occurs 1 time, fewer than 2"),
        ([fix("forms_no_campaign", 1.5)], ["body", "fixes", 0, "count"], "whole numbers"),
        (
            [fix("prospects_unlinked_pct", 50.1)],
            ["body", "fixes", 0, "count"],
            "is 50%, less than 50.1 percentage points",
        ),
        ([fix("lists_unnamed", 1), fix("tags_unused", 1)], ["body", "fixes", 1, "count"], "no data about tags_unused"),
        ([fix("forms_no_campaign", -1)], ["body", "fixes", 0, "count"], "Must be 0 or more"),
        ([fix("forms_no_campaign", "many")], ["body", "fixes", 0, "count"], "Must be a number"),
        ([fix("lists_unnamed"), fix("lists_unnamed")], ["body", "fixes", 1, "issue"], "given twice"),
        ([{**fix("lists_unnamed"), "area": "lists"}], ["body", "fixes", 0, "area"], "no such field"),
        ([], ["body", "fixes"], "not be empty"),
    ],
)
def test_an_impossible_fix_is_refused(
    browser: Client, untidy: None, fixes: list[Any], where: list[Any], message: str
) -> None:
    answer = ask(browser, *fixes)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["loc"] == where
    assert message in error["message"]


def test_exempt_assets_cannot_be_fixed(browser: Client, untidy: None) -> None:
    from pardot.models import Form

    for number in Form.objects.values_list("id", flat=True)[:4]:
        exempt(number)
    assert ask(browser, fix("forms_no_campaign", 7)).status_code == 422
    assert ask(browser, fix("forms_no_campaign", 6)).json()["overall"]["after"] > 64


def test_the_number_of_queries_does_not_grow(browser: Client, untidy: None, django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        exempt(form())
        member(f"Person {number}", "forms")
    with django_assert_max_num_queries(5):  # caller, summaries, exemptions, team, configuration
        assert ask(browser, fix("forms_no_campaign", 1), fix("lists_unnamed", 1)).status_code == 200
