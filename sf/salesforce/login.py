"""Logging in to Salesforce: seven flows, one result (``Session``).

OAuth flows: ``POST {host}/services/oauth2/token``; SOAP: ``POST {host}/services/Soap/u/{version}``, which is gone
from API version 65 on. simple-salesforce only logs in to ``*.salesforce.com``, so the flows are written out here.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import jwt

from sf.salesforce import credentials as names
from sf.salesforce.credentials import Credentials, LoginFlow
from sf.salesforce.errors import (
    TRANSIENT_STATUSES,
    LoginFailed,
    SalesforceError,
    TransientError,
    parse_error_body,
)
from sf.salesforce.http import Patience, Transport, retrying

JWT_SECONDS = 180
"""How long an assertion is good for: Salesforce refuses more than three minutes."""


@dataclass(frozen=True)
class Session:
    """An access token and the host that it is good for."""

    access_token: str
    instance_url: str

    def __repr__(self) -> str:
        return f"Session({self.instance_url})"


@dataclass(frozen=True)
class LoginRequest:
    """Where to log in, and as whom."""

    credentials: Credentials
    host: str
    api_version: str


class SessionKeeper:
    """The session of this process: made when first needed, renewed by one thread while the others wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._session: Session | None = None

    def current(self, login: Callable[[], Session], patience: Patience) -> Session:
        """``TransientError`` when another thread is logging in for longer than the patience lasts."""
        with self._turn(patience):
            if self._session is None:
                self._session = login()
            return self._session

    def renew(self, stale: Session, login: Callable[[], Session], patience: Patience) -> Session:
        """A session other than ``stale``; another thread may have made it already. Errors as of ``current``."""
        with self._turn(patience):
            if self._session is None or self._session == stale:
                self._session = login()
            return self._session

    @contextmanager
    def _turn(self, patience: Patience) -> Iterator[None]:
        if not self._lock.acquire(timeout=patience.left if patience.has_end else -1):
            raise TransientError("Salesforce took too long to answer: another login is still under way")
        try:
            yield
        finally:
            self._lock.release()


def log_in(request: LoginRequest, transport: Transport) -> Session:
    """A new session. ``LoginFailed`` says what Salesforce said and which variables to look at."""
    if request.credentials.flow is LoginFlow.DIRECT_SESSION:
        return Session(
            request.credentials.values[names.SESSION_ID],
            request.credentials.values[names.INSTANCE_URL].rstrip("/"),
        )
    attempt = _soap if request.credentials.flow in _SOAP_FLOWS else _oauth
    return retrying(lambda: attempt(request, transport), transport.patience)


_SOAP_FLOWS = {LoginFlow.SOAP_TOKEN, LoginFlow.SOAP_ORGANIZATION}


