"""Compress large answers with gzip, except where they contain a secret."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware

LEAST_BYTES = 1024
_TOKEN_WAS_GIVEN = "CSRF_COOKIE_NEEDS_UPDATE"  # noqa: S105 - what Django notes when it gives out a token


class CompressionMiddleware(GZipMiddleware):
    """Compresses answers of the API, except those with the CSRF token, such as ``/me``.

    A compressed answer may contain the token and a part of the request. An attacker who sees its length can then guess
    the token (BREACH). Django pads all compressed answers with random bytes.
    """

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        small = isinstance(response, HttpResponse) and len(response.content) <= LEAST_BYTES
        if small or request.META.get(_TOKEN_WAS_GIVEN) or not request.path_info.startswith("/api/"):
            return response
        return super().process_response(request, response)
