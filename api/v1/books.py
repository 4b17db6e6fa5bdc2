"""``GET /books``."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from api.auth.callers import caller_with
from api.domain.scopes import Scope
from api.http.caching import apply_conditions, etag_of
from api.http.errors import document_errors
from api.http.fields import JSON, make_json_response
from api.v1.copied import copied
from sf.models import Book
from sf.reads.selectors import build_active_books_query, build_books_state_query

router = Router(tags=["books"])


class BookItem(Schema):
    id: str = copied(Book, "id", "Salesforce id of the book, 18 characters")
    name: str | None = copied(Book, "name", "Name of the book")
    official_name: str | None = copied(Book, "official_name", "Official name of the book")
    type: str | None = copied(Book, "type", "Type of the book")
    subject_areas: str | None = copied(Book, "subject_areas", "Subject areas of the book, separated by semicolons")
    website_url: str | None = copied(Book, "website_url", "Address of the book's web page")


class BookList(Schema):
    count: int = Field(description="The number of `books`.")
    books: list[BookItem] = Field(description="All active books, by name.")


@router.get(
    "/books",
    auth=caller_with(Scope.READ_BOOKS),
    response={200: BookList, 304: None, **document_errors(401, 403, 429)},
    summary="All active books",
)
def list_books(request: HttpRequest) -> HttpResponse:
    """Return the active books by name.

    Send the `ETag` back as `If-None-Match`: 304 means that nothing has changed.
    """
    [state] = build_books_state_query().rows()
    content, etag = _render(**state)
    response = HttpResponse(content, content_type=JSON)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return apply_conditions(request, response)


@lru_cache(maxsize=2)
def _render(books: int, last_change: datetime | None) -> tuple[bytes, str]:
    """Return the answer and its ``ETag``, cached until a book changes.

    Reading and encoding the same books for each request took longer than the rest of the request.
    """
    items = build_active_books_query().rows()
    content = make_json_response({"count": len(items), "books": items}).content
    return content, etag_of(content)
