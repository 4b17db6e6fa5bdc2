"""Faults of logins, in OAuth's form (``error``, ``error_description``) and SOAP's (``LoginFault``)."""

from __future__ import annotations

from simulator.faults import Action
from simulator.http import Response
from simulator.salesforce.login import TOKEN_PATH
from simulator.salesforce.soap import fault


def login_refusal(path: str, action: Action) -> Response | None:
    """Return a login's answer if the fault is ``error`` or ``quota``; ``None`` for other calls and faults."""
    code, message = action.code, action.message
    if action.kind == "quota":
        code, message = "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."
    elif action.kind != "error":
        return None
    if path == TOKEN_PATH:
        payload = {"error": code, "error_description": message}
        return Response.json(payload, action.status or 400, action.headers)
    if path.startswith("/services/Soap/"):
        return fault(code, message)
    return None
