"""Answers that browsers and shared caches may keep."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response


def etag_of(content: bytes) -> str:
    """Return a strong entity tag: equal exactly for equal bodies."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def public_response(request: HttpRequest, response: HttpResponse, *, seconds: int) -> HttpResponse:
    """Let everyone keep ``response`` for ``seconds``; 304 without a body when the caller has the same one already."""
    response["ETag"] = etag_of(response.content)
    response["Cache-Control"] = f"public, max-age={seconds}"
    conditional = get_conditional_response(request, etag=response["ETag"], response=response)
    assert isinstance(conditional, HttpResponse)
    return conditional
