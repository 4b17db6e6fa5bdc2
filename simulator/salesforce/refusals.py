"""Refusals as Salesforce words them, by name: ``{"action": {"kind": "refusal", "name": "lock"}}``.

Sources of codes and sentences: ``docs/platform-facts.md``, "Salesforce: REST". If the HTTP status is not documented, it
is from a report of users, or 400.

In a call that writes or deletes several records, most refusals refuse each record: the status of the answer is 200,
and each record's result contains the error (REST API Developer Guide, "sObject Collections"). A refusal with ``whole``
refuses the call itself. For other refusals, the action may have ``only``, a regular expression: then only the records
whose JSON or id matches it are refused, and the others are written or deleted as usual.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from simulator.http import Handler, Request, Response


@dataclass(frozen=True)
class NamedRefusal:
    """One error answer."""

    status: int
    code: str
    message: str
    fields: tuple[str, ...] = ()
    whole: bool = False
    """The whole call is refused, even if it is for several records."""

    def response(self, request: Request, answer: Handler, only: str) -> Response:
        """Refuse the call, or its records that match ``only``. ``answer`` handles the other records."""
        records = _written(request)
        if records is not None and not self.whole:
            return self._for_each_record(request, answer, records, only)
        body = [{"message": self.message, "errorCode": self.code, "fields": list(self.fields)}]
        return Response.json(body, self.status)

    def _for_each_record(self, request: Request, answer: Handler, records: list[Any], only: str) -> Response:
        refused = [bool(re.search(only, json.dumps(record, ensure_ascii=False))) for record in records]
        others = [record for record, no in zip(records, refused, strict=True) if not no]
        written = iter(_results(answer(_with_records(request, others))) if others else [])
        return Response.json([self._result() if no else next(written) for no in refused])

    def _result(self) -> dict[str, Any]:
        error = {"statusCode": self.code, "message": self.message, "fields": list(self.fields)}
        return {"success": False, "errors": [error]}


def _written(request: Request) -> list[Any] | None:
    """Return the records that the call writes, or the ids that it deletes; ``None`` for any other call."""
    if "/composite/sobjects" not in request.path:
        return None
    if request.method == "DELETE":
        return request.query.get("ids", "").split(",")
    body = request.json()
    return body.get("records") if isinstance(body, dict) else None


def _with_records(request: Request, records: list[Any]) -> Request:
    if request.method == "DELETE":
        return replace(request, query={**request.query, "ids": ",".join(records)})
    return replace(request, body=json.dumps({**request.json(), "records": records}).encode())


def _results(response: Response) -> list[dict[str, Any]]:
    assert isinstance(response.body, bytes)
    results: list[dict[str, Any]] = json.loads(response.body)
    return results


_LOCK = "UNABLE_TO_LOCK_ROW, unable to obtain exclusive access to this record or 1 records: 001000000000001AAA: []"
_TRIGGER = (
    "CaseTrigger: execution of AfterInsert\n\ncaused by: System.DmlException: Update failed. First exception on row 0"
)

NAMED: Mapping[str, NamedRefusal] = {
    # temporary
    "maintenance": NamedRefusal(
        400,
        "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE",
        "Updates can’t be made during maintenance. Try again when maintenance is complete.",
    ),
    "maintenance_503": NamedRefusal(503, "ORG_IN_MAINTENANCE", "This org is in maintenance.", whole=True),
    "lock": NamedRefusal(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"),
    "trigger_lock": NamedRefusal(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"{_TRIGGER}; first error: {_LOCK}"),
    "flow_lock": NamedRefusal(
        400,
        "CANNOT_EXECUTE_FLOW_TRIGGER",
        f"We can't save this record because the “Case routing” process failed. This error occurred: {_LOCK}",
    ),
    "trigger_limit": NamedRefusal(
        400,
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        "CaseTrigger: System.LimitException: Apex CPU time limit exceeded",
    ),
    "running_too_long": NamedRefusal(
        400, "REQUEST_RUNNING_TOO_LONG", "Your request was running for too long, and has been stopped.", whole=True
    ),
    "too_many_requests": NamedRefusal(429, "TOO_MANY_REQUESTS", "Too many requests. Try again later.", whole=True),
    "server_unavailable": NamedRefusal(
        503, "SERVER_UNAVAILABLE", "Server is unavailable. Please try again.", whole=True
    ),
    # because of the state of the org or of a user
    "expired_password": NamedRefusal(
        403,
        "INVALID_OPERATION_WITH_EXPIRED_PASSWORD",
        "The user’s password has expired, you must call SetPassword before attempting any other API operations",
        whole=True,
    ),
    "storage_full": NamedRefusal(400, "STORAGE_LIMIT_EXCEEDED", "storage limit exceeded"),
    "client_blocked": NamedRefusal(403, "CLIENT_NOT_ACCESSIBLE_FOR_USER", "client not accessible for user", whole=True),
    "api_disabled": NamedRefusal(
        403, "API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner", whole=True
    ),
    "api_disabled_for_user": NamedRefusal(403, "API_CURRENTLY_DISABLED", "API is disabled for this User", whole=True),
    "org_locked": NamedRefusal(403, "ORG_LOCKED", "org is locked", whole=True),
    "no_right": NamedRefusal(
        403,
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "insufficient access rights on object id",
    ),
    "inactive_owner": NamedRefusal(
        400,
        "INACTIVE_OWNER_OR_USER",
        "operation performed with inactive user [005000000000001AAA] as owner of case",
    ),
    # because of the record
    "validation_rule": NamedRefusal(
        400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "Subject must not be in capitals", ("Subject",)
    ),
    "trigger_refuses": NamedRefusal(
        400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CaseTrigger: Please choose a product.", ("Product__c",)
    ),
    # a code that no client knows
    "unknown": NamedRefusal(400, "SOMETHING_NEW_IN_THIS_RELEASE", "Something that no client knows yet"),
}
