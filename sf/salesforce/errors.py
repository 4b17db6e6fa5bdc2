"""What can go wrong with Salesforce, grouped by what the caller should do about it.

Errors of the REST API are a list ``[{"message", "errorCode", "fields"}]`` (REST API Developer Guide, "Status codes
and error responses"); Bulk API 2.0 uses the same form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class SalesforceError(Exception):
    """Salesforce could not be asked, or refused. ``code`` is Salesforce's own (``INVALID_FIELD``), or empty."""

    lasting: ClassVar[bool] = True
    """It will not get better by itself soon. Wrong credentials, too often, lock the API user out."""

    def __init__(self, message: str, *, code: str = "", status: int = 0, fields: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.fields = tuple(fields)
        self.retry_after = 0.0
        """Seconds that Salesforce asks to wait, when it does (``Retry-After``)."""
        self.reason = ""
        """Salesforce's own sentence, without what was asked."""
        self.unanswered = False
        """The call went out and no whole answer came back."""

    @property
    def outcome_unknown(self) -> bool:
        """Whether the call may have been carried out all the same: a writing one must not be sent again blindly."""
        return self.unanswered or self.status in _UNSURE_STATUSES


class TransientError(SalesforceError):
    """Asking again after a pause may help: connection, timeout, busy, locked row."""

    lasting = False
    exhausted = False
    """It was tried again until a deadline passed: whoever retries around that adds nothing."""


class SessionExpired(SalesforceError):
    """The access token is no longer good: log in again, once."""


class LoginFailed(SalesforceError):
    """Salesforce refuses the credentials or the login flow."""


class QueryLocatorGone(SalesforceError):
    """The cursor or job of a read has ended: start again from the last committed point."""


class DailyLimitReached(SalesforceError):
    """The org has no API calls left today: stop, and go on tomorrow."""


class RequestRefused(SalesforceError):
    """Salesforce will not do this, now or later: its message names the field or object."""


_UNSURE_STATUSES = frozenset({408, 500, 502, 504})
"""Something on the way gave up, or Salesforce did in the middle; 503 comes before anything is done."""
TRANSIENT_STATUSES = frozenset({406, 408, 420, 429, 500, 502, 503, 504})
_TRANSIENT_CODES = frozenset(
    {
        "UNABLE_TO_LOCK_ROW",
        "SERVER_UNAVAILABLE",
        "QUERY_TIMEOUT",
        "REQUEST_RUNNING_TOO_LONG",
        "UNKNOWN_EXCEPTION",
    }
)
_SESSION_CODES = frozenset({"INVALID_SESSION_ID", "InvalidSessionId", "INVALID_AUTH_HEADER"})
_LOCATOR_CODES = frozenset({"INVALID_QUERY_LOCATOR", "INVALID_LOCATOR"})


def error_from_answer(status: int, body: bytes, *, asked: str) -> SalesforceError:
    """The error that an HTTP answer of 300 or more stands for. ``asked`` is method and path, for the message."""
    code, said, fields = parse_error_body(body)
    named = f" ({', '.join(fields)})" if fields else ""
    message = f"Salesforce answered {status} {code} to {asked}: {said}{named}".replace("  ", " ")
    error = _kind(status, code, said)(message, code=code, status=status, fields=fields)
    error.reason = said
    return error


def error_of_record(errors: Sequence[Mapping[str, Any]]) -> SalesforceError:
    """The error of one record in a call for several: ``[{"statusCode", "message", "fields"}]``.

    Source: REST API Developer Guide, "sObject Collections".
    """
    first = errors[0] if errors else {}
    listed = [{"errorCode": first.get("statusCode"), "message": first.get("message"), "fields": first.get("fields")}]
    return error_from_answer(400, json.dumps(listed).encode(), asked="one record of several")


def _kind(status: int, code: str, said: str) -> type[SalesforceError]:
    if code in _SESSION_CODES or status == 401:
        return SessionExpired
    if code in _LOCATOR_CODES:
        return QueryLocatorGone
    if code == "REQUEST_LIMIT_EXCEEDED":
        return TransientError if _is_concurrent(said) else DailyLimitReached
    if code in _TRANSIENT_CODES or status in TRANSIENT_STATUSES or status > 504:
        return TransientError
    return RequestRefused


def _is_concurrent(said: str) -> bool:
    """One code stands for two limits, told apart by the message only: ``ConcurrentRequests …``."""
    return "concurrent" in said.lower()


def parse_error_body(body: bytes) -> tuple[str, str, list[str]]:
    """Code, message and fields of an error body in any of Salesforce's forms (JSON list or object, SOAP, HTML)."""
    text = body.decode("utf-8", "replace").strip()
    try:
        parsed = json.loads(text)
    except ValueError:
        return _parse_markup(text)
    first = parsed[0] if isinstance(parsed, list) and parsed else parsed
    if not isinstance(first, dict):
        return "", text[:300], []
    code = str(first.get("errorCode") or first.get("exceptionCode") or first.get("error") or "")
    said = str(first.get("message") or first.get("exceptionMessage") or first.get("error_description") or "")
    fields = first.get("fields") or []
    return code, " ".join(said.split()) or "no message", [str(name) for name in fields]


def _parse_markup(text: str) -> tuple[str, str, list[str]]:
    code = re.search(r"<(?:\w+:)?exceptionCode>([^<]*)<", text)
    said = re.search(r"<(?:\w+:)?exceptionMessage>([^<]*)<", text) or re.search(r"<faultstring>([^<]*)<", text)
    if code or said:
        return code.group(1) if code else "", said.group(1) if said else "", []
    plain = " ".join(re.sub(r"<[^>]*>", " ", text).split())
    return "", plain[:300] or "an empty body", []
