"""The OpenAPI document that is served: ninja's, corrected where OpenAPI 3.1 wants another form.

Ninja copies JSON Schema's list of ``examples`` to parameters, where OpenAPI wants ``example``, and writes the arguments
of Pydantic's fields as they are (``ge``). Source: OpenAPI 3.1, "Parameter Object" and "Schema Object".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from api.caching import public_response
from api.fields import JSON, json_text

DOCUMENT_SECONDS = 300
"""Browsers and caches may keep the document so long."""

_BOUNDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
_METHODS = frozenset({"get", "put", "post", "patch", "delete", "head", "options"})
_ABOUT: Mapping[str, Any] = {
    "contact": {"name": "OpenStax", "url": "https://openstax.org"},
    "license": {"name": "MIT", "identifier": "MIT"},
}
_TAGS: Mapping[str, str] = {
    "me": "Who is signed in.",
    "contact": "The signed-in user's own contact.",
    "adoptions": "The signed-in user's own adoptions.",
    "books": "Active books.",
    "schools": "Search for schools.",
    "cases": "Support cases.",
    "forms": "Forms that become support cases.",
    "info": "State of the service.",
    "records": "The cache in bulk.",
    "pardot": "The dashboard's data, for Super Users.",
}

Document = dict[str, Any]


def finish_document(document: Document) -> Document:
    """Return ``document`` as valid OpenAPI 3.1, with what generators and readers expect."""
    document["servers"] = [{"url": "/", "description": "The host that serves this document."}]
    document["info"] |= _ABOUT
    for operation in _operations(document):
        operation.setdefault("security", [])
        for parameter in operation.get("parameters", []):
            _correct_parameter(parameter)
    _correct_schemas(document)
    _drop_unused_schemas(document)
    used = sorted({tag for operation in _operations(document) for tag in operation.get("tags", [])})
    document["tags"] = [{"name": tag, "description": _TAGS.get(tag, _TAGS["pardot"])} for tag in used]
    return document


def _operations(document: Document) -> Iterator[dict[str, Any]]:
    for operations in document["paths"].values():
        yield from (operation for method, operation in operations.items() if method in _METHODS)


def _correct_parameter(parameter: dict[str, Any]) -> None:
    examples = parameter.pop("examples", None)
    if isinstance(examples, list) and examples:
        parameter["example"] = examples[0]
    elif examples:
        parameter["examples"] = examples


def _correct_schemas(node: Any) -> None:
    """Write bounds by JSON Schema's names, and no default that the schema itself refuses."""
    if isinstance(node, list):
        for each in node:
            _correct_schemas(each)
    elif isinstance(node, dict):
        if "type" in node or "anyOf" in node or "$ref" in node:
            _correct_schema(node)
        for each in node.values():
            _correct_schemas(each)


def _correct_schema(schema: dict[str, Any]) -> None:
    for name, standard in _BOUNDS.items():
        if isinstance(schema.get(name), int | float):
            schema[standard] = schema.pop(name)
    if "default" in schema and schema["default"] in (None, ""):
        del schema["default"]


def _drop_unused_schemas(document: Document) -> None:
    """Keep the schemas that an operation leads to."""
    schemas = document["components"]["schemas"]
    used: set[str] = set()
    waiting = list(_references(document["paths"]))
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting += _references(schemas[name])
    document["components"]["schemas"] = {name: schema for name, schema in schemas.items() if name in used}


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        reference = node.get("$ref")
        if isinstance(reference, str):
            yield reference.removeprefix("#/components/schemas/")
        for each in node.values():
            yield from _references(each)
    elif isinstance(node, list):
        for each in node:
            yield from _references(each)


def serve_document(make: Callable[[], Document]) -> Callable[[HttpRequest], HttpResponse]:
    """Return a view of the document, which is rendered once in a process."""
    rendered: list[str] = []

    @csrf_exempt  # so that other methods are told 405, as everywhere
    @require_GET
    def view(request: HttpRequest) -> HttpResponse:
        if not rendered:
            rendered.append(json_text(make()))
        return public_response(request, HttpResponse(rendered[0], content_type=JSON), seconds=DOCUMENT_SECONDS)

    return view
