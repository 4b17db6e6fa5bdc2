"""Decide once per request who is calling, and what they may do.

If there is an ``Authorization`` header, it alone decides. Without it, the development bypass or the single sign-on
cookie decides. The checks come in this order:

* 401 without usable credentials, or 429 after too many failures
* 403 for a user's POST, PUT, PATCH or DELETE without a valid CSRF token, because another site's page can make a
  browser send the cookie
* 401 for a Super User who must sign in again to use the route
* 403 that names a missing right
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from accounts_client.connection import read_cookie
from accounts_client.errors import CookieError
from accounts_client.types import Session
from api.auth.api_keys import find_api_key, note_api_key_use
from api.domain.error_types import ErrorType
from api.domain.keys import has_hash, public_id_of
from api.domain.rates import Rate
from api.domain.scopes import ALL_SCOPES, Scope
from api.http.client_address import compute_address_identity, find_client_address
from api.http.errors import Forbidden, NotAuthenticated, TooManyRequests
from api.models import APIKey, SuperUser
from api.protection.rate_limit import try_pass
from outgoing.numbers import format_count

FAILURES_RATE = Rate(limit=20, seconds=60)
"""The failed authentications that are allowed per address."""

_CLOCKS_APART = timedelta(seconds=60)
"""The time by which the clock of Accounts may be ahead of this host's clock."""

_BEARER = "bearer"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_COOKIES_TRIED = 4
_NO_KEY = "0" * 64
"""The hash to compare with when no API key has the public id that the caller sent.
So an unknown public id takes as long as a wrong secret."""


class AuthType(StrEnum):
    COOKIE = "cookie"
    DEVELOPMENT = "development"
    KEY = "key"


class CredentialsRefused(Exception):
    """Invalid credentials. The message is safe to return to the client.

    ``bad_token`` is true when the credentials are an API key.
    """

    def __init__(
        self, message: str, error_type: ErrorType = ErrorType.CREDENTIALS_INVALID, *, bad_token: bool = False
    ) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.bad_token = bad_token


@dataclass(frozen=True)
class SignedInUser:
    """A person with an OpenStax account."""

    session: Session
    auth_type: AuthType

    @property
    def identity(self) -> str:
        """Return this user's identity in rate limits and logs: ``user:<uuid>``."""
        return f"user:{self.session.uuid}"

    @property
    def is_super_user(self) -> bool:
        return self._is_listed and self._is_sign_in_recent

    @property
    def must_sign_in_again(self) -> bool:
        """Return whether this user lacks the rights of a Super User only because the sign-in is not recent."""
        return self._is_listed and not self._is_sign_in_recent

    @property
    def may_start_jobs(self) -> bool:
        return self.is_super_user and self.super_user is not None and self.super_user.may_start_jobs

    @property
    def name(self) -> str:
        """Return the name under which a Super User's actions are recorded."""
        return (self.super_user.name if self.super_user else "") or self.session.uuid

    @property
    def _is_listed(self) -> bool:
        return self.super_user is not None

    @cached_property
    def super_user(self) -> SuperUser | None:
        """Return this user's row as an active Super User, even if the sign-in is not recent."""
        return SuperUser.objects.filter(accounts_uuid=self.session.uuid, active=True).first()

    @property
    def _is_sign_in_recent(self) -> bool:
        """Return whether the sign-in is recent.

        A cookie lasts 20 years. A cookie on a lost laptop must not give rights for that long.
        """
        days = settings.SUPER_USER_SIGN_IN_DAYS
        if not days or self.auth_type is AuthType.DEVELOPMENT:
            return True
        issued_at = self.session.issued_at
        return issued_at is not None and -_CLOCKS_APART <= datetime.now(UTC) - issued_at <= timedelta(days=days)

    @property
    def scopes(self) -> frozenset[Scope]:
        return ALL_SCOPES if self.is_super_user else frozenset()


@dataclass(frozen=True)
class Service:
    """A program with an API key."""

    key: APIKey
    auth_type: AuthType = AuthType.KEY
    is_super_user: bool = False

    @property
    def identity(self) -> str:
        return self.key.identity

    @property
    def scopes(self) -> frozenset[Scope]:
        return frozenset(scope for scope in Scope if scope.value in self.key.scopes)


Caller = SignedInUser | Service
Outcome = Caller | CredentialsRefused | None
_OUTCOME = "sfapi_caller"


def authenticate(request: HttpRequest) -> Outcome:
    """Return the caller, the refusal of invalid credentials, or ``None`` without credentials."""
    attributes = vars(request)
    if _OUTCOME not in attributes:
        try:
            attributes[_OUTCOME] = _find_caller(request)
        except CredentialsRefused as refused:
            attributes[_OUTCOME] = refused
    outcome: Outcome = attributes[_OUTCOME]
    return outcome


