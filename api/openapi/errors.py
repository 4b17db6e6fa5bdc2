"""Describe errors in the OpenAPI document: examples of most types, and shared responses.

A status has the same types everywhere, except for the types that only some operations return (``_ONLY_IF``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from http.client import responses
from typing import Any

from api.domain.error_types import ErrorType
from api.http.errors import MESSAGES
from api.openapi.cleaning import Document, operations_of

T = ErrorType
_JSON = "application/json"
_RETRY_SECONDS = 7
_RETRIED = frozenset({409, 429, 503})
_FIRST_ERROR = 400

_EXAMPLES: Mapping[int, Mapping[ErrorType, str]] = {
    400: {T.REQUEST_MALFORMED: "The body is not JSON."},
    401: {
        T.CREDENTIALS_MISSING: "You need to log in: send the cookie of an OpenStax account, or an API key as "
        "“Authorization: Bearer <key>”.",
        T.CREDENTIALS_INVALID: "This API key is not valid.",
        T.API_KEY_REVOKED: "This API key is revoked.",
        T.API_KEY_EXPIRED: "This API key is expired.",
        T.SIGN_IN_AGAIN: "Super Users must have signed in within the last 30 days: sign out at "
        "https://accounts.openstax.org and in again.",
    },
    403: {
        T.SCOPE_MISSING: "This API key lacks the scope read:books.",
        T.CSRF_TOKEN_MISSING: "The CSRF token is missing or wrong: send the csrf_token of GET /api/v1/me as "
        "X-CSRFToken, from an allowed origin.",
        T.USER_REQUIRED: "This request needs a logged-in user: an API key has no contact of its own.",
        T.SUPER_USER_REQUIRED: "This request is for Super Users; an administrator can make you a Super User.",
        T.FORBIDDEN: "You may not start syncs. An admin can give you the right “may refresh data” (admin: Super "
        "Users).",
    },
    404: {
        T.RECORD_NOT_FOUND: "There is no such record.",
        T.NO_MATCH: "No school matches. Check the spelling, or use fewer words.",
        T.CONTACT_NOT_FOUND: "There is no contact for this user in Salesforce.",
    },
    406: {T.NOT_ACCEPTABLE: MESSAGES[406]},
    409: {
        T.IDEMPOTENCY_KEY_IN_USE: "The first request with this Idempotency-Key is still running: try again soon.",
        T.VALUE_CHANGED: "Ines Example changed list_stale_months at 2026-11-28 14:02 UTC. Read the value again, then "
        "decide.",
        T.SYNC_NOT_STARTED: "Sync Pardot: another sync is under way. Nothing was started; try again when it has ended.",
    },
    413: {T.BODY_TOO_LARGE: MESSAGES[413]},
    415: {T.CONTENT_TYPE_UNSUPPORTED: MESSAGES[415]},
    422: {
        T.FIELD_INVALID: "The request is not valid: limit: Must be 1000 or less.",
        T.PARAMETER_UNKNOWN: "The request is not valid: There is no parameter “sate” here; did you mean “state”?",
        T.NOTHING_GIVEN: "Nothing to change: give one or more of first_name, last_name, role, subject_interest, lms.",
        T.SEARCH_TOO_SHORT: "The name is too short: give 3 characters or more.",
        T.IDEMPOTENCY_KEY_REUSED: "This Idempotency-Key was used with another body in the last 24 hours: use a new "
        "one.",
        T.SALESFORCE_REFUSED: "Salesforce refuses this case: bad value for restricted picklist field: Bugg",
    },
    429: {
        T.RATE_LIMITED: "Too many requests: at most 5 requests a minute are allowed. Try again in 7 seconds.",
        T.TOO_MANY_FAILED_LOGINS: "Too many requests with credentials that are not valid: try again later.",
    },
    500: {T.INTERNAL_ERROR: MESSAGES[500]},
    502: {T.PARDOT_REFUSED: "Not all tags could be created: Pardot allows no more tags."},
    503: {
        T.DATABASE_AWAY: MESSAGES[503],
        T.DATABASE_BUSY: "The database is too busy at the moment: try again soon.",
        T.SALESFORCE_AWAY: "Salesforce cannot be asked for this user at the moment: try again soon.",
        T.SALESFORCE_BUSY: "Too many requests are waiting for Salesforce at the moment, and nothing was changed: try "
        "again soon.",
        T.SALESFORCE_ANOTHER_ORG: "This service is connected to a different Salesforce org than the one its data came "
        "from. Nothing was read or changed. The operators of this service must correct the connection.",
        T.CHANGE_NOT_MADE: "Salesforce accepts no changes at the moment, and nothing was changed: try again soon.",
        T.CHANGE_UNCERTAIN: "Salesforce's answer was lost, so the change may have been made. Read the contact again "
        "soon (GET /api/v1/contact?expire=true), or send the same request again: that does no harm.",
        T.CHANGE_MADE: "The change was made in Salesforce. It will show here once all parts of this service are "
        "available again.",
        T.PARDOT_AWAY: "Not all tags can be created at the moment: Pardot is busy. A retry is harmless.",
    },
}
Operation = Mapping[str, Any]
Applies = Callable[[Operation], bool]


def _only(*operation_ids: str) -> Applies:
    return lambda operation: operation["operationId"] in operation_ids


def _takes_keys(operation: Operation) -> bool:
    return any("APIKeyBearer" in way for way in operation["security"])


def _wants_scope(operation: Operation) -> bool:
    return any(way.get("APIKeyBearer") for way in operation["security"])


def _is_dashboards(operation: Operation) -> bool:
    return str(operation["tags"][0]).startswith("pardot")


_STARTS_SYNC = _only("start_refresh", "accept_deletions", "start_survey")
_OWN = _only("get_contact", "update_contact", "list_adoptions")
_ONLY_IF: Mapping[ErrorType, Applies] = {
    T.API_KEY_REVOKED: _takes_keys,
    T.API_KEY_EXPIRED: _takes_keys,
    T.SIGN_IN_AGAIN: lambda operation: _wants_scope(operation) or _is_dashboards(operation),
    T.SCOPE_MISSING: _wants_scope,
    T.CSRF_TOKEN_MISSING: lambda operation: "requestBody" in operation or _is_dashboards(operation),
    T.USER_REQUIRED: _OWN,
    T.SUPER_USER_REQUIRED: _is_dashboards,
    T.FORBIDDEN: _STARTS_SYNC,
    T.RECORD_NOT_FOUND: lambda operation: not _OWN(operation) and operation["operationId"] != "search_schools",
    T.NO_MATCH: _only("search_schools", "list_adoptions"),
    T.CONTACT_NOT_FOUND: _OWN,
    T.NOTHING_GIVEN: _only("search_schools", "update_contact"),
    T.SEARCH_TOO_SHORT: _only("search_schools"),
    T.IDEMPOTENCY_KEY_IN_USE: _only("create_case", "submit_form"),
    T.VALUE_CHANGED: _only("update_configuration", "reset_configuration", "update_team"),
    T.SYNC_NOT_STARTED: _STARTS_SYNC,
    T.IDEMPOTENCY_KEY_REUSED: _only("create_case", "submit_form"),
    T.SALESFORCE_REFUSED: _only("create_case", "update_contact"),
    T.TOO_MANY_FAILED_LOGINS: lambda operation: bool(operation["security"]) and {} not in operation["security"],
    T.SALESFORCE_AWAY: _only("get_contact", "list_adoptions"),
    T.SALESFORCE_BUSY: _OWN,
    T.SALESFORCE_ANOTHER_ORG: _OWN,
    T.CHANGE_NOT_MADE: _only("update_contact"),
    T.CHANGE_UNCERTAIN: _only("update_contact"),
    T.CHANGE_MADE: _only("update_contact"),
    T.PARDOT_AWAY: _only("set_up_cleanup"),
}
_ERRORS: Mapping[ErrorType, Any] = {
    T.FIELD_INVALID: [{"loc": ["query", "limit"], "message": "Must be 1000 or less"}],
    T.PARAMETER_UNKNOWN: [
        {"loc": ["query", "sate"], "message": "There is no parameter “sate” here; did you mean “state”?"}
    ],
    T.SEARCH_TOO_SHORT: [{"loc": ["query", "name"], "message": "Give 3 characters or more"}],
    T.SALESFORCE_REFUSED: [
        {
            "loc": ["body", "issue"],
            "message": "bad value for restricted picklist field: Bugg",
            "allowed": ["Bug", "Question", "Feature request"],
        },
    ],
}


def build_error_example(status: int, kind: ErrorType) -> dict[str, Any]:
    """Return an example body of an error of this type."""
    message = _EXAMPLES[status][kind]
    body = {"code": status, "type": kind.value, "message": message, "detail": message}
    if status in _RETRIED:
        body["retry_after"] = _RETRY_SECONDS
    if kind in _ERRORS:
        body["errors"] = _ERRORS[kind]
    if kind == T.SCOPE_MISSING:
        body["scope"] = "read:books"
    if kind == T.SALESFORCE_REFUSED:
        body["salesforce_code"] = "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    return body


def types_of(operation: Operation, status: int) -> list[ErrorType]:
    """Return the error types of ``operation`` for ``status``."""
    return [kind for kind in _EXAMPLES[status] if _ONLY_IF.get(kind, _always)(operation)]


def _always(operation: Operation) -> bool:
    return True


def add_error_examples(document: Document) -> None:
    for operation in operations_of(document):
        for status, response in operation["responses"].items():
            if int(status) >= _FIRST_ERROR:
                kinds = types_of(operation, int(status))
                examples = {kind.value: {"value": build_error_example(int(status), kind)} for kind in kinds}
                response["content"][_JSON]["examples"] = examples


def share_error_responses(document: Document) -> None:
    """Declare each error response once, named after its status.

    If that name is taken, the operation is part of the name.
    """
    shared: dict[str, Any] = {}
    document["components"]["responses"] = shared
    names: dict[str, str] = {}
    for operation in operations_of(document):
        for status, response in operation["responses"].items():
            if int(status) < _FIRST_ERROR:
                continue
            text = json.dumps(response, sort_keys=True)
            if text not in names:
                names[text] = _choose_name(int(status), operation, shared)
                shared[names[text]] = response
            operation["responses"][status] = {"$ref": f"#/components/responses/{names[text]}"}


def _choose_name(status: int, operation: Operation, existing_names: Collection[str]) -> str:
    usual = responses[status].title().replace(" ", "")
    own = operation["operationId"].title().replace("_", "")
    return f"{own}{usual}" if usual in existing_names else usual


def _compose_types_text() -> str:
    statuses = {kind: status for status, kinds in _EXAMPLES.items() for kind in kinds}
    lines = [
        f"* `{kind}` ({statuses[kind]}): {_EXAMPLES[statuses[kind]][kind]}" for kind in ErrorType if kind in statuses
    ]
    return "\n".join([_TYPES_INTRODUCTION, "", *lines])


_TYPES_INTRODUCTION = (
    "The reason why a request failed, for programs. Types may be added within v1: handle an unknown type by its HTTP "
    "status. Examples:"
)
ERROR_TYPES_TEXT = _compose_types_text()
