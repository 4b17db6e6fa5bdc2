"""Accept forms: store each form and, unless it is spam, its case in the outbox."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from api.forms.processors import CaseValues
from api.models import FormSubmission
from api.outbox import queue as outbox
from api.outbox.delivery import deliver_in_request
from api.outbox.idempotency import IdempotentRequest
from api.protection import breaker
from api.protection.bulkhead import Neighbor, place


@dataclass(frozen=True)
class NewSubmission:
    """A valid form. ``spam_reason`` is empty when the form is not spam."""

    form_type: str
    data: Mapping[str, Any]
    source_url: str
    identity: str
    spam_reason: str
    case_values: CaseValues


def store_submission(new: NewSubmission, *, request: IdempotentRequest) -> tuple[FormSubmission, bool]:
    """Store the submission. Return it, and whether an earlier request had stored it. Nothing is sent yet."""
    submission_id = uuid.uuid4()
    with transaction.atomic():
        earlier = request.take(submission_id)
        if earlier is None:
            _store(new, submission_id)
    stored_id = earlier or submission_id
    submission = FormSubmission.objects.select_related("case").filter(pk=stored_id).first()
    # erase_person may have removed the earlier submission. The answer is the same as before.
    return submission or FormSubmission(pk=stored_id, form_type=new.form_type), earlier is not None


def deliver_submission(submission: FormSubmission) -> None:
    """Try once to deliver the submission's new case.

    Do nothing when Salesforce may not be called or another process sends the case.
    """
    case = submission.case
    if case is None or case.state != outbox.State.QUEUED or case.attempts:
        return
    with place(Neighbor.SALESFORCE) as free:
        claimed = outbox.claim_for_request(case.pk) if free and breaker.request_may_call() else None
        if claimed is not None:
            deliver_in_request(claimed, refusal=outbox.State.FAILED)


def _store(new: NewSubmission, submission_id: uuid.UUID) -> None:
    case_id = None
    if not new.spam_reason:
        case_id = uuid.uuid4()
        outbox.store_case(
            identity=new.identity, source=new.form_type, values=new.case_values, case_id=case_id, claimed=False
        )
    FormSubmission.objects.create(
        id=submission_id,
        form_type=new.form_type,
        data=dict(new.data),
        source_url=new.source_url,
        identity=new.identity,
        spam_reason=new.spam_reason,
        case_id=case_id,
    )
