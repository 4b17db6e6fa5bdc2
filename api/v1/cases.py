"""``POST /case`` and ``GET /case/{id}``."""

from __future__ import annotations

import time
import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Router, Schema
from ninja.params.functions import Header
from pydantic import AfterValidator, ConfigDict, StringConstraints, WithJsonSchema

from api.auth.callers import caller_with, require_caller
from api.domain.error_types import ErrorType
from api.domain.scopes import Scope
from api.http.errors import NotFound, Unprocessable, document_errors
from api.http.fields import PlainText, make_json_response
from api.models import OutboundCase
from api.outbox.cases import SOURCE, accept_case
from api.outbox.delivery import REQUEST_SECONDS
from api.outbox.idempotency import REPLAYED, make_idempotent_request
from api.protection.refused_values import make_field_errors

router = Router(tags=["cases"])

SALESFORCE_FIELDS = {
    "subject": "Subject",
    "description": "Description",
    "product": "Product__c",
    "feature": "Feature__c",
    "issue": "Issue__c",
}
"""The field of Salesforce's Case for each property of a request."""

_PATH = "/case"
_WORDS = r"\S"
"""The pattern of a text that is not blank, for the OpenAPI document."""
_State = OutboundCase.State


def _with_words(text: str) -> str:
    if not text.strip():
        raise ValueError("Must not be blank")
    return text


PicklistValue = Annotated[PlainText, StringConstraints(max_length=255)]

IdempotencyKeyText = Annotated[
    str, WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"})
]
"""The OpenAPI type of the header. ``api/outbox/idempotency.py`` checks the header's value."""
IDEMPOTENCY_KEY: Any = Header(
    None,
    alias="Idempotency-Key",
    description="Visible ASCII characters that are unique to the request, in quotes or without. If the request is sent "
    "again within 24 hours, with the same key and body, nothing is created twice. The answer is then about the record "
    "that the first request created.",
)


def _declare_picklist_value(field: str, meaning: str) -> Any:
    return Field(None, description=f"The {meaning}, a value of Salesforce's picklist `Case.{field}`.")


class CaseIn(Schema):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "subject": "Grades do not arrive",
                "description": "Since Monday the gradebook shows no results of the homework.",
                "product": "Assignable",
                "feature": "Grade sync",
                "issue": "Bug",
            }
        },
    )

    subject: Annotated[PlainText, StringConstraints(min_length=1, max_length=255), AfterValidator(_with_words)] = Field(
        description="One line that says what the case is about.", json_schema_extra={"pattern": _WORDS}
    )
    description: Annotated[
        PlainText, StringConstraints(min_length=1, max_length=10_000), AfterValidator(_with_words)
    ] = Field(description="The problem, in plain text.", json_schema_extra={"pattern": _WORDS})
    product: PicklistValue | None = _declare_picklist_value("Product__c", "product")
    feature: PicklistValue | None = _declare_picklist_value("Feature__c", "feature of the product")
    issue: PicklistValue | None = _declare_picklist_value("Issue__c", "kind of issue")

    def build_salesforce_values(self) -> dict[str, str]:
        """Return the given values by Salesforce's names."""
        return {SALESFORCE_FIELDS[name]: value for name, value in self.dict().items() if value is not None}


def _declare_sent_field(name: str) -> Any:
    return Field(description=f"The `{name}` that is sent to Salesforce; null when none was given.")


class CaseDetail(Schema):
    id: uuid.UUID = Field(description="Id of the case here, for GET /case/{id}.")
    salesforce_id: str | None = Field(description="Id of the case in Salesforce; null until it is delivered.")
    status: Literal["queued", "delivered", "failed"] = Field(
        description="queued: the case is accepted and stored; delivery continues by itself. failed: Salesforce refused "
        "the case for good, or an operator ended its delivery."
    )
    subject: str | None = _declare_sent_field("subject")
    description: str | None = _declare_sent_field("description")
    product: str | None = _declare_sent_field("product")
    feature: str | None = _declare_sent_field("feature")
    issue: str | None = _declare_sent_field("issue")
    salesforce_code: str | None = Field(
        description="Salesforce's error code of the last attempt; null unless the case failed."
    )
    message: str | None = Field(
        description="The error of the last attempt, usually in Salesforce's words; null unless the case failed."
    )
    created_at: datetime = Field(description="The time when the case was accepted here.")


