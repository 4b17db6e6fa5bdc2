"""The v5 API: ``/api/v5/objects/<path>`` and ``/api/v5/objects/<path>/<id>``.

Source: "Version 5 Overview" (developer.salesforce.com/docs/marketing/pardot/guide/version5overview.html) and
the pages of the objects.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from simulator.http import Handler, Request, Response, Router
from simulator.pardot.changes import Changes
from simulator.pardot.errors import PardotError
from simulator.pardot.objects import OBJECTS, TAGS, Field, PardotObject
from simulator.pardot.pages import Page, first_page, next_page, one
from simulator.pardot.query import wanted_fields
from simulator.pardot.settings import PardotSettings

if TYPE_CHECKING:
    from simulator.world import World

IN_RECYCLE_BIN = "201;Record In Recycle Bin"
_METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")


def add_routes(router: Router, world: World) -> None:
    """Add everything under ``/api/v5/``."""
    api = PardotApi(world)
    collection = r"/api/v5/objects/(?P<path>[\w-]+)"
    record = collection + r"/(?P<id>\d+)"
    routes: tuple[tuple[str, str, Handler], ...] = (
        ("GET", collection, api.query),
        ("GET", record, api.read),
        ("POST", collection, api.create),
        ("PATCH", record, api.update),
        ("DELETE", record, api.delete),
    )
    for method, pattern, handler in routes:
        router.add(method, pattern, api.guarded(handler))
    for method in _METHODS:
        router.add(method, f"{collection}(/.*)?", api.guarded(api.wrong_method))
        router.add(method, r"/api/v5/.*", api.guarded(api.unknown))


class PardotApi:
    """The handlers of the API."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._settings: PardotSettings = world.pardot
        self._changes = Changes(world.store, world.pardot)

    def guarded(self, handler: Handler) -> Handler:
        """Return a handler that serves only admitted callers, and answers errors in Pardot's form."""

        def answer(request: Request) -> Response:
            settings = self._settings
            try:
                self._admit(request)
                with settings.gate.place():
                    time.sleep(settings.delay_seconds)
                    settings.failures.take()
                    self._changes.apply_due()
                    response = handler(request)
            except PardotError as error:
                response = error.response(settings.statuses)
            if request.headers.get("x-return-api-usage", "").lower() in ("1", "true"):
                response.headers["x-api-usage"] = settings.quota.header()
            return response

        return answer

    def _admit(self, request: Request) -> None:
        """Check token, business unit and quota, in this order."""
        if not request.headers.get("authorization"):
            raise PardotError(49)
        if self._world.sessions.find(request.bearer()) is None:
            raise PardotError(184)
        unit = request.headers.get("pardot-business-unit-id")
        if not unit:
            raise PardotError(181, "Pardot-Business-Unit-Id")
        if unit != self._settings.business_unit:
            raise PardotError(201)
        self._settings.quota.spend()

    def query(self, request: Request) -> Response:
        pardot_object = _object(request)
        params = dict(request.query)
        field_names = params.pop("fields", None)
        fields = wanted_fields(pardot_object, field_names, self._settings.hidden_fields)
        token = params.pop("nextPageToken", None)
        connection = self._world.store.connection()
        if token is None:
            page = first_page(connection, pardot_object, fields, params, self._settings)
        elif params:
            raise PardotError(61, f"nextPageToken. Only fields may be sent with it, not {', '.join(params)}.")
        else:
            page = next_page(connection, pardot_object, fields, token, self._settings)
        return _page_response(request, page, field_names or "")

    def read(self, request: Request) -> Response:
        pardot_object = _object(request)
        fields = wanted_fields(pardot_object, request.query.get("fields"), self._settings.hidden_fields)
        record = one(self._world.store.connection(), pardot_object, fields, int(request.params["id"]))
        if record is None:
            raise PardotError(109)
        content, is_deleted = record
        if is_deleted and request.query.get("deleted", "false") == "false":
            raise PardotError(109, headers={"Pardot-Warning": IN_RECYCLE_BIN})
        return _json_response(content)

    def create(self, request: Request) -> Response:
        """Answer 201 with the fields that the URL lists, by default the id.

        ``Location`` is the record's address.
        """
        pardot_object = _writable(request)
        fields = self._fields_to_answer(request, pardot_object)
        values = _body(request, pardot_object)
        for name in pardot_object.creatable:
            if not values.get(name):
                raise PardotError(153, name)
        self._refuse_taken_name(pardot_object, values["name"], 0)
        record_id = self._changes.add(pardot_object, values)
        headers = {"Location": f"{_base(request)}/{record_id}"}
        return self._answer_written(pardot_object, fields, record_id, values, 201, headers)

    def update(self, request: Request) -> Response:
        """Answer 200 with the fields that the URL lists, or 204 when it has no ``fields``."""
        pardot_object = _writable(request)
        record_id = self._existing(request, pardot_object)
        fields = self._fields_to_answer(request, pardot_object)
        values = _body(request, pardot_object)
        if "name" in values:
            self._refuse_taken_name(pardot_object, values["name"], record_id)
        self._changes.edit(pardot_object, record_id, values)
        if "fields" not in request.query:
            return Response(204)
        return self._answer_written(pardot_object, fields, record_id, values, 200, {})

    def delete(self, request: Request) -> Response:
        pardot_object = _writable(request)
        self._changes.delete(pardot_object, self._existing(request, pardot_object))
        return Response(204)

    def wrong_method(self, request: Request) -> Response:
        _object(request)
        raise PardotError(60)

    def unknown(self, request: Request) -> Response:
        raise PardotError(198)

    def _existing(self, request: Request, pardot_object: PardotObject) -> int:
        record_id = int(request.params["id"])
        if not self._changes.exists(pardot_object, record_id):
            raise PardotError(109)
        return record_id

    def _refuse_taken_name(self, pardot_object: PardotObject, name: str, record_id: int) -> None:
        """Refuse a name that another tag has. Pardot's code for this error could not be confirmed."""
        taken = self._world.store.connection().execute(
            f"SELECT 1 FROM {pardot_object.table} WHERE name = ? COLLATE NOCASE AND id <> ?",
            (name, record_id),
        )
        if taken.fetchone():
            raise PardotError(154, f"name. A record with the name {name} already exists.")

    def _fields_to_answer(self, request: Request, pardot_object: PardotObject) -> tuple[Field, ...]:
        """Return the fields that the answer to a write contains.

        ``create`` and ``update`` call this before they write: when a field is invalid, nothing is written.
        """
        return wanted_fields(pardot_object, request.query.get("fields", "id"), self._settings.hidden_fields)

    def _answer_written(
        self,
        pardot_object: PardotObject,
        fields: tuple[Field, ...],
        record_id: int,
        values: Mapping[str, Any],
        status: int,
        headers: Mapping[str, str],
    ) -> Response:
        """Answer with the record. While reads do not show it yet, answer with its id and the sent values."""
        record = one(self._world.store.connection(), pardot_object, fields, record_id)
        if record is None:
            return Response.json({"id": record_id, **values}, status, headers)
        return _json_response(record[0], status, headers)


