"""Decide what a refused login means: retry, pause at the daily limit, or stop until a person acts.

Salesforce's code and words decide, then the HTTP status. Only known temporary refusals are retried: each further
login with a wrong password brings the user nearer to being locked out. ``docs/connecting.md`` shows ``RULES`` to
operators.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from sf.salesforce import credentials as names
from sf.salesforce.credentials import LoginFlow
from sf.salesforce.errors import (
    TRANSIENT_STATUSES,
    DailyLimitReached,
    LoginFailed,
    SalesforceError,
    TransientError,
    parse_error_body,
)
from sf.salesforce.hosts import explain_host

CLOCK_TOLERANCE_SECONDS = 30
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class LoginNotAnswered(TransientError):
    """The login may work in a moment. The call that needed the login was not sent."""


class LoginRefused(LoginFailed):
    """Logins or calls fail until a person acts. The call that needed the login was not carried out."""


@dataclass(frozen=True)
class Rule:
    """One kind of refusal: its codes, words or both, the error to raise, and advice for the operator."""

    codes: frozenset[str] = frozenset()
    words: str = ""
    """A regular expression that is searched for in Salesforce's code and sentence."""
    kind: type[SalesforceError] = LoginRefused
    advice: str = ""
    """``{own}``: the variables of the login flow."""

    def fits(self, code: str, sentence: str) -> bool:
        if self.codes and code.upper() not in self.codes:
            return False
        return not self.words or bool(re.search(self.words, f"{code} {sentence}", re.IGNORECASE))


@dataclass(frozen=True)
class LoginAnswer:
    """The answer of a login that gave no session."""

    host: str
    flow: LoginFlow
    status: int
    body: bytes
    headers: Mapping[str, str]


_SANDBOX = "sandboxes log in at https://test.salesforce.com or at their own My Domain"
_LASTS = "use client credentials or JWT bearer (docs/connecting.md)"
_ADDRESSES = (
    "this machine's address is not allowed: add it in Setup > Network Access (Trusted IP Ranges) and in the Login IP "
    "Ranges of the user's profile, or set the app's IP Relaxation to 'Relax IP restrictions'"
)


def _list_codes(*codes: str) -> frozenset[str]:
    return frozenset(codes)


RULES = (
    Rule(_list_codes("REQUEST_LIMIT_EXCEEDED"), words="concurrent", kind=LoginNotAnswered),
    Rule(_list_codes("REQUEST_LIMIT_EXCEEDED"), kind=DailyLimitReached),
    Rule(words=r"rate[_ ]?(limit[_ ])?exceeded|too many (requests|logins)", kind=LoginNotAnswered),
    Rule(
        _list_codes(
            "UNKNOWN_ERROR", "SERVER_ERROR", "TEMPORARILY_UNAVAILABLE", "SERVER_UNAVAILABLE", "UNKNOWN_EXCEPTION"
        ),
        kind=LoginNotAnswered,
    ),
    Rule(words="retry your request|try again later|down for maintenance|service unavailable", kind=LoginNotAnswered),
    Rule(
        words="not supported on this domain",
        advice="client credentials need the org's own host: set SALESFORCE_HOST to its My Domain "
        "(https://….my.salesforce.com, Setup > My Domain), not to login.salesforce.com or test.salesforce.com",
    ),
    Rule(
        words="no client credentials user",
        advice="choose the user that the app runs as: Setup > the app > Policies > Client Credentials Flow > Run As",
    ),
    Rule(
        words="audience",
        advice="set SALESFORCE_JWT_AUDIENCE to https://login.salesforce.com, for a sandbox to "
        "https://test.salesforce.com, and for an Experience Cloud site to the site's address",
    ),
    Rule(
        words="approved (this consumer|to access this app)|invalid_app_access|app_not_approved",
        advice=f"let the app's admin pre-authorize the user (Permitted Users: 'Admin approved users are "
        f"pre-authorized', then a permission set or profile), and check {names.USERNAME} and {names.CLIENT_ID}; "
        f"{_SANDBOX}",
    ),
    Rule(words="ip restricted|ip address|LOGIN_DURING_RESTRICTED_DOMAIN", advice=_ADDRESSES),
    Rule(
        _list_codes("LOGIN_MUST_USE_SECURITY_TOKEN"),
        advice=f"check {names.SECURITY_TOKEN} (Salesforce sends a new one with every new password), or add this "
        "machine's address in Setup > Network Access (Trusted IP Ranges)",
    ),
    Rule(_list_codes("LOGIN_DURING_RESTRICTED_TIME"), advice="the profile's login hours do not allow this time of day"),
    Rule(
        words="PASSWORD_LOCKOUT|locked out by|user is locked",
        advice="the user is locked: unlock it in Setup > Users, then correct {own}; "
        "every further try prolongs the lock",
    ),
    Rule(
        words="expired_password|password.(has.|is.)?expired",
        advice="the password of the API user has expired: set a new one, or let it never expire; a new password "
        "needs a new security token",
    ),
    Rule(words="expired access/refresh token", advice="check {own}: the token was revoked or has expired"),
    Rule(
        words="expired authorization code|not yet valid",
        advice="this machine's clock must be right: the signed request expires within minutes",
    ),
    Rule(
        words="invalid assertion|assertion is not valid",
        advice=f"the certificate uploaded to the app must belong to {names.PRIVATE_KEY}, and this machine's clock must "
        "be right",
    ),
    Rule(
        _list_codes("TRIAL_EXPIRED", "ORG_LOCKED"),
        advice="the org's trial has ended, or the org is locked: contact Salesforce support",
    ),
    Rule(words="(user|org) is inactive|inactive_(user|org)", advice="the user or org of {own} is not active"),
    Rule(
        _list_codes("API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED"),
        advice="the API is switched off: the edition must have it, and the user needs 'API Enabled'",
    ),
    Rule(
        words="CLIENT_NOT_ACCESSIBLE_FOR_USER|APP_BLOCKED|APP_ACCESS_DENIED|blocked by",
        advice="the app is blocked for this user: Setup > Connected Apps OAuth Usage (install or unblock it)",
    ),
    Rule(_list_codes("INVALID_CLIENT_ID"), advice=f"check {names.CLIENT_ID}: the app's consumer key; {_SANDBOX}"),
    Rule(_list_codes("INVALID_CLIENT"), advice=f"check {names.CLIENT_SECRET}: the app's consumer secret"),
    Rule(
        _list_codes("INVALID_GRANT"),
        advice="check {own}, that the user may use the app, and that the org allows this login flow; " + _SANDBOX,
    ),
    Rule(_list_codes("UNSUPPORTED_GRANT_TYPE"), advice=f"this org or app does not allow this login flow: {_LASTS}"),
    Rule(_list_codes("INVALID_LOGIN"), advice="check {own}; " + _SANDBOX),
    Rule(
        _list_codes("UNSUPPORTED_API_VERSION"),
        advice="SOAP login ended with API version 64.0: set SALESFORCE_API_VERSION=64.0, or log in by OAuth",
    ),
    Rule(_list_codes("INVALID_OPERATION"), advice=f"SOAP login may be switched off in this org: {_LASTS}"),
)
"""The first rule that matches decides."""


