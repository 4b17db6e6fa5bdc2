"""``GET /me``: who am I, and when nobody: why."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Any, Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from ninja import Field, Router, Schema

from accounts_client.connection import accounts_client
from accounts_client.errors import CookieError, Step
from accounts_client.types import AccountsUser
from api.auth.callers import CredentialsRefused, SignedInUser, outcome_of, sso_cookies
from api.http.client_address import client_address
from api.http.errors import documented
from api.http.fields import json_response
from api.protection.accounts import AccountsAway, accounts_user
from sf.live.org import LOCAL_HOSTS

logger = logging.getLogger(__name__)

router = Router(tags=["me"])

AccountsState = Literal["ok", "away", "off"]
_PRODUCTION_HOST = "accounts.openstax.org"


class SignInDebug(Schema):
    cookie_present: bool
    cookie_length: int
    has_signature_key: bool
    has_encryption_key: bool
    decryption: str = Field(description="`ok`, `skipped` or `failed: <reason>`.")
    signature: str
    claims: str
    address: str = Field(description="The address that limits count: the client's, unless proxies are not configured.")


class Me(Schema):
    logged_in: bool
    uuid: str | None
    id: int | None
    name: str | None
    is_super_user: bool
    salesforce_contact_id: str | None
    faculty_status: str | None
    adopter_status: str | None
    self_reported_role: str | None
    school_type: str | None
    school_location: str | None
    assignable_user: bool | None
    assignable_school_integrated: bool | None
    accounts: AccountsState | None = Field(
        description="Where the eight fields above come from: `ok` (OpenStax Accounts, at most a minute old); `away`: "
        "it cannot be asked now, so they are null; `off`: it is not configured; null: nobody is logged in."
    )
    csrf_token: str
    accounts_environment: str
    cookie_name: str
    debug: SignInDebug | None = Field(None, description="Only when nobody is logged in: at which step it fails.")


_COOKIE_OR_NOTHING: dict[str, Any] = {"security": [{"SSOCookie": []}, {}]}
"""Open to all, but without this generated clients would never send the cookie."""


@router.get(
    "/me", auth=None, response={200: Me, **documented(429)}, summary="Who am I", openapi_extra=_COOKIE_OR_NOTHING
)
def get_me(request: HttpRequest) -> HttpResponse:
    """Whether the cookie says who you are, and what OpenStax Accounts knows of you. Sets the CSRF cookie and gives the
    token that requests which change something need."""
    outcome = outcome_of(request)
    user = outcome if isinstance(outcome, SignedInUser) else None
    session = user.session if user else None
    known, state = _accounts_user(session.uuid) if session else (AccountsUser(), None)
    body: dict[str, Any] = {
        "logged_in": user is not None,
        "uuid": session.uuid if session else None,
        "name": session.name if session else None,
        "is_super_user": user.is_super_user if user else False,
        **asdict(known),
        # The cookies of today have no id.
        "id": session.id if session and session.id is not None else known.id,
        "accounts": state,
        "csrf_token": get_token(request),
        "accounts_environment": accounts_environment(settings.ACCOUNTS_URL),
        "cookie_name": settings.SSO_COOKIE_NAME,
    }
    if user is None:
        cause = outcome.__cause__ if isinstance(outcome, CredentialsRefused) else None
        body["debug"] = _debug(request, cause)
    return json_response(body)


def accounts_environment(url: str) -> str:
    """``local``, ``dev``, ``staging`` or ``production``, by the host of Accounts."""
    host = urlsplit(url).hostname or ""
    if host == _PRODUCTION_HOST:
        return "production"
    if host in LOCAL_HOSTS:
        return "local"
    return "staging" if "staging" in host else "dev"


def _accounts_user(uuid: str) -> tuple[AccountsUser, AccountsState]:
    """Nothing known when Accounts does not know the user, is away or not configured."""
    client = accounts_client()
    if client is None:
        return AccountsUser(), "off"
    try:
        return accounts_user(client, uuid) or AccountsUser(), "ok"
    except AccountsAway as error:
        logger.warning("who am I: %s", error)
        return AccountsUser(), "away"


def _debug(request: HttpRequest, cause: BaseException | None) -> dict[str, Any]:
    cookie = next(reversed(sso_cookies(request)), "")
    steps = cause.steps() if isinstance(cause, CookieError) else dict.fromkeys(map(str, Step), "skipped")
    return {
        "cookie_present": bool(cookie),
        "cookie_length": len(cookie),
        "has_signature_key": bool(settings.SSO_SIGNATURE_PUBLIC_KEY),
        "has_encryption_key": bool(settings.SSO_ENCRYPTION_PRIVATE_KEY),
        **steps,
        "address": client_address(request),
    }
