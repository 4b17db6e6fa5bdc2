"""``GET /books``."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from ninja import Router, Schema

from api.auth import caller_with
from api.errors import documented
from api.fields import JSON, json_response
from api.scopes import Scope
from sf.selectors import BOOK_COLUMNS, active_books

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
    content, etag = _rendered(active_books())
    response = HttpResponse(content, content_type=JSON)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    conditional = get_conditional_response(request, etag=etag, response=response)
    assert isinstance(conditional, HttpResponse)
    return conditional


@lru_cache(maxsize=2)
def _rendered(books: tuple[tuple[str | None, ...], ...]) -> tuple[bytes, str]:
    """The answer and its ``ETag``. The same books are asked for again and again: writing them out anew took longer than
    all the rest."""
    items = [dict(zip(BOOK_COLUMNS, book, strict=True)) for book in books]
    content = json_response({"count": len(items), "books": items}).content
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'
