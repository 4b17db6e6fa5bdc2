"""SOAP ``login()``: with a security token, or from a trusted address.

Here, a login with an organization id counts as a login from a trusted address.

API versions from 65.0 on do not have this call. It will be retired in all versions in summer 2027 (help.salesforce.com,
"Platform SOAP API login() Retirement"). A version without the call answers 500 ``UNSUPPORTED_API_VERSION`` (SOAP API
Developer Guide, "End-of-Life Policy"). Faults are 500 with ``sf:exceptionCode`` in a ``LoginFault``.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from simulator import credentials
from simulator.http import Request, Response, Router
from simulator.salesforce.api import FIRST_VERSION
from simulator.salesforce.login import instance_of, password_fits, user_is_active
from simulator.world import World

LAST_LOGIN_VERSION = 64
SESSION_SECONDS = 7200

_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {namespaces}>'
    "<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
)
_HEADERS = {"Content-Type": "text/xml; charset=utf-8"}


@dataclass(frozen=True)
class _Login:
    username: str
    password: str
    organization_id: str


class SoapLogin:
    """The login call of one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def login(self, request: Request) -> Response:
        version = float(request.params["version"])
        if not FIRST_VERSION <= version <= LAST_LOGIN_VERSION:
            return fault("UNSUPPORTED_API_VERSION", "The login() call isn't available in this API version.")
        call = _read(request.body.decode(errors="replace"))
        if "soap" in self._world.salesforce.blocked_flows:
            return fault("INVALID_OPERATION", "SOAP API login() is disabled by default in this org.")
        if not self._may_log_in(call):
            message = "Invalid username, password, security token; or user locked out."
            return fault("INVALID_LOGIN", message)
        session = self._world.sessions.start("soap")
        server_url = f"{instance_of(self._world, request)}/services/Soap/u/{request.params['version']}"
        return _success(session.token, server_url, self._world.organization_id)

    def _may_log_in(self, call: _Login) -> bool:
        if call.organization_id and call.organization_id[:15] != self._world.organization_id[:15]:
            return False
        trusted = bool(call.organization_id)
        fits = password_fits(call.username, call.password, trusted_address=trusted)
        return fits and user_is_active(self._world)


def _read(envelope: str) -> _Login:
    envelope = re.sub(r"<!\[CDATA\[(.*?)\]\]>", lambda match: escape(match[1]), envelope, flags=re.DOTALL)

    def element(name: str) -> str:
        match = re.search(rf"<(?:[\w-]+:)?{name}(?:\s[^>]*)?>(.*?)</", envelope, re.DOTALL)
        return html.unescape(match[1].strip()) if match else ""

    return _Login(element("username"), element("password"), element("organizationId"))


def fault(code: str, message: str) -> Response:
    """Return the answer to a refused login."""
    body = (
        f"<soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {escape(message)}</faultstring>"
        '<detail><sf:LoginFault xsi:type="sf:LoginFault">'
        f"<sf:exceptionCode>{code}</sf:exceptionCode>"
        f"<sf:exceptionMessage>{escape(message)}</sf:exceptionMessage>"
        "</sf:LoginFault></detail></soapenv:Fault>"
    )
    envelope = _ENVELOPE.format(namespaces='xmlns:sf="urn:fault.partner.soap.sforce.com"', body=body)
    return Response(500, envelope.encode(), dict(_HEADERS))


def _success(token: str, server_url: str, organization_id: str) -> Response:
    organization = organization_id[:15]
    body = (
        "<loginResponse><result>"
        f"<metadataServerUrl>{escape(server_url.replace('/u/', '/m/'))}/{organization}</metadataServerUrl>"
        "<passwordExpired>false</passwordExpired><sandbox>false</sandbox>"
        f"<serverUrl>{escape(server_url)}/{organization}</serverUrl>"
        f"<sessionId>{escape(token)}</sessionId><userId>{credentials.user_id()}</userId>"
        "<userInfo><accessibilityMode>false</accessibilityMode><chatterExternal>false</chatterExternal>"
        "<currencySymbol>$</currencySymbol><orgAttachmentFileSizeLimit>5242880</orgAttachmentFileSizeLimit>"
        "<orgDefaultCurrencyIsoCode>USD</orgDefaultCurrencyIsoCode>"
        "<orgDefaultCurrencyLocale>en_US</orgDefaultCurrencyLocale>"
        "<orgDisallowHtmlAttachments>false</orgDisallowHtmlAttachments>"
        "<orgHasPersonAccounts>false</orgHasPersonAccounts>"
        f"<organizationId>{organization_id}</organizationId>"
        f"<sessionSecondsValid>{SESSION_SECONDS}</sessionSecondsValid>"
        f"<userId>{credentials.user_id()}</userId><userName>{escape(credentials.USERNAME)}</userName></userInfo>"
        "</result></loginResponse>"
    )
    envelope = _ENVELOPE.format(namespaces='xmlns="urn:partner.soap.sforce.com"', body=body)
    return Response(200, envelope.encode(), dict(_HEADERS))


def add_routes(router: Router, world: World) -> None:
    router.add("POST", r"/services/Soap/[uc]/(?P<version>\d+(\.\d)?)(/\w+)?", SoapLogin(world).login)
