"""Set the caching headers of answers, and answer conditional requests."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

_ALSO_ON_304 = ("Link", "X-As-Of")


def etag_of(content: bytes) -> str:
    """Return a strong entity tag. Only equal bodies have equal tags."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def weak_etag_of(content: bytes, volatile: Sequence[str]) -> str:
    """Return a weak entity tag. Bodies that differ only in the ``volatile`` texts have equal tags."""
    for text in volatile:
        content = content.replace(text.encode(), b"")
    return f"W/{etag_of(content)}"


def finish_public_response(request: HttpRequest, response: HttpResponse, *, seconds: int) -> HttpResponse:
    """Let every cache keep ``response`` for ``seconds``; return 304 when the caller already has it."""
    response["ETag"] = etag_of(response.content)
    response["Cache-Control"] = f"public, max-age={seconds}"
    return apply_conditions(request, response)


def finish_private_response(request: HttpRequest, response: HttpResponse, *, etag: str = "") -> HttpResponse:
    """Let only the caller keep ``response``, and revalidate it each time. Return 304 if it is unchanged."""
    response["ETag"] = etag or etag_of(response.content)
    response["Cache-Control"] = "private, no-cache"
    return apply_conditions(request, response)


def apply_conditions(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return ``response``, or 304 or 412 when the request's conditions on its ``ETag`` require it.

    Conditions by date are ignored, because answers have no ``Last-Modified`` (RFC 9110, section 13.1.4).
    """
    request.META.pop("HTTP_IF_UNMODIFIED_SINCE", None)
    conditional = get_conditional_response(request, etag=response["ETag"], response=response)
    assert isinstance(conditional, HttpResponse)
    if conditional is not response:
        for name in _ALSO_ON_304:
            if name in response:
                conditional[name] = response[name]
    return conditional
