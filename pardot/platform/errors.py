"""Map Pardot's errors to those of ``sf.salesforce.errors``, grouped by what the caller should do.

Errors of the v5 API are ``{"code": n, "message": …}``. The HTTP status does not distinguish them, and there is no
``Retry-After``. Source: "Error Codes" of the Account Engagement API guide.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from outgoing.addresses import parts_of
from outgoing.text import make_storable
from sf.salesforce.errors import (
    DailyLimitReached,
    QueryLocatorGone,
    RequestRefused,
    SalesforceError,
    SessionExpired,
    TransientError,
    is_passing,
)
from sf.salesforce.refusals import Group


class PageTokenGone(QueryLocatorGone):
    """A page token has expired or is unknown.

    The read of a sample (``pardot/sync/sample.py``) starts over. Other reads continue after the last id.
    """


class Redirected(TransientError):
    """The answer is a redirect, which is not a refusal by Pardot. A new session may help."""


class WrongBusinessUnit(RequestRefused):
    """No call can succeed with this business unit and host."""


UNKNOWN_FIELD, BAD_TOKEN = 51, 184
API_TIMEOUT = "214"


@dataclass(frozen=True)
class PardotCode:
    """An error code's exception type, its advice, and the party that must act (``docs/refusals.md``)."""

    kind: type[SalesforceError]
    advice: str
    group: Group = Group.ORG


_SLOW = PardotCode(TransientError, "Pardot took too long", Group.MOMENT)

CODES: Mapping[int, PardotCode] = {
    49: PardotCode(RequestRefused, "the API user may not do this: give the user Pardot permissions for it"),
    UNKNOWN_FIELD: PardotCode(
        RequestRefused,
        "the API does not show this field: look for it in Pardot; perhaps PARDOT_ADOPTION_JSON_FIELD is wrong",
    ),
    61: PardotCode(RequestRefused, "Pardot does not accept this parameter"),
    66: PardotCode(
        TransientError,
        "more than five requests were open at once: does another program use this business unit?",
        Group.MOMENT,
    ),
    122: PardotCode(DailyLimitReached, "the business unit's API calls of the day are used up"),
    181: PardotCode(WrongBusinessUnit, "set SALESFORCE_PARDOT_BUSINESS_UNIT"),
    182: PardotCode(
        WrongBusinessUnit,
        "SALESFORCE_PARDOT_BUSINESS_UNIT is not a business unit's id, which has 18 characters and begins with 0Uv",
    ),
    183: PardotCode(TransientError, "Pardot had an internal error", Group.MOMENT),
    BAD_TOKEN: PardotCode(
        SessionExpired, "the connected app lacks the scope pardot_api, or the API user is not a Pardot user"
    ),
    198: PardotCode(RequestRefused, "PARDOT_API_URL is not Pardot's host, or this API has no such object"),
    201: PardotCode(
        WrongBusinessUnit,
        "SALESFORCE_PARDOT_BUSINESS_UNIT names another org's business unit, or PARDOT_API_URL is the wrong host "
        "(sandboxes: https://pi.demo.pardot.com)",
    ),
    202: _SLOW,
    210: PardotCode(PageTokenGone, "the page token has expired", Group.MOMENT),
    211: PardotCode(PageTokenGone, "the page token is not valid", Group.MOMENT),
    214: _SLOW,
}


def make_error_from_answer(status: int, body: bytes, *, request: str) -> SalesforceError:
    """Return the error for the code in the answer's body, or for the status of an answer without a code.

    ``request`` (method and path) is for the message.
    """
    code, text = _parse(body)
    text = make_storable(text)
    if code is None:
        kind = _kind_of_status(status)
        advice = "check PARDOT_API_URL" if kind is RequestRefused else "the answer has no Pardot error code"
        error = kind(f"Pardot's host answered {status} to {request}: {text} ({advice})", status=status)
    else:
        error = _make_error_with_code(status, code, text, request)
    error.reason = text
    return error


def make_redirect_error(status: int, location: str, *, host: str, request: str) -> Redirected:
    """Return the error for a redirect to ``location``."""
    target = parts_of(location)
    elsewhere = target.netloc and target.netloc != parts_of(host).netloc
    leads = f": it leads to {target.scheme or 'https'}://{target.netloc}" if elsewhere else ""
    return Redirected(f"Pardot's host answered {status} to {request} (check PARDOT_API_URL{leads})", status=status)


def _make_error_with_code(status: int, code: int, text: str, request: str) -> SalesforceError:
    """Return the error for an answer with a code.

    The message quotes Pardot's text only for known codes of the group ``ORG``. Other texts may contain values of
    records.
    """
    known = CODES.get(code)
    kind = known.kind if known else TransientError if is_passing(status) else RequestRefused
    advice = known.advice if known else "an error that SFAPI does not know"
    sentence = f": {text}" if known and known.group is Group.ORG else ""
    message = f"Pardot answered {status} with code {code} to {request}{sentence} ({advice})"
    error = kind(message, code=str(code), status=status)
    error.group = known.group if known else kind.group
    return error


def _kind_of_status(status: int) -> type[SalesforceError]:
    if is_passing(status):
        return TransientError
    return SessionExpired if status == 401 else RequestRefused


def _parse(body: bytes) -> tuple[int | None, str]:
    text = body.decode("utf-8-sig", "replace").strip()
    try:
        parsed = json.loads(text)
        return int(parsed["code"]), " ".join(str(parsed.get("message") or "no message").split())
    except (ValueError, KeyError, TypeError):
        return None, " ".join(text.split())[:200] or "an empty body"
