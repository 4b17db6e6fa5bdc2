"""Set the state of the circuit breaker of live calls."""

from __future__ import annotations

from django.db.models.functions import Now

from api.models import CircuitBreaker
from api.protection.breaker import LIVE, LIVE_SILENCE, THRESHOLD


def half_open() -> None:
    """Open the live breaker with a pause that has just passed, so that the next call is the probe."""
    CircuitBreaker.objects.update_or_create(
        name=LIVE, defaults={"failures": THRESHOLD, "last_failure": Now() - LIVE_SILENCE}
    )
