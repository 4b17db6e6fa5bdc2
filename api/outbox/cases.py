"""Accept support cases: store each case, then try once to send it if Salesforce may be called now."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db import transaction

from api.models import OutboundCase
from api.outbox import idempotency
from api.outbox import queue as outbox
from api.outbox.delivery import deliver_in_request
from api.outbox.idempotency import IdempotentRequest
from api.protection import breaker
from api.protection.bulkhead import Neighbor, place
from sf.sync.best_effort import best_effort

SOURCE = "case"


def accept_case(*, identity: str, values: Mapping[str, str], request: IdempotentRequest) -> tuple[OutboundCase, bool]:
    """Store a case, and try once to deliver it if Salesforce may be called now.

    Return the case, and whether an earlier request with the same key created it. If one did, nothing is stored
    or sent. Raises ``Conflict`` when the earlier request is still running, and ``Unprocessable`` when it had another
    body.
    """
    case_id, claimed = uuid.uuid4(), False
    with place(Neighbor.SALESFORCE) as free:
        with transaction.atomic():
            earlier = request.take(case_id)
            if earlier is None:
                claimed = free and breaker.request_may_call()
                outbox.store_case(identity=identity, source=SOURCE, values=values, case_id=case_id, claimed=claimed)
        case = OutboundCase.objects.get(pk=earlier or case_id)
        if earlier is not None:
            if outbox.is_being_sent_by_request(case):
                raise idempotency.make_still_running_error()
            return case, True
        if claimed:
            _deliver(case)
    return case, False


def _deliver(case: OutboundCase) -> None:
    """Try once to deliver the case. It is stored already, so an error here does not lose it."""
    with best_effort(f"delivery of case {case.pk}"):
        deliver_in_request(case)
        case.refresh_from_db()
