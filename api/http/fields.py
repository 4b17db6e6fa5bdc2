"""Types of values and JSON encoding that several routes share."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpResponse
from pydantic import AfterValidator, BeforeValidator, WithJsonSchema


def require_storable(text: str) -> str:
    """Refuse text that PostgreSQL and Salesforce cannot store: NUL characters and unpaired surrogates."""
    if "\0" in text:
        raise ValueError("Text must not contain the character NUL")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("Text must not contain an unpaired surrogate")
    return text


STORABLE = BeforeValidator(lambda value: require_storable(value) if isinstance(value, str) else value)
"""Calls ``require_storable`` before other constraints.

``StringConstraints`` would refuse an unpaired surrogate as “Must be text”.
"""

PlainText = Annotated[str, AfterValidator(require_storable)]
"""Text that can be stored and searched for."""

EXAMPLE_ID = "001Hs0000010000IAA"
ID_SCHEMA = {"type": "string", "pattern": "^[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?$", "examples": [EXAMPLE_ID]}
"""A Salesforce id for the OpenAPI document.
The last three characters are a checksum of the others, which the pattern does not verify."""

SalesforceIdText = Annotated[str, WithJsonSchema(ID_SCHEMA)]
"""An id in the OpenAPI document. This type checks nothing; ``sf/salesforce/ids.py`` checks ids."""


JSON = "application/json; charset=utf-8"


def make_json_response(body: dict[str, Any]) -> HttpResponse:
    """Return ``body`` as JSON without validation, which would take most of the time of a request."""
    return HttpResponse(render_json(body), content_type=JSON)


def render_json(body: Any, *, indent: int | None = None) -> str:
    """Return JSON with dates in ISO 8601 and decimals as numbers."""
    return json.dumps(body, default=encode_value, ensure_ascii=False, indent=indent)


def encode_value(value: Any) -> Any:
    """Convert a value that JSON does not support."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
