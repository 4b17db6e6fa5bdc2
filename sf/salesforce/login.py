"""Log in to Salesforce: seven flows, one result (``Session``).

OAuth flows: ``POST {host}/services/oauth2/token``. SOAP: ``POST {host}/services/Soap/u/{version}``, which is
gone from API version 65 on. simple-salesforce logs in only to ``*.salesforce.com``, so the flows are written
out here.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import jwt
import requests
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from sf.salesforce import credentials as names
from sf.salesforce.answers import find_page_title, json_of
from sf.salesforce.credentials import Credentials, LoginFlow
from sf.salesforce.errors import LoginFailed, SalesforceError, TransientError
from sf.salesforce.hosts import LOGIN_AUDIENCE, TEST_AUDIENCE, is_sandbox_host
from sf.salesforce.http import Patience, Transport, retrying
from sf.salesforce.ids import lengthen_id
from sf.salesforce.login_refusals import LoginAnswer, LoginNotAnswered, LoginRefused, make_login_error
from sf.salesforce.organization import Organization, organization_of_identity

logger = logging.getLogger(__name__)

JWT_SECONDS = 180
"""The lifetime of a JWT assertion: Salesforce refuses more than three minutes."""


@dataclass(frozen=True)
class Session:
    """An access token and the host that accepts it."""

    access_token: str
    instance_url: str
    organization_id: str = ""
    """18 characters. Empty where the login's answer has no id, or the session comes from the settings."""

    def __repr__(self) -> str:
        return f"Session({self.instance_url})"


@dataclass(frozen=True)
class LoginRequest:
    """The host and the credentials of a login."""

    credentials: Credentials
    host: str
    api_version: str
    audience: str = ""
    """The ``aud`` of JWT bearer. Empty: ``audiences`` are login.salesforce.com and test.salesforce.com."""

    @property
    def audiences(self) -> tuple[str, ...]:
        """Return the ``aud`` to send first, then any other to try when Salesforce refuses the first."""
        if self.audience:
            return (self.audience,)
        both = (TEST_AUDIENCE, LOGIN_AUDIENCE)
        return both if is_sandbox_host(self.host) else both[::-1]


HOST_HOLDS_SECONDS = 30.0
"""After a host failed and caused a login, the same host's failures cause no other login for this long."""


REFUSAL_HOLDS_SECONDS = 30.0
"""After a refused login, no other login is tried for this long.

Many threads, or the parts of a command, must not lock the user out with a wrong password.
"""


