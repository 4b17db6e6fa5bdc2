"""``GET /contact``: one's own contact."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from api.auth import logged_in_user, signed_in_user
from api.errors import documented
from api.fields import json_response
from api.own_contact import own_contact_looked_up

router = Router(tags=["contact"])


class ContactDetail(Schema):
    id: str
    first_name: str | None
    last_name: str | None
    full_name: str | None
    school: str | None
    role: str | None
    position: str | None
    adoption_status: str | None
    subject_interest: str | None
    lms: str | None
    accounts_uuid: str | None
    verification_status: str | None
    signup_date: datetime | None
    last_modified_date: datetime | None
    lead_source: str | None


@router.get(
    "/contact",
    auth=logged_in_user(),
    response={200: ContactDetail, **documented(401, 403, 404, 422, 429)},
    summary="One's own contact",
)
def get_contact(request: HttpRequest, expire: bool = False) -> HttpResponse:
    """The contact that Salesforce has for the logged-in user, from the cache. Salesforce itself is asked when the user
    is not cached yet, and with `expire`; what is cached is the answer when it is away."""
    return json_response(own_contact_looked_up(signed_in_user(request), expire=expire))
