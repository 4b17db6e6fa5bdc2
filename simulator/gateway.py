"""Answer a request: find its system, count the request, and apply the fault of a matching rule."""

from __future__ import annotations

import time
import traceback
from dataclasses import replace
from functools import partial
from urllib.parse import urlencode

from simulator import errors
from simulator.compression import compressed
from simulator.faults import Action
from simulator.http import Request, Response, Router
from simulator.salesforce.job_faults import disturbed_job, used_up
from simulator.salesforce.refusals import NAMED
from simulator.salesforce.refused_login import login_refusal
from simulator.salesforce.sessions import session_token
from simulator.server import Send
from simulator.spoiled import spoil
from simulator.systems import System, system_of
from simulator.too_large import too_large
from simulator.wire import ConnectionDropped
from simulator.world import World

MAX_URI_AND_HEADERS = 16_384
"""Salesforce's limit for the URI and headers together, in bytes.

A request above the limit gets 414 if its URI alone is above the limit, otherwise 431.
"""


class Gateway:
    """Answers requests to the HTTPS server."""

    def __init__(self, world: World, router: Router) -> None:
        self._world = world
        self._router = router

    def exchange(self, request: Request, head_size: int, send: Send) -> None:
        """Answer one call, which counts as open until its answer has been sent."""
        system = system_of(request.path)
        if system is None:
            send(errors.not_found(None))
            return
        if system == "salesforce":
            # Salesforce ignores a slash at the end; simple-salesforce sends one with queries.
            request = replace(request, path=request.path.rstrip("/"))
        with self._world.counters.counted(system, request.method, request.path):
            target = _target(request)
            if system == "salesforce" and head_size > MAX_URI_AND_HEADERS:
                send(Response(414 if len(target) > MAX_URI_AND_HEADERS else 431))
                return
            if system == "salesforce" and (redirect := self._world.instance.redirect(request)):
                send(redirect)
                return
            action = self._world.faults.take(system, request, target)
            response = self._with_fault(system, request, action) if action else self._answer(system, request)
            send(compressed(request, response) if system == "salesforce" else response)

    def _answer(self, system: System, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        route = self._router.find(method, request.path)
        if route is None:
            allowed = self._router.methods(request.path)
            if allowed:
                return errors.method_not_allowed(system, request.method, allowed)
            return errors.not_found(system)
        handler, params = route
        try:
            return handler(replace(request, params=params))
        except Exception:  # noqa: BLE001 (a defect of the simulator: printed, and answered as an error of the system)
            traceback.print_exc()
            message = "An unexpected error occurred in the simulator; its output shows where."
            return errors.error_response(system, code="UNKNOWN_EXCEPTION", message=message, status=500)

    def _with_fault(self, system: System, request: Request, action: Action) -> Response:
        if action.kind == "refusal":
            return NAMED[action.name].response(request, partial(self._answer, system), action.only)
        refusal = login_refusal(request.path, action) or _refusal(system, action)
        refusal = refusal or too_large(system, request, action) or used_up(request, action)
        if refusal is not None:
            return refusal
        if action.kind in ("delay", "hang"):
            time.sleep(action.seconds)
        if action.kind in ("drop", "hang"):
            raise ConnectionDropped
        if action.kind == "expire_session":
            self._world.sessions.expire(session_token(request))
        with disturbed_job(self._world.jobs, request, action) as disturb_created:
            response = self._answer(system, request)
            disturb_created(response)
        if action.kind == "drop_after":
            raise ConnectionDropped
        return spoil(response, action)


def _target(request: Request) -> str:
    """Return the path with its query string, for rules and for the length of the URI."""
    return f"{request.path}?{urlencode(request.query)}" if request.query else request.path


def _refusal(system: System, action: Action) -> Response | None:
    """Return the answer for a fault of kind ``status``, ``error``, ``quota`` or ``concurrent``.

    Return ``None`` for other kinds.
    """
    if action.kind == "status":
        return Response(action.status or 503, action.body.encode(), dict(action.headers))
    if action.kind == "error":
        code = action.code or "UNKNOWN_EXCEPTION"
        message = action.message or ("" if system == "pardot" else "Simulated fault")
        return errors.error_response(system, code=code, message=message, status=action.status, headers=action.headers)
    if action.kind == "quota":
        return errors.daily_limit(system)
    if action.kind == "concurrent":
        return errors.concurrent_limit(system)
    return None
