"""Adapt our authentication, rate limits and error shape to Django REST framework."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.request import MediaType
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from api.auth.callers import Caller, demand_scope, require_caller
from api.auth.throttling import RateThrottle, make_throttled_response
from api.domain.scopes import Scope
from api.http.errors import ApiError, Unprocessable, make_error_response


class RecordsRate(RateThrottle):
    """The limit for reading in bulk, separate from the limits of the other routes."""

    policy = "records"
    rate = "120/min"


_RATE = RecordsRate()


class CallerAuthentication(BaseAuthentication):
    """Sets ``request.user`` to the ``Caller`` of the request."""

    def authenticate(self, request: Request) -> tuple[Caller, None]:
        return require_caller(request._request), None


class MayReadRecords(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        caller: Any = request.user
        demand_scope(Scope.READ_RECORDS)(caller)
        return True


class RecordsThrottle(BaseThrottle):
    def allow_request(self, request: Request, view: APIView) -> bool:
        return _RATE.allow_request(request._request)

    def wait(self) -> None:
        """Return nothing: ``make_throttled_response`` sets ``Retry-After``."""


class Negotiation(DefaultContentNegotiation):
    """Chooses the format of an answer: ``format`` in the address, or else the best match of ``Accept``.

    An unknown ``format`` gets 422, where Django REST framework would answer with 404.
    """

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        renderers = list(renderers)
        if name := request.query_params.get("format"):
            renderer = self.filter_renderers(renderers, name)[0]
            return renderer, renderer.media_type
        header = request._request.headers.get("Accept", "*/*")
        accepted = [MediaType(token) for token in header.split(",") if token.strip()]
        best = max(renderers, key=lambda renderer: _compute_preference(accepted, renderer.media_type))
        if not any(_compute_preference(accepted, best.media_type)):
            raise exceptions.NotAcceptable
        return best, best.media_type

    def filter_renderers(self, renderers: Iterable[BaseRenderer], format: str) -> list[BaseRenderer]:  # noqa: A002
        renderers = list(renderers)
        matching = [renderer for renderer in renderers if renderer.format == format]
        if not matching:
            message = f"Give one of {', '.join(str(renderer.format) for renderer in renderers)}"
            errors = [{"loc": ["query", "format"], "message": message}]
            raise Unprocessable(f"The request is not valid: format: {message}.", errors=errors)
        return matching


def _compute_preference(accepted: Sequence[MediaType], media_type: str) -> tuple[float, int, int]:
    """Return how much a client wants a type: weight, precision and place of its entry in ``Accept``.

    The weight is 0 when the client does not accept the type. The most precise entry for the type decides, so
    ``application/json;q=0, */*`` excludes JSON.
    """
    covering = [each for each in accepted if _covers(each, media_type)]
    if not covering:
        return 0, 0, 0
    entry = max(covering, key=lambda each: each.specificity)
    return (entry.quality, entry.specificity, -accepted.index(entry)) if entry.quality else (0, 0, 0)


def _covers(accepted: MediaType, media_type: str) -> bool:
    """Return whether ``accepted`` includes ``media_type``. Parameters such as ``charset`` are ignored."""
    accepted_parts = (accepted.main_type.lower(), accepted.sub_type.lower())
    return all(want in {"*", have} for want, have in zip(accepted_parts, media_type.split("/"), strict=True))


def answer_error(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """Return the answer to an error of a view; ``None`` for errors that Django must log."""
    if isinstance(error, ApiError):
        return error.response()
    if isinstance(error, exceptions.Throttled):
        return make_throttled_response(request)
    if isinstance(error, exceptions.MethodNotAllowed):
        # Middleware writes the body of a 405, and adds HEAD and OPTIONS to its ``Allow`` header.
        return HttpResponseNotAllowed(["GET"])
    if isinstance(error, exceptions.NotAcceptable):
        return make_error_response(406)
    if isinstance(error, exceptions.APIException):
        return make_error_response(error.status_code)
    return make_error_response(404) if isinstance(error, Http404) else None


class GuardedView(APIView):
    """The base of the read-only views for callers with ``read:records``.

    It checks the method, the caller, the rate limit and the format, in this order. Then the subclass reads the
    parameters.
    """

    http_method_names = ["get"]
    authentication_classes = [CallerAuthentication]
    permission_classes = [MayReadRecords]
    throttle_classes = [RecordsThrottle]
    content_negotiation_class = Negotiation
    format_kwarg = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if str(request.method).lower() not in self.http_method_names:
            raise exceptions.MethodNotAllowed(str(request.method))
        self.perform_authentication(request)
        self.check_permissions(request)
        self.check_throttles(request)
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]
        answer = answer_error(self.request._request, exc)
        if answer is None:
            raise exc
        return answer
