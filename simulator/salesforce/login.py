"""Log in by OAuth: Salesforce's token endpoint.

Error bodies are ``{"error", "error_description"}`` with status 400. Sources of the error texts:

- Salesforce Help, "OAuth 2.0 Authorization Errors": "expired access/refresh token" for a refresh token
- omniphx/forrest issue 302: "audience is invalid"
- pozil/pub-sub-api-node-client issue 58: "request not supported on this domain"
- answers that users have published: all other texts, except the reasons after "invalid assertion: "

``invalid_grant`` "authentication failure" is the answer to a wrong password, to a missing security token, and to a flow
that the organization has switched off.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import jwt

from simulator import credentials
from simulator.http import Request, Response, Router
from simulator.world import World

TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 (a path)
REVOKE_PATH = "/services/oauth2/revoke"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
JWT_LIFETIME = 180
"""The longest lifetime of an assertion in seconds. An assertion that expires later is refused."""
USER_SCOPES = "refresh_token offline_access full pardot_api api"
APP_SCOPES = "pardot_api api"
"""The scopes of client credentials, which never get ``full``, ``web`` or ``refresh_token``.

Source: docs/platform-facts.md, "Salesforce: login".
"""
CLOCK_SKEW = 30
"""The tolerated difference in seconds between the clocks of the caller and of the simulator."""

Form = Mapping[str, str]


class LoginError(Exception):
    """The ``error`` and ``error_description`` of a refused login."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


class OAuth:
    """The endpoints that issue and revoke the tokens of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._flows: Mapping[str, tuple[str, Callable[[Request, Form], None]]] = {
            "password": ("password", self._check_password),
            "client_credentials": ("client_credentials", self._check_app),
            "refresh_token": ("refresh_token", self._check_refresh_token),
            JWT_GRANT: ("jwt", self._check_assertion),
        }

    def token(self, request: Request) -> Response:
        try:
            return self._logged_in(request)
        except LoginError as refusal:
            return Response.json({"error": refusal.error, "error_description": refusal.description}, 400)

    def _logged_in(self, request: Request) -> Response:
        form = _with_basic(request)
        grant = form.get("grant_type", "")
        if grant not in self._flows:
            raise LoginError("unsupported_grant_type", "grant type not supported")
        flow, check = self._flows[grant]
        check(request, form)
        if flow in self._world.salesforce.blocked_flows:
            raise LoginError("invalid_grant", "authentication failure")
        if not user_is_active(self._world):
            raise LoginError("inactive_user", "user is inactive")
        session = self._world.sessions.start(flow)
        scopes = APP_SCOPES if flow == "client_credentials" else USER_SCOPES
        host = instance_of(self._world, request)
        return Response.json(_token_payload(session.token, host, self._world.organization_id, scopes))

    def _check_client_id(self, form: Form) -> None:
        if form.get("client_id") != credentials.CLIENT_ID:
            raise LoginError("invalid_client_id", "client identifier invalid")

    def _check_client(self, _request: Request, form: Form) -> None:
        self._check_client_id(form)
        if form.get("client_secret") != credentials.CLIENT_SECRET:
            raise LoginError("invalid_client", "invalid client credentials")

    def _check_app(self, request: Request, form: Form) -> None:
        """Check client credentials. They need the org's own host, and an app that runs as a user."""
        if is_shared_login_host(request):
            raise LoginError("invalid_grant", "request not supported on this domain")
        self._check_client(request, form)
        if not self._world.salesforce.app_has_user:
            raise LoginError("invalid_client", "no client credentials user enabled")

    def _check_password(self, request: Request, form: Form) -> None:
        self._check_client(request, form)
        if not password_fits(form.get("username", ""), form.get("password", "")):
            raise LoginError("invalid_grant", "authentication failure")

    def _check_refresh_token(self, request: Request, form: Form) -> None:
        self._check_client_id(form)
        if "client_secret" in form:
            self._check_client(request, form)
        if form.get("refresh_token") != credentials.REFRESH_TOKEN:
            raise LoginError("invalid_grant", "expired access/refresh token")

    def _check_assertion(self, request: Request, form: Form) -> None:
        claims = self._claims(form.get("assertion", ""))
        if claims["iss"] != credentials.CLIENT_ID:
            raise LoginError("invalid_client_id", "client identifier invalid")
        if str(claims["aud"]).rstrip("/") not in self._world.salesforce.audiences:
            raise LoginError("invalid_grant", "audience is invalid")
        if float(claims["exp"]) > time.time() + JWT_LIFETIME + CLOCK_SKEW:
            raise LoginError("invalid_grant", "invalid assertion: the expiration is too far in the future")
        if claims["sub"] != credentials.USERNAME:
            raise LoginError("invalid_grant", "user hasn't approved this consumer")

    def _claims(self, assertion: str) -> dict[str, Any]:
        try:
            return jwt.decode(
                assertion,
                credentials.jwt_public_key(self._world.config.folder),
                algorithms=["RS256"],
                options={"require": ["iss", "sub", "aud", "exp"], "verify_aud": False},
                leeway=CLOCK_SKEW,
            )
        except jwt.ExpiredSignatureError as error:
            raise LoginError("invalid_grant", "expired authorization code") from error
        except jwt.InvalidTokenError as error:
            raise LoginError("invalid_grant", f"invalid assertion: {error}") from error

    def revoke(self, request: Request) -> Response:
        self._world.sessions.expire(request.form().get("token", ""))
        return Response(200)


