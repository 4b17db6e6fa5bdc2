"""Classify Salesforce's error codes by who must act: the sender, no one, or an administrator.

``docs/refusals.md`` is this table for operators; a test compares the page with the table. For a code that is not
listed, ``sf/salesforce/errors.py`` chooses ``MOMENT`` or ``UNKNOWN`` by the HTTP status. Sources of the codes:

* ``StatusCode`` and ``ExceptionCode`` of the partner WSDL
* SOAP API Developer Guide, "Core Data Types Used in API Calls"
* REST API Developer Guide, "Status Codes and Error Responses"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """The party that must act before the same call can succeed."""

    RECORD = "record"
    """The sender: these values are refused, today and tomorrow."""
    MOMENT = "moment"
    """No one: the same call works later."""
    ORG = "org"
    """An administrator of Salesforce, or the operator of SFAPI: the values are fine."""
    UNKNOWN = "unknown"
    """A person must look: the code is not in the table."""


@dataclass(frozen=True)
class Refusal:
    """The meaning of an error code and what to do about it."""

    group: Group
    meaning: str
    remedy: str
    everything: bool = False
    """Other calls would be refused too, so stop. Otherwise only this record or object is affected."""
    wraps: bool = False
    """Raised by the org's own automation: the message may contain the code of the true cause."""
    names_schema: bool = False
    """Salesforce's message names objects, fields or limits, not values: for reads, it may be logged."""


_LATER = "The call is retried automatically."
_ADMIN = "Ask the Salesforce administrator to"

_RECORD: Mapping[str, tuple[str, str]] = {
    "REQUIRED_FIELD_MISSING": ("A required field is empty.", "Fill in the field."),
    "STRING_TOO_LONG": ("A text is longer than its field.", "Shorten the text."),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": (
        "The picklist does not have this value.",
        "Choose a value of the picklist, or add this value to the picklist in Salesforce.",
    ),
    "BAD_VALUE_FOR_RESTRICTED_PICKLIST": (
        "The picklist does not have this value.",
        "Choose a value of the picklist, or add this value to the picklist in Salesforce.",
    ),
    "TOO_MANY_ENUM_VALUE": ("A multi-select picklist has too many values.", "Choose fewer values."),
    "DUPLICATES_DETECTED": (
        "A duplicate rule found a similar record.",
        "Look at the similar record. Change the values, or use that record instead.",
    ),
    "DUPLICATE_VALUE": ("A field that must be unique has this value in another record.", "Change the value."),
    "DUPLICATE_EXTERNAL_ID": ("Several records have this external id.", "Merge or correct them in Salesforce."),
    "FIELD_FILTER_VALIDATION_EXCEPTION": ("A lookup filter excludes the value.", "Change the value."),
    "FIELD_INTEGRITY_EXCEPTION": ("A value does not fit the other values.", "Correct the field that is named."),
    "INVALID_EMAIL_ADDRESS": ("Salesforce does not accept this email address.", "Correct the address."),
    "INVALID_CROSS_REFERENCE_KEY": ("The id of another record is wrong or not visible.", "Correct the id."),
    "INVALID_CROSS_REFERENCE_TYPE_FOR_FIELD": ("The id belongs to another object.", "Correct the id."),
    "MALFORMED_ID": ("A value is not a Salesforce id.", "Correct the id."),
    "INVALID_ID_FIELD": ("A value is not an id of this object.", "Correct the id."),
    "NUMBER_OUTSIDE_VALID_RANGE": ("A number is too large or too small.", "Correct the number."),
    "INVALID_TYPE_ON_FIELD_IN_RECORD": ("A value has the wrong type.", "Correct the value."),
    "INVALID_DATE_FORMAT": ("A value is not a date.", "Correct the date."),
    "INVALID_CURRENCY_ISO": ("The org does not have this currency.", "Correct the currency."),
    "INVALID_INET_ADDRESS": ("A value is not an internet address.", "Correct the address."),
    "TEXT_DATA_OUTSIDE_SUPPORTED_CHARSET": ("The org cannot store these characters.", "Replace the characters."),
    "JSON_PARSER_ERROR": ("A value has the wrong type, or the body is not JSON.", "Correct the value."),
    "POST_BODY_PARSE_ERROR": ("Salesforce cannot read the body.", "Correct the values."),
    "ENTITY_IS_DELETED": (
        "The record was deleted.",
        "If you need the record, restore it from Salesforce's recycle bin.",
    ),
    "ENTITY_IS_ARCHIVED": ("The record was archived.", "Leave it: archived records cannot be changed."),
}