def make_login_error(answer: LoginAnswer) -> SalesforceError:
    """Return the error for the answer, with advice when a person must act."""
    code, sentence, _ = parse_error_body(answer.body)
    message = f"Salesforce login ({answer.flow.value}) at {answer.host} failed: {answer.status} {code}: {sentence}"
    rule = next((rule for rule in RULES if rule.fits(code, sentence)), None)
    kind = rule.kind if rule else _kind_of_status(answer.status, code)
    if kind is LoginRefused:
        message = f"{message} ({_choose_advice(answer, rule)})"
    error = kind(message, code=code, status=answer.status)
    error.reason = sentence
    wait = answer.headers.get("Retry-After", "")
    error.retry_after = float(wait) if wait.isdigit() else 0.0
    return error


def _kind_of_status(status: int, code: str) -> type[SalesforceError]:
    """Return the class of an error that no rule fits.

    With a code, the refusal is final: the status proves nothing, because SOAP faults always have status 500.
    Without a code, the answer probably did not come from Salesforce's login, and the status decides.
    """
    return LoginNotAnswered if status in TRANSIENT_STATUSES and not code else LoginRefused


def _choose_advice(answer: LoginAnswer, rule: Rule | None) -> str:
    if answer.status in REDIRECTS:
        return explain_host(answer.host, answer.headers.get("Location", ""))
    if rule is None and answer.status in {404, 405, 410}:
        return "check SALESFORCE_HOST"
    flow = answer.flow
    own = [*flow.needs, *([names.SECURITY_TOKEN] if flow in _FLOWS_WITH_TOKEN else [])]
    advice = (rule.advice if rule else "check {own}").format(own=", ".join(own))
    return f"{advice}{_describe_clock(answer)}"


_FLOWS_WITH_TOKEN = {LoginFlow.PASSWORD, LoginFlow.SOAP_TOKEN}


def _describe_clock(answer: LoginAnswer) -> str:
    """Say how far this machine's clock is off, for the flow that sends a time."""
    if answer.flow is not LoginFlow.JWT_BEARER:
        return ""
    try:
        theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
        ahead = (datetime.now(UTC) - theirs).total_seconds()
    except (TypeError, ValueError):
        return ""
    if abs(ahead) <= CLOCK_TOLERANCE_SECONDS:
        return ""
    return f"; this machine's clock is {abs(ahead):,.0f} s {'ahead of' if ahead > 0 else 'behind'} Salesforce's"
