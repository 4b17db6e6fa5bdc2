"""Compute scores and grades. Points are ``Decimal`` numbers, so that people can check them by hand.

Source: spec of the Pardot app, "Score". Counts exclude exempt assets. ``None`` means "no data", which is not zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from pardot.domain.areas import Area

Occurrences = int | Decimal
"""The number of occurrences of an issue.
For a percentage issue it is the percentage, which may have decimals."""

BEST, WORST = 100, 0


@dataclass(frozen=True)
class GradeThreshold:
    """A grade, and the lowest score that reaches it."""

    grade: str
    minimum: int


@dataclass(frozen=True)
class Demerit:
    """The points that an area loses for one issue."""

    key: str
    area: Area
    count: Occurrences
    weight: Decimal

    @property
    def points(self) -> Decimal:
        return Decimal(self.count) * self.weight


@dataclass(frozen=True)
class AreaScore:
    """The score of one area. Without data, ``score`` is ``None`` and the area has no weight."""

    score: int | None
    demerits: Decimal
    """The points that the area loses for all its issues together. They can be more than 100."""
    items: int
    weight: float
    """The area's weight in the mean of the areas' scores.
    ``log(1 + items)``, at least ``log(2)``; 0 if the area has no data."""
    points_lost: float | None
    """The points that this area costs the overall score."""


@dataclass(frozen=True)
class Grading:
    """The result for all areas. ``overall`` is ``None`` when no area has data."""

    overall: int | None
    areas: Mapping[Area, AreaScore]
    impacts: Mapping[str, float]
    """The points of the overall score that each issue costs, by key; only issues of areas with data."""


def round_half_up(value: Decimal | float) -> int:
    """Return the nearest whole number; a half is rounded away from zero."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def compute_percentage(part: int | None, whole: int | None) -> float | None:
    """Return the percentage to one decimal place, rounded half up.

    Return ``None`` when an argument is ``None``, or when ``whole`` is 0.
    """
    if part is None or not whole:
        return None
    return float((Decimal(100 * part) / whole).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


def compute_area_weight(items: int) -> float:
    return math.log(max(items, 1) + 1)


def grade_of(score: int | None, thresholds: Sequence[GradeThreshold]) -> str | None:
    """Return the first grade whose minimum is reached; ``None`` without a score.

    ``thresholds`` must be descending and end at 0.
    """
    if score is None:
        return None
    return next(threshold.grade for threshold in thresholds if score >= threshold.minimum)


def grade_areas(items: Mapping[Area, int | None], demerits: Sequence[Demerit]) -> Grading:
    """Grade every area by its demerits. ``items``: the number of items per area; ``None``: no data."""
    lost = {area: sum((demerit.points for demerit in demerits if demerit.area is area), Decimal(0)) for area in items}
    scores = {area: _clamp_score(BEST - lost[area]) for area, count in items.items() if count is not None}
    weights = {area: compute_area_weight(items[area] or 0) for area in scores}
    total = math.fsum(weights.values())
    areas = {
        area: AreaScore(
            score=scores.get(area),
            demerits=lost[area],
            items=count or 0,
            weight=weights.get(area, 0.0),
            points_lost=(BEST - scores[area]) * weights[area] / total if area in scores else None,
        )
        for area, count in items.items()
    }
    impacts = {
        demerit.key: min(float(demerit.points), BEST - scores[demerit.area]) * weights[demerit.area] / total
        for demerit in demerits
        if demerit.area in scores
    }
    return Grading(overall=compute_weighted_mean(areas, areas), areas=areas, impacts=impacts)


def compute_weighted_mean(areas: Mapping[Area, AreaScore], only: Iterable[Area]) -> int | None:
    """Return the weighted mean of the areas in ``only`` that have data; ``None`` when none has data."""
    graded = [
        (areas[area].score, areas[area].weight) for area in only if area in areas and areas[area].score is not None
    ]
    if not graded:
        return None
    total = math.fsum(weight for _, weight in graded)
    mean = math.fsum((score or 0) * weight for score, weight in graded) / total
    # Weights are logarithms, so a mean of exactly x.5 may be off in the last binary digit.
    return round_half_up(round(mean, 9))


def _clamp_score(points: Decimal) -> int:
    return min(BEST, max(WORST, round_half_up(points)))
