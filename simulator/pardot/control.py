"""Control calls for Pardot. Errors: ``{"error": code, "message": text}`` with 400 or 404.

==========================================  ================================================================
``GET  /pardot/state``                      settings, and the number of rows by object
``POST /pardot/settings``                   some of the settings below → all settings
``POST /pardot/settings/reset``             restores the defaults; waiting changes become visible
``POST /pardot/tokens/expire``              page tokens issued so far get error 210
``POST /pardot/fail``                       {code, times?}: the next calls get this error
``GET  /pardot/rows/{path}``                every row, recycle bin included: {columns, rows}
``POST /pardot/objects/{path}``             adds a record: values → {id}; ``PATCH …/{id}`` {values, touch?} edits it
``POST /pardot/objects/{path}/{id}/delete`` deletes as Pardot does; also ``undelete``, ``purge``
``POST /pardot/withhold``                   {path, ids, withheld?}: hides rows from the API user
``POST /pardot/untag``                      {tag, type, id}: removes a tag from an object
``POST /pardot/size``                       {assets?, prospects?, activities?}: generates Pardot's data again
==========================================  ================================================================

Settings: ``ceiling``, ``daily_max``, ``daily_used``, ``max_open`` (the number of requests at once), ``delay_seconds``,
``lag_seconds``, ``token_seconds``, ``business_unit``, ``empty_last_page``, ``hidden_fields`` ({path: [field]}),
``statuses`` ({error code: HTTP status}). ``simulator/pardot/settings.py`` explains the settings. A change waits
``lag_seconds`` before reads see it.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from simulator.http import Handler, Request, Response, Router
from simulator.pardot import tables
from simulator.pardot.changes import Changes
from simulator.pardot.data import create, generate
from simulator.pardot.errors import MESSAGES, PardotError
from simulator.pardot.objects import OBJECTS, PardotObject
from simulator.pardot.plan import Sizes
from simulator.pardot.settings import PardotSettings

if TYPE_CHECKING:
    from simulator.world import World

ROWS_A_PIECE = 500


def add_control_routes(router: Router, world: World) -> None:
    """Add everything under ``/pardot/`` of the control server."""
    control = PardotControl(world)
    record = r"/pardot/objects/(?P<path>[\w-]+)/(?P<id>\d+)"
    routes: tuple[tuple[str, str, Callable[[Request], Any]], ...] = (
        ("GET", "/pardot/state", control.state),
        ("POST", "/pardot/settings", control.change_settings),
        ("POST", "/pardot/settings/reset", control.reset_settings),
        ("POST", "/pardot/tokens/expire", control.expire_tokens),
        ("POST", "/pardot/fail", control.fail),
        ("GET", r"/pardot/rows/(?P<path>[\w-]+)", control.rows),
        ("POST", r"/pardot/objects/(?P<path>[\w-]+)", control.add),
        ("PATCH", record, control.edit),
        ("POST", record + "/delete", control.delete),
        ("POST", record + "/undelete", control.undelete),
        ("POST", record + "/purge", control.purge),
        ("POST", "/pardot/withhold", control.withhold),
        ("POST", "/pardot/untag", control.untag),
        ("POST", "/pardot/size", control.size),
    )
    for method, pattern, handler in routes:
        router.add(method, pattern, _as_route(handler))


class PardotControl:
    """The control calls of one world. Each returns a response, a value to send as JSON, or ``None``."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._settings = world.pardot
        self._changes = Changes(world.store, world.pardot)

    def state(self, _request: Request) -> dict[str, Any]:
        connection = self._world.store.connection()
        counts = {
            path: connection.execute(f"SELECT count(*) FROM {pardot_object.table}").fetchone()[0]
            for path, pardot_object in OBJECTS.items()
        }
        return {"settings": _settings_values(self._settings), "rows": counts}

    def change_settings(self, request: Request) -> dict[str, Any]:
        body = _body(request)
        unknown = set(body) - set(_SETTERS)
        if unknown:
            raise ValueError(f"Unknown: {', '.join(sorted(unknown))}. Known: {', '.join(_SETTERS)}.")
        for name, value in body.items():
            _SETTERS[name](self._settings, value)
        return _settings_values(self._settings)

    def reset_settings(self, _request: Request) -> dict[str, Any]:
        self._settings.reset()
        return _settings_values(self._settings)

    def expire_tokens(self, _request: Request) -> None:
        self._settings.tokens_after = time.time()

    def fail(self, request: Request) -> None:
        body = _body(request)
        if body.get("code") not in MESSAGES:
            raise ValueError(f"code: one of {', '.join(map(str, MESSAGES))}.")
        self._settings.failures.add(body["code"], int(body.get("times", 1)))

    def rows(self, request: Request) -> Response:
        pardot_object = _object(request.params["path"])
        fields = pardot_object.fields
        cursor = self._world.store.connection().execute(
            f"SELECT {', '.join(field.sql for field in fields)} FROM {pardot_object.table} t ORDER BY t.id"
        )
        columns = json.dumps([field.name for field in fields])
        return Response(200, _stream(columns, cursor), {"Content-Type": "application/json"})

    def add(self, request: Request) -> dict[str, int]:
        return {"id": self._changes.add(_object(request.params["path"]), _body(request))}

    def edit(self, request: Request) -> None:
        body = _body(request)
        values = body.get("values")
        if not isinstance(values, dict):
            raise ValueError("values: an object of fields is needed.")
        pardot_object, record_id = self._record(request)
        self._changes.edit(pardot_object, record_id, values, touch=bool(body.get("touch", True)))

    def delete(self, request: Request) -> None:
        self._changes.delete(*self._record(request))

    def undelete(self, request: Request) -> None:
        self._changes.edit(*self._record(request), {"isDeleted": False})

    def purge(self, request: Request) -> None:
        self._changes.purge(*self._record(request))

    def withhold(self, request: Request) -> None:
        body = _body(request)
        ids = [int(record_id) for record_id in body.get("ids", ())]
        withheld = bool(body.get("withheld", True))
        self._changes.withhold(_object(str(body.get("path"))), ids, withheld=withheld)

    def untag(self, request: Request) -> None:
        body = _body(request)
        self._changes.untag(int(body["tag"]), str(body["type"]), int(body["id"]))

    def size(self, request: Request) -> dict[str, Any]:
        store, body = self._world.store, _body(request)
        sizes = Sizes.of(store.schools, **body)
        self._settings.cache.forget()
        with store.writing() as connection:
            tables.drop_tables(connection)
            create(connection)
            generate(connection, schools=store.schools, seed=store.seed, as_of=store.as_of, sizes=sizes)
        return self.state(request)

    def _record(self, request: Request) -> tuple[PardotObject, int]:
        pardot_object, record_id = _object(request.params["path"]), int(request.params["id"])
        if not self._changes.exists(pardot_object, record_id):
            raise KeyError(f"{pardot_object.path} {record_id}")
        return pardot_object, record_id


