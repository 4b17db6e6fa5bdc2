"""Sign in as a made-up user: set the cookie that Accounts would set, for the host that was called.

Cookies ignore ports, so a cookie set by ``localhost:7480`` reaches an app on ``localhost:8000`` too. The return address
(``r``) must be on loopback.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from simulator import accounts
from simulator.control.api import ControlError, guarded
from simulator.http import Request, Response, Router
from simulator.sso import COOKIE_NAME
from simulator.world import World

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class SignIn:
    """The sign-in of one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def sign_in(self, request: Request) -> Response:
        target = request.query.get("r") or "/"
        if not _is_local(target):
            raise ControlError("r: only addresses on this machine are allowed.")
        subject = accounts.subject(self._world, request.query.get("user", ""))
        if subject is None:
            raise ControlError("user: there is no such user; /users lists some.", code="NOT_FOUND", status=404)
        cookie = self._world.identity.cookie(subject)
        headers = {
            "Location": target,
            "Set-Cookie": f"{COOKIE_NAME}={cookie}; Path=/; HttpOnly; SameSite=Lax",
        }
        return Response(302, b"", headers)

    def sign_out(self, request: Request) -> Response:
        target = request.query.get("r") or "/"
        if not _is_local(target):
            raise ControlError("r: only addresses on this machine are allowed.")
        return Response(302, b"", {"Location": target, "Set-Cookie": f"{COOKIE_NAME}=; Path=/; Max-Age=0; HttpOnly"})

    def users(self, _request: Request) -> Response:
        return Response.json({"users": accounts.demo_users(self._world)})


def _is_local(target: str) -> bool:
    """Return whether the target is a path on this server, or an address on loopback."""
    parts = urlsplit(target)
    if not parts.scheme and not parts.netloc:
        return target.startswith("/") and not target.startswith(("//", "/\\"))
    return parts.scheme in ("http", "https") and parts.hostname in LOOPBACK_HOSTS


def add_routes(router: Router, world: World) -> None:
    sign_in = SignIn(world)
    router.add("GET", "/login", guarded(sign_in.sign_in))
    router.add("GET", "/logout", guarded(sign_in.sign_out))
    router.add("GET", "/users", guarded(sign_in.users))
