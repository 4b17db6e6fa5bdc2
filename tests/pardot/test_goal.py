"""``GET /goal``: a small plan of fixes that reaches a target score."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pardot.scoring.goal import plan_fixes
from pardot.scoring.scorecard import ScoreInputs, compute_scorecard, load_score_inputs
from pardot.scoring.what_if import compute_what_if
from tests.api.conftest import anonymous, cookies, super_user, user  # noqa: F401 - fixtures
from tests.pardot.score_factories import finish_sync, form, mailing_list, mark_read, prospect, weigh

# ruff: noqa: F811 - fixtures that are imported

pytestmark = pytest.mark.django_db


def camp(forms: int, lists: int, unlinked: int, **weights: float) -> ScoreInputs:
    """Make forms in no campaign, lists without a name, and ten prospects, of which some are not linked."""
    weigh(**weights)
    for _ in range(forms):
        form()
    for _ in range(lists):
        mailing_list(name="")
    for place in range(10):
        prospect(linked=place >= unlinked)
    now = timezone.now()
    mark_read("forms", "lists", "prospects", until=now)
    finish_sync(now=now)
    return load_score_inputs()


CAMPS: list[tuple[int, int, int, dict[str, float]]] = [
    (6, 3, 3, {"forms_no_campaign": 5, "lists_unnamed": 9, "prospects_unlinked_pct": 0.3}),
    (8, 4, 0, {"forms_no_campaign": 40, "lists_unnamed": 6}),
    (9, 0, 6, {"forms_no_campaign": 0.4, "prospects_unlinked_pct": 1.5}),
]


@pytest.mark.parametrize(("forms", "lists", "unlinked", "weights"), CAMPS)
def test_the_plan_reaches_the_target_with_at_most_one_row_too_many(
    forms: int, lists: int, unlinked: int, weights: dict[str, float]
) -> None:
    """The test finds the fewest rows by trying every combination of fixes."""
    inputs = camp(forms, lists, unlinked, **weights)
    score = compute_scorecard(inputs).overall or 0
    ways = [
        (a + b + c, compute_what_if(inputs, dict(zip(KEYS, (a, b, c * 10), strict=True))).after.overall or 0)
        for a, b, c in product(range(forms + 1), range(lists + 1), range(unlinked + 1))
    ]
    for target in range(score + 1, 101):
        plan = plan_fixes(inputs, target)
        assert (compute_what_if(inputs, plan.fixes).after.overall or 0) >= target
        fewest = min(rows for rows, points in ways if points >= target)
        assert plan.rows <= fewest + 1, target


KEYS = ("forms_no_campaign", "lists_unnamed", "prospects_unlinked_pct")


def test_an_area_whose_first_fixes_gain_nothing_is_chosen_only_when_it_is_needed() -> None:
    """Eight forms cost 40 points each: after five fixes, the score of forms is still 0."""
    inputs = camp(8, 4, 0, forms_no_campaign=40, lists_unnamed=6)
    assert plan_fixes(inputs, (compute_scorecard(inputs).overall or 0) + 1).fixes == {"lists_unnamed": 1}
    assert plan_fixes(inputs, 100).fixes["forms_no_campaign"] == 8


def test_issues_that_cost_most_per_row_come_first_within_an_area() -> None:
    for _ in range(2):
        form(campaign_id=999)
    mark_read("campaigns", until=timezone.now())
    inputs = camp(3, 0, 0, forms_no_campaign=1, orphan_forms=10)
    assert plan_fixes(inputs, (compute_scorecard(inputs).overall or 0) + 1).fixes.keys() == {"orphan_forms"}


def test_a_half_is_rounded_up_and_no_extra_row_is_fixed() -> None:
    """Five forms cost half a point each, so forms score 97.5, rounded to 98. Two fixes give 98.5, rounded to 99.

    Lists and prospects score 100, so the weighted mean of the areas is then 99.6, rounded to 100.
    """
    assert plan_fixes(camp(5, 0, 0, forms_no_campaign=0.5), 100).fixes == {"forms_no_campaign": 2}


@pytest.fixture
def browser(super_user: Client) -> Client:
    return super_user


def ask(client: Client, target: object) -> Any:
    return client.get(f"/api/v1/pardot/goal?target={target}")


def test_a_target_that_is_already_reached_needs_no_fixes(browser: Client) -> None:
    camp(1, 0, 0, forms_no_campaign=5)
    assert ask(browser, 90).json() == {"target": 90, "fixes": [], "rows": 0}
    assert ask(browser, 100).json() == {
        "target": 100, "rows": 1, "fixes": [{"issue": "forms_no_campaign", "area": "forms", "count": 1}]
    }  # fmt: skip


@pytest.mark.parametrize(("target", "message"), [(0, "1 or more"), (101, "100 or less"), ("A", "a whole number")])
def test_a_target_that_is_not_a_number_from_1_to_100_is_refused(browser: Client, target: object, message: str) -> None:
    answer = ask(browser, target)
    assert answer.status_code == 422
    assert message in answer.json()["message"]


def test_a_plan_is_a_404_without_a_score(browser: Client) -> None:
    assert ask(browser, 95).status_code == 404
