"""Request bodies: JSON, and said to be."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from api.domain.error_types import ErrorType
from api.http.errors import MESSAGES, ApiError

_JSON = "application/json"


class UnsupportedMediaType(ApiError):
    status = 415
    default_type = ErrorType.CONTENT_TYPE_UNSUPPORTED


class BadRequest(ApiError):
    status = 400
    default_type = ErrorType.REQUEST_MALFORMED


class JSONParser(Parser):
    """Refuses other content types, which a form of somebody else's page could send, and what is no JSON."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != _JSON:
            raise UnsupportedMediaType(MESSAGES[415])
        try:
            return json.loads(request.body, parse_constant=_refuse_constant)
        except RecursionError:
            raise BadRequest("The JSON is nested too deeply.") from None
        except ValueError as error:
            raise BadRequest(f"The body is not JSON: {error}.") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")
