"""Middleware around every request: request id, audit log, probes, HEAD, and the shape of errors."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import resolve
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

from api.auth.throttling import get_rate_limit_result
from api.http.database_trouble import find_database_trouble
from api.http.errors import MESSAGES, make_error_response
from api.http.request_id import HEADER, choose_request_id, set_request_id
from api.middleware.chunked_bodies import find_body_error
from api.middleware.methods import answer_by_method, redirect_extra_slash, without_body
from api.observe.audit import note_page, note_request
from sf.reads.replica import noted_write

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponseBase]

API_PREFIX = "/api/"
PROBES = frozenset({"/ping/", "/readyz", "/readyz/", "/healthz/", "/metrics"})
DATABASE_RETRY_SECONDS = 5
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class RequestIdMiddleware:
    """Sets ``X-Request-ID`` on every answer and in the log lines of its request. Must be outermost.

    Also sets ``Content-Length`` on answers that did not pass through Django's ``CommonMiddleware``, and removes it from
    a 304: Django sets 0 there, which some caches take for the length of the answer that they keep (RFC 9110, section
    8.6).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = choose_request_id(request.headers.get(HEADER, ""))
        set_request_id(request_id)
        response = self._get_response(request)
        response[HEADER] = request_id
        if response.status_code == 304:
            del response["Content-Length"]
        elif isinstance(response, HttpResponse) and not response.has_header("Content-Length"):
            response["Content-Length"] = str(len(response.content))
        return response


class AuditMiddleware:
    """Hands every request under ``/api/`` to the audit log, and counts the requests for pages."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info in PROBES or request.path_info.startswith(settings.STATIC_URL):
            return self._get_response(request)
        began, clock = datetime.now(UTC), time.perf_counter()
        response = self._get_response(request)
        milliseconds = (time.perf_counter() - clock) * 1000
        if request.path_info.startswith(API_PREFIX):
            note_request(request, response, began=began, milliseconds=milliseconds)
        else:
            note_page(request, response, milliseconds=milliseconds)
        return response


class ProbeMiddleware:
    """Answers probes before the host name and HTTPS are checked.

    Load balancers and Prometheus call an IP address over plain HTTP, which those checks would refuse.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info in PROBES:
            view, arguments, options = resolve(request.path_info)
            response: HttpResponseBase = view(request, *arguments, **options)
            return response
        return self._get_response(request)


class HeadMiddleware:
    """Removes the body of the API's answers to HEAD.

    Must be outside the compression middleware, so that ``Content-Length`` is the same as for GET.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        is_api_head = request.method == "HEAD" and request.path_info.startswith(API_PREFIX)
        return without_body(response) if is_api_head else response


class ApiMiddleware:
    """Gives everything under ``/api/`` one error shape, HEAD, OPTIONS, and rate-limit headers.

    Keeps caches from storing an answer unless its route sets ``Cache-Control``.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(API_PREFIX):
            return self._get_response(request)
        response = find_body_error(request) or answer_by_method(request, self._get_response)
        if response.status_code == 404:
            response = redirect_extra_slash(request) or response
        if response.status_code >= 400 and not response.get("Content-Type", "").startswith("application/json"):
            response = _reshape_error(response)
        result = get_rate_limit_result(request)
        for name, value in result.headers().items() if result else ():
            response[name] = value
        response.setdefault("Cache-Control", "no-store")
        if not response["Cache-Control"].startswith("public"):  # public answers are the same for every caller
            patch_vary_headers(response, ("Cookie", "Authorization"))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer when PostgreSQL is unavailable or too slow. Django logs and reports any other exception."""
        if not isinstance(exception, DatabaseError | InterfaceError):
            return None
        trouble = find_database_trouble(exception)
        if trouble is None:
            return None
        logger.error("%s: %s", trouble.log_line, " ".join(str(exception).split()))
        headers = {"Retry-After": str(DATABASE_RETRY_SECONDS)}
        if request.path_info.startswith(API_PREFIX):
            return make_error_response(503, trouble.message, headers=headers, error_type=trouble.type)
        return HttpResponse(render_to_string("503.html"), status=503, headers=headers)


class PageWriteMiddleware:
    """Notes writes from forms on pages (the admin): the dashboard must not read a replica that lacks them."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in _SAFE_METHODS or request.path_info.startswith(API_PREFIX):
            return self._get_response(request)
        with noted_write():
            return self._get_response(request)


class _OnlyForPages(MiddlewareMixin):
    """Makes a Django middleware skip the API, which identifies its callers in ``api/auth/callers.py``."""

    def __call__(self, request: HttpRequest) -> Any:
        if request.path_info.startswith(API_PREFIX):
            return self.get_response(request)
        return super().__call__(request)


class PageSessionMiddleware(_OnlyForPages, SessionMiddleware):
    pass


class PageLoginMiddleware(_OnlyForPages, AuthenticationMiddleware):
    pass


class PageMessageMiddleware(_OnlyForPages, MessageMiddleware):
    pass


def _reshape_error(response: HttpResponseBase) -> HttpResponse:
    """Return our JSON error in place of an HTML or text answer, with that answer's headers and cookies."""
    message = MESSAGES.get(response.status_code, "")
    if response.status_code == 405:
        message = f"This address does not support this method. Supported methods: {response['Allow']}."
    shaped = make_error_response(response.status_code, message)
    for name, value in response.items():
        if name.lower() not in {"content-type", "content-length"}:
            shaped[name] = value
    shaped.cookies = response.cookies
    # Copy Django's mark, so that Django does not log the same error twice.
    vars(shaped)["_has_been_logged"] = vars(response).get("_has_been_logged", False)
    return shaped
