"""Let operators act on the accepted cases that need an operator.

These are dead letters (refused by Salesforce), stuck cases (queued, but probably not delivered before an operator
acts), and cases of another org. An operator may correct the values of a dead letter or a stuck case and send it again,
or mark it as dealt with. A queued case of another org may be sent to the cached org, or discarded. Each action is one
statement, which skips cases that are being sent.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from api.models import OutboundCase
from api.outbox.queue import DEAD_LETTER, STUCK, select_kept_apart
from sf.sync.identity import load_cached_org_id

State = OutboundCase.State

_FREE = Q(lease_until=None) | Q(lease_until__lt=Now())
_WAITING = {"lease_holder": "", "lease_until": None}


def select_undecided() -> QuerySet[OutboundCase]:
    """Return the dead letters and the stuck cases, oldest first."""
    return OutboundCase.objects.filter(DEAD_LETTER | STUCK).order_by("created_at", "id")


def can_be_changed(case: OutboundCase) -> bool:
    """Return whether an operator may change this case: it is failed or stuck, and is not being sent."""
    return _select_changeable([case.pk]).exists()


def queue_again(cases: Sequence[OutboundCase], values: Mapping[str, str] | None = None) -> int:
    """Queue failed and stuck cases again, with other ``values`` if given.

    Return the number of changed cases.
    """
    changed = {} if values is None else {"values": dict(values)}
    return _select_changeable([case.pk for case in cases]).update(
        state=State.QUEUED, next_attempt_at=Now(), ended_at=None, settled_at=None, settled_by="", **changed, **_WAITING
    )


def settle(cases: Sequence[OutboundCase], *, by: str) -> int:
    """Mark failed and stuck cases as dealt with: they are not sent or reported. Return their number."""
    return _select_changeable([case.pk for case in cases]).update(
        state=State.FAILED, ended_at=Now(), settled_at=Now(), settled_by=by, **_WAITING
    )


def send_to_cached_org(cases: Sequence[OutboundCase]) -> int:
    """Let cases of another org go to the cached org. Return the number of changed cases."""
    return _select_apart([case.pk for case in cases]).update(
        organization_id=load_cached_org_id(), next_attempt_at=Now(), error_group="", error_code="", error_message="",
        error_fields=[], **_WAITING,
    )  # fmt: skip


def discard(cases: Sequence[OutboundCase], *, by: str) -> int:
    """Mark cases of another org as dealt with, so that they are sent to no org. Return their number."""
    return _select_apart([case.pk for case in cases]).update(
        state=State.FAILED, ended_at=Now(), settled_at=Now(), settled_by=by, **_WAITING
    )


def is_kept_apart(case: OutboundCase) -> bool:
    """Return whether a case waits for an org that is not cached."""
    return case.state == State.QUEUED and case.organization_id not in {"", load_cached_org_id()}


def _select_apart(ids: Sequence[uuid.UUID]) -> QuerySet[OutboundCase]:
    return select_kept_apart().filter(_FREE, pk__in=ids)


def _select_changeable(ids: Sequence[uuid.UUID]) -> QuerySet[OutboundCase]:
    return OutboundCase.objects.filter(_FREE, Q(state=State.FAILED) | STUCK, pk__in=ids)
