"""The outbox: a case is stored first, and is queued until Salesforce takes it or refuses it for good.

Only an operator can end the delivery earlier. A sender claims a case with a lease that expires. The lease is committed
before Salesforce is called. When a sender is killed, its lease expires, and another sender takes the case. Claims skip
rows that others are claiming, so any number of senders may deliver at once. No transaction is open while Salesforce is
called. Afterward, the holder of the lease records the outcome. A delivery is recorded even when another sender has
taken the lease by then.
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
from outgoing.numbers import format_count
from sf.salesforce.refusals import Group
from sf.sync.identity import load_cached_org_id

REQUEST_LEASE = timedelta(seconds=10)
"""A request waits at most 2.8 s for Salesforce; the rest of the lease is for a slow PostgreSQL."""
DELIVERER_LEASE = timedelta(seconds=30)
LATE = timedelta(minutes=15)
"""Cases that have waited longer need attention: cron does not run, or Salesforce is unavailable."""

LASTING_AFTER = timedelta(days=1)
"""An older case whose last refusal was temporary needs a person.
Salesforce may answer the same case with 500 forever."""

_IN_REQUEST = "request"
_FIRST_PAUSE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(minutes=15)

State = OutboundCase.State

# MATERIALIZED: PostgreSQL may run a plain subselect several times in one update. Each run would find other rows, and
# together they would exceed the limit by far.
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
    """The reason why a case is not in Salesforce.

    ``message`` may quote the case's values: it is for the admin, not for logs.
    """

    group: Group
    code: str = ""
    fields: tuple[str, ...] = ()
    message: str = ""

    def to_columns(self) -> dict[str, Any]:
        """Return the columns of a row that store the reason."""
        return {
            "error_group": self.group,
            "error_code": self.code[:100],
            "error_fields": list(self.fields),
            "error_message": self.message,
        }


@dataclass(frozen=True)
class QueueDepth:
    """The number and greatest age of waiting cases, and the number of cases that need an operator."""

    queued: int
    oldest_seconds: int | None
    failed: int
    """Dead letters that no operator has dealt with."""
    stuck: int = 0
    """Queued cases for the cached org that meet the condition ``STUCK``."""
    apart: int = 0
    """Queued cases of orgs that are not cached: they are not delivered."""

    @property
    def late(self) -> bool:
        return self.oldest_seconds is not None and self.oldest_seconds > LATE.total_seconds()


def store_case(*, identity: str, source: str, values: Mapping[str, str], case_id: uuid.UUID, claimed: bool) -> str:
    """Put a case into the outbox; return the lease's holder, or an empty string.

    With ``claimed``, this request holds the lease and sends the case at once.
    """
    holder = f"{_IN_REQUEST} {uuid.uuid4()}" if claimed else ""
    OutboundCase.objects.create(
        id=case_id,
        identity=identity,
        source=source,
        organization_id=load_cached_org_id(),
        values=dict(values),
        attempts=1 if claimed else 0,
        lease_holder=holder,
        lease_until=Now() + REQUEST_LEASE if claimed else None,
    )
    return holder


def make_deliverer_name() -> str:
    """Return a name for a lease holder that is not a request."""
    return f"deliver_pending {uuid.uuid4()}"


def claim_due(*, holder: str, limit: int, as_of: datetime) -> list[OutboundCase]:
    """Claim cases that are due by ``as_of`` and not being sent, the longest overdue first."""
    values: dict[str, Any] = {"holder": holder, "lease": DELIVERER_LEASE, "limit": limit, "as_of": as_of}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        ids = [row[0] for row in cursor.fetchall()]
    return list(OutboundCase.objects.filter(pk__in=ids).order_by("next_attempt_at", "id"))


def claim_for_request(case_id: uuid.UUID) -> OutboundCase | None:
    """Claim the case for this request; ``None`` unless it is queued, untried and for the cached org."""
    holder = f"{_IN_REQUEST} {uuid.uuid4()}"
    free = _select_for_cached_org().filter(pk=case_id, state=State.QUEUED, attempts=0, lease_holder="")
    if not free.update(lease_holder=holder, lease_until=Now() + REQUEST_LEASE, attempts=1):
        return None
    return OutboundCase.objects.get(pk=case_id)


def is_being_sent_by_request(case: OutboundCase) -> bool:
    """Return whether a request is sending the case now."""
    leased = OutboundCase.objects.filter(pk=case.pk, state=State.QUEUED, lease_until__gt=Now())
    return leased.filter(lease_holder__startswith=_IN_REQUEST).exists()


def note_delivered(case: OutboundCase, salesforce_id: str) -> None:
    """Record a delivery. The lease is not checked: the case is in Salesforce, whoever reports it."""
    OutboundCase.objects.filter(pk=case.pk).exclude(state=State.DELIVERED).update(
        state=State.DELIVERED, salesforce_id=salesforce_id, ended_at=Now(), **_NO_REFUSAL, **_NO_LEASE
    )


def note_refused(case: OutboundCase, why: Why, *, state: State) -> None:
    """Record a refusal by Salesforce.

    ``state``: refused when the caller gets the error, failed when the case was accepted before. The object ``case`` is
    changed before its row. So the caller gets the refusal even if PostgreSQL's confirmation is lost.
    """
    refusal = {"state": state, **why.to_columns()}
    for name, value in refusal.items():
        setattr(case, name, value)
    _select_held(case).update(ended_at=Now(), **refusal, **_NO_LEASE)


def put_back(cases: Sequence[OutboundCase], why: Why, *, pause: timedelta = timedelta()) -> None:
    """Put cases back into the queue. They are due after ``pause``."""
    for case in cases:
        _select_held(case).update(next_attempt_at=Now() + pause, **why.to_columns(), **_NO_LEASE)


def unclaim(cases: Sequence[OutboundCase]) -> None:
    """Release cases for which nothing was tried, as if they had never been claimed."""
    for case in cases:
        _select_held(case).update(attempts=case.attempts - 1, **_NO_LEASE)


def compute_pause(attempts: int) -> timedelta:
    """Return the pause after this many attempts: none after the first, then 10 s, doubled up to 15 min."""
    return min(_FIRST_PAUSE * 2 ** min(attempts - 2, 20), _LONGEST_PAUSE) if attempts > 1 else timedelta()


def shorten_waits() -> None:
    """Limit waits to the longest pause or lease.

    A longer wait began before PostgreSQL's clock was set back.
    """
    waiting = OutboundCase.objects.filter(state=State.QUEUED)
    waiting.filter(next_attempt_at__gt=Now() + _LONGEST_PAUSE).update(next_attempt_at=Now() + _LONGEST_PAUSE)
    waiting.filter(lease_until__gt=Now() + DELIVERER_LEASE).update(lease_until=Now() + DELIVERER_LEASE)


def hasten_all() -> int:
    """Make all queued cases due now (``deliver_pending --all``)."""
    return OutboundCase.objects.filter(state=State.QUEUED, next_attempt_at__gt=Now()).update(next_attempt_at=Now())


def load_queue_depth(organization_id: str | None = None) -> QueueDepth:
    """Count waiting and failed cases. ``organization_id``: the cached org, if the caller knows it.

    Queued and failed cases are counted separately, because each of the two states has its own index. ``/healthz/``
    calls this function every few seconds, and the table also contains all delivered cases.
    """
    here = ["", load_cached_org_id() if organization_id is None else organization_id]
    waiting = OutboundCase.objects.filter(state=State.QUEUED)
    queued = waiting.filter(organization_id__in=here).aggregate(
        rows=Count("pk"), oldest=Min("created_at"), stuck=Count("pk", filter=STUCK)
    )
    apart = waiting.exclude(organization_id__in=here).count()
    failed = OutboundCase.objects.filter(DEAD_LETTER).count()
    oldest = max(0, int((timezone.now() - queued["oldest"]).total_seconds())) if queued["oldest"] else None
    return QueueDepth(queued["rows"], oldest, failed, queued["stuck"], apart)


def count_cases_kept_apart() -> dict[str, int]:
    """Count the cases that wait for orgs that are not cached, by the id of the org."""
    return dict(select_kept_apart().order_by().values_list("organization_id").annotate(rows=Count("pk")))


def select_kept_apart() -> QuerySet[OutboundCase]:
    """Return the queued cases of orgs that are not cached. They are not delivered."""
    return OutboundCase.objects.filter(state=State.QUEUED).exclude(organization_id__in=["", load_cached_org_id()])


def keep_cases_apart(before: str, now: str) -> list[str]:
    """Bind cases without an org to the org ``before``, because the cache is now a copy of another org.

    Return lines for the operator.
    """
    OutboundCase.objects.filter(organization_id="").update(organization_id=before)
    apart = [
        f"kept apart: {format_count(count, 'queued case')} of the org {organization}, for delivery only to that org "
        "(admin › Cases (outbox) sends cases to the new org instead, or discards them)"
        for organization, count in count_cases_kept_apart().items()
    ]
    queued = load_queue_depth().queued
    return [*apart, *([f"for delivery to the new org: {format_count(queued, 'queued case')}"] if queued else [])]


def _select_for_cached_org() -> QuerySet[OutboundCase]:
    return OutboundCase.objects.filter(organization_id__in=["", load_cached_org_id()])


DEAD_LETTER = Q(state=State.FAILED, settled_at=None)
"""The condition for a case that was accepted, then refused by Salesforce, and not dealt with."""
STUCK = Q(state=State.QUEUED) & (
    Q(error_group__in=[Group.ORG, Group.UNKNOWN]) | Q(error_group=Group.MOMENT, created_at__lt=Now() - LASTING_AFTER)
)
"""The condition for a queued case that will probably not be delivered before an operator acts."""

_NO_REFUSAL = {"error_group": "", "error_code": "", "error_fields": [], "error_message": ""}
_NO_LEASE = {"lease_holder": "", "lease_until": None}


def _select_held(case: OutboundCase) -> QuerySet[OutboundCase]:
    """Return the case's row, or no row when it is no longer queued or another sender has the lease."""
    return OutboundCase.objects.filter(pk=case.pk, state=State.QUEUED, lease_holder=case.lease_holder)
