"""``/contact``: the contact of the caller."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from pydantic import AfterValidator, ConfigDict, StringConstraints

from api.auth.callers import get_signed_in_user, logged_in_user
from api.contact.change import change_contact
from api.contact.own import look_up_own_contact
from api.domain.error_types import ErrorType
from api.http.errors import Unprocessable, document_errors
from api.http.fields import PlainText, make_json_response
from api.v1.copied import copied
from sf.models import Contact

router = Router(tags=["contact"])

ChangedText = Annotated[PlainText, AfterValidator(str.strip), StringConstraints(max_length=4096)]
"""A text that may be longer than Salesforce's fields allow: Salesforce checks its own limits."""

_EXAMPLE: Any = {
    "id": "003Ux00000Xy12AAEF",
    "first_name": "Ines",
    "last_name": "Example",
    "full_name": "Ines Example",
    "school": "Example College",
    "role": "Instructor",
    "position": "Full-time faculty",
    "adoption_status": "Current Adopter",
    "subject_interest": "Algebra;Biology",
    "lms": "Canvas",
    "accounts_uuid": "1f6c2e8a-9d3b-4c57-8a10-6e5b7d2f4c90",
    "verification_status": "confirmed_faculty",
    "signup_date": "2025-02-03T00:00:00+00:00",
    "last_modified_date": "2026-01-31T12:00:00+00:00",
    "lead_source": "Account Creation",
}

Expire = Annotated[
    bool,
    Query(description="Read from Salesforce first. While Salesforce is unavailable, the answer comes from the cache."),
]


class ContactDetail(Schema):
    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    id: str = copied(Contact, "id", "Salesforce id of the contact, 18 characters")
    first_name: str | None = copied(Contact, "first_name", "First name")
    last_name: str | None = copied(Contact, "last_name", "Last name")
    full_name: str | None = copied(Contact, "full_name", "Full name, which Salesforce composes")
    school: str | None = Field(
        description="Name of the contact's school (`Account.Name` in Salesforce); null when there is no school, or "
        "when it is not cached."
    )
    role: str | None = copied(Contact, "role", "Role, one value of a picklist")
    position: str | None = copied(Contact, "position", "Position")
    adoption_status: str | None = copied(Contact, "adoption_status", "Status of the contact's adoptions")
    subject_interest: str | None = copied(
        Contact, "subject_interest", "Subjects of interest, values of a picklist separated by semicolons"
    )
    lms: str | None = copied(Contact, "lms", "Learning management system, one value of a picklist")
    accounts_uuid: str | None = copied(Contact, "accounts_uuid", "UUID of the user in OpenStax Accounts, lower case")
    verification_status: str | None = copied(Contact, "verification_status", "Status of the faculty verification")
    signup_date: datetime | None = copied(Contact, "signup_date", "Time of the user's signup")
    last_modified_date: datetime | None = copied(
        Contact, "last_modified_date", "Time of the contact's last modification"
    )
    lead_source: str | None = copied(Contact, "lead_source", "Lead source")


class ContactChange(Schema):
    """The fields to change. A field that is left out or `null` keeps its value; an empty text clears it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "minProperties": 1,
            "example": {"role": "Instructor", "subject_interest": "Algebra;Biology"},
        },
    )

    first_name: ChangedText | None = Field(None, description="The new first name.")
    last_name: ChangedText | None = Field(None, description="The new last name.")
    role: ChangedText | None = Field(None, description="The new role, a value of Salesforce's picklist.")
    subject_interest: ChangedText | None = Field(
        None, description="The new subjects of interest, values of Salesforce's picklist separated by semicolons."
    )
    lms: ChangedText | None = Field(
        None, description="The new learning management system, a value of Salesforce's picklist."
    )

    def changes(self) -> dict[str, str | None]:
        """Return the new values by field, ``None`` for an empty text.

        Fields that are null in the request are left out. Raises ``Unprocessable`` when no field is given.
        """
        if not self.model_fields_set:
            names = ", ".join(type(self).model_fields)
            message = f"Nothing to change: give one or more of {names}."
            raise Unprocessable(message, error_type=ErrorType.NOTHING_GIVEN, errors=[])
        values = {name: getattr(self, name) for name in sorted(self.model_fields_set)}
        return {name: value or None for name, value in values.items() if value is not None}


@router.get(
    "/contact",
    auth=logged_in_user(),
    response={200: ContactDetail, **document_errors(401, 403, 404, 422, 429)},
    summary="Your contact",
)
def get_contact(request: HttpRequest, expire: Expire = False) -> HttpResponse:
    """Return the contact that Salesforce has for the logged-in user, from the cache.

    With `expire`, or when no contact is cached, the contact is read from Salesforce first. If Salesforce has no
    contact of the user, requests without `expire` do not ask Salesforce again for five minutes. If Salesforce is
    unavailable, the answer is the cached contact, or 503 when none is cached.
    """
    return make_json_response(look_up_own_contact(get_signed_in_user(request), expire=expire))


@router.put(
    "/contact",
    auth=logged_in_user(),
    response={200: ContactDetail, **document_errors(400, 401, 403, 404, 413, 415, 422, 429)},
    summary="Change your contact",
)
def update_contact(request: HttpRequest, change: ContactChange) -> HttpResponse:
    """Change the contact in Salesforce, then in the cache. Needs the CSRF token of `GET /me`.

    * 422 with a `salesforce_code`: Salesforce refuses the values. `errors` names the fields and the values that a
      picklist allows.
    * 503: Salesforce is unavailable, or refuses for a reason that may have nothing to do with the values, or the
      contact cannot be shown after the change. The message says whether anything was or may have been changed. The same
      request can be sent again.
    """
    user = get_signed_in_user(request)
    changes = change.changes()
    if not changes:
        return make_json_response(look_up_own_contact(user, expire=False))
    source = f"PUT {request.path_info}"
    return make_json_response(change_contact(user, changes, fields=ContactChange.model_fields, source=source))
