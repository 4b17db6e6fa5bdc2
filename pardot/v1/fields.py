"""Types of values in requests that the routes of this app share."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Schema
from pydantic import AfterValidator, StringConstraints

from api.auth.callers import signed_in_user
from api.http.fields import storable
from api.records.values import QueryDate
from pardot.selectors.rows import LARGEST_ID

PathId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
AssetId = Annotated[int, Field(strict=True, ge=1, le=LARGEST_ID)]
Day = QueryDate
"""A day in the form ``2026-01-31`` only."""
_NAME_CHARACTERS = 200


NOT_BLANK: Any = {"pattern": r"\S"}
"""Requires text besides blanks, in the OpenAPI document."""
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(storable)]


class PageQuery(Schema):
    """The requested part of a list."""

    limit: int = Field(50, ge=1, le=500)
    offset: int = Field(0, ge=0, le=10_000_000)


def actor_name(request: HttpRequest) -> str:
    """Return the name of the signed-in user, or else the account's UUID: for ``created_by`` and ``updated_by``."""
    session = signed_in_user(request).session
    return (session.name.replace("\0", "").strip() or session.uuid)[:_NAME_CHARACTERS]
