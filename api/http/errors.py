"""Give every error the same shape.

An error has ``code`` (the HTTP status), ``type`` (for programs), ``message`` and ``detail``. The last two have the same
text, because some clients read ``message`` and some read ``detail``. Some errors have more fields. When the code of a
Ninja route raises an error, the handlers here turn the error into a response. Other layers refuse an unknown path, a
wrong method or a broken header. ``api/middleware/requests.py`` gives the same shape to their responses, and to the
response after a crash.
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

from api.domain.error_types import OF_STATUS, ErrorType
from api.http.refusal_words import describe_error

MESSAGES = {
    400: "The request is malformed.",
    403: "This is not allowed.",
    404: "There is nothing at this address. All addresses are in /api/v1/docs/.",
    405: "This address does not support this method.",
    406: "None of the formats that Accept names is available here. Ask for JSON, CSV or HTML.",
    411: "The length of the body is missing: send Content-Length, or a complete chunked body.",
    412: "The condition of this request (If-Match) is not met.",
    413: "The request is too large.",
    415: "The body must be JSON, sent with “Content-Type: application/json”.",
    422: "The request is not valid.",
    429: "Too many requests: try again later.",
    500: "An unexpected error happened and was logged. Give the X-Request-ID of this response when you report it.",
    502: "This request needs another system, which refused to do its part.",
    503: "A part of the service is unavailable at the moment: try again soon.",
}


class FieldError(Schema):
    """A refused value."""

    loc: list[str | int] = Field(
        description="The place: `body`, `query`, `path` or `header`, then the names of fields or parameters, or "
        "positions in lists."
    )
    message: str = Field(description="The reason why the value was refused.")
    allowed: list[str] = Field(
        [],
        description="The active values of the Salesforce picklist that refused the value. Absent for other refusals, "
        "and when the picklist could not be read in time. A record type may allow fewer values. To send several "
        "values, separate them with semicolons.",
    )


class ErrorBody(Schema):
    """An error: `code` is the HTTP status, `type` tells programs the reason, `message` tells people."""

    code: int = Field(description="The HTTP status.")
    type: ErrorType = Field(description="The reason, for programs.")
    message: str = Field(description="The reason, for people. The wording may change.")
    detail: str = Field(description="The same text as `message`.")


class ForbiddenBody(ErrorBody):
    """A 403 error."""

    scope: str = Field("", description="The scope that the caller lacks; only with the type `scope_missing`.")


class RetryBody(ErrorBody):
    """A temporary error."""

    retry_after: int = Field(description="Seconds to wait before the next attempt, as in `Retry-After`.")


class ValidationErrorBody(ErrorBody):
    """A 422 error."""

    errors: list[FieldError] = Field(
        [], description="One entry for each refused value; empty or absent when no value is to blame."
    )
    salesforce_code: str = Field(
        "", description="Salesforce's code for its refusal; only with the type `salesforce_refused`."
    )


class ApiError(Exception):
    """An error to return to the client.

    A subclass whose errors usually have the same type sets ``default_type``.
    """

    status = 500
    default_type: ErrorType | None = None

    def __init__(
        self,
        message: str,
        *,
        error_type: ErrorType | None = None,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, Any]] | None = None,
        salesforce_code: str = "",
        scope: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.headers = headers or {}
        self.error_type = error_type or self.default_type
        optional = {"salesforce_code": salesforce_code, "scope": scope}
        self.extra: dict[str, Any] = {name: value for name, value in optional.items() if value}
        if errors is not None:
            self.extra["errors"] = list(errors)

    def response(self) -> HttpResponse:
        return make_error_response(
            self.status, self.message, error_type=self.error_type, headers=self.headers, **self.extra
        )


class NotAuthenticated(ApiError):
    """401 with the challenge of RFC 6750. The challenge has ``error`` only when an API key was refused."""

    status = 401

    def __init__(self, message: str, error_type: ErrorType, *, bad_token: bool = False) -> None:
        super().__init__(message, error_type=error_type, headers=make_challenge("invalid_token" if bad_token else ""))


class Forbidden(ApiError):
    status = 403

    def __init__(self, message: str, error_type: ErrorType, *, scope: str = "") -> None:
        headers = make_challenge("insufficient_scope", scope=scope) if scope else None
        super().__init__(message, error_type=error_type, headers=headers, scope=scope)


class NotFound(ApiError):
    status = 404
    default_type = ErrorType.RECORD_NOT_FOUND


class Unprocessable(ApiError):
    status = 422
    default_type = ErrorType.FIELD_INVALID


class BadGateway(ApiError):
    """Another system refused to do its part. A retry does not help; the message says what to do."""

    status = 502

    def __init__(self, message: str, error_type: ErrorType) -> None:
        super().__init__(message, error_type=error_type)


class TemporaryError(ApiError):
    """An error with ``Retry-After``: a later request may succeed."""

    def __init__(self, message: str, error_type: ErrorType, *, retry_after: int) -> None:
        super().__init__(message, error_type=error_type, headers={"Retry-After": str(retry_after)})


class Conflict(TemporaryError):
    status = 409


class TooManyRequests(TemporaryError):
    status = 429


class Unavailable(TemporaryError):
    status = 503


def make_challenge(error: str = "", *, scope: str = "") -> dict[str, str]:
    """Return the header ``WWW-Authenticate`` (RFC 6750, section 3)."""
    parts = {"realm": "sfapi", "error": error, "scope": scope}
    return {"WWW-Authenticate": "Bearer " + ", ".join(f'{name}="{value}"' for name, value in parts.items() if value)}


def make_error_response(
    status: int,
    message: str = "",
    *,
    error_type: ErrorType | None = None,
    headers: Mapping[str, str] | None = None,
    **extra: Any,
) -> HttpResponse:
    """Return the response to an error. Without ``error_type`` the status decides the type."""
    message = message or MESSAGES.get(status, MESSAGES[400])
    kind = error_type or OF_STATUS.get(status, ErrorType.REQUEST_MALFORMED)
    headers = dict(headers or {})
    if "Retry-After" in headers:
        extra["retry_after"] = int(headers["Retry-After"])
    body = {"code": status, "type": kind, "message": message, "detail": message, **extra}
    # The message may contain the client's text, unpaired surrogates included.
    content = json.dumps(body, ensure_ascii=False).encode(errors="replace")
    return HttpResponse(content, status=status, content_type="application/json", headers=headers)


_BODIES: dict[int, type[ErrorBody]] = {
    403: ForbiddenBody, 409: RetryBody, 422: ValidationErrorBody, 429: RetryBody, 503: RetryBody
}  # fmt: skip


def document_errors(*statuses: int) -> dict[int, Any]:
    """Return a route's errors for ``response=``: the given statuses, and those that every route can have."""
    all_statuses = {*statuses, 422, 500, 503}  # 422: unknown parameters are refused everywhere
    return {status: _BODIES.get(status, ErrorBody) for status in sorted(all_statuses)}


