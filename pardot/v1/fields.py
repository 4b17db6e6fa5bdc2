"""Request values that several routes share, and the name of the signed-in user."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Schema
from pydantic import StringConstraints

from api.auth.callers import get_signed_in_user
from api.http.fields import STORABLE
from api.models import SuperUser
from api.records.values import QueryDate
from pardot.planning.team import find_member_by_account
from pardot.selectors.rows import LARGEST_ID

PathId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
AssetId = Annotated[int, Field(strict=True, ge=1, le=LARGEST_ID)]
Day = QueryDate
"""A day in the form ``2026-01-31`` only."""
_NAME_CHARACTERS = 200


NOT_BLANK: Any = {"pattern": r"\S"}
"""The pattern in the OpenAPI document for text that must not be blank."""
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), STORABLE]


class PageQuery(Schema):
    """The query parameters that select a part of a list."""

    limit: int = Field(50, ge=1, le=500)
    offset: int = Field(0, ge=0, le=10_000_000)


def get_actor_name(request: HttpRequest) -> str:
    """Return the name of the signed-in user, for ``created_by`` and ``updated_by``.

    For an account without a name, return the name of its team member or Super User, or else its UUID.
    """
    session = get_signed_in_user(request).session
    name = session.name.replace("\0", "").strip() or _load_known_name(session.uuid) or session.uuid
    return name[:_NAME_CHARACTERS]


def _load_known_name(account: str) -> str:
    member = find_member_by_account(account)
    if member is not None:
        return member.name
    return SuperUser.objects.filter(accounts_uuid=account).values_list("name", flat=True).first() or ""
