"""Read query parameters as UTF-8, and refuse unknown ones.

A misspelled or misread filter would silently give a wrong answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

from django.http import HttpRequest
from ninja.operation import Operation

from api.domain.error_types import ErrorType
from api.http.errors import Unprocessable
from api.http.header_parameters import read_header_parameters

_CACHE_BUSTER = "_"
_CAMPAIGN = "utm_"


def is_ignored(name: str) -> bool:
    """Return whether ``name`` is a parameter that other programs append to any address."""
    return name == _CACHE_BUSTER or name.startswith(_CAMPAIGN)


def refuse_unknown_parameters(names: Iterable[str], known: Collection[str]) -> None:
    """Raise ``Unprocessable`` if any parameter is unknown.

    For each unknown parameter the error suggests the most similar known one, or lists all known ones.
    """
    unknown = [name for name in names if name not in known and not is_ignored(name)]
    if not unknown:
        return
    errors = [{"loc": ["query", name], "message": _compose_message(name, known)} for name in unknown]
    first = str(errors[0]["message"])
    text = f"The request is not valid: {first}{'' if first.endswith('?') else '.'}"
    raise Unprocessable(text, error_type=ErrorType.PARAMETER_UNKNOWN, errors=errors)


def check_parameters_of_routes() -> None:
    """Make Ninja refuse unknown parameters after authentication and before it parses values."""
    read_values = Operation._get_values

    def read_known_values(operation: Operation, request: Any, path_params: Any, temporal_response: Any) -> Any:
        if request.GET:
            refuse_unknown_parameters(request.GET, _list_known_parameters(operation))
        return read_values(operation, request, path_params, temporal_response)

    Operation._get_values = read_known_values  # type: ignore[assignment, method-assign]


def read_parameters_as_utf8() -> None:
    """Make Django read query parameters as UTF-8 even if ``Content-Type`` has another ``charset``.

    Django itself would use that charset, although it is about the body. If Python has no text encoding of that name but
    another codec, such as ``rot13``, Django fails before any middleware runs.
    """

    def read_content_type(request: HttpRequest, meta: Mapping[str, Any]) -> None:
        request.content_type, request.content_params = read_header_parameters(meta.get("CONTENT_TYPE", ""))

    HttpRequest._set_content_type_params = read_content_type  # type: ignore[attr-defined]


@cache
def _list_known_parameters(operation: Operation) -> frozenset[str]:
    queries = [model for model in operation.models if model.__ninja_param_source__ == "query"]
    return frozenset(name for model in queries for name in model.__ninja_flatten_map__)


def _compose_message(name: str, known: Collection[str]) -> str:
    if not known:
        return f"There is no parameter “{name}” here: this address takes none"
    if nearest := get_close_matches(name.lower(), known, n=1, cutoff=0.5):
        return f"There is no parameter “{name}” here; did you mean “{nearest[0]}”?"
    return f"There is no parameter “{name}” here; the parameters are {', '.join(sorted(known))}"
