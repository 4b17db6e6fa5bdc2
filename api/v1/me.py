"""``GET /me``: the logged-in user, or the reason why no user is logged in."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from ninja import Field, Router, Schema

from accounts_client.connection import make_accounts_client
from accounts_client.errors import CookieError, Step
from accounts_client.types import AccountsUser
from api.auth.callers import CredentialsRefused, SignedInUser, authenticate, get_sso_cookies
from api.http.client_address import find_client_address
from api.http.errors import document_errors
from api.http.fields import make_json_response
from api.protection.accounts import AccountsAway, fetch_accounts_user
from sf.live.org import LOCAL_HOSTS

logger = logging.getLogger(__name__)

router = Router(tags=["me"])

AccountsState = Literal["ok", "away", "off"]
_PRODUCTION_HOST = "accounts.openstax.org"

HasSignatureKey = Annotated[bool, Field(description="True if the key for verifying the cookie's signature is set.")]
HasEncryptionKey = Annotated[bool, Field(description="True if the key for decrypting the cookie is set.")]
CookieName = Annotated[str, Field(description="Name of the cookie that OpenStax Accounts sets at login.")]
AccountsEnvironment = Annotated[
    str,
    Field(description="The OpenStax Accounts in use: `local`, `dev`, `staging` or `production`."),
]


def _declare_step(name: str) -> Any:
    return Field(description=f"{name}: `ok`, `skipped` or `failed: <reason>`.")


def _declare_accounts_field(meaning: str) -> Any:
    return Field(description=f"{meaning}, from OpenStax Accounts; null when Accounts does not say.")


class SignInDebug(Schema):
    cookie_present: bool = Field(description="True if the request had the cookie.")
    cookie_length: int = Field(description="Length of the cookie's value in characters; 0 without a cookie.")
    has_signature_key: HasSignatureKey
    has_encryption_key: HasEncryptionKey
    decryption: str = _declare_step("Decryption of the cookie")
    signature: str = _declare_step("Check of the cookie's signature")
    claims: str = _declare_step("Check of the cookie's claims: issuer, audience, times and user")
    address: str = Field(
        description="The address whose requests the rate limits count: the client's address, or a proxy's if proxies "
        "are not configured."
    )


class Me(Schema):
    logged_in: bool = Field(description="True if the request is from a signed-in user of OpenStax Accounts.")
    uuid: str | None = Field(description="UUID of the user in OpenStax Accounts; null when no user is logged in.")
    id: int | None = Field(
        description="Number of the user in OpenStax Accounts. Null when no user is logged in, or when neither the "
        "cookie nor Accounts has the number."
    )
    name: str | None = Field(description="Name of the user, from the cookie; null when no user is logged in.")
    is_super_user: bool = Field(
        description="True if the user has all scopes: an active Super User who signed in recently enough."
    )
    salesforce_contact_id: str | None = _declare_accounts_field("Salesforce id of the user's contact")
    faculty_status: str | None = _declare_accounts_field(
        "Status of the faculty verification, such as `confirmed_faculty`"
    )
    adopter_status: str | None = _declare_accounts_field("Status of the user's adoptions")
    self_reported_role: str | None = _declare_accounts_field("Role that the user gave, such as `instructor`")
    school_type: str | None = _declare_accounts_field("Type of the user's school, such as `college`")
    school_location: str | None = _declare_accounts_field("Location of the user's school, such as `domestic_school`")
    assignable_user: bool | None = _declare_accounts_field("True if the user is a user of Assignable")
    assignable_school_integrated: bool | None = _declare_accounts_field(
        "True if the user's school has integrated Assignable"
    )
    accounts: AccountsState | None = Field(
        description="State of OpenStax Accounts, the source of the fields from `salesforce_contact_id` to "
        "`assignable_school_integrated`. `ok`: the fields were read at most a minute ago. `away`: Accounts cannot be "
        "asked now, so the fields are null. `off`: Accounts is not configured, so the fields are null. null: no user "
        "is logged in."
    )
    csrf_token: str = Field(description="Send it as the header `X-CSRFToken` with requests that change something.")
    accounts_environment: AccountsEnvironment
    cookie_name: CookieName
    debug: SignInDebug | None = Field(
        None, description="The step at which signing in fails; only when no user is logged in."
    )


_COOKIE_OR_NOTHING: dict[str, Any] = {"security": [{"SSOCookie": []}, {}]}
"""The route is open to all. Without this entry, generated clients would never send the cookie."""


@router.get(
    "/me", auth=None, response={200: Me, **document_errors(429)}, summary="The caller", openapi_extra=_COOKIE_OR_NOTHING
)
def get_me(request: HttpRequest) -> HttpResponse:
    """Return whether the cookie identifies you, and what OpenStax Accounts knows about you.

    Sets the CSRF cookie, and returns the token for requests that change something.
    """
    outcome = authenticate(request)
    user = outcome if isinstance(outcome, SignedInUser) else None
    session = user.session if user else None
    details, state = _fetch_accounts_user(session.uuid) if session else (AccountsUser(), None)
    body: dict[str, Any] = {
        "logged_in": user is not None,
        "uuid": session.uuid if session else None,
        "name": session.name if session else None,
        "is_super_user": user.is_super_user if user else False,
        **asdict(details),
        # Cookies contain no id at present.
        "id": session.id if session and session.id is not None else details.id,
        "accounts": state,
        "csrf_token": get_token(request),
        "accounts_environment": classify_accounts_environment(settings.ACCOUNTS_URL),
        "cookie_name": settings.SSO_COOKIE_NAME,
    }
    if user is None:
        cause = outcome.__cause__ if isinstance(outcome, CredentialsRefused) else None
        body["debug"] = _build_debug_info(request, cause)
    return make_json_response(body)


def classify_accounts_environment(url: str) -> str:
    """Return ``local``, ``dev``, ``staging`` or ``production``, by the host of Accounts."""
    host = urlsplit(url).hostname or ""
    if host == _PRODUCTION_HOST:
        return "production"
    if host in LOCAL_HOSTS:
        return "local"
    return "staging" if "staging" in host else "dev"


def _fetch_accounts_user(uuid: str) -> tuple[AccountsUser, AccountsState]:
    """Return the user (empty unless Accounts returns one) and the state of Accounts."""
    client = make_accounts_client()
    if client is None:
        return AccountsUser(), "off"
    try:
        return fetch_accounts_user(client, uuid) or AccountsUser(), "ok"
    except AccountsAway as error:
        logger.warning("me: %s", error)
        return AccountsUser(), "away"


def _build_debug_info(request: HttpRequest, cause: BaseException | None) -> dict[str, Any]:
    cookie = next(reversed(get_sso_cookies(request)), "")
    steps = cause.steps() if isinstance(cause, CookieError) else dict.fromkeys(map(str, Step), "skipped")
    return {
        "cookie_present": bool(cookie),
        "cookie_length": len(cookie),
        "has_signature_key": bool(settings.SSO_SIGNATURE_PUBLIC_KEY),
        "has_encryption_key": bool(settings.SSO_ENCRYPTION_PRIVATE_KEY),
        **steps,
        "address": find_client_address(request),
    }
