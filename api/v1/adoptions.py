"""``GET /adoptions``: the adoptions of the caller."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from api.auth.callers import get_signed_in_user, logged_in_user
from api.contact.own import look_up_own_contact, require_own_adoptions
from api.domain.error_types import ErrorType
from api.http.errors import NotFound, Unprocessable, document_errors
from api.http.fields import make_json_response
from api.v1.books import BookItem
from api.v1.contact import Expire
from api.v1.copied import copied
from sf.live.look_ups import look_up_adoptions
from sf.models import Adoption
from sf.reads.selectors import CONFIRMED, build_adoptions_query

LIFETIME = timedelta(hours=1)
"""The time that a client may keep an answer.
Browsers are told to keep it only if the request had no ``expire``."""

router = Router(tags=["adoptions"])

_Confirmed = Annotated[
    bool, Query(description="Only adoptions that an instructor has confirmed. Not together with `assumed`.")
]
_Assumed = Annotated[
    bool, Query(description="Only adoptions that no instructor has confirmed. Not together with `confirmed`.")
]


class AdoptionItem(Schema):
    id: str = copied(Adoption, "id", "Salesforce id of the adoption, 18 characters")
    book: BookItem | None = Field(
        description="The book of the adoption's opportunity; null when there is no opportunity or no book, or when one "
        "of them is not cached."
    )
    base_year: int | None = copied(Adoption, "base_year", "Base year of the adoption, such as 2025")
    school_year: str | None = copied(Adoption, "school_year", "School year of the adoption, as text")
    school: str | None = Field(
        description="Name of the school of the adoption's opportunity (`Account.Name` in Salesforce); null when there "
        "is no opportunity or no school, or when one of them is not cached."
    )
    confirmation_type: str | None = copied(
        Adoption, "confirmation_type", f"Type of confirmation; `{CONFIRMED}`: by an instructor"
    )
    students: int | None = copied(Adoption, "students", "Number of students")
    savings: float | None = copied(
        Adoption, "savings", "Savings of the students, an amount of money in the currency of Salesforce's field"
    )
    how_using: str | None = copied(Adoption, "how_using", "The use of the book")
    confirmation_date: date | None = copied(Adoption, "confirmation_date", "Day of the confirmation")


class AdoptionList(Schema):
    count: int = Field(description="The number of `adoptions`.")
    contact_id: str = Field(description="Salesforce id of the user's contact, 18 characters.")
    first_year_adopting_openstax: int | None = Field(
        description="The lowest `base_year` of these adoptions; null when no adoption has a base year."
    )
    total_students: int = Field(description="Sum of the `students` of these adoptions, without negative numbers.")
    total_savings: float = Field(description="Sum of the `savings` of these adoptions, without negative amounts.")
    adoptions: list[AdoptionItem] = Field(description="The requested adoptions, the newest `base_year` first.")
    cache_create: datetime = Field(description="The time of this answer.")
    cache_expire: datetime = Field(
        description="The time until which a client may keep this answer: one hour after `cache_create`."
    )


@router.get(
    "/adoptions",
    auth=logged_in_user(),
    response={200: AdoptionList, **document_errors(401, 403, 404, 422, 429)},
    summary="Your adoptions",
)
def list_adoptions(
    request: HttpRequest, confirmed: _Confirmed = False, assumed: _Assumed = False, expire: Expire = False
) -> HttpResponse:
    """Return the caller's adoptions.

    With `confirmed`, return only adoptions that an instructor has confirmed; with `assumed`, only the others. With
    `expire`, read the adoptions from Salesforce first. If Salesforce is unavailable, return the cached adoptions.
    """
    if confirmed and assumed:
        raise Unprocessable("confirmed and assumed exclude each other: give one of them.", errors=[])
    user = get_signed_in_user(request)
    if expire:
        look_up_own_contact(user, expire=True, look_up=look_up_adoptions)
    statement = build_adoptions_query(user.session.uuid, confirmed=confirmed if confirmed or assumed else None)
    contact_id, adoptions = require_own_adoptions(statement.rows())
    if not adoptions:
        raise NotFound("No cached adoptions of this user match.", error_type=ErrorType.NO_MATCH)
    now = datetime.now(UTC).replace(microsecond=0)
    response = make_json_response(
        {
            "count": len(adoptions),
            "contact_id": contact_id,
            "first_year_adopting_openstax": min(_list_numbers(adoptions, "base_year"), default=None),
            "total_students": _sum_positive(adoptions, "students"),
            "total_savings": _sum_positive(adoptions, "savings"),
            "adoptions": adoptions,
            "cache_create": now,
            "cache_expire": now + LIFETIME,
        }
    )
    if not expire:  # otherwise the browser would answer the next request with `expire` from its own cache
        response["Cache-Control"] = f"private, max-age={int(LIFETIME.total_seconds())}"
    return response


def _list_numbers(adoptions: Iterable[dict[str, Any]], name: str) -> list[Any]:
    return [adoption[name] for adoption in adoptions if adoption[name] is not None]


def _sum_positive(adoptions: Iterable[dict[str, Any]], name: str) -> Any:
    """Sum the positive figures. A negative figure corrects a figure that is not among ``adoptions``."""
    return sum(number for number in _list_numbers(adoptions, name) if number > 0)
