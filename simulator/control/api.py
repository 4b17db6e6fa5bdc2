"""The JSON calls of the control server. Errors: ``{"error": code, "message": text}``.

No call of the control server counts as a call to Salesforce, Pardot or Accounts.

=========================================  ===================================================================
``GET  /state``                            number of schools, counters, API usage, faults, some settings
``POST /reset``                            {data?, counters?, faults?, sessions?, settings?}; with none: all
``POST /counters/reset``
``POST /query``                            {soql, all_rows?} → {columns, rows}: raw values, streamed
``GET  /records/{sobject}/{id}``           one record, even if it is deleted
``POST /records/{sobject}``                values → {id} of a new record; ``PATCH …/{id}`` changes one
``POST /records/{sobject}/{id}/delete``    also ``undelete``, ``purge``
``POST /records/{sobject}/{id}/raw``       {values, touch?}: no checks; touch false keeps the timestamps
``POST /merge``                            {sobject, master, losers}
``POST /fields/{sobject}/{field}/hide``    hides a field from the API user; also ``show``
``POST /faults``                           a rule (see simulator.faults) → {id}; ``DELETE /faults[/{id}]``
``GET  /faults/kinds``                     the kinds of faults, with what each does
``POST /sessions/expire``                  also ``/locators/expire`` and ``/jobs/expire`` → {expired}
``POST /limits``                           {daily_max?, daily_used?, more_parts?}
``POST /bulk``                             {polls_until_complete?, page_records?, page_delay?, session_form?, …}
``POST /login-flows``                      {blocked: ["password", "jwt", …]?, audiences: [url, …]?, app_has_user?}
``POST /move``                             {former?: "redirects" or "closed"} → {instance_url}: moves the org to a new
                                           port; ``former``: the ports of earlier moves redirect or are closed
``/pubsub…``                               change events (see simulator.control.pubsub)
=========================================  ===================================================================
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields
from typing import Any, get_args

from simulator.faults import KINDS
from simulator.http import Handler, Request, Response, Router
from simulator.salesforce.settings import BulkSettings, SessionForm
from simulator.soql import SoqlError
from simulator.store import QueryResult, RecordError
from simulator.world import World

FLOWS = ("password", "client_credentials", "jwt", "refresh_token", "soap")
ROWS_A_PIECE = 500

_RECORD = r"/records/(?P<sobject>\w+)/(?P<id>\w+)"


class ControlError(Exception):
    """A control call that cannot be carried out."""

    def __init__(self, message: str, *, code: str = "BAD_REQUEST", status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status

    def response(self) -> Response:
        return Response.json({"error": self.code, "message": self.message}, self.status)


class Control:
    """The control calls of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._store = world.store

    def state(self, _request: Request) -> Response:
        world = self._world
        usage = world.salesforce.usage
        return Response.json(
            {
                "schools": self._store.schools,
                "seed": self._store.seed,
                "as_of": self._store.as_of.isoformat(),
                "version": self._store.version,
                "counters": world.counters.state(),
                "api_usage": {"daily_max": usage.daily_max, "daily_used": usage.daily_used},
                "sessions": world.sessions.count(),
                "faults": world.faults.state(),
                "bulk": asdict(world.salesforce.bulk),
                "blocked_flows": sorted(world.salesforce.blocked_flows),
                "base_url": world.config.base_url,
            }
        )

    def reset(self, request: Request) -> Response:
        parts = _object(request)
        steps: dict[str, Callable[[], Any]] = {
            "data": self._world.reset_data,
            "counters": self._world.counters.reset,
            "faults": self._world.faults.clear,
            "sessions": self._world.reset_sessions,
            "settings": self._world.reset_settings,
        }
        unknown = set(parts) - set(steps)
        if unknown:
            raise ControlError(f"Unknown: {', '.join(sorted(unknown))}. Known: {', '.join(steps)}.")
        for name, step in steps.items():
            if parts.get(name, not parts):
                step()
        return _done()

    def reset_counters(self, _request: Request) -> Response:
        self._world.counters.reset()
        return _done()

    def query(self, request: Request) -> Response:
        body = _object(request)
        result = self._store.query(_text(body, "soql"), include_deleted=bool(body.get("all_rows")))
        if result.kind == "count":
            return Response.json({"columns": ["count"], "rows": [[result.total]]})
        return Response(200, _stream(result), {"Content-Type": "application/json"})

    def read(self, request: Request) -> Response:
        record = self._store.get(request.params["sobject"], request.params["id"])
        if record is None:
            raise ControlError("There is no such record.", code="NOT_FOUND", status=404)
        return Response.json(record)

    def create(self, request: Request) -> Response:
        record_id = self._store.create(request.params["sobject"], _object(request), allow_duplicates=True)
        return Response.json({"id": record_id}, 201)

    def update(self, request: Request) -> Response:
        self._store.update(request.params["sobject"], request.params["id"], _object(request))
        return _done()

    def delete(self, request: Request) -> Response:
        self._store.delete(request.params["sobject"], request.params["id"])
        return _done()

    def undelete(self, request: Request) -> Response:
        self._store.undelete(request.params["sobject"], request.params["id"])
        return _done()

    def purge(self, request: Request) -> Response:
        self._store.purge(request.params["sobject"], request.params["id"])
        return _done()

    def raw(self, request: Request) -> Response:
        body = _object(request)
        values = body.get("values")
        if not isinstance(values, dict):
            raise ControlError("values: an object of fields is needed.")
        touch = bool(body.get("touch", True))
        self._store.patch_raw(request.params["sobject"], request.params["id"], values, touch=touch)
        return _done()

    def merge(self, request: Request) -> Response:
        body = _object(request)
        losers = body.get("losers")
        if not isinstance(losers, list) or not losers:
            raise ControlError("losers: a list of ids is needed.")
        self._store.merge(_text(body, "sobject"), _text(body, "master"), losers)
        return _done()

    def hide(self, request: Request) -> Response:
        self._store.hide_field(request.params["sobject"], request.params["field"])
        return _done()

    def show(self, request: Request) -> Response:
        self._store.show_field(request.params["sobject"], request.params["field"])
        return _done()

    def add_fault(self, request: Request) -> Response:
        return Response.json({"id": self._world.faults.add(_object(request))}, 201)

    def fault_kinds(self, _request: Request) -> Response:
        return Response.json(dict(KINDS))

    def clear_faults(self, _request: Request) -> Response:
        self._world.faults.clear()
        return _done()

    def remove_fault(self, request: Request) -> Response:
        if not self._world.faults.remove(int(request.params["id"])):
            raise ControlError("There is no such rule.", code="NOT_FOUND", status=404)
        return _done()

    def expire_sessions(self, _request: Request) -> Response:
        expired = self._world.sessions.expire_all()
        self._world.events.look_again()
        return Response.json({"expired": expired})

    def expire_locators(self, _request: Request) -> Response:
        return Response.json({"expired": self._world.locators.expire_all()})

    def expire_jobs(self, _request: Request) -> Response:
        return Response.json({"expired": self._world.jobs.expire_all()})

    def limits(self, request: Request) -> Response:
        usage = self._world.salesforce.usage
        for name, value in _known(request, ("daily_max", "daily_used", "more_parts")).items():
            setattr(usage, name, type(getattr(usage, name))(value))
        return Response.json({name: getattr(usage, name) for name in ("daily_max", "daily_used", "more_parts")})

    def bulk(self, request: Request) -> Response:
        settings = self._world.salesforce.bulk
        for name, value in _known(request, tuple(field.name for field in fields(BulkSettings))).items():
            if name == "session_form" and value not in get_args(SessionForm):
                raise ControlError(f"session_form: one of {', '.join(get_args(SessionForm))}.")
            setattr(settings, name, type(getattr(settings, name))(value))
        return Response.json(asdict(settings))

    def login_flows(self, request: Request) -> Response:
        settings = self._world.salesforce
        body = _known(request, ("blocked", "audiences", "app_has_user"))
        blocked = body.get("blocked", sorted(settings.blocked_flows))
        if not isinstance(blocked, list) or not set(blocked) <= set(FLOWS):
            raise ControlError(f"blocked: a list of {', '.join(FLOWS)}.")
        settings.blocked_flows.clear()
        settings.blocked_flows.update(blocked)
        settings.audiences = set(body.get("audiences", settings.audiences))
        settings.app_has_user = bool(body.get("app_has_user", settings.app_has_user))
        return Response.json({"blocked": sorted(blocked)})

    def move(self, request: Request) -> Response:
        former = _known(request, ("former",)).get("former", "redirects")
        if former not in ("redirects", "closed"):
            raise ControlError("former: redirects or closed.")
        return Response.json({"instance_url": self._world.instance.move(close_former=former == "closed")})