def _object(request: Request) -> PardotObject:
    pardot_object = OBJECTS.get(request.params["path"])
    if pardot_object is None:
        raise PardotError(198)
    return pardot_object


def _writable(request: Request) -> PardotObject:
    """Return the object to write. The simulated Pardot accepts writes of tags only."""
    if _object(request) is not TAGS:
        raise PardotError(60)
    return TAGS


def _body(request: Request, pardot_object: PardotObject) -> dict[str, Any]:
    try:
        values = request.json()
    except ValueError as error:
        raise PardotError(150) from error
    if not isinstance(values, dict):
        raise PardotError(150)
    for name in values:
        if name not in pardot_object.creatable:
            raise PardotError(154, name)
    return values


def _base(request: Request) -> str:
    return f"https://{request.headers.get('host', 'localhost')}{request.path}"


def _page_response(request: Request, page: Page, field_names: str) -> Response:
    token, url = page.next_token, None
    if token:
        url = f"{_base(request)}?{urlencode({'fields': field_names, 'nextPageToken': token}, safe=',')}"
    body = f'{{"nextPageToken":{json.dumps(token)},"nextPageUrl":{json.dumps(url)},"values":[{page.values}]}}'
    headers = {"Pardot-Warning": ", ".join(page.warnings)} if page.warnings else {}
    return _json_response(body, 200, headers)


def _json_response(content: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, content.encode(), {"Content-Type": "application/json", **(headers or {})})
