"""The passes of a rate limit that a process holds: a new caller costs the same with any number of other callers.

A pass lets one request through. Idle callers are forgotten.
"""

from __future__ import annotations

import sys

import pytest

from api.domain.rates import Rate
from api.protection.held_passes import HeldPasses, Hold

RATE = Rate(limit=100_000, seconds=3600)


def take(passes: HeldPasses, caller: int, *, at: float) -> None:
    passes.add(f"caller-{caller}", RATE, Hold(size=4, left=3, since=at, room=90_000, next_at=at + 1))


def events_of_a_new_caller(active: int) -> int:
    """Count the function calls and returns while a new caller is added to ``active`` other callers."""
    passes = HeldPasses()
    for caller in range(active):
        take(passes, caller, at=100.0)
    events: list[str] = []
    sys.setprofile(lambda frame, event, argument: events.append(event))
    take(passes, active, at=100.5)
    sys.setprofile(None)
    assert len(passes) == active + 1
    return len(events)


def test_a_new_caller_costs_the_same_with_any_number_of_active_callers() -> None:
    assert events_of_a_new_caller(5000) == events_of_a_new_caller(5)


@pytest.mark.parametrize("callers", [3, 3000])
def test_callers_who_stay_away_are_forgotten_when_another_caller_comes(callers: int) -> None:
    passes = HeldPasses()
    for caller in range(callers):
        take(passes, caller, at=100.0)
    take(passes, 0, at=101.5)  # the second request of caller 0
    take(passes, callers, at=103.0)
    assert len(passes) == 2
