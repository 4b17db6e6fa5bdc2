"""The control calls for the Pub/Sub API: the setup of Change Data Capture, and faults.

========================  ====================================================================================
``GET  /pubsub``          the settings, and the number of the latest event
``POST /pubsub``          {enabled?, forbidden?, keepalive_seconds?, muted?, refusals?, schemas_unknown?, …}
``POST /pubsub/drop``     breaks all open streams
``POST /pubsub/expire``   forgets all events: earlier replay ids are refused
``POST /pubsub/event``    {sobject, kind?, ids?}: publishes an event of this kind, for instance GAP_OVERFLOW
========================  ====================================================================================
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from simulator import schema
from simulator.control.api import ControlError, guarded
from simulator.http import Handler, Request, Response, Router
from simulator.pubsub.events import Change, EventSettings
from simulator.world import World


def add_routes(router: Router, world: World) -> None:
    bus = world.events

    def state(_request: Request) -> Response:
        return Response.json({**asdict(bus.settings), "last": bus.last, "recording": bus.recording})

    def change(request: Request) -> Response:
        known = {field.name for field in fields(EventSettings)}
        body: dict[str, Any] = request.json() or {}
        if unknown := set(body) - known:
            raise ControlError(f"Unknown: {', '.join(sorted(unknown))}. Known: {', '.join(sorted(known))}.")
        for name, value in body.items():
            setattr(bus.settings, name, value)
        bus.look_again()
        return state(request)

    def drop(_request: Request) -> Response:
        bus.drop()
        return Response.json({"done": True})

    def expire(_request: Request) -> Response:
        bus.forget()
        return Response.json({"done": True})

    def event(request: Request) -> Response:
        body = request.json() or {}
        if schema.find(str(body.get("sobject"))) is None:
            raise ControlError("sobject: the name of an object is needed.")
        bus.publish([Change(str(body.get("kind") or "UPDATE"), body["sobject"], tuple(body.get("ids") or ()))])
        return Response.json({"last": bus.last})

    routes: list[tuple[str, str, Handler]] = [
        ("GET", "/pubsub", state),
        ("POST", "/pubsub", change),
        ("POST", "/pubsub/drop", drop),
        ("POST", "/pubsub/expire", expire),
        ("POST", "/pubsub/event", event),
    ]
    for method, pattern, handler in routes:
        router.add(method, pattern, guarded(handler))
