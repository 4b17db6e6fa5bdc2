"""Give each successful answer an example, composed of the examples of its properties.

An example is declared once: at its property (``Field(examples=[...])``), or at a schema as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.openapi.cleaning import Document, operations_of

_SCHEMAS = "#/components/schemas/"
_BY_FORMAT: Mapping[str, Any] = {
    "date-time": "2026-01-31T12:00:00Z",
    "date": "2026-01-31",
    "uuid": "9b2d7c1e-4f0a-4d3b-8a6e-1c5f7e2d9b04",
    "email": "ines@college.example",
}
_BY_TYPE: Mapping[str, Any] = {"integer": 1, "number": 1.5, "boolean": True, "string": "text", "null": None}
_JSON = "application/json"


def add_examples(document: Document) -> None:
    """Give each successful answer in JSON an example."""
    schemas = document["components"]["schemas"]
    for operation in operations_of(document):
        for status, response in operation["responses"].items():
            content = response.get("content", {}).get(_JSON)
            if int(status) < 400 and content:
                content["example"] = example_of(content["schema"], schemas)


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """Return an example that fits ``schema``: its own example, or its parts' examples put together."""
    if "$ref" in schema and "examples" not in schema:
        return example_of(schemas[schema["$ref"].removeprefix(_SCHEMAS)], schemas)
    for own in ("example", "const", "default"):
        if own in schema:
            return schema[own]
    for several in ("examples", "enum"):
        if schema.get(several):
            return schema[several][0]
    for kinds in ("anyOf", "oneOf", "allOf"):
        if kinds in schema:
            return example_of(schema[kinds][0], schemas)
    return _build_example_by_type(schema, schemas)


def _build_example_by_type(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "object":
        parts = {name: example_of(part, schemas) for name, part in schema.get("properties", {}).items()}
        return parts or _with_free_names(schema, schemas)
    if kind == "array":
        return [example_of(schema.get("items", {}), schemas)]
    if kind == "string" and schema.get("format") in _BY_FORMAT:
        return _BY_FORMAT[schema["format"]]
    if kind == "integer":
        return max(schema.get("minimum", 1), 1)
    return _BY_TYPE.get(str(kind))


def _with_free_names(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    value = schema.get("additionalProperties")
    name = example_of(schema.get("propertyNames", {"type": "string"}), schemas)
    return {str(name): example_of(value, schemas)} if isinstance(value, dict) else {}
