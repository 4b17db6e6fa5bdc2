"""Accepted cases that need an operator: dead letters, and queued ones that Salesforce keeps refusing.

An operator may correct the values and send a case again, or mark it as dealt with. Both are one statement that takes
only rows that nobody is sending, so a delivery that is under way is never overtaken.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from api.models import OutboundCase
from api.outbox.queue import DEAD_LETTER, STUCK

State = OutboundCase.State

_FREE = Q(lease_until=None) | Q(lease_until__lt=Now())
_WAITING = {"lease_holder": "", "lease_until": None}


def undecided() -> QuerySet[OutboundCase]:
    """Cases that need an operator, the oldest first."""
    return OutboundCase.objects.filter(DEAD_LETTER | STUCK).order_by("created_at", "id")


def needs_decision(case: OutboundCase) -> bool:
    """Whether an operator may change this case: it is refused, whether or not somebody has dealt with it."""
    return _open_to_change([case.pk]).exists()


def queue_again(cases: Sequence[OutboundCase], values: Mapping[str, str] | None = None) -> int:
    """Put refused cases back into the queue, with other ``values`` if given; return how many there were."""
    changed = {} if values is None else {"values": dict(values)}
    return _open_to_change([case.pk for case in cases]).update(
        state=State.QUEUED, next_attempt_at=Now(), ended_at=None, settled_at=None, settled_by="", **changed, **_WAITING
    )


def settle(cases: Sequence[OutboundCase], *, by: str) -> int:
    """Mark refused cases as dealt with: they are not sent and not reported any more. Return how many there were."""
    return _open_to_change([case.pk for case in cases]).update(
        state=State.FAILED, ended_at=Now(), settled_at=Now(), settled_by=by, **_WAITING
    )


def _open_to_change(ids: Sequence[uuid.UUID]) -> QuerySet[OutboundCase]:
    return OutboundCase.objects.filter(_FREE, Q(state=State.FAILED) | STUCK, pk__in=ids)
