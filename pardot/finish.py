"""What follows every tier: steps that other modules add, each in its own transaction, in the order of adding.

Roll-ups need no step: they are brought up to date in the transaction that merges activities.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from pardot.sync.entities import Tier

Step = Callable[[Tier], None]

_steps: list[Step] = []


def after_tier(step: Step) -> Step:
    """Add a step: called with the tier that was synced."""
    _steps.append(step)
    return step


def finish_tier(tier: Tier) -> None:
    for step in _steps:
        with transaction.atomic():
            step(tier)
