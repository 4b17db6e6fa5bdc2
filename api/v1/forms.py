"""``POST /forms/submit`` and ``GET /forms/submissions/{id}``."""

from __future__ import annotations

import json
import uuid
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Router, Schema
from pydantic import ConfigDict, StringConstraints, create_model

from api.auth.callers import any_caller, require_caller
from api.forms.accept import NewSubmission, deliver_submission, store_submission
from api.forms.processors import MOST_CHARACTERS, MOST_VALUES, case_values_of, list_data_schemas
from api.forms.spam import find_spam_reason
from api.forms.values import FormValue, PageTime
from api.http.errors import NotFound, document_errors
from api.http.fields import JSON, PlainText, make_json_response
from api.models import FormSubmission
from api.outbox.idempotency import REPLAYED, make_idempotent_request
from api.v1.cases import IDEMPOTENCY_KEY, IdempotencyKeyText
from sf.sync.best_effort import best_effort

router = Router(tags=["forms"])

_PATH = "/forms/submit"
_REF = "#/components/schemas/{model}"


_EXAMPLE = {
    "form_type": "contact_us",
    "data": {
        "name": "Ines Example",
        "email": "ines@college.example",
        "subject": "A question",
        "message": "Where do I find the answer guide?",
    },
    "source_url": "https://openstax.org/contact",
    "honeypot": "",
    "submitted_at": 1767225600000,
}


class FormEnvelope(Schema):
    """The metadata that comes with the data of a form."""

    model_config = ConfigDict(extra="forbid")

    source_url: Annotated[PlainText, StringConstraints(max_length=2_000)] | None = Field(
        None, description="The page that the form is on."
    )
    honeypot: Annotated[PlainText, StringConstraints(max_length=1_000)] | None = Field(
        None, description="A field that people do not see. A form with a value in this field counts as spam."
    )
    submitted_at: PageTime = Field(
        None,
        description="The time when the page was loaded: an ISO time, or the milliseconds or seconds since 1970. The "
        "number may have a fraction.",
    )


class FormIn(FormEnvelope):
    """A form with its type and its data."""

    form_type: Annotated[PlainText, StringConstraints(min_length=1, max_length=64)]
    data: dict[Annotated[PlainText, StringConstraints(max_length=MOST_CHARACTERS)], FormValue] = Field(
        max_length=MOST_VALUES
    )


def add_form_schemas(schemas: dict[str, Any]) -> None:
    """Add a schema for each type of form to the OpenAPI document's ``schemas``.

    These schemas only describe: ``case_values_of`` checks the data of a request.
    """
    references = {}
    for name, data in list_data_schemas().items():
        json_schema = _make_form_model(name, data).model_json_schema(ref_template=_REF)
        schemas |= json_schema.pop("$defs")
        schemas[json_schema["title"]] = json_schema
        references[name] = _REF.format(model=json_schema["title"])
    schemas[FormIn.__name__] = {
        "title": FormIn.__name__,
        "description": FormIn.__doc__,
        "oneOf": [{"$ref": reference} for reference in references.values()],
        "discriminator": {"propertyName": "form_type", "mapping": references},
        "example": _EXAMPLE,
    }


def _make_form_model(form_type: str, data: type[Schema]) -> type[Schema]:
    name = f"{form_type.title().replace('_', '')}Form"
    typed: Any = {
        "form_type": (Literal[form_type], Field(description="The type of the form.")),
        "data": (data, Field(description="The fields of the form.")),
    }
    return create_model(name, __base__=FormEnvelope, __doc__=f"A form of the type `{form_type}`.", **typed)


class SubmissionState(Schema):
    id: uuid.UUID = Field(description="The id for GET /forms/submissions/{id}.")
    form_type: str = Field(description="The type that was sent.", examples=["contact_us"])
    status: Literal["pending", "delivered", "failed"] = Field(
        description="pending: the form is stored; delivery continues by itself. failed: Salesforce refused the "
        "form's support case for good, or an operator ended the delivery."
    )


class AnswerThenDeliver(HttpResponse):
    """Sends the answer, then delivers the form.

    Delivery takes time, and spam is not delivered. If the answer waited for the delivery, a quick answer would show a
    bot that its form was taken for spam.
    """

    def __init__(self, submission: FormSubmission, content: bytes) -> None:
        super().__init__(content, status=202, content_type=JSON)
        self._submission = submission

    def close(self) -> None:
        super().close()
        with best_effort("delivery of a form, which stays in the outbox"):
            deliver_submission(self._submission)


@router.post(
    "/forms/submit",
    auth=any_caller(),
    response={202: SubmissionState, **document_errors(400, 401, 403, 413, 415, 422, 429)},
    summary="Send in a form",
)
def submit_form(
    request: HttpRequest, form: FormIn, idempotency_key: IdempotencyKeyText | None = IDEMPOTENCY_KEY
) -> HttpResponse:
    """Store the form, which becomes a support case in Salesforce.

    Values of `data` that the form type does not know are stored with the submission, but not sent to Salesforce.
    """
    identity = require_caller(request).identity
    once = make_idempotent_request(identity=identity, path=_PATH, key=idempotency_key, body=form.dict())
    new = NewSubmission(
        form_type=form.form_type,
        data=form.data,
        source_url=form.source_url or "",
        identity=identity,
        case_values=case_values_of(form.form_type, form.data),
        spam_reason=find_spam_reason(honeypot=form.honeypot, loaded_at=form.submitted_at, data=form.data),
    )
    submission, is_replay = store_submission(new, request=once)
    state = {**_build_state(submission), "status": FormSubmission.Status.PENDING.value}
    response = AnswerThenDeliver(submission, json.dumps(state).encode())
    if is_replay:
        response[REPLAYED] = "true"
    return response


_SubmissionId = Annotated[uuid.UUID, Path(description="The `id` that `POST /forms/submit` returned.")]


@router.get(
    "/forms/submissions/{submission_id}",
    auth=any_caller(),
    response={200: SubmissionState, **document_errors(401, 404, 422, 429)},
    summary="The state of a form",
)
def get_submission(request: HttpRequest, submission_id: _SubmissionId) -> HttpResponse:
    """Return one of the caller's own submissions, with the state of its delivery.

    Other submissions give 404.
    """
    own = FormSubmission.objects.filter(identity=require_caller(request).identity)
    submission = own.select_related("case").filter(pk=submission_id).first()
    if submission is None:
        raise NotFound("No submission with this id.")
    return make_json_response(_build_state(submission))


def _build_state(submission: FormSubmission) -> dict[str, Any]:
    """Return the state that the sender may see: spam stays pending forever."""
    spam = submission.status == FormSubmission.Status.SPAM
    return {
        "id": str(submission.pk),
        "form_type": submission.form_type,
        "status": FormSubmission.Status.PENDING.value if spam else str(submission.status),
    }