_AUTOMATION: Mapping[str, tuple[str, str]] = {
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": (
        "A validation rule or trigger of the org refuses the values.",
        "Correct the values as the rule asks.",
    ),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": (
        "A trigger of the org refuses the record.",
        "Correct the values, or the trigger in Salesforce.",
    ),
    "CANNOT_EXECUTE_FLOW_TRIGGER": (
        "A flow of the org fails for the record.",
        "Correct the values, or the flow in Salesforce.",
    ),
    "CUSTOM_APEX_ERROR": (
        "Apex code of the org refuses the record.",
        "Correct the values, or the code in Salesforce.",
    ),
    "APEX_ERROR": ("Apex code of the org fails for the record.", "Correct the values, or the code in Salesforce."),
}

_MOMENT: Mapping[str, str] = {
    "UNABLE_TO_LOCK_ROW": "Somebody else is changing the same record.",
    "ENTITY_IS_LOCKED": "The record is locked while it is being approved.",
    "RECORD_IN_USE_BY_WORKFLOW": "A workflow is changing the record.",
    "ALREADY_IN_PROCESS": "The record is in an approval process.",
    "ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE": "Somebody else has just changed the record.",
    "COLLISION_DETECTED": "Somebody else has just changed the record.",
    "REQUEST_RUNNING_TOO_LONG": "The call took too long.",
    "QUERY_TIMEOUT": "The query took too long.",
    "INVALID_QUERY_LOCATOR": "The cursor of a query has expired.",
    "INVALID_LOCATOR": "The cursor of a query has expired.",
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": "Another record of the same call was refused.",
    "PROCESSING_HALTED": "Another part of the same call was refused.",
    "BATCH_PROCESSING_HALTED": "Another part of the same call was refused.",
    "FIND_DUPLICATES_ERROR": "The search for duplicates failed.",
    "MATCH_RUNTIME_ERROR": "The search for duplicates failed.",
    "MATCH_SERVICE_UNAVAILABLE_ERROR": "The search for duplicates is not available.",
    "ERROR_IN_MAILER": "Salesforce could not send an email that belongs to the change.",
    "TERRITORY_REALIGN_IN_PROGRESS": "Territories are being realigned.",
    "EXTERNAL_OBJECT_CONNECTION_EXCEPTION": "A system that the org calls does not answer.",
}

_BUSY: Mapping[str, str] = {
    "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE": "Salesforce is read-only during maintenance.",
    "ORG_IN_MAINTENANCE": "The org is being maintained.",
    "ORG_NOT_OWNED_BY_INSTANCE": "The org has moved to another instance.",
    "INVALID_SESSION_ID": "The session has expired; SFAPI logs in again.",
    "InvalidSessionId": "The session has expired; SFAPI logs in again.",
    "INVALID_AUTH_HEADER": "The session has expired; SFAPI logs in again.",
    "SERVER_UNAVAILABLE": "Salesforce is busy.",
    "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE": "Salesforce has switched this function off for a while.",
    "TOO_MANY_REQUESTS": "Too many calls are open at once (429).",
    "TOO_MANY_APEX_REQUESTS": "Too much Apex code is running at once.",
    "TXN_SECURITY_APEX_ERROR": "A transaction security policy of the org could not be evaluated.",
    "TXN_SECURITY_METERING_ERROR": "A transaction security policy of the org could not be evaluated.",
    "TXN_SECURITY_RUNTIME_EXCEPTION": "A transaction security policy of the org could not be evaluated.",
    "UNKNOWN_EXCEPTION": "Salesforce had an internal error.",
    "INTERNAL_ERROR": "Salesforce had an internal error.",
}

