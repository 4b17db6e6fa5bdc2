"""Add the routes of ``/records`` to Ninja's OpenAPI document, with their parameters and answers."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import responses
from typing import Any

from ninja import Schema

from api.auth.callers import caller_with
from api.domain.scopes import Scope
from api.http.errors import document_errors
from api.http.fields import ID_SCHEMA
from api.openapi.document import security_of, with_access
from api.records.query import RecordQuery
from api.records.resources import Resource

_REF = "#/components/schemas/{model}"
_CREDENTIALS = caller_with(Scope.READ_RECORDS)
_LIST_ERRORS = (401, 403, 406, 422, 429)
_SAME: dict[int, Any] = {304: {"description": responses[304]}}
_TEXT: dict[str, Any] = {"schema": {"type": "string"}}

_LIST_DESCRIPTION = """Return the records in the order of `local_update_date` and `id`.

To keep a copy up to date, follow `next` to the last page and keep `as_of`. Pass it in the next read as
`modified_since`, with `include_deleted=true`. Some records may come twice; none is left out. After
`sync_all --forcedelete`, read everything again, because this command leaves no trace of the records that it removed.

A parameter with the name of a column filters by the column's exact value. For a text column, an empty value finds
records without a text. In CSV, the header `Link` has the address of the next page, and `X-As-Of` has `as_of`."""

_DETAIL_DESCRIPTION = (
    "Return a record by its Salesforce id. With `include_deleted`, records that were deleted in Salesforce are found "
    "too."
)

_ID_PARAMETER: dict[str, Any] = {
    "in": "path",
    "name": "id",
    "required": True,
    "description": "A Salesforce id of 15 or 18 characters.",
    "schema": ID_SCHEMA,
}


def add_records(document: dict[str, Any], prefix: str, resources: tuple[Resource, ...]) -> None:
    """Add two paths per resource below ``prefix``, and their schemas."""
    schemas = document["components"]["schemas"]
    for resource in resources:
        for schema in (resource.row_schema, resource.page_schema):
            json_schema = schema.model_json_schema(ref_template=_REF, mode="serialization")
            schemas.update(json_schema.pop("$defs", {}))
            schemas[schema.__name__] = json_schema
        document["paths"][f"{prefix}/records/{resource.name}"] = {"get": _build_list_operation(resource)}
        document["paths"][f"{prefix}/records/{resource.name}/{{id}}"] = {"get": _build_detail_operation(resource)}


def _build_list_operation(resource: Resource) -> dict[str, Any]:
    return {
        "operationId": f"list_{resource.model.__name__.lower()}_records",
        "summary": f"All {resource.name}, in bulk",
        "description": with_access(_LIST_DESCRIPTION, _CREDENTIALS),
        "tags": ["records"],
        "parameters": _build_parameters(resource.records_query),
        "responses": {200: _build_answer(resource.page_schema), **_SAME, **_build_errors(*_LIST_ERRORS)},
        "security": security_of(_CREDENTIALS),
    }


def _build_detail_operation(resource: Resource) -> dict[str, Any]:
    return {
        "operationId": f"get_{resource.model.__name__.lower()}_record",
        "summary": f"A record of {resource.name}, by its id",
        "description": with_access(_DETAIL_DESCRIPTION, _CREDENTIALS),
        "tags": ["records"],
        "parameters": [_ID_PARAMETER, *_build_parameters(resource.record_query)],
        "responses": {200: _build_answer(resource.row_schema), **_SAME, **_build_errors(404, *_LIST_ERRORS)},
        "security": security_of(_CREDENTIALS),
    }


def _build_parameters(query: type[RecordQuery]) -> list[dict[str, Any]]:
    json_schema = query.model_json_schema(ref_template=_REF)
    return [_build_parameter(name, schema) for name, schema in json_schema["properties"].items()]


def _build_parameter(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in schema.items() if key not in {"title", "description"} and value is not None}
    parameter = {"in": "query", "name": name, "required": False, "schema": plain}
    if plain.get("type") == "array":
        parameter |= {"style": "form", "explode": False}
    return parameter | ({"description": schema["description"]} if "description" in schema else {})


def _build_answer(schema: type[Schema]) -> dict[str, Any]:
    content = {"application/json": {"schema": _build_reference(schema)}, "text/csv": _TEXT, "text/html": _TEXT}
    return {"description": responses[200], "content": content}


def _build_errors(*statuses: int) -> dict[int, Any]:
    return {
        status: {
            "description": responses[status],
            "content": {"application/json": {"schema": _build_reference(schema)}},
        }
        for status, schema in document_errors(*statuses).items()
    }


def _build_reference(schema: type[Schema]) -> dict[str, str]:
    return {"$ref": _REF.format(model=schema.__name__)}
