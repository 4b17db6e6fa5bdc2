"""Find a small set of fixes that brings the overall score to a target.

Within an area the best order is known: first the issues that cost the most points per row. Between areas the search is
greedy, by points of the overall score per row to fix. At each step the search also checks whether raising a single area
reaches the target. The result always reaches the target, but another mix may need slightly fewer rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from pardot.domain.areas import Area
from pardot.domain.grading import BEST, Occurrences
from pardot.scoring.scorecard import IssueCount, Scorecard, ScoreInputs, compute_scorecard

TENTH = Decimal("0.1")
"""The step size for fixing percentages."""
_HALF = Decimal("0.5")
_NOISE = 1e-7


class NoScore(LookupError):
    """There is no score yet, because nothing was synced."""


@dataclass(frozen=True)
class Plan:
    """A plan that reaches the target.

    ``fixes``: the number of occurrences to fix, by issue key. For a percentage: the percentage points to remove.
    """

    target: int
    fixes: Mapping[str, Occurrences]
    rows: int
    """The number of rows to fix, rounded up. A row with two issues counts twice."""


@dataclass(frozen=True)
class _Option:
    """A set of ``fixes`` that raises an area to ``score``. ``rows`` is the number of rows to fix."""

    score: int
    rows: float
    fixes: Mapping[str, Occurrences]


def plan_fixes(inputs: ScoreInputs, target: int) -> Plan:
    """Return fixes after which the overall score is at least ``target`` (1 to 100). Raises ``NoScore``."""
    card = compute_scorecard(inputs)
    if card.overall is None:
        raise NoScore("There is no score yet: nothing was synced.")
    if card.overall >= target:
        return Plan(target, {}, 0)
    options = {
        area: list(_build_options(card, area)) for area, score in card.grading.areas.items() if score.score is not None
    }
    chosen = _trim(_Search(card, options, target).run(), card, target)
    fixes = {key: count for option in chosen.values() for key, count in option.fixes.items()}
    return Plan(target, fixes, math.ceil(math.fsum(option.rows for option in chosen.values()) - _NOISE))


# -- within an area ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Fixable:
    """An issue that is fixed in units.

    A unit is one row or, for a percentage, a tenth of a percentage point.
    """

    key: str
    units: int
    points: Decimal
    """The points that the area gains from one unit."""
    rows: float
    """The number of rows in one unit."""
    size: Occurrences
    """The part of ``count`` in one unit: 1, or 0.1 for a percentage."""
    count: Occurrences
    """The number of all occurrences, or the percentage."""


def _build_options(card: Scorecard, area: Area) -> Iterator[_Option]:
    """Yield the cheapest way to each higher score of ``area``, the lowest score first."""
    grade = card.grading.areas[area]
    fixable = sorted(_select_fixable(card, area), key=lambda each: -float(each.points) / each.rows)
    for score in range((grade.score or 0) + 1, BEST + 1):
        # Scores are rounded half up, so half a point less is enough.
        yield _build_option(score, grade.demerits - (BEST - score + _HALF), fixable)


def _build_option(score: int, points: Decimal, fixable: Sequence[_Fixable]) -> _Option:
    """Return the cheapest fixes that gain at least ``points``."""
    fixes: dict[str, Occurrences] = {}
    rows = 0.0
    for each in fixable:
        if points <= 0:
            break
        units = min(each.units, int((points / each.points).to_integral_value(ROUND_CEILING)))
        points -= units * each.points
        rows += units * each.rows
        fixes[each.key] = min(units * each.size, each.count)
    return _Option(score, rows, fixes)


def _select_fixable(card: Scorecard, area: Area) -> Iterator[_Fixable]:
    items = max(card.grading.areas[area].items, 1)
    for key, counted in card.issues.items():
        weight = card.configuration.weights[key]
        if counted.issue.area is area and counted.count and weight:
            yield _split_into_units(key, counted, weight, items)


def _split_into_units(key: str, counted: IssueCount, weight: Decimal, items: int) -> _Fixable:
    count = counted.count or 0
    if not counted.issue.is_percentage:
        return _Fixable(key, int(count), weight, 1.0, 1, count)
    units = int((Decimal(count) / TENTH).to_integral_value(ROUND_CEILING))
    return _Fixable(key, units, weight * TENTH, items * float(TENTH) / 100, TENTH, count)


# -- between areas ----------------------------------------------------------------------------------------------------


class _Search:
    """The greedy search. ``at`` is the chosen option of each area so far."""

    def __init__(self, card: Scorecard, options: Mapping[Area, Sequence[_Option]], target: int) -> None:
        self.card = card
        self.options = options
        self.need = _compute_missing(card, {}, target)
        self.at: dict[Area, _Option] = {}
        self.best: tuple[float, dict[Area, _Option]] | None = None

    def run(self) -> dict[Area, _Option]:
        while self.need > _NOISE:
            steps = list(self._list_steps())
            for gain, rows, area, option in steps:
                if gain >= self.need - _NOISE:
                    self._consider(rows, area, option)
            gain, _, area, option = max(steps, key=lambda step: step[0] / step[1])
            self.at[area] = option
            self.need -= gain
        return self.best[1] if self.best else self.at

    def _list_steps(self) -> Iterator[tuple[float, float, Area, _Option]]:
        """Yield every option that raises an area further, with its gain and additional rows."""
        for area, options in self.options.items():
            weight = self.card.grading.areas[area].weight
            score = self.at[area].score if area in self.at else self.card.grading.areas[area].score or 0
            rows = self.at[area].rows if area in self.at else 0.0
            for option in options:
                if option.score > score:
                    yield (option.score - score) * weight, max(option.rows - rows, _NOISE), area, option

    def _consider(self, rows: float, area: Area, option: _Option) -> None:
        """Remember this way to reach the target if it takes the fewest rows so far."""
        total = rows + math.fsum(each.rows for each in self.at.values())
        if self.best is None or total < self.best[0] - _NOISE:
            self.best = (total, {**self.at, area: option})


def _compute_missing(card: Scorecard, chosen: Mapping[Area, _Option], target: int) -> float:
    """Return the weighted points that are still missing. A score of ``target`` - 0.5 is rounded up."""
    areas = {area: score for area, score in card.grading.areas.items() if score.score is not None}
    reached = math.fsum(
        (chosen[area].score if area in chosen else score.score or 0) * score.weight for area, score in areas.items()
    )
    return (target - float(_HALF)) * math.fsum(score.weight for score in areas.values()) - reached


def _trim(chosen: dict[Area, _Option], card: Scorecard, target: int) -> dict[Area, _Option]:
    """Drop options that the last step made unnecessary, the largest first."""
    for area in sorted(chosen, key=lambda each: -chosen[each].rows):
        without = {other: option for other, option in chosen.items() if other is not area}
        if _compute_missing(card, without, target) <= _NOISE:
            chosen = without
    return chosen
