"""The OpenAPI document: each name of a schema has the same meaning in all routes."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from ninja import Schema
from ninja.schema import NinjaGenerateJsonSchema

import api.v1
import pardot.v1
from api.api_v1 import api as api_v1
from sfapi import urls

_WRITTEN_OUT = "#/components/schemas/{model}"


def schemas() -> set[type[Schema]]:
    """Return all schemas that the routes' modules declare."""
    modules = [
        import_module(f"{package.__name__}.{module.name}")
        for package in (api.v1, pardot.v1)
        for module in iter_modules(package.__path__)
    ]
    return {
        each
        for module in modules
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Schema) and each.__module__ == module.__name__
    }


def outline(definition: dict[str, Any]) -> Any:
    return sorted(definition.get("enum") or definition.get("properties") or {})


def test_no_two_different_schemas_share_a_name() -> None:
    """The document has one entry for each name: of two schemas with the same name, one would be missing."""
    assert urls.urlpatterns
    written = api_v1.get_openapi_schema()["components"]["schemas"]
    for schema in schemas():
        json_schema = schema.model_json_schema(
            ref_template=_WRITTEN_OUT, schema_generator=NinjaGenerateJsonSchema, by_alias=True
        )
        for name, definition in {schema.__name__: json_schema, **json_schema.get("$defs", {})}.items():
            if name in written and "oneOf" not in written[name]:  # oneOf: the body of a form, written by hand
                assert outline(written[name]) == outline(definition), name