_USER = f"{_ADMIN} give the API user API access and check the connected app's policies."
_ORG: Mapping[str, tuple[str, str]] = {
    "INVALID_OPERATION_WITH_EXPIRED_PASSWORD": (
        "The API user's password has expired.",
        "Set a new password, put it into SALESFORCE_PASSWORD, and let it never expire.",
    ),
    "PASSWORD_LOCKOUT": ("The API user is locked out after failed logins.", f"{_ADMIN} unlock the API user."),
    "USER_INACTIVE": ("The API user was deactivated.", f"{_ADMIN} activate the API user."),
    "CLIENT_NOT_ACCESSIBLE_FOR_USER": ("The API user may not use this connected app.", _USER),
    "CLIENT_REQUIRE_UPDATE_FOR_USER": ("The org requires a newer client.", _USER),
    "INVALID_CLIENT": ("The connected app is unknown or blocked.", _USER),
    "UNSUPPORTED_CLIENT": ("The org no longer serves this client.", "Set a newer SALESFORCE_API_VERSION."),
    "UNSUPPORTED_API_VERSION": ("This API version has ended.", "Set a newer SALESFORCE_API_VERSION."),
    "API_DISABLED_FOR_ORG": ("The org or the API user has no API access.", _USER),
    "API_CURRENTLY_DISABLED": ("The API is switched off for the API user.", _USER),
    "PORTAL_NO_ACCESS": ("The API user is a portal user without access.", _USER),
    "MUTUAL_AUTHENTICATION_FAILED": (
        "The org requires a client certificate.",
        f"{_ADMIN} exempt the API user from mutual authentication.",
    ),
    "INVALID_LOGIN": ("Salesforce does not accept the credentials.", "Check the login variables with sf check."),
    "LOGIN_DURING_RESTRICTED_DOMAIN": (
        "The API user may not log in from this address.",
        f"{_ADMIN} add this machine to the trusted IP ranges.",
    ),
    "LOGIN_DURING_RESTRICTED_TIME": ("The API user may not log in at this hour.", f"{_ADMIN} extend the login hours."),
    "TXN_SECURITY_BLOCK": ("A transaction security policy blocks the API user.", f"{_ADMIN} exempt the API user."),
    "TXN_SECURITY_NO_ACCESS": ("A transaction security policy blocks the API user.", f"{_ADMIN} exempt the API user."),
    "INVALID_READ_ONLY_USER_DML": ("The API user or its org is read-only.", f"{_ADMIN} let the API user write."),
    "ORG_LOCKED": ("The org is locked.", "Contact Salesforce support."),
    "TRIAL_EXPIRED": ("The org's trial has ended.", "Contact Salesforce support."),
    "LICENSING_UNKNOWN_ERROR": ("Salesforce cannot check the org's license.", "Contact Salesforce support."),
    "STORAGE_LIMIT_EXCEEDED": ("The org's storage is full.", f"{_ADMIN} delete records or buy storage."),
    "REQUEST_LIMIT_EXCEEDED": (
        "The org's API calls of the last 24 hours are used up.",
        (
            "Wait, or find the program that makes the calls (Setup: API usage). "
            "If the message says “Concurrent”, the call is retried."
        ),
    ),
}

_ACCESS = f"{_ADMIN} give the API user the rights that docs/operations.md lists."
_SETUP: Mapping[str, tuple[str, str]] = {
    "INSUFFICIENT_ACCESS": ("The API user lacks a right.", _ACCESS),
    "INSUFFICIENT_ACCESS_OR_READONLY": ("The API user lacks a right on this record or object.", _ACCESS),
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": ("The API user lacks a right on a related record.", _ACCESS),
    "TRANSFER_REQUIRES_READ": ("The new owner may not read the object.", f"{_ADMIN} correct the assignment rule."),
    "INACTIVE_OWNER_OR_USER": ("The owner is inactive.", f"{_ADMIN} correct the default owner or assignment rule."),
    "INVALID_ASSIGNMENT_RULE": ("The assignment rule is wrong.", f"{_ADMIN} correct the assignment rule."),
    "OP_WITH_INVALID_USER_TYPE_EXCEPTION": ("This kind of user cannot be the owner.", f"{_ADMIN} change the owner."),
    "UNAVAILABLE_RECORDTYPE_EXCEPTION": ("The API user has no record type for this object.", f"{_ADMIN} assign one."),
    "REQUIRED_FEATURE_MISSING": ("The org or user lacks a feature license.", f"{_ADMIN} assign it."),
    "FUNCTIONALITY_NOT_ENABLED": ("The org does not have this feature.", f"{_ADMIN} enable it."),
    "EXCEEDED_QUOTA": ("A quota of the org is used up.", "Wait, or raise the quota."),
    "LICENSE_LIMIT_EXCEEDED": ("The org has no free license of this kind.", f"{_ADMIN} free or buy one."),
    "LIMIT_EXCEEDED": ("A limit of the org is used up.", "Wait, or raise the limit."),
    "SINGLE_EMAIL_LIMIT_EXCEEDED": ("The org has sent all emails that it may send today.", "Wait until tomorrow."),
    "MASS_MAIL_LIMIT_EXCEEDED": ("The org has sent all emails that it may send today.", "Wait until tomorrow."),
    "INVALID_FIELD": (
        "The org has no such field, or the API user does not see it.",
        "Add the field, or make it visible to the API user.",
    ),
    "INVALID_FIELD_FOR_INSERT_UPDATE": ("The API user may not set this field.", _ACCESS),
    "INVALID_TYPE": ("The org has no such object, or the API user does not see it.", _ACCESS),
    "INVALID_TYPE_FOR_OPERATION": ("The object does not allow this operation.", _ACCESS),
    "NOT_FOUND": (
        "The org has no such object, field or record, or the API user does not see it.",
        "Check the id, object and field (for cases SALESFORCE_CASE_EXTERNAL_ID_FIELD) and the API user's rights.",
    ),
    "METHOD_NOT_ALLOWED": ("The object does not allow this method.", _ACCESS),
    "MALFORMED_QUERY": ("The org does not understand the query.", "Compare the query's fields with sf describe."),
    "SELF_REFERENCE_FROM_TRIGGER": (
        "A trigger of the org changes the record that started it.",
        f"{_ADMIN} correct the trigger.",
    ),
    "SELF_REFERENCE_FROM_FLOW": (
        "A flow of the org changes the record that started it.",
        f"{_ADMIN} correct the flow.",
    ),
    "MIXED_DML_OPERATION": (
        "A trigger of the org changes setup objects, such as users, and other records in one transaction.",
        f"{_ADMIN} correct the trigger.",
    ),
    "APEX_DATA_ACCESS_RESTRICTION": ("Apex code of the org may not see the data.", f"{_ADMIN} correct the code."),
    "UNSUPPORTED_APEX_TRIGGER_OPERATON": (
        "A trigger of the org does something that is not allowed.",
        f"{_ADMIN} correct the trigger.",
    ),
}

