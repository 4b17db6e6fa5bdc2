"""Up to 200 records in one call: ``/composite/sobjects``.

Each write gets a result, ``{"id"?, "success", "errors": [{"statusCode", "message", "fields"}]}``, in the order of the
request. A successful upsert adds ``created``. The status is 200 even when all writes failed. With ``allOrNone``, one
failure undoes all writes. The results of the undone writes are then ALL_OR_NONE_OPERATION_ROLLED_BACK (REST API
Developer Guide, "sObject Collections").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from simulator.http import Request, Response
from simulator.salesforce.api import Api, ApiError, as_api_error, json_object
from simulator.salesforce.records import Records, check_external_id_field, known, may_save_duplicates
from simulator.schema import of_id
from simulator.soql import SoqlError
from simulator.store import RecordError, Store

MAX_RECORDS = 200

Result = dict[str, Any]
Write = Callable[[], Result]


class _RolledBack(Exception):
    pass


class Collections:
    """The calls that write or read several records at once."""

    def __init__(self, store: Store, records: Records) -> None:
        self._store = store
        self._records = records

    def create(self, request: Request) -> Response:
        allow = may_save_duplicates(request)

        def create(sobject: str, record: Mapping[str, Any]) -> Result:
            record_id = self._store.create(known(sobject).name, record, allow_duplicates=allow)
            return {"id": record_id, "success": True, "errors": []}

        return self._each(request, create)

    def update(self, request: Request) -> Response:
        def update(sobject: str, record: Mapping[str, Any]) -> Result:
            record_id, values = _split_id(record)
            self._store.update(known(sobject).name, record_id, values)
            return {"id": record_id, "success": True, "errors": []}

        return self._each(request, update)

    def upsert(self, request: Request) -> Response:
        sobject, field = known(request.params["sobject"]), request.params["field"]
        check_external_id_field(sobject, field, self._store)

        def upsert(_sobject: str, record: Mapping[str, Any]) -> Result:
            values = {name: value for name, value in record.items() if name.lower() != field.lower()}
            key = next((value for name, value in record.items() if name.lower() == field.lower()), None)
            return self._records.upsert_record(sobject, field, key, values)

        return self._each(request, upsert)

    def delete(self, request: Request) -> Response:
        ids = [text for text in request.query.get("ids", "").split(",") if text]
        all_or_none = request.query.get("allOrNone", "").lower() == "true"
        return self._answer([self._deletion(record_id) for record_id in _few(ids)], all_or_none=all_or_none)

    def _deletion(self, record_id: str) -> Write:
        def delete() -> Result:
            self._store.delete(_sobject_of(record_id), record_id)
            return {"id": record_id, "success": True, "errors": []}

        return delete

    def read(self, request: Request) -> Response:
        """Return the records with the given ids, and null for an id without a record."""
        sobject = known(request.params["sobject"])
        body = json_object(request) if request.method == "POST" else request.query
        ids, fields = _split_list(body.get("ids", "")), _split_list(body.get("fields", ""))
        if not fields:
            raise ApiError("MISSING_ARGUMENT", "fields: the names of the fields are needed")
        single = Request("GET", request.path, {"fields": ",".join(fields)}, request.headers, params=request.params)
        return Response.json([self._record_or_none(sobject.name, record_id, single) for record_id in _few(ids)])

    def _record_or_none(self, sobject: str, record_id: str, request: Request) -> Result | None:
        try:
            return self._records.record(known(sobject), record_id, request)
        except ApiError:
            return None

    def _each(self, request: Request, write: Callable[[str, Mapping[str, Any]], Result]) -> Response:
        body = json_object(request)
        writes: list[Write] = []
        if not body.get("records"):
            raise ApiError("REQUIRED_FIELD_MISSING", "Required input field: records[] is missing.", fields=["records"])
        for record in _few(body["records"]):
            if not isinstance(record, dict):
                raise ApiError("JSON_PARSER_ERROR", "Can not deserialize: each record must be a JSON object")
            sobject = (record.get("attributes") or {}).get("type", "")
            values = {name: value for name, value in record.items() if name != "attributes"}
            writes.append(lambda sobject=sobject, values=values: write(sobject, values))  # type: ignore[misc]
        return self._answer(writes, all_or_none=bool(body.get("allOrNone")))

    def _answer(self, writes: Sequence[Write], *, all_or_none: bool) -> Response:
        if not all_or_none:
            return Response.json([_attempt(write) for write in writes])
        results: list[Result] = []
        try:
            with self._store.writing():
                results = [_attempt(write) for write in writes]
                if not all(result["success"] for result in results):
                    raise _RolledBack
        except _RolledBack:
            results = [_undone() if result["success"] else result for result in results]
        return Response.json(results)


def _attempt(write: Write) -> Result:
    try:
        return write()
    except (SoqlError, RecordError) as error:
        return _failed(as_api_error(error))
    except ApiError as error:
        return _failed(error)


def _failed(error: ApiError) -> Result:
    detail = {"statusCode": error.code, "message": error.message, "fields": error.fields}
    return {"success": False, "errors": [detail]}


def _undone() -> Result:
    message = "Record rolled back because not all records were valid and the request was using AllOrNone header"
    return _failed(ApiError("ALL_OR_NONE_OPERATION_ROLLED_BACK", message))


def _few(items: Sequence[Any]) -> Sequence[Any]:
    if len(items) > MAX_RECORDS:
        raise ApiError("EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MAX_RECORDS} records")
    return items


def _split_list(value: Any) -> list[str]:
    return value.split(",") if isinstance(value, str) and value else list(value)


def _split_id(record: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    values = {name: value for name, value in record.items() if name.lower() != "id"}
    record_id = next((str(value) for name, value in record.items() if name.lower() == "id"), "")
    if not record_id:
        raise ApiError("MISSING_ARGUMENT", "Id not specified in an update call")
    return record_id, values


def _sobject_of(record_id: str) -> str:
    sobject = of_id(record_id)
    if sobject is None:
        raise ApiError("MALFORMED_ID", f"malformed id {record_id}")
    return sobject.name


def add_routes(api: Api, collections: Collections) -> None:
    api.add("POST", "/composite/sobjects", collections.create)
    api.add("PATCH", "/composite/sobjects", collections.update)
    api.add("DELETE", "/composite/sobjects", collections.delete)
    one = r"/composite/sobjects/(?P<sobject>\w+)"
    api.add("GET", one, collections.read)
    api.add("POST", one, collections.read)
    api.add("PATCH", one + r"/(?P<field>\w+)", collections.upsert)
