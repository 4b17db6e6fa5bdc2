"""``GET /books``."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from api.auth.callers import caller_with
from api.domain.scopes import Scope
from api.http.caching import conditional_response, etag_of
from api.http.errors import documented
from api.http.fields import JSON, json_response
from api.protection.first_read import reads_first, rows_read_first
from sf.reads.selectors import active_books, books_state

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
@reads_first(lambda request: books_state())
def list_books(request: HttpRequest) -> HttpResponse:
    """Send the `ETag` back as `If-None-Match`: the answer is 304 as long as nothing has changed."""
    [state] = rows_read_first(request, books_state())
    content, etag = _rendered(**state)
    response = HttpResponse(content, content_type=JSON)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return conditional_response(request, response)


@lru_cache(maxsize=2)
def _rendered(books: int, last_change: datetime | None) -> tuple[bytes, str]:
    """The answer and its ``ETag``, kept as long as no book changes: reading and writing out the same ones again and
    again took longer than all the rest."""
    del books, last_change
    items = active_books().rows()
    content = json_response({"count": len(items), "books": items}).content
    return content, etag_of(content)
