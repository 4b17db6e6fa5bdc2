"""The ``type`` of every error, for programs that need more than the HTTP status.

Clients compare these texts. Within v1, entries may be added, but never renamed or removed.
"""

from __future__ import annotations

from enum import StrEnum


class ErrorType(StrEnum):
    # 400, 406, 411, 412, 413, 415: the syntax, size or headers of the request
    REQUEST_MALFORMED = "request_malformed"
    NOT_ACCEPTABLE = "not_acceptable"
    LENGTH_REQUIRED = "length_required"
    PRECONDITION_FAILED = "precondition_failed"
    BODY_TOO_LARGE = "body_too_large"
    CONTENT_TYPE_UNSUPPORTED = "content_type_unsupported"
    # 401: log in, or send another key
    CREDENTIALS_MISSING = "credentials_missing"
    CREDENTIALS_INVALID = "credentials_invalid"
    API_KEY_REVOKED = "api_key_revoked"
    API_KEY_EXPIRED = "api_key_expired"
    SIGN_IN_AGAIN = "sign_in_again"
    # 403: the caller is known but not permitted
    CSRF_TOKEN_MISSING = "csrf_token_missing"  # noqa: S105 - a name, not a secret
    SCOPE_MISSING = "scope_missing"
    USER_REQUIRED = "user_required"
    SUPER_USER_REQUIRED = "super_user_required"
    FORBIDDEN = "forbidden"
    # 404 and 405
    NOT_FOUND = "not_found"
    RECORD_NOT_FOUND = "record_not_found"
    CONTACT_NOT_FOUND = "contact_not_found"
    NO_MATCH = "no_match"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    # 409: the request conflicts with the current state
    IDEMPOTENCY_KEY_IN_USE = "idempotency_key_in_use"
    VALUE_CHANGED = "value_changed"
    SYNC_NOT_STARTED = "sync_not_started"
    # 422: the content of the request
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    FIELD_INVALID = "field_invalid"
    PARAMETER_UNKNOWN = "parameter_unknown"
    NOTHING_GIVEN = "nothing_given"
    SEARCH_TOO_SHORT = "search_too_short"
    SALESFORCE_REFUSED = "salesforce_refused"
    # 429
    RATE_LIMITED = "rate_limited"
    TOO_MANY_FAILED_LOGINS = "too_many_failed_logins"
    # 500 and above: not the caller's fault
    INTERNAL_ERROR = "internal_error"
    PARDOT_REFUSED = "pardot_refused"
    PARDOT_AWAY = "pardot_away"
    SERVICE_UNAVAILABLE = "service_unavailable"
    DATABASE_AWAY = "database_away"
    DATABASE_BUSY = "database_busy"
    SALESFORCE_AWAY = "salesforce_away"
    SALESFORCE_BUSY = "salesforce_busy"
    SALESFORCE_ANOTHER_ORG = "salesforce_another_org"
    CHANGE_NOT_MADE = "change_not_made"
    CHANGE_UNCERTAIN = "change_uncertain"
    CHANGE_MADE = "change_made"


OF_STATUS = {
    400: ErrorType.REQUEST_MALFORMED,
    403: ErrorType.FORBIDDEN,
    404: ErrorType.NOT_FOUND,
    405: ErrorType.METHOD_NOT_ALLOWED,
    406: ErrorType.NOT_ACCEPTABLE,
    411: ErrorType.LENGTH_REQUIRED,
    412: ErrorType.PRECONDITION_FAILED,
    413: ErrorType.BODY_TOO_LARGE,
    415: ErrorType.CONTENT_TYPE_UNSUPPORTED,
    429: ErrorType.RATE_LIMITED,
    500: ErrorType.INTERNAL_ERROR,
    503: ErrorType.SERVICE_UNAVAILABLE,
}
"""The type by status, for errors that set no type. Errors of Django and Ninja set none."""
