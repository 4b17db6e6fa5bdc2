"""Errors in each system's form, for simulated failures and for requests that no route answers."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.http import Response
from simulator.pardot.errors import PardotError
from simulator.systems import System

PARDOT_UNKNOWN = 183
"""Pardot's number for an internal error."""

# The HTTP status that Salesforce usually sends with an error code. All other codes have 400.
_SALESFORCE_STATUS = {
    "INVALID_SESSION_ID": 401,
    "REQUEST_LIMIT_EXCEEDED": 403,
    "INSUFFICIENT_ACCESS": 403,
    "INSUFFICIENT_ACCESS_OR_READONLY": 403,
    "API_DISABLED_FOR_ORG": 403,
    "NOT_FOUND": 404,
    "ENTITY_IS_DELETED": 404,
    "METHOD_NOT_ALLOWED": 405,
    "UNKNOWN_EXCEPTION": 500,
    "SERVER_UNAVAILABLE": 503,
}

# The texts of Salesforce's two REQUEST_LIMIT_EXCEEDED errors are from SalesforceLabs/OrgCheck issues 181 and 432.
_DAILY_LIMITS: Mapping[System, tuple[str, str, int | None]] = {
    "salesforce": ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", 403),
    "pardot": ("122", "", None),
    "accounts": ("rate_limited", "Too many requests.", 429),
}
_CONCURRENT_LIMITS: Mapping[System, tuple[str, str, int | None]] = {
    "salesforce": (
        "REQUEST_LIMIT_EXCEEDED",
        "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
        403,
    ),
    "pardot": ("66", "", None),
    "accounts": ("rate_limited", "Too many requests.", 429),
}


def salesforce_status(code: str) -> int:
    """Return the HTTP status that Salesforce sends with an error code."""
    return _SALESFORCE_STATUS.get(code, 400)


def error_response(
    system: System | None,
    *,
    code: str,
    message: str,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return one error in the form of ``system``. Without a system, the form is Salesforce's.

    Pardot's codes are numbers: for Pardot, a ``code`` that is not a number becomes ``PARDOT_UNKNOWN``.
    """
    if system == "pardot":
        number = int(code) if code.isdigit() else PARDOT_UNKNOWN
        usual = PardotError(number)
        return Response.json(
            {"code": number, "message": message or usual.message}, status or usual.response().status, headers
        )
    if system == "accounts":
        return Response.json({"error": code, "error_description": message}, status or 400, headers)
    payload = [{"message": message, "errorCode": code}]
    return Response.json(payload, status or salesforce_status(code), headers)


def daily_limit(system: System) -> Response:
    """Return the error which says that the day's calls are used up."""
    code, message, status = _DAILY_LIMITS[system]
    return error_response(system, code=code, message=message, status=status)


def concurrent_limit(system: System) -> Response:
    """Return the error which says that too many calls are open at once."""
    code, message, status = _CONCURRENT_LIMITS[system]
    return error_response(system, code=code, message=message, status=status)


def not_found(system: System | None) -> Response:
    code, message = "NOT_FOUND", "The requested resource does not exist"
    return error_response(system, code=code, message=message, status=404)


def method_not_allowed(system: System | None, method: str, allowed: list[str]) -> Response:
    names = ",".join(sorted(set(allowed)))
    message = f"HTTP Method '{method}' not allowed. Allowed are {names}"
    return error_response(system, code="METHOD_NOT_ALLOWED", message=message, status=405, headers={"Allow": names})
