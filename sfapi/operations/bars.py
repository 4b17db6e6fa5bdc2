"""Draw the last runs of an object as bars.

The color shows the outcome. The height shows the duration. A failed or interrupted run has the full height, and a
skipped run is a stub. A run under way is drawn like a run of 0 seconds.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sf.models import SyncRun
from sfapi.operations.runs import SHOWN, state_of
from sfapi.operations.words import format_moment, format_seconds

HEIGHT = 28
_WIDTH, _GAP = 8, 3
_LOWEST, _STUB = 8, 4
_BAD = (SyncRun.State.FAILED, SyncRun.State.INTERRUPTED)


@dataclass(frozen=True)
class Bar:
    """A rectangle of the drawing; ``title`` shows while the pointer is on it."""

    x: int
    y: int
    width: int
    height: int
    state: str
    title: str


@dataclass(frozen=True)
class Bars:
    """The drawing of the runs of one object, and its content in words."""

    bars: Sequence[Bar]
    label: str
    width: int = SHOWN * (_WIDTH + _GAP)
    height: int = HEIGHT


def draw_bars(runs: Sequence[SyncRun], leases: Collection[str]) -> Bars:
    """Draw the runs with the latest on the right.

    ``runs`` come latest first.
    """
    states = [state_of(run, leases) for run in runs]
    longest = max((_compute_seconds(run) for run in runs), default=0.0)
    bars = [
        _build_bar(SHOWN - 1 - place, run, state, longest)
        for place, (run, state) in enumerate(zip(runs, states, strict=True))
    ]
    return Bars(bars, _compose_label(states))


def _build_bar(place: int, run: SyncRun, state: str, longest: float) -> Bar:
    height = _compute_height(state, _compute_seconds(run), longest)
    took = f" in {format_seconds(_compute_seconds(run))}" if run.ended else ""
    title = f"{format_moment(run.started)}: {state}{took}"
    return Bar(place * (_WIDTH + _GAP), HEIGHT - height, _WIDTH, height, state, title)


def _compute_height(state: str, seconds: float, longest: float) -> int:
    """Return the height: full for a bad run, a stub for a skipped run, otherwise by the duration.

    The scale is logarithmic: a full read may last a thousand times as long as other reads.
    """
    if state in _BAD:
        return HEIGHT
    if state == SyncRun.State.SKIPPED:
        return _STUB
    share = math.log1p(seconds) / math.log1p(longest) if longest else 0.0
    return _LOWEST + round(share * (HEIGHT - _LOWEST - 4))


def _compute_seconds(run: SyncRun) -> float:
    return max(0.0, (run.ended - run.started).total_seconds()) if run.ended else 0.0


def _compose_label(states: Sequence[str]) -> str:
    if not states:
        return "no runs yet"
    counts = Counter(states).most_common()
    if len(states) == 1:
        return f"Last run: {states[0]}"
    return f"Last {len(states)} runs: {', '.join(f'{count} {state}' for state, count in counts)}. Latest: {states[0]}"