REFUSALS: Mapping[str, Refusal] = {
    **{code: Refusal(Group.RECORD, *words) for code, words in _RECORD.items()},
    **{code: Refusal(Group.RECORD, *words, wraps=True) for code, words in _AUTOMATION.items()},
    **{code: Refusal(Group.MOMENT, meaning, _LATER) for code, meaning in _MOMENT.items()},
    **{code: Refusal(Group.MOMENT, meaning, _LATER, everything=True) for code, meaning in _BUSY.items()},
    **{code: Refusal(Group.ORG, *words, everything=True, names_schema=True) for code, words in _ORG.items()},
    **{code: Refusal(Group.ORG, *words, names_schema=True) for code, words in _SETUP.items()},
}
"""By Salesforce's code."""

PICKLIST_CODES = frozenset({"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "BAD_VALUE_FOR_RESTRICTED_PICKLIST"})
"""A picklist does not have the value."""

CONCURRENT_LIMIT = Refusal(Group.MOMENT, "Too many calls are open at once.", _LATER, everything=True)
"""``REQUEST_LIMIT_EXCEEDED`` has two meanings, which only the message tells apart."""

_AUTOMATION_LIMIT = Refusal(Group.MOMENT, "The org's own automation ran into a lock or a limit.", _LATER)
_LOCK_OR_LIMIT = re.compile(
    r"exclusive access|currently unavailable|deadlock|LimitException|CPU time limit|time limit exceeded|"
    r"heap size too large|Too many (SOQL|SOSL|DML|query|callouts|queueable|future)|limit exceeded",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b[A-Z]+(?:_[A-Z]+)+\b")
_CAUSES = (Group.MOMENT, Group.ORG)
"""The order of precedence when a message contains several codes: a temporary cause first."""


def classify(code: str, message: str = "") -> Refusal | None:
    """Return the meaning of a code. If the code has several, the message decides. ``None``: unknown."""
    known = REFUSALS.get(code)
    if known is None:
        return None
    if code == "REQUEST_LIMIT_EXCEEDED" and "concurrent" in message.lower():
        return CONCURRENT_LIMIT
    return _find_cause(message) or known if known.wraps else known


def _find_cause(message: str) -> Refusal | None:
    """Return the lock, limit or missing right that the org's own automation reports in its message."""
    inner = [REFUSALS[code] for code in _CODE.findall(message) if code in REFUSALS]
    for group in _CAUSES:
        for refusal in inner:
            if refusal.group is group:
                return Refusal(group, refusal.meaning, refusal.remedy)
    return _AUTOMATION_LIMIT if _LOCK_OR_LIMIT.search(message) else None
