"""Set security headers on every answer. Above all, browsers may run only our own files."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # the API page's style sheet draws its arrows with data: URLs
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
"""No inline script or style, nothing from other sites. Source: https://www.w3.org/TR/CSP3/"""

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_DEBUG_PAGES = frozenset({400, 403, 404, 500})


class SecurityHeadersMiddleware:
    """Sets the headers. Comes early, so that redirects, refusals, probes and static files have them too.

    Django's own error pages for developers (``DEBUG`` only) consist of inline styles and scripts, so they are sent
    without the policy.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        if settings.DEBUG and response.status_code in _DEBUG_PAGES and _is_page(response):
            del response["Content-Security-Policy"]
        return response


def _is_page(response: HttpResponseBase) -> bool:
    return response.get("Content-Type", "").startswith("text/html")
