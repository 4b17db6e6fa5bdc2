"""The parts of the Tooling API that clients use: queries and describe calls of three sObjects.

Source: Tooling API Developer Guide, "Tooling API Objects" (EntityDefinition, FieldDefinition, ApexClass) and "REST
Resources" (``/tooling/query``, ``/tooling/sobjects``). A query of FieldDefinition has to filter by the entity or by
``DurableId`` ("a filter on a reified column is required"). Simplified: the id of an entity is its name, the id of a
field is ``Entity.Field``, and an answer has only one page.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simulator import schema
from simulator.encoding import record_maker
from simulator.http import Request, Response
from simulator.salesforce.api import LAST_VERSION, Api, ApiError, base_path, not_found
from simulator.schema import tooling
from simulator.schema.ids import make_id
from simulator.schema.tables import table_of
from simulator.soql import Statement, compile_soql
from simulator.store import QueryResult
from simulator.store.database import connect

_ECHO = "@RestResource(urlMapping='/Echo/*') global class Echo {}"
_MADE = "2026-01-01T00:00:00.000Z"
_ONE_ENTITY = re.compile(r"\bWHERE\b.*\b(EntityDefinition\.\w+|EntityDefinitionId|DurableId)\b", re.I | re.S)


class Tooling:
    """Describes the org from tables in memory, which are filled once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection = connect(Path(":memory:"))
        for sobject in tooling.TOOLING.values():
            self._connection.execute(table_of(sobject))
        self._insert("EntityDefinition", _entities())
        self._insert("FieldDefinition", _fields())
        self._insert("ApexClass", [_echo_class()])

    def _insert(self, table: str, records: Iterable[dict[str, Any]]) -> None:
        for record in records:
            names, marks = ", ".join(f'"{name}"' for name in record), ", ".join("?" * len(record))
            self._connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', tuple(record.values()))

    def query(self, request: Request) -> Response:
        soql = request.query.get("q", "")
        if not soql.strip():
            raise ApiError("MALFORMED_QUERY", "A query string has to be specified")
        statement = compile_soql(soql, now=datetime.now(UTC), style="rest", find=tooling.find)
        if statement.sobject == "FieldDefinition" and not _ONE_ENTITY.search(soql):
            raise ApiError("MALFORMED_QUERY", "FieldDefinition: a filter on a reified column is required")
        records, total = self._run(statement, f"{base_path(request)}/tooling")
        page = {"size": total, "totalSize": total, "done": True, "queryLocator": None}
        return Response.json({**page, "entityTypeName": statement.sobject, "records": records})

    def _run(self, statement: Statement, base: str) -> tuple[list[dict[str, Any]], int]:
        with self._lock:
            if statement.kind == "count":
                counted = self._connection.execute(statement.count_sql, statement.count_parameters)
                return [], int(counted.fetchone()[0])
            rows = self._connection.execute(statement.sql, statement.parameters).fetchall()
        result = QueryResult(statement.sobject, statement.columns, len(rows), statement.kind, iter(rows))
        make = record_maker(result, base=base, type_of=_parent_type)
        return [make(row) for row in rows], len(rows)

    def resources(self, request: Request) -> Response:
        base = f"{base_path(request)}/tooling"
        return Response.json({name: f"{base}/{name}" for name in ("query", "sobjects")})

    def all(self, _request: Request) -> Response:
        sobjects = [schema.describe_global(sobject) for sobject in tooling.TOOLING.values()]
        return Response.json({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": sobjects})

    def describe(self, request: Request) -> Response:
        sobject = tooling.find(request.params["sobject"])
        if sobject is None:
            raise not_found()
        return Response.json(schema.describe(sobject))


def _entities() -> Iterable[dict[str, Any]]:
    for sobject in schema.SOBJECTS.values():
        yield {
            "Id": sobject.name,
            "DurableId": sobject.name,
            "QualifiedApiName": sobject.name,
            "DeveloperName": sobject.name.removesuffix("__c"),
            "Label": sobject.label,
            "PluralLabel": sobject.plural,
            "KeyPrefix": sobject.prefix,
            "IsQueryable": 1,
            "IsCustomizable": int(sobject.writable),
        }


def _fields() -> Iterable[dict[str, Any]]:
    for sobject in schema.SOBJECTS.values():
        for field in sobject.fields:
            yield {
                "Id": f"{sobject.name}.{field.name}",
                "DurableId": f"{sobject.name}.{field.name}",
                "EntityDefinitionId": sobject.name,
                "QualifiedApiName": field.name,
                "DeveloperName": field.name.removesuffix("__c"),
                "Label": field.label,
                "DataType": field.type,
                "Length": field.length,
                "IsNillable": int(field.nillable),
            }


def _echo_class() -> dict[str, Any]:
    own = {"Id": make_id("01p", schema.FIRST_SERIAL), "Name": "Echo", "ApiVersion": float(LAST_VERSION)}
    state = {"Status": "Active", "IsValid": 1, "Body": _ECHO, "LengthWithoutComments": len(_ECHO)}
    return {**own, **state, "CreatedDate": _MADE, "LastModifiedDate": _MADE}


def _parent_type(sobject: str, relationship: str) -> str:
    child = tooling.find(sobject)
    field = child.by_relationship.get(relationship.lower()) if child else None
    return field.reference_to if field else ""


def add_routes(api: Api, of: Tooling) -> None:
    api.add("GET", "/tooling", of.resources)
    api.add("GET", "/tooling/query", of.query)
    api.add("GET", "/tooling/sobjects", of.all)
    api.add("GET", r"/tooling/sobjects/(?P<sobject>\w+)/describe", of.describe)
