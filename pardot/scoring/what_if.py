"""Compute the score after fixing some issues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outgoing.numbers import format_count
from pardot.domain.grading import Occurrences
from pardot.domain.issues import BY_KEY
from pardot.scoring.issue_list import format_occurrences
from pardot.scoring.scorecard import Scorecard, ScoreInputs, compute_scorecard


class BadFix(ValueError):
    """The fix is impossible. ``key`` is the issue; the message says why."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True)
class WhatIf:
    """The current scores, and the scores after the fixes."""

    before: Scorecard
    after: Scorecard
    fixed: Mapping[str, Occurrences]


def compute_what_if(inputs: ScoreInputs, fixes: Mapping[str, Occurrences | None]) -> WhatIf:
    """Compute the current scores, and the scores after the fixes. Raises ``BadFix``.

    ``fixes`` maps an issue's key to the number of occurrences to fix. For an issue that is a percentage, the number
    is in percentage points. ``None`` fixes all occurrences of the issue.
    """
    fixed = {key: _check(inputs, key, count) for key, count in fixes.items()}
    return WhatIf(before=compute_scorecard(inputs), after=compute_scorecard(inputs.with_fixed(fixed)), fixed=fixed)


def _check(inputs: ScoreInputs, key: str, count: Occurrences | None) -> Occurrences:
    if key not in BY_KEY:
        raise BadFix(key, f"there is no issue {key}. Known: {', '.join(BY_KEY)}")
    current = inputs.issues[key].count
    if current is None:
        raise BadFix(key, f"there is no data about {key} yet, so there is nothing to fix")
    if count is None:
        return current
    if count > current and BY_KEY[key].is_percentage:
        unit = "percentage point" if count == 1 else "percentage points"
        raise BadFix(key, f"{key} is {format_occurrences(current)}%, less than {format_occurrences(count)} {unit}")
    if count > current:
        raise BadFix(key, f"{key} occurs {format_count(int(current), 'time')}, fewer than {format_occurrences(count)}")
    if not BY_KEY[key].is_percentage and count != int(count):
        raise BadFix(key, f"{key} is counted in whole numbers, and {format_occurrences(count)} is not a whole number")
    return count if BY_KEY[key].is_percentage else int(count)