@router.post(
    "/case",
    auth=caller_with(Scope.WRITE_CASES),
    response={200: CaseDetail, 202: CaseDetail, **document_errors(400, 401, 403, 409, 413, 415, 422, 429)},
    summary="Create a support case",
)
def create_case(
    request: HttpRequest, case: CaseIn, idempotency_key: IdempotencyKeyText | None = IDEMPOTENCY_KEY
) -> HttpResponse:
    """Create a support case.

    * 200: the case is in Salesforce.
    * 202: the case is stored, and is delivered as soon as possible. Salesforce is unavailable or slow, or refuses for
      a reason that may have nothing to do with the case.
    * 422 of type `salesforce_refused`: the case will not be delivered, because Salesforce refuses the values or an
      operator ended the delivery. `errors` names the refused fields, and the values that a picklist allows.
    """
    identity = require_caller(request).identity
    once = make_idempotent_request(identity=identity, path=_PATH, key=idempotency_key, body=case.dict())
    until = time.monotonic() + REQUEST_SECONDS
    stored_case, is_replay = accept_case(identity=identity, values=case.build_salesforce_values(), request=once)
    if stored_case.state in {_State.REFUSED, _State.FAILED}:
        raise _make_refusal(stored_case, until)
    delivered = stored_case.state == _State.DELIVERED
    response = make_json_response(_build_detail(stored_case))
    response.status_code = 200 if delivered else 202
    response["Location"] = f"{request.path}/{stored_case.pk}"
    if is_replay:
        response[REPLAYED] = "true"
    return response


_CaseId = Annotated[uuid.UUID, Path(description="The `id` that `POST /case` returned.")]


@router.get(
    "/case/{case_id}",
    auth=caller_with(Scope.WRITE_CASES),
    response={200: CaseDetail, **document_errors(401, 403, 404, 422, 429)},
    summary="The state of a case",
)
def get_case(request: HttpRequest, case_id: _CaseId) -> HttpResponse:
    """Return one of the caller's own cases, with the state of its delivery. Other cases give 404."""
    identity = require_caller(request).identity
    case = OutboundCase.objects.filter(pk=case_id, identity=identity, source=SOURCE).first()
    if case is None:
        raise NotFound("No case with this id.")
    return make_json_response(_build_detail(case))


_ENDED = "An operator of this service ended the delivery of this case. To send it, use a new Idempotency-Key."


def _make_refusal(case: OutboundCase, until: float) -> Unprocessable:
    message, code = case.error_message, case.error_code
    names_by_field = {field: name for name, field in SALESFORCE_FIELDS.items() if field in case.error_fields}
    errors = make_field_errors("Case", names_by_field, code=code, message=message, source="api case", until=until)
    why = _ENDED if case.settled_at else f"Salesforce refuses this case: {message}"
    return Unprocessable(
        why,
        error_type=ErrorType.SALESFORCE_REFUSED,
        errors=errors,
        salesforce_code=code,
    )


def _build_detail(case: OutboundCase) -> dict[str, Any]:
    failed = case.state in {_State.REFUSED, _State.FAILED}
    return {
        "id": str(case.pk),
        "salesforce_id": case.salesforce_id or None,
        "status": "failed" if failed else case.state,
        **{name: case.values.get(field) for name, field in SALESFORCE_FIELDS.items()},
        "salesforce_code": (case.error_code or None) if failed else None,
        "message": (case.error_message or None) if failed else None,
        "created_at": case.created_at,
    }
