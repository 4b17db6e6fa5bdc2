"""The one shape of every error: ``{"code": <HTTP status>, "message": <a sentence>}`` and what belongs to some.

Raised from anywhere below a view, answered here; what other layers refuse (an unknown path, a wrong method, a broken
header, a crash) is brought into the same shape by ``api/middleware.py``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from ninja import Field, NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

MESSAGES = {
    400: "The request cannot be understood.",
    403: "This is not allowed.",
    404: "There is nothing at this address; /api/v1/docs/ lists what there is.",
    405: "This method is not possible here.",
    406: "This cannot be had in the form that Accept asks for: JSON, CSV, or HTML where there is a page.",
    413: "The request is too large.",
    409: "Another request with the same Idempotency-Key is still running.",
    415: "The body must be JSON, sent with “Content-Type: application/json”.",
    422: "The request is not valid.",
    429: "Too many requests: try again later.",
    500: "Something went wrong here. It has been noted; the X-Request-ID of this answer helps to find it.",
    502: "Another system refused what it was asked for this.",
    503: "A part of the service is away for the moment: try again soon.",
}


class FieldError(Schema):
    loc: list[str | int]
    message: str


class ErrorBody(Schema):
    """What is wrong: for programs the status again, for people a sentence."""

    code: int
    message: str
    type: str = Field("", description="Why, for programs, where the status alone does not say: `database_busy`.")


class ValidationErrorBody(ErrorBody):
    errors: list[FieldError] = []
    salesforce_code: str = Field("", description="Only when Salesforce refused: its own code, `DUPLICATES_DETECTED`.")


class ApiError(Exception):
    """An error with its answer."""

    status = 500

    def __init__(
        self,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, Any]] | None = None,
        salesforce_code: str = "",
        error_type: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.headers = headers or {}
        self.extra: dict[str, Any] = {}
        if errors is not None:
            self.extra["errors"] = list(errors)
        if salesforce_code:
            self.extra["salesforce_code"] = salesforce_code
        if error_type:
            self.extra["type"] = error_type

    def response(self) -> HttpResponse:
        return error_response(self.status, self.message, headers=self.headers, **self.extra)


class NotAuthenticated(ApiError):
    status = 401

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"WWW-Authenticate": 'Bearer realm="sfapi"'})


class Forbidden(ApiError):
    status = 403


class NotFound(ApiError):
    status = 404


class Conflict(ApiError):
    status = 409

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message, headers={"Retry-After": str(retry_after)})


class Unprocessable(ApiError):
    status = 422


class TooManyRequests(ApiError):
    status = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message, headers={"Retry-After": str(retry_after)})


class BadGateway(ApiError):
    """A system that we ask refuses: trying again does not help, the message says what does."""

    status = 502


class Unavailable(ApiError):
    status = 503

    def __init__(self, message: str, *, retry_after: int, error_type: str = "") -> None:
        super().__init__(message, headers={"Retry-After": str(retry_after)}, error_type=error_type)


def error_response(
    status: int, message: str = "", *, headers: Mapping[str, str] | None = None, **extra: Any
) -> HttpResponse:
    body = {"code": status, "message": message or MESSAGES.get(status, MESSAGES[400]), **extra}
    # What a client sent may be in a message, half a surrogate pair too.
    content = json.dumps(body, ensure_ascii=False).encode(errors="replace")
    return HttpResponse(content, status=status, content_type="application/json", headers=dict(headers or {}))


def documented(*statuses: int) -> dict[int, Any]:
    """For ``response=`` of a route: the errors that it can answer with, beside those that all can."""
    wanted = {*statuses, 500, 503}
    return {status: ValidationErrorBody if status == 422 else ErrorBody for status in sorted(wanted)}


def add_error_handlers(api: NinjaAPI) -> None:
    """Every exception of a view becomes an answer in the one shape; what is unknown goes on to Django, which logs."""
    api.add_exception_handler(ApiError, _api_error)
    api.add_exception_handler(HttpError, _http_error)
    api.add_exception_handler(ValidationError, _validation_error)
    api.add_exception_handler(Http404, lambda request, error: error_response(404))
    api.add_exception_handler(RequestDataTooBig, lambda request, error: error_response(413))
    api.add_exception_handler(UnreadablePostError, lambda request, error: error_response(400))
    api.add_exception_handler(Exception, _raise)


def _api_error(request: HttpRequest, error: ApiError | type[ApiError]) -> HttpResponse:
    assert isinstance(error, ApiError)
    return error.response()


def _http_error(request: HttpRequest, error: HttpError | type[HttpError]) -> HttpResponse:
    """Ninja's own; what our body parser refused is inside of it."""
    assert isinstance(error, HttpError)
    if isinstance(error.__cause__, ApiError):
        return error.__cause__.response()
    return error_response(error.status_code, error.message if error.status_code != 400 else "")


def _validation_error(request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    assert isinstance(error, ValidationError)
    errors = [{"loc": _location(each["loc"]), "message": _sentence(each)} for each in error.errors]
    first = errors[0]
    where = ".".join(map(str, first["loc"][1:])) or first["loc"][0]
    return error_response(422, f"The request is not valid: {where}: {first['message']}.", errors=errors)


_LENGTHS = {"too_short": ("at least", "min_length"), "too_long": ("at most", "max_length")}


def _sentence(error: Mapping[str, Any]) -> str:
    """Pydantic's words, but for the length of a text that has a check of its own: it calls characters items."""
    if error["type"] in _LENGTHS and error.get("ctx", {}).get("field_type") == "Value":
        bound, name = _LENGTHS[error["type"]]
        number = error["ctx"][name]
        return f"Text should have {bound} {number:,} character{'' if number == 1 else 's'}"
    return str(error["msg"]).removeprefix("Value error, ")


def _location(loc: Sequence[str | int]) -> list[str | int]:
    """``["body", "subject"]``: ninja puts the name of our function's parameter between."""
    return [loc[0], *loc[2:]] if loc[0] == "body" else list(loc)


def _raise(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    raise error
