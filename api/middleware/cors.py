"""Decide which pages of other sites may call the API with the visitor's cookie.

Source: https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

PREFLIGHT_SECONDS = 3600
PREFIX = "/api/"

_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_REQUEST_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-CSRFToken, X-Request-ID, "
    "baggage, sentry-trace, traceparent, tracestate"
)
"""In browsers, Sentry and OpenTelemetry add the last four headers to a page's requests.
If these headers were not allowed, such a page could not call the API."""
_ANSWER_HEADERS = (
    "Content-Disposition, ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, "
    "WWW-Authenticate, X-As-Of, X-Request-ID"
)
_ENTRY = re.compile(r"(https?)://(\*\.)?((?:[a-z0-9-]+\.)*[a-z0-9-]+)(:[0-9]+)?")
_LABELS = r"(?:[a-z0-9_-]+\.)+"


class CorsMiddleware:
    """Lets pages of ``CORS_ALLOWED_ORIGINS`` call with the visitor's cookie. Never sends a wildcard."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not settings.CORS_ALLOWED_ORIGINS or not request.path_info.startswith(PREFIX):
            return self._get_response(request)
        origin = request.headers.get("Origin", "")
        preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        response = HttpResponse(status=204) if preflight else self._get_response(request)
        patch_vary_headers(response, ("Origin",))
        if is_allowed(origin, tuple(settings.CORS_ALLOWED_ORIGINS)):
            response["Access-Control-Allow-Origin"] = origin
            response["Access-Control-Allow-Credentials"] = "true"
            response["Access-Control-Expose-Headers"] = _ANSWER_HEADERS
            if preflight:
                response["Access-Control-Allow-Methods"] = _METHODS
                response["Access-Control-Allow-Headers"] = _REQUEST_HEADERS
                response["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
        return response


def is_allowed(origin: str, entries: tuple[str, ...]) -> bool:
    """Return whether ``origin`` is one of ``entries``, or matches a pattern of subdomains among them."""
    return origin in entries or any(pattern.fullmatch(origin) for pattern in _compile_patterns(entries))


@lru_cache(maxsize=8)
def _compile_patterns(entries: tuple[str, ...]) -> list[re.Pattern[str]]:
    parts = [match.groups(default="") for entry in entries if (match := _ENTRY.fullmatch(entry)) and match[2]]
    return [re.compile(f"{scheme}://{_LABELS}{re.escape(domain + port)}") for scheme, _, domain, port in parts]


def is_entry(text: str) -> bool:
    """Return whether ``text`` is an origin or a pattern of subdomains. ``https://*.com`` is too wide."""
    match = _ENTRY.fullmatch(text)
    return match is not None and not (match[2] and "." not in match[3] and match[3] != "localhost")
