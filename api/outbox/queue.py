"""The outbox: what was accepted for Salesforce is stored first, and leaves only when Salesforce has it or refuses it.

Who sends a case claims it: a lease with an end, committed before Salesforce is called. Whoever is killed in the middle
leaves a lease that runs out, and another goes on. Claims skip rows that others are claiming, so any number may deliver
at once. No transaction is open while Salesforce is called; the outcome is written by another statement, and only by
the holder of the lease, except that what is delivered is delivered, whoever learns it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from api.models import OutboundCase
from sf.salesforce.refusals import Group
from sf.sync.identity import cached_org_id

REQUEST_LEASE = timedelta(seconds=10)
"""A request waits 3 s for Salesforce; the rest is for a slow PostgreSQL."""
DELIVERER_LEASE = timedelta(seconds=30)
LATE = timedelta(minutes=15)
"""What has waited longer than this is a reason to look: no cron, or Salesforce is away."""

HARDLY_A_MOMENT = timedelta(days=1)
"""A refusal that should pass by itself and has not for so long needs a person: one case may always end in a 500."""

_IN_REQUEST = "request"
_FIRST_PAUSE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(minutes=15)

State = OutboundCase.State

# MATERIALIZED: as a plain sub-select the planner may run it anew for each row that it updates, and each time it would
# find further rows, far more than the limit.
_CLAIM = """
    WITH due AS MATERIALIZED (
        SELECT id FROM api_outboundcase
         WHERE state = 'queued' AND next_attempt_at <= %(as_of)s
           AND (lease_until IS NULL OR lease_until < clock_timestamp())
           AND organization_id IN ('', (SELECT coalesce(max(organization_id), '') FROM sf_cachedorg))
         ORDER BY next_attempt_at, id LIMIT %(limit)s
           FOR UPDATE SKIP LOCKED)
    UPDATE api_outboundcase AS claimed
       SET lease_holder = %(holder)s, lease_until = clock_timestamp() + %(lease)s, attempts = attempts + 1
      FROM due WHERE claimed.id = due.id
    RETURNING claimed.id
"""


@dataclass(frozen=True)
class Why:
    """Why a case is not in Salesforce. ``message`` may quote its values: it is for the admin, not for logs."""

    group: Group
    code: str = ""
    fields: tuple[str, ...] = ()
    message: str = ""

    def columns(self) -> dict[str, Any]:
        """The columns of a row that keep it."""
        return {
            "error_group": self.group,
            "error_code": self.code[:100],
            "error_fields": list(self.fields),
            "error_message": self.message,
        }


@dataclass(frozen=True)
class QueueDepth:
    """What waits, how long the oldest has waited, and what an operator has to look at."""

    queued: int
    oldest_seconds: int | None
    failed: int
    """Dead letters that nobody has dealt with."""
    stuck: int = 0
    """Of the queued ones, those whose last refusal does not pass by itself."""
    apart: int = 0
    """Queued for another org than the one that is cached: nobody delivers them."""

    @property
    def late(self) -> bool:
        return self.oldest_seconds is not None and self.oldest_seconds > LATE.total_seconds()


def store_case(*, maker: str, source: str, values: Mapping[str, str], case_id: uuid.UUID, claimed: bool) -> str:
    """Put a case into the outbox. ``claimed``: for this request to send it at once. The lease's holder, or empty."""
    holder = f"{_IN_REQUEST} {uuid.uuid4()}" if claimed else ""
    OutboundCase.objects.create(
        id=case_id,
        maker=maker,
        source=source,
        organization_id=cached_org_id(),
        values=dict(values),
        attempts=1 if claimed else 0,
        lease_holder=holder,
        lease_until=Now() + REQUEST_LEASE if claimed else None,
    )
    return holder


def deliverer() -> str:
    """A name for a holder of leases that is no request."""
    return f"deliver_pending {uuid.uuid4()}"


def claim_due(*, holder: str, limit: int, as_of: datetime) -> list[OutboundCase]:
    """Cases to send now, which nobody else is sending: whose turn had come by ``as_of``, the longest ago first."""
    values: dict[str, Any] = {"holder": holder, "lease": DELIVERER_LEASE, "limit": limit, "as_of": as_of}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        ids = [row[0] for row in cursor.fetchall()]
    return list(OutboundCase.objects.filter(pk__in=ids).order_by("next_attempt_at", "id"))


def claim_for_request(case_id: uuid.UUID) -> OutboundCase | None:
    """The case, to be sent by this request; ``None`` when somebody else has taken it."""
    holder = f"{_IN_REQUEST} {uuid.uuid4()}"
    free = _for_cached_org().filter(pk=case_id, state=State.QUEUED, attempts=0, lease_holder="")
    if not free.update(lease_holder=holder, lease_until=Now() + REQUEST_LEASE, attempts=1):
        return None
    return OutboundCase.objects.get(pk=case_id)


