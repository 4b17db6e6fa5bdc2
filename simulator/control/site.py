"""Serve the control server's own pages, and refuse requests of other machines and web sites."""

from __future__ import annotations

import mimetypes
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from simulator import accounts, errors
from simulator.control import api, pubsub, signin
from simulator.control.api import ControlError
from simulator.control.signin import LOOPBACK_HOSTS
from simulator.http import Handler, Request, Response, Router
from simulator.pardot import control as pardot
from simulator.server import Send
from simulator.world import World

_FILES = Path(__file__).parent / "static"
_POLICY = "default-src 'self'; frame-ancestors 'none'"
_PICKER_POLICY = f"{_POLICY}; img-src data:; connect-src http://localhost:* http://127.0.0.1:*"
"""The page with the school picker calls SFAPI on another port of this machine."""
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
}


class Site:
    """Answers requests to the control server."""

    def __init__(self, router: Router) -> None:
        self._router = router

    def exchange(self, request: Request, _head_size: int, send: Send) -> None:
        response = self._answer(request)
        response.headers = {**_HEADERS, **response.headers}
        send(response)

    def _answer(self, request: Request) -> Response:
        if not _is_from_here(request):
            refusal = ControlError("The control server is for this machine only.", code="FORBIDDEN", status=403)
            return refusal.response()
        route = self._router.find(request.method, request.path)
        if route is None:
            allowed = self._router.methods(request.path)
            if allowed:
                return errors.method_not_allowed(None, request.method, allowed)
            return ControlError("There is nothing at this address.", code="NOT_FOUND", status=404).response()
        handler, params = route
        try:
            return handler(replace(request, params=params))
        except Exception as error:  # noqa: BLE001 (a defect of the simulator: printed, and reported to the caller)
            traceback.print_exc()
            return ControlError(repr(error), code="SIMULATOR_DEFECT", status=500).response()


def _is_from_here(request: Request) -> bool:
    """Return whether the request names a loopback host, and was not sent by a page of another host."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).hostname not in LOOPBACK_HOSTS:
        return False
    return urlsplit(f"//{request.headers.get('host', '')}").hostname in LOOPBACK_HOSTS


def _file(name: str, policy: str = _POLICY) -> Handler:
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"

    def answer(_request: Request) -> Response:
        headers = {"Content-Type": f"{content_type}; charset=utf-8", "Content-Security-Policy": policy}
        return Response(200, (_FILES / name).read_bytes(), headers)

    return answer


def site(world: World, variables: Callable[[], str]) -> Site:
    """Build the whole control server; ``variables`` returns the text for ``GET /variables``."""
    router = Router()
    router.add("GET", "/", _file("page.html"))
    for name in ("page.js", "page.css"):
        router.add("GET", f"/{name}", _file(name))
    router.add("GET", "/picker/", _file("picker.html", _PICKER_POLICY))
    for name in ("picker.js", "picker.css"):
        router.add("GET", f"/picker/{name}", _file(name))
    plain = {"Content-Type": "text/plain; charset=utf-8"}
    router.add("GET", "/variables", lambda _request: Response(200, variables().encode(), dict(plain)))
    for add_routes in (
        api.add_routes,
        signin.add_routes,
        pubsub.add_routes,
        pardot.add_control_routes,
        accounts.add_control_routes,
    ):
        add_routes(router, world)
    return Site(router)
