"""Errors of Salesforce, grouped by what the caller should do about them.

Errors of the REST API are a list ``[{"message", "errorCode", "fields"}]`` (REST API Developer Guide, "Status
codes and error responses"). Bulk API 2.0 uses the same form. ``refusals.py`` maps codes to groups.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from outgoing.text import make_storable
from sf.salesforce.refusals import Group, Refusal, classify


class SalesforceError(Exception):
    """Salesforce could not be reached, or refused a call. ``code`` is Salesforce's error code, or empty.

    ``str()`` may be logged: it contains the code and the names of fields, and no sentence that could quote a
    record.
    """

    lasting: ClassVar[bool] = True
    """A short wait will not help, and retries may do harm: too many failed logins lock the API user out."""
    group: Group = Group.ORG
    """The party that must act. A write that SFAPI has accepted fails for good only with ``Group.RECORD``."""
    concerns_everything: bool = True
    """Any other call would fail in the same way now."""

    def __init__(self, message: str, *, code: str = "", status: int = 0, fields: Sequence[str] = ()) -> None:
        super().__init__(make_storable(message))  # an answer may quote any bytes, and runs store the message
        self.code = code
        self.status = status
        self.fields = tuple(fields)
        self.retry_after = 0.0
        """Seconds to wait, if Salesforce asks for a wait (``Retry-After``)."""
        self.reason = ""
        """Only Salesforce's own sentence; ``str()`` also names the call.

        The sentence may quote values: show it only to the sender of the values, to operators in the admin, and on
        the terminal of the caller. Never log it.
        """
        self.unanswered = False
        """The call was sent, and no answer came back that tells its outcome."""
        self.in_preparation = False
        """A login or the look-up of the org failed. The call that needed it was not carried out."""
        self.follows_unknown = False
        """The call was tried before, and that attempt may have been carried out."""

    @property
    def outcome_unknown(self) -> bool:
        """Return whether the call may have been carried out: then a write must not simply be sent again."""
        is_unsure = self.status in _UNSURE_STATUSES or self.status > 504
        return self.follows_unknown or (not self.in_preparation and (self.unanswered or is_unsure))

    @property
    def in_full(self) -> str:
        """Return the message with Salesforce's own sentence: for the caller's terminal or page, not for logs."""
        message = str(self)
        if not self.reason or self.reason in message:
            return message
        return f"{message.rstrip('.')}. Original message: {self.reason}"


class TransientError(SalesforceError):
    """Asking again after a pause may help: connection, timeout, busy, locked row, maintenance."""

    lasting = False
    group = Group.MOMENT
    exhausted = False
    """The call was retried until its deadline: a caller's own retries would add nothing."""


class SessionExpired(SalesforceError):
    """The access token is no longer good: log in again, once."""

    group = Group.MOMENT


class OrgUnavailable(SalesforceError):
    """Salesforce refuses every call of this org or user.

    A person must act, as for an expired password; after ``DailyLimitReached``, waiting is enough.
    """


class LoginFailed(OrgUnavailable):
    """No login gives a usable session: the credentials, the login flow or a setting must be corrected."""


class DailyLimitReached(OrgUnavailable):
    """The org's API calls of the last 24 hours are used up: stop, and continue later."""


class QueryLocatorGone(SalesforceError):
    """The cursor, Bulk job or position of a read no longer exists: begin the read again."""

    group = Group.MOMENT
    concerns_everything = False


class RequestRefused(SalesforceError):
    """Salesforce refuses this call. ``group`` says whether the record's values are the reason."""

    group = Group.UNKNOWN
    concerns_everything = False


_UNSURE_STATUSES = frozenset({408, 500, 502, 504})
"""A gateway gave up, or Salesforce failed midway. 503 is absent: it is sent before anything is done.
Gateways also use statuses above 504, such as 524, to say that they gave up."""
TRANSIENT_STATUSES = frozenset({406, 408, 420, 429, 500, 502, 503, 504})
_SESSION_CODES = frozenset({"INVALID_SESSION_ID", "InvalidSessionId", "INVALID_AUTH_HEADER"})
_LOCATOR_CODES = frozenset({"INVALID_QUERY_LOCATOR", "INVALID_LOCATOR"})


def make_error_from_answer(status: int, body: bytes, *, call_name: str) -> SalesforceError:
    """Return the error for an HTTP status of 300 or more. ``call_name`` names the call: ``GET /path``."""
    code, sentence, fields = parse_error_body(body)
    refusal = classify(code, sentence)
    message = _build_message(status, code, sentence, fields, refusal, call_name)
    error = _choose_class(status, code, refusal)(message, code=code, status=status, fields=fields)
    error.reason = sentence
    if refusal:
        error.group, error.concerns_everything = refusal.group, refusal.everything
    elif not code:
        error.concerns_everything = True  # the answer of a proxy, not of Salesforce
    return error