def is_being_sent_by_request(case: OutboundCase) -> bool:
    """Whether the request that made it has not been answered yet."""
    held = OutboundCase.objects.filter(pk=case.pk, state=State.QUEUED, lease_until__gt=Now())
    return held.filter(lease_holder__startswith=_IN_REQUEST).exists()


def note_delivered(case: OutboundCase, salesforce_id: str) -> None:
    """True whoever says it, so without a look at the lease."""
    OutboundCase.objects.filter(pk=case.pk).exclude(state=State.DELIVERED).update(
        state=State.DELIVERED, salesforce_id=salesforce_id, ended_at=Now(), **_NO_REFUSAL, **_NO_LEASE
    )


def note_refused(case: OutboundCase, why: Why, *, state: State) -> None:
    """Salesforce will not have it. ``state``: refused (its maker is told now) or failed (that is too late)."""
    _held(case).update(state=state, ended_at=Now(), **why.columns(), **_NO_LEASE)


def put_back(cases: Sequence[OutboundCase], why: Why, *, pause: timedelta = timedelta()) -> None:
    """Still to be sent, after ``pause``, and after what has waited longer."""
    for case in cases:
        _held(case).update(next_attempt_at=Now() + pause, **why.columns(), **_NO_LEASE)


def unclaim(cases: Sequence[OutboundCase]) -> None:
    """As if they had not been claimed: nothing was tried."""
    for case in cases:
        _held(case).update(attempts=case.attempts - 1, **_NO_LEASE)


def pause_after(attempts: int) -> timedelta:
    """Before a case that was tried so often is tried again: none after the first, then doubling."""
    return min(_FIRST_PAUSE * 2 ** min(attempts - 2, 20), _LONGEST_PAUSE) if attempts > 1 else timedelta()


def hasten_all() -> int:
    """Make the turn of everything queued come now (``deliver_pending --all``)."""
    return OutboundCase.objects.filter(state=State.QUEUED, next_attempt_at__gt=Now()).update(next_attempt_at=Now())


def queue_depth() -> QueueDepth:
    """What waits and what failed. A state a query, because each has an index of its own: probes ask this every few
    seconds, and delivered cases are kept."""
    queued = (
        _for_cached_org()
        .filter(state=State.QUEUED)
        .aggregate(rows=Count("pk"), oldest=Min("created_at"), stuck=Count("pk", filter=STUCK))
    )
    apart = sum(cases_kept_apart().values())
    failed = OutboundCase.objects.filter(DEAD_LETTER).count()
    oldest = max(0, int((timezone.now() - queued["oldest"]).total_seconds())) if queued["oldest"] else None
    return QueueDepth(queued["rows"], oldest, failed, queued["stuck"], apart)


def cases_kept_apart() -> dict[str, int]:
    """How many cases wait for which other org than the cached one, by its id."""
    return dict(kept_apart().order_by().values_list("organization_id").annotate(rows=Count("pk")))


def kept_apart() -> QuerySet[OutboundCase]:
    """Return the queued cases of other orgs than the cached one: nobody delivers them."""
    return OutboundCase.objects.filter(state=State.QUEUED).exclude(organization_id__in=["", cached_org_id()])


def keep_cases_apart(before: str, now: str) -> list[str]:
    """The cache becomes a copy of another org: what was made for the org ``before`` stays for that one. Lines for the
    operator."""
    del now
    OutboundCase.objects.filter(organization_id="").update(organization_id=before)
    apart = [
        f"{count:,} queued cases of the org {organization} are kept apart: they go to that org alone "
        "(admin › Cases for Salesforce sends them to this org instead, or discards them)"
        for organization, count in cases_kept_apart().items()
    ]
    queued = queue_depth().queued
    return [*apart, *([f"{queued:,} queued cases are for the new org and will be delivered"] if queued else [])]


def _for_cached_org() -> QuerySet[OutboundCase]:
    return OutboundCase.objects.filter(organization_id__in=["", cached_org_id()])


DEAD_LETTER = Q(state=State.FAILED, settled_at=None)
"""Accepted, refused because of its values, and nobody has dealt with it."""
STUCK = Q(state=State.QUEUED) & (
    Q(error_group__in=[Group.ORG, Group.UNKNOWN]) | Q(error_group=Group.MOMENT, created_at__lt=Now() - HARDLY_A_MOMENT)
)
"""Queued and retried, but an operator has to act before it can be delivered."""

_NO_REFUSAL = {"error_group": "", "error_code": "", "error_fields": [], "error_message": ""}
_NO_LEASE = {"lease_holder": "", "lease_until": None}


def _held(case: OutboundCase) -> QuerySet[OutboundCase]:
    """The row, if this holder's lease is still the one: another may have taken over from it."""
    return OutboundCase.objects.filter(pk=case.pk, state=State.QUEUED, lease_holder=case.lease_holder)
