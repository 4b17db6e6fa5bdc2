"""Build the OpenAPI document: Ninja's operations with permitted callers, examples, headers and tags.

In OpenAPI 3.1 a security requirement may name roles for any scheme, not only for OAuth. Here the roles are the scopes
that an API key needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from api.auth.callers import Credential
from api.openapi.cleaning import Document, clean_document, drop_unused_components, operations_of
from api.openapi.errors import ERROR_TYPES_TEXT, add_error_examples, share_error_responses
from api.openapi.examples import add_examples
from api.openapi.headers import add_headers

_ABOUT: Mapping[str, Any] = {
    "contact": {"name": "OpenStax", "url": "https://openstax.org"},
    "license": {"name": "MIT", "identifier": "MIT"},
}
_SERVERS = [{"url": "/", "description": "The host that serves this document."}]
_TAGS: Mapping[str, str] = {
    "me": "The signed-in user, and the CSRF token.",
    "contact": "The signed-in user's own contact.",
    "adoptions": "The signed-in user's own adoptions.",
    "books": "Active books.",
    "schools": "Search for schools.",
    "cases": "Support cases.",
    "forms": "Forms that become support cases.",
    "info": "State of the service.",
    "records": "Every cached object in bulk, as JSON or CSV.",
}
_DASHBOARD_TAG = "The dashboard's data, for Super Users. These operations may change when the dashboard changes."
_DASHBOARD = "pardot"
PUBLIC = "public"


class NinjaDocument(OpenAPISchema):
    """Ninja's document, in which each operation names its permitted callers."""

    def operation_security(self, operation: Operation) -> list[dict[str, Any]]:
        super().operation_security(operation)  # collects the security schemes
        return security_of(_credentials_of(operation))

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        details: dict[str, Any] = super().operation_details(operation)
        details.setdefault("security", security_of(_credentials_of(operation)))  # a route may declare others
        details["description"] = with_access(details.get("description", ""), _credentials_of(operation))
        return details


def _credentials_of(operation: Operation) -> list[Credential]:
    callbacks: Sequence[Any] = operation.auth_callbacks
    return [each for each in callbacks if isinstance(each, Credential)]


def security_of(credentials: Sequence[Credential]) -> list[dict[str, list[str]]]:
    """Return the security requirements. A caller must meet one of them; an empty list is open to all."""
    return [{type(each).__name__: list(each.roles)} for each in credentials]


def with_access(description: str, credentials: Sequence[Credential]) -> str:
    """Return ``description`` with a sentence on who may call."""
    who = credentials[0].who if credentials else "Anyone, without credentials."
    return f"{description}\n\n**Access:** {who}".strip()


def finish_document(document: Document, part: str) -> Document:
    """Return ``document``, or a part of it, as valid OpenAPI 3.1 with examples, headers and tags."""
    if part == PUBLIC:
        document["paths"] = _select_public_paths(document["paths"])
    document["servers"] = _SERVERS
    document["info"] |= _ABOUT
    document["components"]["schemas"]["ErrorType"]["description"] = ERROR_TYPES_TEXT
    clean_document(document)
    add_examples(document)
    add_error_examples(document)
    add_headers(document)
    share_error_responses(document)
    drop_unused_components(document)
    tags = list(dict.fromkeys(tag for operation in operations_of(document) for tag in operation["tags"]))
    document["tags"] = [{"name": tag, "description": _TAGS.get(tag, _DASHBOARD_TAG)} for tag in tags]
    return document


def _select_public_paths(paths: Mapping[str, Any]) -> dict[str, Any]:
    """Return the paths, without those that only the dashboard calls."""
    return {
        path: operations
        for path, operations in paths.items()
        if not any(tag.startswith(_DASHBOARD) for operation in operations.values() for tag in operation["tags"])
    }
