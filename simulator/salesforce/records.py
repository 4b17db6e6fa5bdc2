"""Single records over REST: create, read, change, delete, upsert, list changes and deletions.

Sources, in the REST API Developer Guide:

- "sObject Rows"
- "Upsert Records Using sObject Rows by External ID": status 300 when several records match, ``created`` in the answer
- "sObject Get Deleted": up to 15 days ago
- "sObject Get Updated": up to 30 days ago

A request or Bulk job that upserts a list of records gets an error, not status 300, for an item that several records
match. This error is from wiki.myrapidi.com, "E2120 Duplicate External Id".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator import schema
from simulator.encoding import record_maker
from simulator.http import Request, Response
from simulator.salesforce.api import Api, ApiError, base_path, json_object, not_found
from simulator.salesforce.query import parent_type
from simulator.schema import SObject
from simulator.store import QueryResult, Store

OBJECT = r"/sobjects/(?P<sobject>\w+)"
RECORD = OBJECT + r"/(?P<id>\w{15}|\w{18})"
BY_EXTERNAL_ID = OBJECT + r"/(?P<field>\w+)/(?P<value>.+)"

DELETED_DAYS = 15
UPDATED_DAYS = 30


class Records:
    """The records of one org."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, request: Request) -> Response:
        sobject = known(request.params["sobject"])
        values = _values(request)
        record_id = self._store.create(sobject.name, values, allow_duplicates=may_save_duplicates(request))
        headers = {"Location": f"{base_path(request)}/sobjects/{sobject.name}/{record_id}"}
        return Response.json({"id": record_id, "success": True, "errors": []}, 201, headers)

    def read(self, request: Request) -> Response:
        sobject = known(request.params["sobject"])
        return Response.json(self.record(sobject, request.params["id"], request))

    def record(self, sobject: SObject, record_id: str, request: Request) -> dict[str, Any]:
        """Return one record in REST's form. Raises ``ApiError`` for a missing or deleted record."""
        fields = [name.strip() for name in request.query.get("fields", "").split(",") if name.strip()]
        names = fields or self._visible_fields(sobject)
        soql = f"SELECT {', '.join(names)} FROM {sobject.name} WHERE Id = '{record_id}'"
        result = self._store.query(soql, include_deleted=False, style="rest")
        row = next(result.rows, None)
        if row is None:
            raise self._missing(sobject, record_id)
        record = _record(result, row, base_path(request))
        record["attributes"]["url"] = f"{base_path(request)}/sobjects/{sobject.name}/{record_id}"
        return record

    def _visible_fields(self, sobject: SObject) -> list[str]:
        hidden = self._store.hidden_fields(sobject.name)
        return [field.name for field in sobject.fields if field.name not in hidden]

    def _missing(self, sobject: SObject, record_id: str) -> ApiError:
        if self._store.get(sobject.name, record_id) is None:
            return not_found(f"Provided external ID field does not exist or is not accessible: {record_id}")
        return ApiError("ENTITY_IS_DELETED", "entity is deleted")

    def update(self, request: Request) -> Response:
        sobject = known(request.params["sobject"])
        self._store.update(sobject.name, request.params["id"], _values(request))
        return Response(204)

    def delete(self, request: Request) -> Response:
        sobject = known(request.params["sobject"])
        self._store.delete(sobject.name, request.params["id"])
        return Response(204)

    def read_by_external_id(self, request: Request) -> Response:
        sobject, ids = self._matches(request)
        if not ids:
            raise not_found("The requested resource does not exist")
        if len(ids) > 1:
            return _several(sobject, ids, request)
        return Response.json(self.record(sobject, ids[0], request))

    def delete_by_external_id(self, request: Request) -> Response:
        sobject, ids = self._matches(request)
        if not ids:
            raise not_found("The requested resource does not exist")
        if len(ids) > 1:
            return _several(sobject, ids, request)
        self._store.delete(sobject.name, ids[0])
        return Response(204)

    def upsert(self, request: Request) -> Response:
        sobject, ids = self._matches(request)
        if len(ids) > 1:
            return _several(sobject, ids, request)
        result = self.upsert_record(sobject, request.params["field"], request.params["value"], _values(request))
        headers = {"Location": f"{base_path(request)}/sobjects/{sobject.name}/{result['id']}"}
        return Response.json(result, 201 if result["created"] else 200, headers)

    def upsert_record(self, sobject: SObject, field: str, value: Any, values: Mapping[str, Any]) -> dict[str, Any]:
        """Change the record whose external id field ``field`` is ``value``, or create it.

        Raises ``ApiError`` when there is no value, or when several records have it.
        """
        if value is None or value == "":
            raise ApiError("MISSING_ARGUMENT", f"{field} not specified")
        value = str(value)
        ids = self._store.find(sobject.name, field, value)
        if len(ids) > 1:
            several = f"{field}: more than one record found for external id field: [{', '.join(ids)}]"
            raise ApiError("DUPLICATE_EXTERNAL_ID", several)
        if ids:
            self._store.update(sobject.name, ids[0], values)
            return {"id": ids[0], "success": True, "errors": [], "created": False}
        record_id = self._store.create(sobject.name, {**values, field: value})
        return {"id": record_id, "success": True, "errors": [], "created": True}

    def _matches(self, request: Request) -> tuple[SObject, list[str]]:
        sobject = known(request.params["sobject"])
        name = request.params["field"]
        check_external_id_field(sobject, name, self._store)
        return sobject, self._store.find(sobject.name, name, request.params["value"])

    def deleted(self, request: Request) -> Response:
        sobject = known(request.params["sobject"])
        start, end = _period(request, DELETED_DAYS)
        deletions = [
            {"id": record_id, "deletedDate": _rest_time(moment)}
            for record_id, moment in self._store.deleted(sobject.name, start, end)
        ]
        earliest = _now() - timedelta(days=DELETED_DAYS)
        return Response.json(
            {
                "deletedRecords": deletions,
                "earliestDateAvailable": _minute_text(earliest),
                "latestDateCovered": _minute_text(min(end, _now())),
            }
        )

    def updated(self, request: Request) -> Response:
        sobject = known(request.params["sobject"])
        start, end = _period(request, UPDATED_DAYS)
        ids = self._store.updated(sobject.name, start, end)
        return Response.json({"ids": ids, "latestDateCovered": _minute_text(min(end, _now()))})


