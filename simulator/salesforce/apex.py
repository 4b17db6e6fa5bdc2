"""Apex REST: one demo class that returns the request. Any other class answers 404."""

from __future__ import annotations

from simulator.http import Request, Response, Router
from simulator.salesforce.api import ApiError
from simulator.salesforce.sessions import session_token
from simulator.world import World

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Apex:
    """Answers calls to ``/services/apexrest/<class>/…``. These paths have no API version."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, request: Request) -> Response:
        try:
            response = self._echo(request)
        except ApiError as error:
            response = error.response()
        if self._world.sessions.find(session_token(request)):
            response.headers["Sforce-Limit-Info"] = self._world.salesforce.usage.header()
        return response

    def _echo(self, request: Request) -> Response:
        if not self._world.sessions.find(session_token(request)):
            raise ApiError("INVALID_SESSION_ID", "Session expired or invalid")
        if not self._world.salesforce.usage.spend():
            raise ApiError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        if request.params["class"] != "Echo":
            path = f"/{request.params['class']}{request.params['rest'] or ''}"
            raise ApiError("NOT_FOUND", f"Could not find a match for URL {path}")
        try:
            body = request.json()
        except ValueError as error:
            raise ApiError("JSON_PARSER_ERROR", f"Unexpected input: {error}") from error
        call = {"method": request.method, "path": request.params["rest"] or "/", "query": dict(request.query)}
        return Response.json({**call, "body": body})


def add_routes(router: Router, world: World) -> None:
    apex = Apex(world)
    for method in METHODS:
        router.add(method, r"/services/apexrest/(?P<class>\w+)(?P<rest>/.*)?", apex.answer)
