"""Control calls for Accounts. Errors: ``{"error": code, "message": text}``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from simulator.accounts.users import DEMO_USERS, UUID, blank_user, demo_users, find_user
from simulator.http import Handler, Request, Response, Router

if TYPE_CHECKING:
    from simulator.world import World


def add_control_routes(router: Router, world: World) -> None:
    """Add the routes of Accounts to the control server.

    ==================================  =======================================================================
    ``GET /accounts/users``             some users to sign in as
    ``GET /accounts/users/{uuid}``      one user
    ``PATCH /accounts/users/{uuid}``    changes the user, or adds a user if the UUID is new
    ``DELETE /accounts/users/{uuid}``   undoes all changes to the user; removes an added user
    ``POST /accounts/settings``         delay_seconds, token_seconds, denied_status, fail_status, fail_times
    ``POST /accounts/settings/reset``   restores the defaults; removes all tokens, and all changes to users
    ``POST /accounts/tokens/expire``    makes all tokens expire
    ==================================  =======================================================================
    """
    control = AccountsControl(world)
    user = r"/accounts/users/(?P<uuid>[\w-]+)"
    routes: tuple[tuple[str, str, Handler], ...] = (
        ("GET", "/accounts/users", control.users),
        ("GET", user, control.user),
        ("PATCH", user, control.change_user),
        ("DELETE", user, control.forget_user),
        ("POST", "/accounts/settings", control.change_settings),
        ("POST", "/accounts/settings/reset", control.reset),
        ("POST", "/accounts/tokens/expire", control.expire_tokens),
    )
    for method, pattern, handler in routes:
        router.add(method, pattern, _guarded(handler))


_SETTINGS: Mapping[str, Callable[[Any], Any]] = {
    "delay_seconds": float,
    "token_seconds": float,
    "denied_status": int,
    "fail_status": int,
    "fail_times": int,
}


def _guarded(handler: Handler) -> Handler:
    """Return a handler that answers 400 to an invalid body."""

    def answer(request: Request) -> Response:
        try:
            return handler(request)
        except (ValueError, TypeError, AttributeError) as error:
            return _bad_request(str(error))

    return answer


class AccountsControl:
    """The control calls for Accounts. Errors: ``{"error": code, "message": text}``."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._settings = world.accounts

    def users(self, _request: Request) -> Response:
        return Response.json({"users": demo_users(self._world)})

    def user(self, request: Request) -> Response:
        user = find_user(self._world, request.params["uuid"])
        if user is None:
            return Response.json({"error": "NOT_FOUND", "message": "There is no such user."}, 404)
        return Response.json(user)

    def change_user(self, request: Request) -> Response:
        uuid, changes = request.params["uuid"].lower(), request.json()
        unknown = set(changes) - set(blank_user(uuid))
        if unknown or not UUID.fullmatch(uuid):
            return _bad_request(f"Unknown: {', '.join(sorted(unknown))}" if unknown else "This is not a UUID.")
        known = {**(DEMO_USERS.get(uuid) or {}), **self._settings.changed.get(uuid, {})}
        self._settings.changed[uuid] = {**known, **changes, "uuid": uuid}
        return self.user(request)

    def forget_user(self, request: Request) -> Response:
        self._settings.changed.pop(request.params["uuid"].lower(), None)
        return Response.json({"done": True})

    def change_settings(self, request: Request) -> Response:
        body = request.json() or {}
        unknown = set(body) - set(_SETTINGS)
        if unknown:
            return _bad_request(f"Unknown: {', '.join(sorted(unknown))}. Known: {', '.join(_SETTINGS)}.")
        for name, value in body.items():
            setattr(self._settings, name, _SETTINGS[name](value))
        return self._settings_answer()

    def reset(self, _request: Request) -> Response:
        self._settings.reset()
        return self._settings_answer()

    def expire_tokens(self, _request: Request) -> Response:
        expired = len(self._settings.tokens)
        self._settings.tokens.clear()
        return Response.json({"expired": expired})

    def _settings_answer(self) -> Response:
        return Response.json({name: getattr(self._settings, name) for name in _SETTINGS})


def _bad_request(message: str) -> Response:
    return Response.json({"error": "BAD_REQUEST", "message": message}, 400)