def guarded(handler: Handler) -> Handler:
    """Return a handler that turns the exceptions of ``handler`` into error answers."""

    def answer(request: Request) -> Response:
        try:
            return handler(request)
        except ControlError as error:
            return error.response()
        except (SoqlError, RecordError) as error:
            return ControlError(error.message, code=error.code).response()
        except (ValueError, TypeError) as error:
            return ControlError(str(error)).response()

    return answer


def _object(request: Request) -> dict[str, Any]:
    """Return the body, a JSON object; empty when there is none."""
    try:
        payload = request.json()
    except ValueError as error:
        raise ControlError(f"The body is not JSON: {error}") from error
    if payload is None:
        return {}
    if not isinstance(payload, dict):
        raise ControlError("The body has to be a JSON object.")
    return payload


def _known(request: Request, names: tuple[str, ...]) -> dict[str, Any]:
    body = _object(request)
    unknown = set(body) - set(names)
    if unknown:
        raise ControlError(f"Unknown: {', '.join(sorted(unknown))}. Known: {', '.join(names)}.")
    return body


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise ControlError(f"{name}: a text is needed.")
    return value


def _done() -> Response:
    return Response.json({"done": True})


def _stream(result: QueryResult) -> Iterator[bytes]:
    columns = json.dumps([column.path for column in result.columns])
    yield f'{{"columns": {columns}, "rows": ['.encode()
    rows: list[str] = []
    separator = ""
    for row in result.rows:
        rows.append(json.dumps(row))
        if len(rows) == ROWS_A_PIECE:
            yield (separator + ",".join(rows)).encode()
            rows, separator = [], ","
    if rows:
        yield (separator + ",".join(rows)).encode()
    yield b"]}"


