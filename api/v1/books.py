"""``GET /books``."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from ninja import Router, Schema

from api.auth import caller_with
from api.errors import documented
from api.fields import json_response
from api.scopes import Scope
from sf.selectors import active_books

router = Router(tags=["books"])


class BookItem(Schema):
    id: str
    name: str | None
    official_name: str | None
    type: str | None
    subject_areas: str | None
    website_url: str | None


class BookList(Schema):
    count: int
    books: list[BookItem]


@router.get(
    "/books",
    auth=caller_with(Scope.READ_BOOKS),
    response={200: BookList, 304: None, **documented(401, 403, 429)},
    summary="All active books",
)
def list_books(request: HttpRequest) -> HttpResponse:
    """Send the `ETag` back as `If-None-Match`: the answer is 304 as long as nothing has changed."""
    books = active_books()
    response = json_response({"count": len(books), "books": books})
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    conditional = get_conditional_response(request, etag=etag, response=response)
    assert isinstance(conditional, HttpResponse)
    return conditional
