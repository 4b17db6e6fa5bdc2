"""Declare the headers of answers once, and refer to them from each answer that may have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from api.http.request_id import HEADER
from api.openapi.cleaning import Document, list_methods_and_operations
from api.outbox.idempotency import REPLAYED

_REF = "#/components/headers/{name}"
_TEXT = {"type": "string"}
_HEADERS: Mapping[str, tuple[str, Mapping[str, Any], str | int]] = {
    HEADER: (
        "The id of this request in the service's logs: quote it in a report. A client may send its own id.",
        _TEXT,
        "9b2d7c1e-4f0a-4d3b-8a6e-1c5f7e2d9b04",
    ),
    "ETag": (
        "A tag that changes when the answer changes: send it back as `If-None-Match`.",
        _TEXT,
        '"5d41402abc4b2a76b9719d911017c592"',
    ),
    "Cache-Control": ("Says who may keep the answer, and for how long.", _TEXT, "private, no-cache"),
    "Location": (
        "The address of the case.",
        {**_TEXT, "format": "uri-reference"},
        "/api/v1/case/9b2d7c1e-4f0a-4d3b-8a6e-1c5f7e2d9b04",
    ),
    REPLAYED: (
        "`true` when an earlier request with the same `Idempotency-Key` created the record; left out otherwise.",
        {**_TEXT, "enum": ["true"]},
        "true",
    ),
    "Link": (
        'The address of the next page, as `<address>; rel="next"`; left out on the last page.',
        _TEXT,
        '<https://api.example.org/api/v1/records/books?cursor=eyJ>; rel="next"',
    ),
    "X-As-Of": (
        "The `as_of` of all pages: after the last page, pass it as `modified_since` in the next read.",
        {**_TEXT, "format": "date-time"},
        "2026-01-31T12:00:00Z",
    ),
    "Content-Disposition": (
        "A name for the file; only with CSV.",
        _TEXT,
        'attachment; filename="books-2026-01-31.csv"',
    ),
    "Retry-After": ("Seconds to wait before the next attempt.", {"type": "integer", "minimum": 0}, 7),
    "RateLimit": (
        "The limit that counts this request: `r` requests are left; after `t` seconds there is room for one more.",
        _TEXT,
        '"salesforce";r=4;t=0',
    ),
    "RateLimit-Policy": (
        "The limit that counts this request: `q` requests in `w` seconds.",
        _TEXT,
        '"salesforce";q=5;w=60',
    ),
    "WWW-Authenticate": (
        "The challenge of RFC 6750; `error` says that an API key was refused, or that a scope is missing.",
        _TEXT,
        'Bearer realm="sfapi", error="invalid_token"',
    ),
}
_CSRF_PARAMETER: Mapping[str, Any] = {
    "in": "header",
    "name": "X-CSRFToken",
    "required": False,
    "description": "The `csrf_token` of `GET /api/v1/me`. Needed with the cookie of OpenStax Accounts, ignored with an "
    "API key.",
    "schema": {"type": "string"},
}
_IF_NONE_MATCH: Mapping[str, Any] = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "description": "The `ETag` of an earlier answer. If the answer is still the same, the response is a 304 without a "
    "body.",
    "schema": {"type": "string"},
}
_CHANGING = frozenset({"post", "put", "patch", "delete"})
_RETRIED = frozenset({409, 429, 503})
_CHALLENGED = frozenset({401, 403})
_FILE = "text/csv"


def add_headers(document: Document) -> None:
    """Declare the headers of answers and refer to them; add the headers that requests may need."""
    document["components"]["headers"] = {name: _describe_header(name) for name in _HEADERS}
    for method, operation in list_methods_and_operations(document):
        operation["parameters"] = [*operation.get("parameters", []), *_list_request_headers(method, operation)]
        statuses = set(map(int, operation["responses"]))
        for status, response in operation["responses"].items():
            response["headers"] = {
                name: {"$ref": _REF.format(name=name)} for name in _list_header_names(operation, int(status), statuses)
            }


def _describe_header(name: str) -> dict[str, Any]:
    description, schema, example = _HEADERS[name]
    return {"description": description, "schema": dict(schema), "example": example}


def _list_request_headers(method: str, operation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if method in _CHANGING and operation["security"]:
        yield dict(_CSRF_PARAMETER)
    if 304 in map(int, operation["responses"]):
        yield dict(_IF_NONE_MATCH)


def _list_header_names(operation: Mapping[str, Any], status: int, statuses: set[int]) -> Iterator[str]:
    """Yield the headers of an answer with ``status``. ``statuses``: all statuses of the operation."""
    good = status < 400
    yield HEADER
    if 429 in statuses and (good or status == 429):
        yield from ("RateLimit", "RateLimit-Policy")
    if status in _RETRIED:
        yield "Retry-After"
    if status in _CHALLENGED:
        yield "WWW-Authenticate"
    if good and 304 in statuses:
        yield from ("ETag", "Cache-Control")
    if good and operation["operationId"] == "create_case":
        yield "Location"
    if good and any(parameter["name"] == "Idempotency-Key" for parameter in operation["parameters"]):
        yield REPLAYED
    if good and _FILE in operation["responses"].get(200, {}).get("content", {}):
        yield from _list_record_headers(operation)


def _list_record_headers(operation: Mapping[str, Any]) -> Iterator[str]:
    yield "Content-Disposition"
    if any(parameter["name"] == "cursor" for parameter in operation["parameters"]):
        yield from ("Link", "X-As-Of")
