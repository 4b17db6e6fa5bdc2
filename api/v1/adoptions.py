"""``GET /adoptions``: one's own adoptions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from api.auth.callers import logged_in_user, signed_in_user
from api.contact.own import own_adoptions, own_contact_looked_up
from api.domain.error_types import ErrorType
from api.http.errors import NotFound, Unprocessable, documented
from api.http.fields import json_response
from api.protection.first_read import reads_first, rows_read_first
from api.v1.books import BookItem
from sf.ingest.prepared import Statement
from sf.live.look_ups import adoptions_look_up
from sf.reads.selectors import adoptions_by_uuid

LIFETIME = timedelta(hours=1)
"""How long a browser may keep the answer."""

router = Router(tags=["adoptions"])


class AdoptionItem(Schema):
    id: str
    book: BookItem | None
    base_year: int | None
    school_year: str | None
    school: str | None
    confirmation_type: str | None
    students: int | None
    savings: float | None
    how_using: str | None
    confirmation_date: date | None


class AdoptionList(Schema):
    count: int
    contact_id: str
    first_year_adopting_openstax: int | None
    total_students: int
    total_savings: float
    adoptions: list[AdoptionItem]
    cache_create: datetime
    cache_expire: datetime


def _own_adoptions(request: HttpRequest) -> Statement | None:
    """Which of them, and whether Salesforce is asked before, nobody knows before the query is read."""
    return None if request.GET else adoptions_by_uuid(signed_in_user(request).session.uuid)


@router.get(
    "/adoptions",
    auth=logged_in_user(),
    response={200: AdoptionList, **documented(401, 403, 404, 422, 429)},
    summary="One's own adoptions",
)
@reads_first(_own_adoptions)
def list_adoptions(
    request: HttpRequest, confirmed: bool = False, assumed: bool = False, expire: bool = False
) -> HttpResponse:
    """With `confirmed` only those that an instructor has confirmed, with `assumed` only the others. With `expire` they
    are read from Salesforce first; what is cached is the answer when it is away."""
    if confirmed and assumed:
        raise Unprocessable("confirmed and assumed exclude each other: give one of them.", errors=[])
    user = signed_in_user(request)
    if expire:
        own_contact_looked_up(user, expire=True, look_up=adoptions_look_up)
    wanted = adoptions_by_uuid(user.session.uuid, confirmed=confirmed if confirmed or assumed else None)
    contact_id, adoptions = own_adoptions(rows_read_first(request, wanted))
    if not adoptions:
        raise NotFound("There are no such adoptions of this user here.", error_type=ErrorType.NO_MATCH)
    now = datetime.now(UTC).replace(microsecond=0)
    response = json_response(
        {
            "count": len(adoptions),
            "contact_id": contact_id,
            "first_year_adopting_openstax": min(_numbers(adoptions, "base_year"), default=None),
            "total_students": _total(adoptions, "students"),
            "total_savings": _total(adoptions, "savings"),
            "adoptions": adoptions,
            "cache_create": now,
            "cache_expire": now + LIFETIME,
        }
    )
    if not expire:  # otherwise a browser would answer the next one itself
        response["Cache-Control"] = f"private, max-age={int(LIFETIME.total_seconds())}"
    return response


def _numbers(adoptions: Iterable[dict[str, Any]], name: str) -> list[Any]:
    return [adoption[name] for adoption in adoptions if adoption[name] is not None]


def _total(adoptions: Iterable[dict[str, Any]], name: str) -> Any:
    """Negative figures are corrections of something that is not here, so they do not count."""
    return sum(number for number in _numbers(adoptions, name) if number > 0)
