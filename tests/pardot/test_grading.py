"""Scores, grades and impact, compared with figures worked out by hand and with a naive implementation."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pardot.domain.areas import Area
from pardot.domain.grading import (
    Demerit,
    GradeThreshold,
    Grading,
    Occurrences,
    compute_area_weight,
    compute_weighted_mean,
    grade_areas,
    grade_of,
    round_half_up,
)
from pardot.domain.issues import BY_KEY

THRESHOLDS = [
    GradeThreshold(grade, minimum) for grade, minimum in (("A", 90), ("B", 80), ("C", 70), ("D", 60), ("F", 0))
]

WEIGHTS = {
    "campaigns_no_sf": ".05", "campaigns_empty": ".03", "campaigns_dormant": ".01", "campaigns_no_members": ".04",
    "campaigns_low_response": ".02", "campaigns_ghost": ".03", "forms_no_campaign": ".10", "forms_dormant": ".02",
    "forms_errors": ".15", "orphan_forms": ".10", "lps_no_campaign": ".10", "lps_dormant": ".02", "orphan_lps": ".10",
    "lists_stale_1y": ".05", "lists_stale": ".02", "lists_unnamed": ".08", "emails_no_campaign": ".05",
    "emails_no_subject": ".08", "orphan_emails": ".05", "redirects_no_campaign": ".03", "orphan_redirects": ".03",
    "prospects_unlinked_pct": ".30", "tags_unused": ".03", "tags_no_convention": ".02",
}  # fmt: skip
"""The weights in the specification. The product may have more issues."""
HIGH = {
    "campaigns_no_sf", "campaigns_no_members", "forms_no_campaign", "forms_errors", "lps_no_campaign",
    "lists_stale_1y", "orphan_forms", "orphan_lps", "prospects_unlinked_pct",
}  # fmt: skip
LOW = {"campaigns_dormant", "redirects_no_campaign", "orphan_redirects", "tags_unused", "tags_no_convention"}


def graded(items: Mapping[Area, int | None], **counts: Occurrences) -> Grading:
    demerits = [Demerit(key, BY_KEY[key].area, count, BY_KEY[key].weight) for key, count in counts.items()]
    return grade_areas(items, demerits)


def test_the_issues_of_the_specification_have_its_weights_and_priorities() -> None:
    assert {key: BY_KEY[key].weight for key in WEIGHTS} == {key: Decimal(weight) for key, weight in WEIGHTS.items()}
    assert {key for key in WEIGHTS if BY_KEY[key].priority == "high"} == HIGH
    assert {key for key in WEIGHTS if BY_KEY[key].priority == "low"} == LOW


def test_four_areas_have_the_scores_worked_out_by_hand() -> None:
    """Forms: 3 × .10 + 5 × .02 + 1 × .15 = .55, so 99.45, so 99; weight ln 11 = 2.397895.
    Lists: 150 × .05 = 7.5, so 92.5, so 93; weight ln 201 = 5.303305.
    Campaigns: none, so 100; weight ln 2 = .693147.
    Prospects: 35.5 × .30 = 10.65, so 89.35, so 89; weight ln 1001 = 6.908755.
    Weights: 15.303102. Overall: (99 × 2.397895 + 93 × 5.303305 + 100 × .693147 + 89 × 6.908755) ÷ 15.303102 = 92.45.
    """
    grading = graded(
        {Area.FORMS: 10, Area.LISTS: 200, Area.CAMPAIGNS: 0, Area.PROSPECTS: 1000, Area.TAGS: None},
        forms_no_campaign=3,
        forms_dormant=5,
        forms_errors=1,
        lists_stale_1y=150,
        prospects_unlinked_pct=Decimal("35.5"),
    )
    assert {area.value: result.score for area, result in grading.areas.items()} == {
        "forms": 99, "lists": 93, "campaigns": 100, "prospects": 89, "tags": None,
    }  # fmt: skip
    assert grading.overall == 92
    assert grading.areas[Area.FORMS].demerits == Decimal("0.55")
    assert grading.areas[Area.PROSPECTS].weight == pytest.approx(6.908755, abs=1e-6)
    # (100 − score) × weight ÷ 15.303102
    lost = {area.value: result.points_lost for area, result in grading.areas.items()}
    assert lost.pop("tags") is None
    assert lost == pytest.approx(
        {"forms": 0.156693, "lists": 2.425857, "campaigns": 0, "prospects": 4.966072}, abs=1e-5
    )
    # min(count × issue's weight, 100 − score) × area's weight ÷ 15.303102.
    # Lists lose 7, not 7.5: their score is rounded up.
    assert grading.impacts == pytest.approx(
        {
            "forms_no_campaign": 0.047008,
            "forms_dormant": 0.015669,
            "forms_errors": 0.023504,
            "lists_stale_1y": 2.425857,
            "prospects_unlinked_pct": 4.808060,
        },
        abs=1e-5,
    )


def test_an_area_loses_at_most_all_of_its_points() -> None:
    grading = graded({Area.TAGS: 9000, Area.LISTS: 1}, tags_unused=3000, tags_no_convention=3000)
    assert grading.areas[Area.TAGS].score == 0
    assert grading.areas[Area.TAGS].demerits == 150
    share = compute_area_weight(9000) / (compute_area_weight(9000) + compute_area_weight(1))
    assert grading.impacts == pytest.approx({"tags_unused": 90 * share, "tags_no_convention": 60 * share})


def test_an_issue_too_small_to_move_a_score_has_no_impact() -> None:
    assert graded({Area.FORMS: 5}, forms_dormant=1).impacts == {"forms_dormant": 0}


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [("0.5", 1), ("1.5", 2), ("2.5", 3), ("92.5", 93), ("92.499999", 92), ("99.45", 99), ("0.49", 0), ("-0.2", 0)],
)
def test_a_half_is_rounded_up(exact: str, rounded: int) -> None:
    assert round_half_up(Decimal(exact)) == rounded


def test_a_mean_that_ends_in_a_half_is_rounded_up() -> None:
    """The mean of 60 and 57 is 58.5. With weights of ln 2, floating point gives 58.49999999999999."""
    grading = graded({Area.LISTS: 1, Area.TAGS: 1}, lists_unnamed=500, tags_no_convention=2150)
    assert [result.score for result in grading.areas.values()] == [60, 57]
    assert grading.overall == 59


@pytest.mark.parametrize(
    ("score", "grade"),
    [(100, "A"), (90, "A"), (89, "B"), (80, "B"), (79, "C"), (70, "C"), (69, "D"), (60, "D"), (59, "F"), (0, "F")],
)
def test_grades_begin_at_their_threshold(score: int, grade: str) -> None:
    assert grade_of(score, THRESHOLDS) == grade


def test_score_grade_and_impact_are_absent_without_data() -> None:
    grading = graded(dict.fromkeys(Area), forms_errors=5)
    assert grading.overall is None
    assert grade_of(None, THRESHOLDS) is None
    assert grading.impacts == {}
    assert all((result.score, result.points_lost) == (None, None) for result in grading.areas.values())


def test_a_persons_score_leaves_out_areas_without_data() -> None:
    """Forms score 99 and lists 93: (99 × 2.397895 + 93 × 5.303305) ÷ 7.701200 = 94.87."""
    grading = graded({Area.FORMS: 10, Area.LISTS: 200, Area.TAGS: None}, forms_errors=4, lists_stale_1y=150)
    assert compute_weighted_mean(grading.areas, [Area.FORMS, Area.LISTS, Area.TAGS]) == 95
    assert compute_weighted_mean(grading.areas, [Area.TAGS]) is None
    assert compute_weighted_mean(grading.areas, []) is None


# -- a second implementation, in fractions and fifty digits ---------------------------------------------------------


def naive_score(points: Fraction) -> int:
    exact = 100 - points + Fraction(1, 2)
    return min(100, max(0, exact.numerator // exact.denominator))


def naive_mean(scores: list[tuple[int, int]]) -> int | None:
    """Return the weighted mean of the scores, rounded half up.

    Each pair is the score of an area and its number of items.
    """
    if not scores:
        return None
    with localcontext() as context:
        context.prec = 50
        weights = [Decimal(max(items, 1) + 1).ln() for _, items in scores]
        products = (score * weight for (score, _), weight in zip(scores, weights, strict=True))
        mean = (sum(products, Decimal(0)) / sum(weights, Decimal(0))).quantize(Decimal(1).scaleb(-40))
        return int((mean + Decimal("0.5")).to_integral_value(ROUND_FLOOR))


percentages = st.decimals(0, 100, places=1)
counts = st.dictionaries(st.sampled_from(list(WEIGHTS)), st.integers(0, 3000))
sizes = st.fixed_dictionaries({area: st.none() | st.integers(0, 600_000) for area in Area})


@given(items=sizes, occurrences=counts, unlinked=percentages)
def test_grading_agrees_with_a_naive_implementation(
    items: dict[Area, int | None], occurrences: dict[str, Occurrences], unlinked: Decimal
) -> None:
    occurrences = {**occurrences, "prospects_unlinked_pct": unlinked}
    points = {key: Fraction(count) * Fraction(WEIGHTS[key]) for key, count in occurrences.items()}
    scores = {
        area: naive_score(sum((lost for key, lost in points.items() if BY_KEY[key].area is area), Fraction(0)))
        for area, size in items.items()
        if size is not None
    }
    grading = graded(items, **occurrences)
    assert {area: each.score for area, each in grading.areas.items() if each.score is not None} == scores
    assert grading.overall == naive_mean([(score, items[area] or 0) for area, score in scores.items()])
    total = sum(compute_area_weight(items[area] or 0) for area in scores)
    assert grading.impacts == pytest.approx(
        {
            key: float(min(lost, Fraction(100 - scores[BY_KEY[key].area]))) * compute_area_weight(size or 0) / total
            for key, lost in points.items()
            if (size := items[BY_KEY[key].area]) is not None
        }
    )
