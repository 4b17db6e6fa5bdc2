"""Correct deviations of Ninja and Pydantic from OpenAPI 3.1, and remove misleading defaults.

For parameters OpenAPI wants ``example``, but Ninja copies JSON Schema's list of ``examples``. Ninja also keeps
Pydantic's names of bounds (``ge``). Client generators assume that a property with a ``default`` is always present.
Source: OpenAPI 3.1, "Parameter Object" and "Schema Object".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Document = dict[str, Any]

_BOUNDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
_METHODS = frozenset({"get", "put", "post", "patch", "delete", "head", "options"})
_NULL = {"type": "null"}
_NO_DEFAULTS: tuple[Any, ...] = (None, "", [])
_PARAMETERS: Mapping[str, str] = {
    "limit": "The largest number of records in one answer.",
    "offset": "The number of records to skip at the beginning.",
    "sort": "The property to sort by; with `-` in front, the largest first.",
    "flag": "Only records with this flag.",
    "q": "Only records whose name contains this text.",
    "from": "The first day.",
    "to": "The last day.",
    "after": "The last id of the previous page.",
}
"""Descriptions of parameters that many routes share. A parameter's own description wins."""


def list_methods_and_operations(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    for operations in document["paths"].values():
        yield from ((method, operation) for method, operation in operations.items() if method in _METHODS)


def operations_of(document: Document) -> Iterator[dict[str, Any]]:
    yield from (operation for _method, operation in list_methods_and_operations(document))


def clean_document(document: Document) -> None:
    """Correct parameters and schemas in place."""
    for operation in operations_of(document):
        for parameter in operation.get("parameters", []):
            _correct_parameter(parameter)
    _correct_schemas(document)


def _correct_parameter(parameter: dict[str, Any]) -> None:
    examples = parameter.pop("examples", None)
    if isinstance(examples, list) and examples:
        parameter["example"] = examples[0]
    elif examples:
        parameter["examples"] = examples
    parameter["schema"] = _without_null(parameter["schema"])
    if "description" not in parameter and parameter["name"] in _PARAMETERS:
        parameter["description"] = _PARAMETERS[parameter["name"]]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter without null: a client leaves the parameter out instead."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != _NULL]
    if len(kinds) == len(schema.get("anyOf", [])):
        return schema
    rest = {name: value for name, value in schema.items() if name not in {"anyOf", "examples"}}
    return {**rest, **kinds[0]} if len(kinds) == 1 else {**rest, "anyOf": kinds}


def _correct_schemas(node: Any) -> None:
    """Use JSON Schema's bounds, replace an ``allOf`` of one schema, and remove misleading defaults."""
    if isinstance(node, list):
        for each in node:
            _correct_schemas(each)
    elif isinstance(node, dict):
        if not {"type", "anyOf", "allOf", "$ref"}.isdisjoint(node):
            _correct_schema(node)
        for each in node.values():
            _correct_schemas(each)


def _correct_schema(schema: dict[str, Any]) -> None:
    if len(schema.get("allOf", [])) == 1:
        schema |= schema.pop("allOf")[0]
    for name, standard in _BOUNDS.items():
        if isinstance(schema.get(name), int | float):
            schema[standard] = schema.pop(name)
    if "default" in schema and schema["default"] in _NO_DEFAULTS:
        del schema["default"]
    if "minProperties" in schema:  # the body of a change, where a property that is left out keeps its value
        for each in schema.get("properties", {}).values():
            each.pop("default", None)


def drop_unused_components(document: Document) -> None:
    """Keep only the schemas, answers, headers and examples that an operation refers to."""
    components = document["components"]
    used: set[str] = set()
    waiting = list(_collect_references(document["paths"]))
    while waiting:
        reference = waiting.pop()
        if reference not in used:
            used.add(reference)
            waiting += _collect_references(_resolve_reference(components, reference))
    for kind in components.keys() - {"securitySchemes"}:
        components[kind] = {
            name: each for name, each in components[kind].items() if f"#/components/{kind}/{name}" in used
        }


def _resolve_reference(components: Mapping[str, Any], reference: str) -> Any:
    kind, name = reference.removeprefix("#/components/").split("/")
    return components[kind][name]


def _collect_references(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from _collect_references(each)
    elif isinstance(node, list):
        for each in node:
            yield from _collect_references(each)
