"""Parse request bodies, which must be JSON and be declared as JSON."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from api.domain.error_types import ErrorType
from api.http.errors import MESSAGES, ApiError, Unprocessable

_JSON = "application/json"
_NO_OBJECT = "Must be a JSON object"
_NOT_ENCODED = {"", "identity"}
_CHARSETS = {"utf-8", "utf8", "us-ascii"}


class UnsupportedMediaType(ApiError):
    status = 415
    default_type = ErrorType.CONTENT_TYPE_UNSUPPORTED


class BadRequest(ApiError):
    status = 400
    default_type = ErrorType.REQUEST_MALFORMED


class JSONParser(Parser):
    """Parses JSON, and refuses the content types that an HTML form on another site could send."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != _JSON:
            raise UnsupportedMediaType(MESSAGES[415])
        _refuse_encodings(request)
        try:
            body = json.loads(request.body.decode("utf-8-sig"), parse_constant=_refuse_constant)
        except UnicodeDecodeError:
            raise BadRequest("The body is not UTF-8.") from None
        except RecursionError:
            raise BadRequest("The JSON is nested too deeply.") from None
        except ValueError as error:
            if "digits" in str(error):  # the message of int() has advice for Python programmers only
                raise BadRequest("The JSON has a number with too many digits.") from None
            raise BadRequest(f"The body is not JSON: {error}.") from None
        if body is not None and not isinstance(body, dict):
            # A schema with only optional fields would accept a list or a text as an object without fields.
            errors = [{"loc": ["body"], "message": _NO_OBJECT}]
            raise Unprocessable(f"The request is not valid: body: {_NO_OBJECT}.", errors=errors)
        return body


def _refuse_encodings(request: HttpRequest) -> None:
    """Refuse bodies that are compressed or not in UTF-8, because they would be misread."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in _NOT_ENCODED:
        raise UnsupportedMediaType("Compressed bodies are not supported: send the body without Content-Encoding.")
    if (request.content_params or {}).get("charset", "utf-8").lower() not in _CHARSETS:
        raise UnsupportedMediaType("The body must be UTF-8.")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")
