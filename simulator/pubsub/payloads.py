"""Change events in Avro: the header first, then the object's fields, which may be null.

Source: Change Data Capture Developer Guide, "Change Event Fields". In events of the Pub/Sub API, ``changedFields`` is a
bitmap of the fields in the schema.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from datetime import datetime
from functools import cache
from typing import Any

import fastavro

from simulator import schema
from simulator.pubsub.events import Event
from simulator.schema import Field, SObject

KINDS = ("CREATE", "UPDATE", "DELETE", "UNDELETE")
GAPS = tuple(f"GAP_{kind}" for kind in KINDS)
OVERFLOW = "GAP_OVERFLOW"
NO_RECORD = "000000000000000AAA"
"""The record id in Salesforce's overflow events."""
_AVRO = {"boolean": "boolean", "int": "int", "datetime": "long"} | dict.fromkeys(
    ("double", "currency", "percent"), "double"
)
_HIDDEN = frozenset({"Id", "IsDeleted", "SystemModstamp"})


def event_name(sobject: str) -> str:
    """Return ``AccountChangeEvent`` for ``Account``, ``Book__ChangeEvent`` for ``Book__c``."""
    return f"{sobject.removesuffix('c')}ChangeEvent" if sobject.endswith("__c") else f"{sobject}ChangeEvent"


def sobject_of_topic(topic: str) -> SObject | None:
    """Return the object of a topic such as ``/data/AccountChangeEvent``. Topic names are case-sensitive."""
    named = (each for each in schema.SOBJECTS.values() if each.writable and topic == f"/data/{event_name(each.name)}")
    return next(named, None)


def _fields(sobject: SObject) -> list[Field]:
    return [field for field in sobject.fields if field.name not in _HIDDEN and not field.formula]


@cache
def schema_json(sobject: SObject) -> str:
    return json.dumps(
        {
            "name": event_name(sobject.name),
            "type": "record",
            "namespace": "com.sforce.eventbus",
            "fields": [
                {"name": "ChangeEventHeader", "type": _header_schema()},
                *({"name": each.name, "type": ["null", _AVRO.get(each.type, "string")]} for each in _fields(sobject)),
            ],
        }
    )


def _header_schema() -> dict[str, Any]:
    texts = {"type": "array", "items": "string"}
    kinds = {"type": "enum", "name": "ChangeType", "symbols": [*KINDS, *GAPS, OVERFLOW, "SNAPSHOT"]}
    types: dict[str, Any] = {
        "entityName": "string",
        "recordIds": texts,
        "changeType": kinds,
        "changeOrigin": "string",
        "transactionKey": "string",
        "sequenceNumber": "int",
        "commitTimestamp": "long",
        "commitNumber": "long",
        "commitUser": "string",
        "nulledFields": texts,
        "diffFields": texts,
        "changedFields": texts,
    }
    fields = [{"name": name, "type": kind} for name, kind in types.items()]
    return {"type": "record", "name": "ChangeEventHeader", "fields": fields}


@cache
def schema_id(sobject: SObject) -> str:
    digest = hashlib.md5(schema_json(sobject).encode(), usedforsecurity=False).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def sobject_of_schema(identifier: str) -> SObject | None:
    return next((each for each in schema.SOBJECTS.values() if each.writable and schema_id(each) == identifier), None)


@cache
def _parsed(sobject: SObject) -> Any:
    return fastavro.parse_schema(json.loads(schema_json(sobject)))


def payload(sobject: SObject, event: Event, user: str) -> bytes:
    """Return the event in Avro's binary form."""
    change, places = event.change, {field.name: place for place, field in enumerate(_fields(sobject), start=1)}
    values = {field.name: _avro_value(field, change.values.get(field.name)) for field in _fields(sobject)}
    changed = [name for name in change.values if name in places] if change.kind == "UPDATE" else []
    header = {
        "entityName": sobject.name,
        "recordIds": list(change.ids),
        "changeType": change.kind,
        "changeOrigin": "",
        "transactionKey": f"{event.number:08x}",
        "sequenceNumber": 1,
        "commitTimestamp": event.milliseconds,
        "commitNumber": event.number,
        "commitUser": user,
        "nulledFields": _bitmap([places[name] for name in changed if values[name] is None]),
        "diffFields": [],
        "changedFields": _bitmap([places[name] for name in changed]),
    }
    out = io.BytesIO()
    fastavro.schemaless_writer(out, _parsed(sobject), {"ChangeEventHeader": header, **values})
    return out.getvalue()


def _bitmap(places: list[int]) -> list[str]:
    return [f"0x{sum(1 << place for place in places):X}"] if places else []


def _avro_value(field: Field, value: Any) -> Any:
    if value is None:
        return None
    kind = _AVRO.get(field.type, "string")
    if field.type == "datetime":
        return int(datetime.fromisoformat(str(value)).timestamp() * 1000)
    return {"boolean": bool, "int": int, "double": float}.get(kind, str)(value)