def get_known_outcome(request: HttpRequest) -> tuple[bool, Outcome]:
    """Return whether ``authenticate`` has already run for this request, and its outcome."""
    attributes = vars(request)
    return _OUTCOME in attributes, attributes.get(_OUTCOME)


def caller_of(request: HttpRequest) -> Caller | None:
    """Return the caller, or ``None`` when the request has no valid credentials."""
    outcome = authenticate(request)
    return None if isinstance(outcome, CredentialsRefused) else outcome


def identity_of(request: HttpRequest) -> str:
    """Return the identity for rate limits: the caller's, or the address if the caller is unknown."""
    caller = caller_of(request)
    return caller.identity if caller else address_of(request)


def address_of(request: HttpRequest) -> str:
    return f"address:{compute_address_identity(find_client_address(request))}"


def get_signed_in_user(request: HttpRequest) -> SignedInUser:
    """Return the logged-in user. Call this only in routes that admit no other caller."""
    caller = caller_of(request)
    assert isinstance(caller, SignedInUser)
    return caller


def require_caller(request: HttpRequest) -> Caller:
    """Return the caller after all checks of credentials. Raises ``ApiError`` (401, 429, 403)."""
    outcome = authenticate(request)
    if outcome is None:
        raise NotAuthenticated(
            "You need to log in: send the cookie of an OpenStax account, or an API key as "
            "“Authorization: Bearer <key>”.",
            ErrorType.CREDENTIALS_MISSING,
        )
    if isinstance(outcome, CredentialsRefused):
        _count_failure(request)
        raise NotAuthenticated(str(outcome), outcome.error_type, bad_token=outcome.bad_token)
    if isinstance(outcome, SignedInUser) and not _is_csrf_token_right(request):
        raise Forbidden(
            "The CSRF token is missing or wrong: send the csrf_token of GET /api/v1/me as X-CSRFToken, from an allowed "
            "origin.",
            ErrorType.CSRF_TOKEN_MISSING,
        )
    return outcome


def _is_csrf_token_right(request: HttpRequest) -> bool:
    if request.method in _SAFE_METHODS:
        return True
    # Django also looks for the token in a form. A body that was read as a form cannot be read as JSON afterward.
    # So read the body first.
    _ = request.body
    return check_csrf(request) is None


def _find_caller(request: HttpRequest) -> Caller | None:
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        return _authenticate_service(authorization)
    if settings.DEV_USER_UUID:
        return SignedInUser(Session(uuid=settings.DEV_USER_UUID.lower()), AuthType.DEVELOPMENT)
    refused: CookieError | None = None
    for cookie in get_sso_cookies(request):
        try:
            return SignedInUser(read_cookie(cookie), AuthType.COOKIE)
        except CookieError as error:
            refused = error
    if refused is None:
        return None
    raise CredentialsRefused(
        f"You need to log in again: the cookie is not valid ({refused}). GET /api/v1/me says more."
    ) from refused


def get_sso_cookies(request: HttpRequest) -> list[str]:
    """Return the values of the single sign-on cookies, in the order in which they were sent.

    A browser keeps one cookie for each path and domain, and sends all that match the request. An old cookie may come
    before or after the valid one. Only the first few are returned, because each costs a decryption.
    """
    cookies = (part.partition("=") for part in request.META.get("HTTP_COOKIE", "").split(";"))
    values = (value.strip().strip('"') for name, _, value in cookies if name.strip() == settings.SSO_COOKIE_NAME)
    return list(dict.fromkeys(filter(None, values)))[:_COOKIES_TRIED]


def _authenticate_service(authorization: str) -> Service:
    scheme, _, text = authorization.partition(" ")
    if scheme.lower() != _BEARER:
        raise CredentialsRefused("Authorization must be “Bearer <API key>”.")
    key = _require_key(text.strip())
    if not key.active:
        raise CredentialsRefused("This API key is revoked.", ErrorType.API_KEY_REVOKED, bad_token=True)
    if key.expired:
        raise CredentialsRefused("This API key is expired.", ErrorType.API_KEY_EXPIRED, bad_token=True)
    note_api_key_use(key)
    return Service(key)


def _require_key(text: str) -> APIKey:
    key = find_api_key(public_id_of(text) or "")
    if not has_hash(text, key.key_hash if key else _NO_KEY) or key is None:
        raise CredentialsRefused("This API key is not valid.", bad_token=True)
    return key