def add_routes(router: Router, world: World) -> None:
    control = Control(world)
    field = r"/fields/(?P<sobject>\w+)/(?P<field>\w+)"
    routes: list[tuple[str, str, Handler]] = [
        ("GET", "/state", control.state),
        ("POST", "/reset", control.reset),
        ("POST", "/counters/reset", control.reset_counters),
        ("POST", "/query", control.query),
        ("POST", r"/records/(?P<sobject>\w+)", control.create),
        ("GET", _RECORD, control.read),
        ("PATCH", _RECORD, control.update),
        ("POST", _RECORD + "/delete", control.delete),
        ("POST", _RECORD + "/undelete", control.undelete),
        ("POST", _RECORD + "/purge", control.purge),
        ("POST", _RECORD + "/raw", control.raw),
        ("POST", "/merge", control.merge),
        ("POST", field + "/hide", control.hide),
        ("POST", field + "/show", control.show),
        ("GET", "/faults/kinds", control.fault_kinds),
        ("POST", "/faults", control.add_fault),
        ("DELETE", "/faults", control.clear_faults),
        ("DELETE", r"/faults/(?P<id>\d+)", control.remove_fault),
        ("POST", "/sessions/expire", control.expire_sessions),
        ("POST", "/locators/expire", control.expire_locators),
        ("POST", "/jobs/expire", control.expire_jobs),
        ("POST", "/limits", control.limits),
        ("POST", "/bulk", control.bulk),
        ("POST", "/login-flows", control.login_flows),
        ("POST", "/move", control.move),
    ]
    for method, pattern, handler in routes:
        router.add(method, pattern, guarded(handler))