def _oauth(request: LoginRequest, transport: Transport) -> Session:
    form = _FORMS[request.credentials.flow](request)
    answer = transport.send("POST", f"{request.host}/services/oauth2/token", data=form)
    if answer.status_code != 200:
        raise _login_error(request, answer.status_code, answer.content)
    try:
        token = answer.json()
        return Session(token["access_token"], token["instance_url"].rstrip("/"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LoginFailed(
            f"{request.host} did not answer like Salesforce's login: check SALESFORCE_HOST", status=200
        ) from error


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


def _jwt_form(request: LoginRequest) -> dict[str, str]:
    values = request.credentials.values
    claims = {
        "iss": values[names.CLIENT_ID],
        "sub": values[names.USERNAME],
        "aud": request.host,
        "exp": int(time.time()) + JWT_SECONDS,
    }
    try:
        assertion = jwt.encode(claims, values[names.PRIVATE_KEY], algorithm="RS256")
    except (ValueError, TypeError, jwt.PyJWTError) as error:
        raise LoginFailed(f"{names.PRIVATE_KEY} is no RSA private key in PEM form: {error}") from error
    return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}


def _password_form(request: LoginRequest) -> dict[str, str]:
    values = request.credentials.values
    return {
        "grant_type": "password",
        "client_id": values[names.CLIENT_ID],
        "client_secret": values[names.CLIENT_SECRET],
        "username": values[names.USERNAME],
        "password": values[names.PASSWORD] + values.get(names.SECURITY_TOKEN, ""),
    }


def _client_form(request: LoginRequest) -> dict[str, str]:
    values = request.credentials.values
    return {
        "grant_type": "client_credentials",
        "client_id": values[names.CLIENT_ID],
        "client_secret": values[names.CLIENT_SECRET],
    }


_FORMS: Mapping[LoginFlow, Callable[[LoginRequest], dict[str, str]]] = {
    LoginFlow.REFRESH_TOKEN: _refresh_form,
    LoginFlow.JWT_BEARER: _jwt_form,
    LoginFlow.PASSWORD: _password_form,
    LoginFlow.CLIENT_CREDENTIALS: _client_form,
}

_SOAP_ENVELOPE = """<?xml version="1.0" encoding="utf-8"?>
<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="urn:partner.soap.sforce.com">
<env:Header>{header}</env:Header>
<env:Body><urn:login><urn:username>{username}</urn:username><urn:password>{password}</urn:password></urn:login></env:Body>
</env:Envelope>"""

_SOAP_ORGANIZATION_HEADER = (
    "<urn:LoginScopeHeader><urn:organizationId>{organization}</urn:organizationId></urn:LoginScopeHeader>"
)


def _soap(request: LoginRequest, transport: Transport) -> Session:
    answer = transport.send(
        "POST",
        f"{request.host}/services/Soap/u/{request.api_version}",
        data=_soap_envelope(request).encode(),
        headers={"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": "login"},
    )
    if answer.status_code != 200:
        raise _login_error(request, answer.status_code, answer.content)
    token = re.search(r"<sessionId>([^<]+)</sessionId>", answer.text)
    server = re.search(r"<serverUrl>([^<]+)</serverUrl>", answer.text)
    if not token or not server:
        raise LoginFailed(f"{request.host} did not answer like Salesforce's login: check SALESFORCE_HOST")
    parts = urlsplit(server.group(1))
    return Session(token.group(1), f"{parts.scheme}://{parts.netloc}")


def _soap_envelope(request: LoginRequest) -> str:
    values = request.credentials.values
    password, header = values[names.PASSWORD], ""
    if request.credentials.flow is LoginFlow.SOAP_TOKEN:
        password += values.get(names.SECURITY_TOKEN, "")
    else:
        header = _SOAP_ORGANIZATION_HEADER.format(organization=escape(values[names.ORGANIZATION_ID]))
    return _SOAP_ENVELOPE.format(header=header, username=escape(values[names.USERNAME]), password=escape(password))


def _login_error(request: LoginRequest, status: int, body: bytes) -> SalesforceError:
    code, said, _ = parse_error_body(body)
    flow = request.credentials.flow
    message = f"Salesforce login ({flow.value}) at {request.host} failed: {status} {code}: {said}"
    # SOAP faults come with status 500, the final ones too.
    final = code in _ADVICE or code.startswith(("INVALID", "LOGIN", "invalid"))
    if status in TRANSIENT_STATUSES and not final:
        return TransientError(message, code=code, status=status)
    return LoginFailed(f"{message} ({_advice(flow, code, status)})", code=code, status=status)


def _advice(flow: LoginFlow, code: str, status: int) -> str:
    if status in _NOT_A_LOGIN:
        return "check SALESFORCE_HOST"
    own = [*flow.needs, *([names.SECURITY_TOKEN] if flow in _FLOWS_WITH_TOKEN else [])]
    return _ADVICE.get(code, "check {own}").format(own=", ".join(own))


_FLOWS_WITH_TOKEN = {LoginFlow.PASSWORD, LoginFlow.SOAP_TOKEN}

_NOT_A_LOGIN = {301, 302, 303, 307, 308, 404, 405, 410}

_ADVICE = {
    "invalid_client_id": f"check {names.CLIENT_ID}: the connected app's consumer key",
    "invalid_client": f"check {names.CLIENT_SECRET}: the connected app's consumer secret",
    "invalid_grant": (
        "check {own}, that the user may use the connected app, and that the org allows this login flow; "
        "sandboxes log in at https://test.salesforce.com"
    ),
    "unsupported_grant_type": "this org or app does not allow this login flow: use JWT bearer or client credentials",
    "INVALID_LOGIN": "check {own}; sandboxes log in at https://test.salesforce.com",
    "UNSUPPORTED_API_VERSION": "SOAP login ended with API version 64.0: set SALESFORCE_API_VERSION=64.0 or use OAuth",
    "INVALID_OPERATION": "SOAP login may be switched off in this org: use JWT bearer or client credentials",
}