def _count_failure(request: HttpRequest) -> None:
    """Count a failure, so that guessing gets slow. Requests with valid credentials are never counted here."""
    result = try_pass("failed-authentication", address_of(request), FAILURES_RATE)
    if not result.passed:
        raise TooManyRequests(
            "Too many requests with credentials that are not valid: try again later.",
            ErrorType.TOO_MANY_FAILED_LOGINS,
            retry_after=result.retry_after,
        )


# -- requirements of routes -------------------------------------------------------------------------------------------

Demand = Callable[[Caller], None]
"""A check of the caller's rights.
Raises ``Forbidden`` without the right, and ``NotAuthenticated`` when a Super User must sign in again."""


class Credential(AuthBase):
    """One kind of credentials in the OpenAPI document.

    A route lists an object for each kind of credentials that it accepts. The first object checks credentials of all
    kinds, and returns the caller or raises. So Ninja never calls the second.

    ``who`` describes the permitted callers in the OpenAPI document; ``roles`` are the scopes that a key needs.
    """

    def __init__(self, demand: Demand, who: str, roles: Sequence[str] = ()) -> None:
        super().__init__()
        self._demand = demand
        self.who = who
        self.roles = roles

    def __call__(self, request: HttpRequest) -> Any:
        caller = require_caller(request)
        self._demand(caller)
        return caller


class SSOCookie(Credential):
    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SSO_COOKIE_NAME
    openapi_description = (
        "The cookie of an OpenStax account: sign in at OpenStax Accounts. Requests that change something also need the "
        "header `X-CSRFToken` with the `csrf_token` of `GET /api/v1/me`."
    )


class APIKeyBearer(Credential):
    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = (
        "An API key, for programs: `Authorization: Bearer <key>`. An administrator of the service creates it with the "
        "scopes that the program needs; it is shown once. Scopes: "
        + "; ".join(f"`{scope}` ({scope.purpose})" for scope in Scope)
        + "."
    )


def any_caller() -> list[Credential]:
    """Admit a logged-in user or a service."""
    who = "Any signed-in user, or any API key."
    return [SSOCookie(_demand_nothing, who), APIKeyBearer(_demand_nothing, who)]


def logged_in_user() -> list[Credential]:
    """Admit a logged-in user, for routes about the user's own data."""
    return [SSOCookie(_demand_user, "A signed-in user. An API key has no contact of its own.")]


def super_user() -> list[Credential]:
    return [SSOCookie(_demand_super_user, "A signed-in Super User.")]


def caller_with(scope: Scope) -> list[Credential]:
    """Admit a Super User, or a service whose key has the scope."""
    demand = demand_scope(scope)
    who = f"An API key with the scope `{scope}`, or a signed-in Super User."
    return [SSOCookie(demand, who), APIKeyBearer(demand, who, roles=[scope.value])]


def demand_scope(scope: Scope) -> Demand:
    """Return the check that ``caller_with`` uses. Views that are not Ninja's use it too."""

    def demand(caller: Caller) -> None:
        if scope in caller.scopes:
            return
        _refuse_old_sign_in(caller)
        if isinstance(caller, Service):
            message = f"This API key lacks the scope {scope}."
        else:
            message = f"This request needs the scope {scope}, which only Super Users and API keys can have."
        raise Forbidden(message, ErrorType.SCOPE_MISSING, scope=scope)

    return demand


def _refuse_old_sign_in(caller: Caller) -> None:
    """Raise ``NotAuthenticated`` for a Super User who must sign in again."""
    if isinstance(caller, SignedInUser) and caller.must_sign_in_again:
        days = settings.SUPER_USER_SIGN_IN_DAYS
        raise NotAuthenticated(
            f"Super Users must have signed in within the last {format_count(days, 'day')}: sign out at "
            f"{settings.ACCOUNTS_URL} and in again.",
            ErrorType.SIGN_IN_AGAIN,
        )


def _demand_nothing(caller: Caller) -> None:
    """Let every caller in."""


def _demand_user(caller: Caller) -> None:
    if isinstance(caller, Service):
        message = "This request needs a logged-in user: an API key has no contact of its own."
        raise Forbidden(message, ErrorType.USER_REQUIRED)


def _demand_super_user(caller: Caller) -> None:
    if isinstance(caller, Service):
        message = "This request needs a logged-in Super User: API keys are not accepted."
        raise Forbidden(message, ErrorType.SUPER_USER_REQUIRED)
    _refuse_old_sign_in(caller)
    if not caller.is_super_user:
        message = "This request is for Super Users; an administrator can make you a Super User."
        raise Forbidden(message, ErrorType.SUPER_USER_REQUIRED)