class SessionKeeper:
    """The session of this process: created when first needed, renewed by one thread while the others wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._refusal: LoginFailed | None = None
        self._refused_at = -REFUSAL_HOLDS_SECONDS
        self._doubted = ("", -HOST_HOLDS_SECONDS)
        self._organization: tuple[Session, Organization] | None = None

    def current(self, login: Callable[[], Session], patience: Patience) -> Session:
        """Return the session; log in when there is none yet.

        Raises ``TransientError`` when another thread's login takes longer than the patience lasts.
        """
        with self._turn(patience):
            if self._session is None:
                self._session = self._log_in(login)
            return self._session

    def renew(self, stale: Session, login: Callable[[], Session], patience: Patience) -> Session:
        """Return the session that replaces ``stale``, perhaps another thread's.

        A session from the settings comes back unchanged. Raises the same errors as ``current``.
        """
        with self._turn(patience):
            if self._session is None or self._session == stale:
                self._session = self._log_in(login)
            return self._session

    def look_for_host(self, gone: Session, login: Callable[[], Session], patience: Patience) -> Session:
        """Log in again because the host of ``gone`` does not answer.

        If another thread has logged in already, returns the new session. If this host already caused a login within
        the last ``HOST_HOLDS_SECONDS``, returns ``gone``. Raises the same errors as ``current``.
        """
        with self._turn(patience):
            if self._session is not None and self._session != gone:
                return self._session
            host, moment = self._doubted
            if host == gone.instance_url and time.monotonic() - moment < HOST_HOLDS_SECONDS:
                return gone
            self._doubted = (gone.instance_url, time.monotonic())
            self._session = self._log_in(login)
            return self._session

    def _log_in(self, login: Callable[[], Session]) -> Session:
        if self._refusal and time.monotonic() - self._refused_at < REFUSAL_HOLDS_SECONDS:
            raise copy(self._refusal)
        try:
            return login()
        except LoginFailed as error:
            if error.code:  # without a code, it was not Salesforce that refused
                # A copy: callers note in the raised error whether their own call may have been carried out.
                self._refusal, self._refused_at = copy(error), time.monotonic()
            raise

    def organization(self, session: Session, ask: Callable[[Session], Organization]) -> Organization:
        """Return the org of a session; ask once per session."""
        kept = self._organization
        if kept is None or kept[0] != session:
            kept = self._organization = (session, ask(session))
        return kept[1]

    @contextmanager
    def _turn(self, patience: Patience) -> Iterator[None]:
        if not self._lock.acquire(timeout=patience.left if patience.has_end else -1):
            raise TransientError("Salesforce took too long to answer: another login is still under way")
        try:
            yield
        finally:
            self._lock.release()


def log_in(request: LoginRequest, transport: Transport) -> Session:
    """Return the session of a new login, or the session from the settings.

    Raises ``LoginFailed`` (the message says what to check), ``DailyLimitReached``, ``TransientError`` when retries do
    not help, or a plain ``SalesforceError`` when the host's certificate cannot be checked or is not trusted.
    """
    if request.credentials.flow is LoginFlow.DIRECT_SESSION:
        return Session(
            request.credentials.values[names.SESSION_ID],
            request.credentials.values[names.INSTANCE_URL].rstrip("/"),
        )
    attempt = _ATTEMPTS.get(request.credentials.flow, _log_in_by_oauth)
    try:
        return retrying(lambda: attempt(request, transport), transport.patience)
    except SalesforceError as error:
        error.in_preparation = True
        raise


def _log_in_by_oauth(request: LoginRequest, transport: Transport) -> Session:
    answer = _post(request, transport, "/services/oauth2/token", _FORMS[request.credentials.flow](request))
    try:
        token = json_of(answer)
        organization = organization_of_identity(token.get("id", ""))
        return Session(token["access_token"], _get_origin(token["instance_url"]), organization)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _make_error_of_other_page(request, answer) from error


def _log_in_by_jwt(request: LoginRequest, transport: Transport) -> Session:
    """Log in with each audience in turn while Salesforce refuses the audience."""
    *others, last = request.audiences
    for audience in others:
        try:
            return _log_in_by_oauth(replace(request, audience=audience), transport)
        except LoginRefused as error:
            if "audience" not in error.reason.lower():
                raise
            logger.info("%s; trying %s", error, last)
    return _log_in_by_oauth(replace(request, audience=last), transport)


def _post(
    request: LoginRequest,
    transport: Transport,
    path: str,
    data: bytes | Mapping[str, str],
    headers: Mapping[str, str] | None = None,
) -> requests.Response:
    """Send a login once, and return the answer. Raises an error when the status is not 200."""
    try:
        answer = transport.send("POST", f"{request.host}{path}", data=data, headers=headers)
    except TransientError as error:
        raise LoginNotAnswered(str(error)) from error
    if answer.status_code == 200:
        return answer
    raise make_login_error(
        LoginAnswer(request.host, request.credentials.flow, answer.status_code, answer.content, answer.headers)
    )


def _get_origin(url: str) -> str:
    """Return scheme, host and port of an address. Raises ``ValueError`` for a malformed address."""
    parts = urlsplit(url)
    if not (parts.scheme and parts.hostname) or parts.port == 0:  # reading a port that is no number raises, too
        raise ValueError(f"no address: {url}")
    return f"{parts.scheme}://{parts.netloc}"


def _make_error_of_other_page(request: LoginRequest, answer: requests.Response) -> SalesforceError:
    title = find_page_title(answer.text)
    titled = f" (it sent a page with the title “{title}”)" if title else ""
    return LoginRefused(f"{request.host} did not answer like Salesforce's login: check SALESFORCE_HOST{titled}")


def _refresh_form(request: LoginRequest) -> dict[str, str]:
    values = request.credentials.values
    form = {
        "grant_type": "refresh_token",
        "client_id": values[names.CLIENT_ID],
        "refresh_token": values[names.REFRESH_TOKEN],
    }
    if values.get(names.CLIENT_SECRET):
        form["client_secret"] = values[names.CLIENT_SECRET]
    return form


def _build_jwt_form(request: LoginRequest) -> dict[str, str]:
    values = request.credentials.values
    claims = {
        "iss": values[names.CLIENT_ID],
        "sub": values[names.USERNAME],
        "aud": request.audiences[0],
        "exp": int(time.time()) + JWT_SECONDS,
    }
    assertion = jwt.encode(claims, _load_private_key(values[names.PRIVATE_KEY]), algorithm="RS256")
    return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}


def _load_private_key(pem: str) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise LoginFailed(f"{names.PRIVATE_KEY} is not an RSA private key in PEM form: {error}") from error
    if not isinstance(key, RSAPrivateKey):
        raise LoginFailed(f"{names.PRIVATE_KEY} is not an RSA private key, but a private key of another kind")
    return key


def _build_password_form(request: LoginRequest) -> dict[str, str]:
    values = request.credentials.values
    return {
        "grant_type": "password",
        "client_id": values[names.CLIENT_ID],
        "client_secret": values[names.CLIENT_SECRET],
        "username": values[names.USERNAME],
        "password": values[names.PASSWORD] + values.get(names.SECURITY_TOKEN, ""),
    }


def _build_client_form(request: LoginRequest) -> dict[str, str]:
    values = request.credentials.values
    return {
        "grant_type": "client_credentials",
        "client_id": values[names.CLIENT_ID],
        "client_secret": values[names.CLIENT_SECRET],
    }


_FORMS: Mapping[LoginFlow, Callable[[LoginRequest], dict[str, str]]] = {
    LoginFlow.REFRESH_TOKEN: _refresh_form,
    LoginFlow.JWT_BEARER: _build_jwt_form,
    LoginFlow.PASSWORD: _build_password_form,
    LoginFlow.CLIENT_CREDENTIALS: _build_client_form,
}

_SOAP_ENVELOPE = """<?xml version="1.0" encoding="utf-8"?>
<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="urn:partner.soap.sforce.com">
<env:Header>{header}</env:Header>
<env:Body><urn:login><urn:username>{username}</urn:username><urn:password>{password}</urn:password></urn:login></env:Body>
</env:Envelope>"""

_SOAP_ORGANIZATION_HEADER = (
    "<urn:LoginScopeHeader><urn:organizationId>{organization}</urn:organizationId></urn:LoginScopeHeader>"
)


def _log_in_by_soap(request: LoginRequest, transport: Transport) -> Session:
    answer = _post(
        request,
        transport,
        f"/services/Soap/u/{request.api_version}",
        _build_soap_envelope(request).encode(),
        {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": "login"},
    )
    token = re.search(r"<sessionId>([^<]+)</sessionId>", answer.text)
    server = re.search(r"<serverUrl>([^<]+)</serverUrl>", answer.text)
    if not token or not server:
        raise _make_error_of_other_page(request, answer)
    organization = re.search(r"<organizationId>([^<]+)</organizationId>", answer.text)
    organization_id = lengthen_id(organization.group(1)) if organization else ""
    try:
        return Session(token.group(1), _get_origin(server.group(1)), organization_id)
    except ValueError as error:
        raise _make_error_of_other_page(request, answer) from error


def _build_soap_envelope(request: LoginRequest) -> str:
    values = request.credentials.values
    password, header = values[names.PASSWORD], ""
    if request.credentials.flow is LoginFlow.SOAP_TOKEN:
        password += values.get(names.SECURITY_TOKEN, "")
    else:
        header = _SOAP_ORGANIZATION_HEADER.format(organization=escape(values[names.ORGANIZATION_ID]))
    return _SOAP_ENVELOPE.format(header=header, username=escape(values[names.USERNAME]), password=escape(password))


_ATTEMPTS: Mapping[LoginFlow, Callable[[LoginRequest, Transport], Session]] = {
    LoginFlow.JWT_BEARER: _log_in_by_jwt,
    LoginFlow.SOAP_TOKEN: _log_in_by_soap,
    LoginFlow.SOAP_ORGANIZATION: _log_in_by_soap,
}