def add_error_handlers(api: NinjaAPI) -> None:
    """Answer known exceptions of views in the same shape. Middleware and Django handle the others."""
    api.add_exception_handler(ApiError, _handle_api_error)
    api.add_exception_handler(HttpError, _handle_http_error)
    api.add_exception_handler(ValidationError, _handle_validation_error)
    api.add_exception_handler(Http404, lambda request, error: make_error_response(404))
    api.add_exception_handler(RequestDataTooBig, lambda request, error: make_error_response(413))
    api.add_exception_handler(UnreadablePostError, lambda request, error: make_error_response(400))
    api.add_exception_handler(Exception, _raise)


def _handle_api_error(request: HttpRequest, error: ApiError | type[ApiError]) -> HttpResponse:
    assert isinstance(error, ApiError)
    return error.response()


def _handle_http_error(request: HttpRequest, error: HttpError | type[HttpError]) -> HttpResponse:
    """Answer an error of Ninja, or an error of our body parser that Ninja wrapped."""
    assert isinstance(error, HttpError)
    if isinstance(error.__cause__, ApiError):
        return error.__cause__.response()
    return make_error_response(error.status_code, error.message if error.status_code != 400 else "")


def _handle_validation_error(request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    assert isinstance(error, ValidationError)
    errors = [{"loc": _shorten_location(each["loc"]), "message": describe_error(each)} for each in error.errors]
    first = errors[0]
    where = ".".join(map(str, first["loc"][1:])) or first["loc"][0]
    message = f"The request is not valid: {where}: {first['message']}."
    return make_error_response(422, message, error_type=ErrorType.FIELD_INVALID, errors=errors)


def _shorten_location(loc: Sequence[str | int]) -> list[str | int]:
    """Return the place, such as ``["body", "subject"]``, without the name of our function's parameter."""
    return [loc[0], *loc[2:]] if loc[0] == "body" else list(loc)


def _raise(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    raise error
