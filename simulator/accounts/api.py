"""The API of Accounts: ``POST /oauth/token`` and ``GET /api/users``."""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from simulator.accounts.users import User, find_user, find_user_by_id
from simulator.http import Handler, Request, Response, Router

if TYPE_CHECKING:
    from simulator.world import World

CLIENT_ID = "simulator-accounts-application"
CLIENT_SECRET = "simulator-accounts-secret"  # noqa: S105 (the demo's own)
MAX_MATCHES = 10
"""The most users in an answer. When more users match, the answer contains only their number."""


def add_routes(router: Router, world: World) -> None:
    """Add ``/oauth/token`` and ``/api/users``."""
    api = AccountsApi(world)
    router.add("POST", "/oauth/token", api.guarded(api.token))
    router.add("GET", r"/api/users(?:\.json)?/?", api.guarded(api.search))


class AccountsApi:
    """The handlers of the API."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._settings = world.accounts

    def guarded(self, handler: Handler) -> Handler:
        """Return a handler that first applies the configured delay and failures."""

        def answer(request: Request) -> Response:
            time.sleep(self._settings.delay_seconds)
            if self._settings.fails_now():
                return Response.json({"error": "simulated failure"}, self._settings.fail_status)
            return handler(request)

        return answer

    def token(self, request: Request) -> Response:
        """Log in by client credentials, sent as form data, as JSON or as Basic authentication."""
        form = _form(request)
        if form.get("grant_type") != "client_credentials":
            return _refused(
                400,
                "unsupported_grant_type",
                "The authorization grant type is not supported by the authorization server.",
            )
        client_id, secret = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
        known = hmac.compare_digest(secret.encode(), CLIENT_SECRET.encode()) and client_id == CLIENT_ID
        if not known:
            return _refused(
                401,
                "invalid_client",
                "Client authentication failed due to unknown client, no client authentication included, "
                "or unsupported authentication method.",
            )
        answer = {
            "access_token": self._settings.new_token(),
            "token_type": "Bearer",
            "expires_in": int(self._settings.token_seconds),
            "created_at": int(time.time()),
        }
        return Response.json(answer, 200, {"Cache-Control": "no-store"})

    def search(self, request: Request) -> Response:
        """Search by ``q=uuid:a,b`` or ``q=id:1,2``; several conditions, separated by spaces, must all match."""
        token = request.bearer() or request.query.get("access_token", "")
        if not self._settings.accepts(token):
            return Response(self._settings.denied_status)
        conditions = [part.partition(":") for part in request.query.get("q", "").split()]
        unknown = [name for name, _, _ in conditions if name not in ("uuid", "id")]
        if unknown or not conditions:
            message = "The simulator searches by uuid and by id only."
            return Response.json({"errors": [{"code": "unsupported_query", "message": message}]}, 422)
        matches = [self._matches(name, values.split(",")) for name, _, values in conditions]
        shared = set(matches[0]).intersection(*matches[1:])
        items = [matches[0][uuid] for uuid in sorted(shared)]
        shown = items if len(items) <= MAX_MATCHES else []
        return Response.json({"total_count": len(items), "items": shown})

    def _matches(self, name: str, values: list[str]) -> dict[str, User]:
        find = find_user if name == "uuid" else find_user_by_id
        users = [find(self._world, value.strip()) for value in values]
        return {user["uuid"]: user for user in users if user is not None}


def _form(request: Request) -> Mapping[str, str]:
    if "json" in request.headers.get("content-type", ""):
        try:
            content = request.json()
        except ValueError:
            return {}
        return {name: str(value) for name, value in content.items()} if isinstance(content, dict) else {}
    return request.form()


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client_id, secret


def _refused(status: int, error: str, description: str) -> Response:
    return Response.json({"error": error, "error_description": description}, status)
