"""The common part of Salesforce's REST calls: version, session, daily limit and error bodies.

Errors are a JSON list of ``{"message", "errorCode", "fields"?}``. Versions 21.0 to 30.0 are retired and answer 410
(help.salesforce.com, "Salesforce Platform API Versions 21.0 through 30.0 Retirement"). Here, version 20.0 answers 410
too. Every answer of a route to a known session has the header ``Sforce-Limit-Info`` (REST API Developer Guide,
"Limit Info Header"); unknown paths and most faults have none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from simulator import errors
from simulator.http import Request, Response, Router
from simulator.salesforce.sessions import session_token
from simulator.salesforce.settings import SessionForm
from simulator.soql import SoqlError
from simulator.store import RecordError
from simulator.world import World

FIRST_VERSION = 31
LAST_VERSION = 67
DATA = r"/services/data/v(?P<version>\d+\.\d)"
"""The beginning of the pattern of every versioned REST path."""

JsonHandler = Callable[[Request], Response]


class ApiError(Exception):
    """An error answer of Salesforce's REST API. The code decides the status, unless a status is given."""

    def __init__(self, code: str, message: str, *, status: int | None = None, fields: Sequence[str] = ()) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status or errors.salesforce_status(code)
        self.fields = list(fields)

    def payload(self) -> dict[str, Any]:
        payload: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        if self.fields:
            payload["fields"] = self.fields
        return payload

    def response(self) -> Response:
        return Response.json([self.payload()], self.status)


def as_api_error(error: SoqlError | RecordError) -> ApiError:
    """Return the error of a query or of the store as an ``ApiError``, with the fields that it names."""
    fields = error.fields if isinstance(error, RecordError) else ()
    return ApiError(error.code, error.message, fields=fields)


def not_found(message: str = "The requested resource does not exist") -> ApiError:
    return ApiError("NOT_FOUND", message)


def base_path(request: Request) -> str:
    """Return the beginning of the call's path, such as ``/services/data/v64.0``."""
    return f"/services/data/v{request.params['version']}"


def json_object(request: Request) -> dict[str, Any]:
    """Return the body, which must be one JSON object."""
    try:
        payload = request.json()
    except ValueError as error:
        raise ApiError("JSON_PARSER_ERROR", f"Unexpected input: {error}") from error
    if not isinstance(payload, dict):
        raise ApiError("JSON_PARSER_ERROR", "Can not deserialize: a JSON object is expected")
    return payload


class Api:
    """Registers versioned routes. A handler gets only calls with a valid session, within the daily limit."""

    def __init__(self, router: Router, world: World) -> None:
        self.world = world
        self._router = router
        self._inner = Router()

    def add(
        self,
        method: str,
        path: str,
        handler: JsonHandler,
        *,
        session_form: Callable[[], SessionForm] = lambda: "rest",
    ) -> None:
        """Add a route. ``path`` follows the version (``/limits``).

        ``session_form`` returns the form of the error for an expired session.
        """

        def guarded(request: Request) -> Response:
            try:
                self._check(request, session_form())
                response = run_handler(handler, request)
            except ApiError as error:
                response = error.response()
            if self.world.sessions.find(session_token(request)):
                response.headers.setdefault("Sforce-Limit-Info", self.world.salesforce.usage.header())
            return response

        self._router.add(method, DATA + path, guarded)
        self._inner.add(method, DATA + path, handler)

    def dispatch(self, request: Request) -> Response:
        """Answer a subrequest of a composite call.

        The session is not checked and the call is not counted, because both were done for the composite call.
        """
        route = self._inner.find(request.method, request.path.rstrip("/"))
        if route is None:
            return not_found().response()
        handler, params = route
        try:
            return run_handler(handler, replace(request, params=params))
        except ApiError as error:
            return error.response()

    def _check(self, request: Request, session_form: SessionForm) -> None:
        version = float(request.params["version"])
        if version > LAST_VERSION or version < 20:
            raise not_found()
        if version < FIRST_VERSION:
            message = "The requested API version is retired and unavailable."
            raise ApiError("UNSUPPORTED_API_VERSION", message, status=410)
        if not self.world.sessions.find(session_token(request)):
            if session_form == "bulk":
                raise ApiError("InvalidSessionId", "Invalid session id", status=400)
            raise ApiError("INVALID_SESSION_ID", "Session expired or invalid")
        if not self.world.salesforce.usage.spend():
            raise ApiError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")


def run_handler(handler: JsonHandler, request: Request) -> Response:
    """Return the handler's answer. An error of SOQL, the store or JSON becomes an ``ApiError``."""
    try:
        return handler(request)
    except (SoqlError, RecordError) as error:
        raise as_api_error(error) from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ApiError("JSON_PARSER_ERROR", str(error)) from error
