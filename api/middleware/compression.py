"""Compress large answers of the API with gzip, except answers that contain the CSRF token."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

LEAST_BYTES = 1024
_TOKEN_WAS_GIVEN = "CSRF_COOKIE_NEEDS_UPDATE"  # noqa: S105 - what Django notes when it gives out a token


class CompressionMiddleware(GZipMiddleware):
    """Compresses answers of the API, except those with the CSRF token, such as ``/me``.

    If an answer contains the token and a part of the request, an attacker can guess the token from the lengths of
    compressed answers (BREACH). The random bytes that Django adds to compressed answers only slow this attack down.
    """

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        if response.status_code == 304:  # caches merge the headers of a 304 into the stored answer
            patch_vary_headers(response, ("Accept-Encoding",))
        small = isinstance(response, HttpResponse) and len(response.content) <= LEAST_BYTES
        if small or request.META.get(_TOKEN_WAS_GIVEN) or not request.path_info.startswith("/api/"):
            return response
        return super().process_response(request, response)
