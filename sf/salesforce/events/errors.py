"""Map errors of the Pub/Sub API (gRPC status, Salesforce's code) to kinds of ``SalesforceError``.

Source: Pub/Sub API guide, "Handle Errors": the code is in the trailer ``error-code`` and begins with
``sfdc.platform.eventbus.grpc.``.
"""

from __future__ import annotations

from typing import Any

from outgoing.text import to_one_line
from sf.salesforce.errors import QueryLocatorGone, RequestRefused, SalesforceError, SessionExpired, TransientError

_CODES = "sfdc.platform.eventbus.grpc."
_MISSING = frozenset({"NOT_FOUND"})
_FORBIDDEN = frozenset({"PERMISSION_DENIED"})
_REFUSED = frozenset({"INVALID_ARGUMENT", "UNIMPLEMENTED", "OUT_OF_RANGE"})


class ReplayIdGone(QueryLocatorGone):
    """The replay id has expired (72 hours) or is another org's: subscribe to new events, and sync."""


class TopicMissing(RequestRefused):
    """The org has no such topic: the object is not selected for Change Data Capture."""


class TopicForbidden(RequestRefused):
    """The API user may not subscribe to the topic."""


class UnreadableEvent(SalesforceError):
    """An event that cannot be decoded, so its records are unknown."""

    lasting = False
    concerns_everything = False


def error_of(failure: Any, call_name: str) -> SalesforceError:
    """Return the error for a ``grpc.RpcError``. ``call_name`` is the method with its topic or schema."""
    status = failure.code().name
    trailers = {key: value for key, value in failure.trailing_metadata() or () if isinstance(value, str)}
    code = trailers.get("error-code", "").removeprefix(_CODES)
    sentence = to_one_line(str(failure.details() or ""))[:300]
    error = _choose_class(status, code, sentence)(
        f"Salesforce answered {status} {code} to {call_name}: {sentence}".replace("  ", " ")
    )
    error.code, error.reason = code or status, sentence
    return error


def _choose_class(status: str, code: str, sentence: str) -> type[SalesforceError]:
    if ".replayid." in code or (status == "INVALID_ARGUMENT" and "replay id" in sentence.lower()):
        return ReplayIdGone
    if status == "UNAUTHENTICATED" or code.startswith("service.auth."):
        return SessionExpired
    if status in _MISSING:
        return TopicMissing
    if status in _FORBIDDEN:
        return TopicForbidden
    return RequestRefused if status in _REFUSED else TransientError