def password_fits(username: str, password: str, *, trusted_address: bool = False) -> bool:
    """Return whether both values are those of the integration user.

    The security token follows the password. From a trusted address, the token may be missing.
    """
    fits = {credentials.PASSWORD + credentials.SECURITY_TOKEN}
    if trusted_address:
        fits.add(credentials.PASSWORD)
    return username == credentials.USERNAME and password in fits


def user_is_active(world: World) -> bool:
    """Return whether the integration user may log in: the ``User`` record is active or missing."""
    user = world.store.get("User", credentials.user_id())
    return user is None or bool(user.get("IsActive", True))


def host_of(request: Request) -> str:
    """Return the address at which the caller reached this server."""
    return f"https://{request.headers.get('host', 'localhost')}"


def is_shared_login_host(request: Request) -> bool:
    """Return whether the host stands for login.salesforce.com, where all orgs log in.

    This host is ``127.0.0.1``. ``localhost`` is the org's My Domain.
    """
    return urlsplit(host_of(request)).hostname == "127.0.0.1"


def instance_of(world: World, request: Request) -> str:
    """Return ``instance_url``: the host of the call, or the org's present host.

    The present host is returned once the org has moved, and for calls to the shared login host.
    """
    if world.instance.moved or is_shared_login_host(request):
        return world.instance.url
    return host_of(request)


def _with_basic(request: Request) -> dict[str, str]:
    """Return the form. Basic authentication adds the client id and secret."""
    form = request.form()
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise LoginError("invalid_client", "invalid client credentials") from error
        form = {"client_id": client_id, "client_secret": secret, **form}
    return form


def _token_payload(token: str, host: str, organization: str, scopes: str) -> dict[str, str]:
    identity = f"{host}/id/{organization}/{credentials.user_id()}"
    issued_at = str(int(time.time() * 1000))
    digest = hmac.new(credentials.CLIENT_SECRET.encode(), (identity + issued_at).encode(), hashlib.sha256)
    return {
        "access_token": token,
        "instance_url": host,
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued_at,
        "signature": base64.b64encode(digest.digest()).decode(),
        "scope": scopes,
    }


def add_routes(router: Router, world: World) -> None:
    oauth = OAuth(world)
    router.add("POST", TOKEN_PATH, oauth.token)
    router.add("POST", REVOKE_PATH, oauth.revoke)
