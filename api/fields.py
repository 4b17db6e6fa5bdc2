"""Kinds of values in requests and answers that several routes share."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpResponse
from pydantic import AfterValidator


def _storable(text: str) -> str:
    """PostgreSQL and Salesforce hold no NUL; half of a surrogate pair is no character."""
    if "\0" in text:
        raise ValueError("Text must not contain the character NUL")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("Text must not contain half of a surrogate pair")
    return text


PlainText = Annotated[str, AfterValidator(_storable)]
"""Text that can be stored and searched for."""


def json_response(body: dict[str, Any]) -> HttpResponse:
    """``body`` as it is: for lists, validating our own rows again would take most of the time."""
    content = json.dumps(body, default=_encoded, ensure_ascii=False)
    return HttpResponse(content, content_type="application/json; charset=utf-8")


def _encoded(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