def make_error_of_record(errors: Sequence[Mapping[str, Any]]) -> SalesforceError:
    """Return the error of one record in a call for several records.

    ``errors`` is ``[{"statusCode", "message", "fields"}]``. Source: REST API Developer Guide, "sObject Collections".
    """
    entries = [{**error, "errorCode": error.get("statusCode")} for error in errors]
    return make_error_from_answer(400, json.dumps(entries).encode(), call_name="one record of several")


def is_passing(status: int) -> bool:
    """Return whether an HTTP status is temporary, and therefore no refusal.

    An error with a known code is not judged by its status. A redirect is not a refusal: the org has moved, or a
    gateway answers in its place.
    """
    return status in TRANSIENT_STATUSES or status > 504 or status < 400


def _build_message(
    status: int, code: str, sentence: str, fields: Sequence[str], refusal: Refusal | None, call_name: str
) -> str:
    """Return the message. It quotes Salesforce's sentence only if that sentence cannot contain values."""
    named = f" ({', '.join(fields)})" if fields else ""
    answer = " ".join(f"Salesforce answered {status} {code} to {call_name}{named}".split())
    if _reads(call_name) and (refusal.names_schema if refusal else not code):
        return f"{answer}: {_without_query(sentence)}" + (f" ({refusal.remedy})" if refusal else "")
    if refusal:
        return f"{answer}: {refusal.meaning} {refusal.remedy}".rstrip(".")
    return f"{answer}: an error that SFAPI does not know" if code else f"{answer}: not in Salesforce's own form"


def _without_query(sentence: str) -> str:
    """Return the sentence without the query excerpt, which may contain UUIDs and email addresses."""
    _, marker, rest = sentence.rpartition("ERROR at Row:")
    return f"{marker}{rest}"


def _reads(call_name: str) -> bool:
    """Return whether the call carries no record, so that an error cannot quote one."""
    return call_name.startswith("GET ") or call_name.endswith("/jobs/query")


def _choose_class(status: int, code: str, refusal: Refusal | None) -> type[SalesforceError]:
    """Choose the class by the code if the code is known, otherwise by the HTTP status."""
    if code in _SESSION_CODES or (status == 401 and refusal is None):
        return SessionExpired
    if code in _LOCATOR_CODES:
        return QueryLocatorGone
    if refusal is None:
        return TransientError if is_passing(status) else RequestRefused
    if refusal.group is Group.MOMENT:
        return TransientError
    if not refusal.everything:
        return RequestRefused
    return DailyLimitReached if code == "REQUEST_LIMIT_EXCEEDED" else OrgUnavailable


def parse_error_body(body: bytes) -> tuple[str, str, list[str]]:
    """Return code and message of the first error, and the fields of all errors.

    ``body`` may have any of Salesforce's forms (JSON list or object, SOAP, HTML). PostgreSQL can store the results.
    """
    code, sentence, fields = _parse_error(body)
    return make_storable(code), make_storable(sentence), [make_storable(name) for name in fields]


def _parse_error(body: bytes) -> tuple[str, str, list[str]]:
    text = body.decode("utf-8-sig", "replace").strip()
    try:
        parsed = json.loads(text)
    except ValueError:
        return _parse_markup(text)
    entries = parsed if isinstance(parsed, list) and parsed else [parsed]
    if not all(isinstance(each, dict) for each in entries):
        return "", text[:300], []
    first = entries[0]
    code = str(first.get("errorCode") or first.get("exceptionCode") or first.get("error") or "")
    sentence = str(first.get("message") or first.get("exceptionMessage") or first.get("error_description") or "")
    fields = dict.fromkeys(str(name) for each in entries for name in each.get("fields") or [])
    return code, " ".join(sentence.split()) or "no message", list(fields)


def _parse_markup(text: str) -> tuple[str, str, list[str]]:
    code = re.search(r"<(?:\w+:)?exceptionCode>([^<]*)<", text)
    sentence = re.search(r"<(?:\w+:)?exceptionMessage>([^<]*)<", text) or re.search(r"<faultstring>([^<]*)<", text)
    if code or sentence:
        return code.group(1) if code else "", sentence.group(1) if sentence else "", []
    plain = " ".join(re.sub(r"<[^>]*>", " ", text).split())
    return "", plain[:300] or "an empty body", []