def _set_open(settings: PardotSettings, value: Any) -> None:
    settings.gate.places = int(value)


def _set_daily_max(settings: PardotSettings, value: Any) -> None:
    settings.quota.daily_max = int(value)


def _set_daily_used(settings: PardotSettings, value: Any) -> None:
    settings.quota.daily_used = int(value)


def _set_statuses(settings: PardotSettings, value: Any) -> None:
    settings.statuses = {int(code): int(status) for code, status in value.items()}


def _plain(name: str, convert: Callable[[Any], Any]) -> Callable[[PardotSettings, Any], None]:
    return lambda settings, value: setattr(settings, name, convert(value))


_SETTERS: dict[str, Callable[[PardotSettings, Any], None]] = {
    "ceiling": _plain("ceiling", int),
    "daily_max": _set_daily_max,
    "daily_used": _set_daily_used,
    "max_open": _set_open,
    "delay_seconds": _plain("delay_seconds", float),
    "lag_seconds": _plain("lag_seconds", float),
    "token_seconds": _plain("token_seconds", float),
    "business_unit": _plain("business_unit", str),
    "empty_last_page": _plain("empty_last_page", bool),
    "hidden_fields": _plain("hidden_fields", dict),
    "statuses": _set_statuses,
}


def _settings_values(settings: PardotSettings) -> dict[str, Any]:
    return {
        "ceiling": settings.ceiling,
        "daily_max": settings.quota.daily_max,
        "daily_used": settings.quota.daily_used,
        "max_open": settings.gate.places,
        "delay_seconds": settings.delay_seconds,
        "lag_seconds": settings.lag_seconds,
        "token_seconds": settings.token_seconds,
        "business_unit": settings.business_unit,
        "empty_last_page": settings.empty_last_page,
        "hidden_fields": settings.hidden_fields,
        "statuses": settings.statuses,
    }


def _as_route(handler: Callable[[Request], Any]) -> Handler:
    """Return a handler that answers with the result of ``handler``, or with its error.

    A result of ``None`` becomes ``{"done": true}``.
    """

    def answer(request: Request) -> Response:
        try:
            result = handler(request)
        except KeyError as error:
            message = f"Not found, or not given: {error.args[0]}"
            return Response.json({"error": "NOT_FOUND", "message": message}, 404)
        except (PardotError, TypeError, ValueError, AttributeError) as error:
            return Response.json({"error": "BAD_REQUEST", "message": str(error)}, 400)
        except sqlite3.IntegrityError:
            return Response.json({"error": "BAD_REQUEST", "message": "There is a record with this id already."}, 400)
        if isinstance(result, Response):
            return result
        return Response.json({"done": True} if result is None else result)

    return answer


def _body(request: Request) -> dict[str, Any]:
    body = request.json()
    if not isinstance(body, dict | None):
        raise TypeError("The body has to be a JSON object.")
    return body or {}


def _object(path: str) -> PardotObject:
    return OBJECTS[path]


def _stream(columns: str, rows: Iterator[tuple[Any, ...]]) -> Iterator[bytes]:
    yield f'{{"columns": {columns}, "rows": ['.encode()
    separator, piece = "", []
    for row in rows:
        piece.append(json.dumps(row))
        if len(piece) == ROWS_A_PIECE:
            yield (separator + ",".join(piece)).encode()
            separator, piece = ",", []
    if piece:
        yield (separator + ",".join(piece)).encode()
    yield b"]}"
