"""What can go wrong with Pardot, in the groups of ``sf.salesforce.errors``: what the caller should do about it.

Errors of the v5 API are ``{"code": n, "message": …}``. The HTTP status does not tell them apart, and there is no
``Retry-After``. Source: "Error Codes" of the Account Engagement API guide.
"""

from __future__ import annotations

import json

from sf.salesforce.errors import (
    TRANSIENT_STATUSES,
    DailyLimitReached,
    QueryLocatorGone,
    RequestRefused,
    SalesforceError,
    SessionExpired,
    TransientError,
)


class PageTokenGone(QueryLocatorGone):
    """A page token has expired or is not known: go on behind the last id."""


class WrongBusinessUnit(RequestRefused):
    """Nothing can be asked with this business unit and host."""


UNKNOWN_FIELD, BAD_TOKEN = 51, 184

_KINDS: dict[int, type[SalesforceError]] = {
    66: TransientError,
    183: TransientError,
    202: TransientError,
    214: TransientError,
    122: DailyLimitReached,
    BAD_TOKEN: SessionExpired,
    210: PageTokenGone,
    211: PageTokenGone,
    181: WrongBusinessUnit,
    182: WrongBusinessUnit,
    201: WrongBusinessUnit,
}

_ADVICE = {
    49: "the API user may not read this: give it Pardot permissions for it",
    UNKNOWN_FIELD: "the API does not know this field: check PARDOT_ADOPTION_JSON_FIELD",
    61: "Pardot does not take this parameter",
    66: "more than five requests were open at once: does another program use this business unit?",
    122: "the business unit's API calls of the day are used up",
    181: "set SALESFORCE_PARDOT_BUSINESS_UNIT",
    182: "SALESFORCE_PARDOT_BUSINESS_UNIT is no business unit's id: 18 characters that begin with 0Uv",
    BAD_TOKEN: "the connected app lacks the scope pardot_api, or the API user is no Pardot user",
    198: "PARDOT_API_URL is not Pardot's host, or this API has no such object",
    201: "SALESFORCE_PARDOT_BUSINESS_UNIT names another org's business unit, or PARDOT_API_URL is the wrong host "
    "(sandboxes: https://pi.demo.pardot.com)",
    202: "Pardot took too long",
    210: "the page token has expired",
    211: "the page token is not valid",
    214: "Pardot took too long",
}


def error_from_answer(status: int, body: bytes, *, asked: str) -> SalesforceError:
    """The error that an answer stands for, by the code in its body. ``asked`` is method and path, for the message."""
    code, said = _parse(body)
    if code is None:
        kind = _kind_of_status(status)
        advice = "check PARDOT_API_URL" if kind is RequestRefused else "not in Pardot's own form"
        return kind(f"Pardot's host answered {status} to {asked}: {said} ({advice})", status=status)
    advice = f" ({_ADVICE[code]})" if code in _ADVICE else ""
    kind = _KINDS.get(code) or (TransientError if status in TRANSIENT_STATUSES else RequestRefused)
    return kind(f"Pardot answered {status} with code {code} to {asked}: {said}{advice}", code=str(code), status=status)


def _kind_of_status(status: int) -> type[SalesforceError]:
    if status in TRANSIENT_STATUSES or status > 504:
        return TransientError
    return SessionExpired if status == 401 else RequestRefused


def _parse(body: bytes) -> tuple[int | None, str]:
    text = body.decode("utf-8", "replace").strip()
    try:
        parsed = json.loads(text)
        return int(parsed["code"]), " ".join(str(parsed.get("message") or "no message").split())
    except (ValueError, KeyError, TypeError):
        return None, " ".join(text.split())[:200] or "an empty body"
