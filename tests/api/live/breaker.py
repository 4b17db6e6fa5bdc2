"""The circuit breaker of live calls, in states that tests begin with."""

from __future__ import annotations

from django.db.models.functions import Now

from api.models import CircuitBreaker
from api.protection.breaker import LIVE, LIVE_SILENCE, THRESHOLD


def half_open() -> None:
    """The live breaker, open for as long as it is at first: whoever calls next is the probe."""
    CircuitBreaker.objects.update_or_create(
        name=LIVE, defaults={"failures": THRESHOLD, "last_failure": Now() - LIVE_SILENCE}
    )