def known(name: str) -> SObject:
    """Return the sObject with this name. Raises a 404 ``ApiError`` when there is none."""
    sobject = schema.find(name)
    if sobject is None:
        raise not_found()
    return sobject


def check_external_id_field(sobject: SObject, name: str, store: Store) -> None:
    """Raise a 404 ``ApiError`` unless ``name`` is an id or external id field that the API user may see."""
    field = sobject.field(name)
    usable = (
        field is not None
        and (field.external_id or field.type == "id")
        and field.name not in store.hidden_fields(sobject.name)
    )
    if not usable:
        raise not_found(f"Provided external ID field does not exist or is not accessible: {name}")


def may_save_duplicates(request: Request) -> bool:
    """Return whether the caller overrides the duplicate rules (header ``Sforce-Duplicate-Rule-Header``)."""
    return "allowsave=true" in request.headers.get("sforce-duplicate-rule-header", "").replace(" ", "").lower()


def _values(request: Request) -> dict[str, Any]:
    return {name: value for name, value in json_object(request).items() if name != "attributes"}


def _record(result: QueryResult, row: tuple[Any, ...], base: str) -> dict[str, Any]:
    return record_maker(result, base=base, type_of=parent_type)(row)


def _several(sobject: SObject, ids: list[str], request: Request) -> Response:
    base = base_path(request)
    return Response.json([f"{base}/sobjects/{sobject.name}/{record_id}" for record_id in ids], 300)


def _period(request: Request, days: int) -> tuple[datetime, datetime]:
    """Return ``start`` and ``end``. Raises ``ApiError`` if one is missing or wrong."""
    start, end = _time(request, "start"), _time(request, "end")
    if end <= start:
        raise ApiError("INVALID_REPLICATION_DATE", "endDate before startDate")
    if start < _now() - timedelta(days=days, minutes=1):
        raise ApiError("INVALID_REPLICATION_DATE", f"startDate is more than {days} days ago")
    return start, end


def _time(request: Request, name: str) -> datetime:
    text = request.query.get(name, "")
    if not text:
        raise ApiError("INVALID_FIELD", f"Missing required parameter: {name}")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ApiError("INVALID_FIELD", f"{name}: '{text}' is not a valid value for the type xsd:dateTime") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _now() -> datetime:
    return datetime.now(UTC)


def _minute_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00.000+0000")


def _rest_time(text: str) -> str:
    """Convert a time from the store's form, ``…000Z``, to REST's form, ``…000+0000``."""
    return text.removesuffix("Z") + "+0000"


def add_routes(api: Api, records: Records) -> None:
    api.add("POST", OBJECT, records.create)
    api.add("GET", OBJECT + "/deleted", records.deleted)
    api.add("GET", OBJECT + "/updated", records.updated)
    api.add("GET", RECORD, records.read)
    api.add("PATCH", RECORD, records.update)
    api.add("DELETE", RECORD, records.delete)
    api.add("GET", BY_EXTERNAL_ID, records.read_by_external_id)
    api.add("PATCH", BY_EXTERNAL_ID, records.upsert)
    api.add("DELETE", BY_EXTERNAL_ID, records.delete_by_external_id)
