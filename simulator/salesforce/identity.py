"""Salesforce's two reports about the current user: the identity URL and OpenID's ``userinfo``.

Sources, in Salesforce Help:

- "Identity URLs" and "Identity URL Response Parameters": a refused call gets 403, and the body is one word. The token
  may be in the query, as ``oauth_token``. ``format=json`` asks for JSON; here, the report is always JSON.
- "Query for User Information"

Clients replace ``{version}`` in ``urls`` themselves.
"""

from __future__ import annotations

from typing import Any

from simulator import credentials
from simulator.http import Request, Response, Router
from simulator.salesforce.login import host_of
from simulator.salesforce.sessions import session_token
from simulator.world import World

IDENTITY_PATH = r"/id/(?P<organization>00D\w{12,15})/(?P<user>005\w{12,15})"
USERINFO_PATH = "/services/oauth2/userinfo"
_REST = {
    "rest": "",
    "sobjects": "sobjects/",
    "search": "search/",
    "query": "query/",
    "recent": "recent/",
    "tooling_rest": "tooling/",
}
_SOAP = {"enterprise": "c", "metadata": "m", "partner": "u", "tooling_soap": "T"}


class Identity:
    """The reports about the integration user, to whom all sessions belong."""

    def __init__(self, world: World) -> None:
        self._world = world

    def identity(self, request: Request) -> Response:
        refusal = self._refusal(request)
        if refusal:
            return refusal
        if request.params["organization"][:15] != self._world.organization_id[:15]:
            return _denied("Wrong_Org")
        if request.params["user"][:15] != credentials.user_id()[:15]:
            return _denied("Bad_Id")
        return Response.json(self._identity(host_of(request)))

    def userinfo(self, request: Request) -> Response:
        return self._refusal(request) or Response.json(self._userinfo(host_of(request)))

    def _refusal(self, request: Request) -> Response | None:
        token = session_token(request) or request.query.get("oauth_token", "") or request.query.get("access_token", "")
        if not token:
            return _denied("Missing_OAuth_Token")
        return None if self._world.sessions.find(token) else _denied("Bad_OAuth_Token")

    def _user(self) -> dict[str, Any]:
        return self._world.store.get("User", credentials.user_id()) or {}

    def _identity(self, host: str) -> dict[str, Any]:
        user = self._user()
        return {
            "id": identity_url(host, self._world.organization_id),
            "asserted_user": True,
            **self._shared(host, user),
            "username": credentials.USERNAME,
            "nick_name": user.get("Alias"),
            "display_name": user.get("Name"),
            "first_name": user.get("FirstName"),
            "last_name": user.get("LastName"),
            "timezone": user.get("TimeZoneSidKey"),
            "status": {"created_date": None, "body": None},
            "last_modified_date": user.get("LastModifiedDate"),
        }

    def _userinfo(self, host: str) -> dict[str, Any]:
        user = self._user()
        return {
            "sub": identity_url(host, self._world.organization_id),
            **self._shared(host, user),
            "preferred_username": credentials.USERNAME,
            "nickname": user.get("Alias"),
            "name": user.get("Name"),
            "given_name": user.get("FirstName"),
            "family_name": user.get("LastName"),
            "zoneinfo": user.get("TimeZoneSidKey"),
            "profile": f"{host}/{credentials.user_id()}",
            "updated_at": user.get("LastModifiedDate"),
        }

    def _shared(self, host: str, user: dict[str, Any]) -> dict[str, Any]:
        return {
            "user_id": credentials.user_id(),
            "organization_id": self._world.organization_id,
            "email": user.get("Email"),
            "email_verified": True,
            "active": bool(user.get("IsActive", True)),
            "user_type": "STANDARD",
            "language": "en_US",
            "locale": "en_US",
            "utcOffset": 0,
            "urls": _urls(host, self._world.organization_id),
        }


def identity_url(host: str, organization_id: str) -> str:
    return f"{host}/id/{organization_id}/{credentials.user_id()}"


def _urls(host: str, organization_id: str) -> dict[str, str]:
    organization = organization_id[:15]
    soap = {name: f"{host}/services/Soap/{api}/{{version}}/{organization}" for name, api in _SOAP.items()}
    rest = {name: f"{host}/services/data/v{{version}}/{path}" for name, path in _REST.items()}
    return {**soap, **rest, "profile": f"{host}/{credentials.user_id()}"}


def _denied(word: str) -> Response:
    return Response(403, word.encode(), {"Content-Type": "text/html;charset=UTF-8"})


def add_routes(router: Router, world: World) -> None:
    identity = Identity(world)
    for method in ("GET", "POST"):
        router.add(method, IDENTITY_PATH, identity.identity)
        router.add(method, USERINFO_PATH, identity.userinfo)
