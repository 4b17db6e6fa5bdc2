"""Requests, responses and the table of routes, used by every simulated system."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True)
class Request:
    """One HTTP request, read whole."""

    method: str
    path: str
    """Percent-decoded, without the query string."""
    query: Mapping[str, str]
    """The parameters of the query string; a repeated name has its last value."""
    headers: Mapping[str, str]
    """The headers, with names in lower case."""
    body: bytes = b""
    params: Mapping[str, str] = field(default_factory=dict)
    """The matches of the named groups in the route's pattern."""

    def json(self) -> Any:
        """Parse the body as JSON; an empty body is ``None``. Raises ``ValueError`` if it is not JSON."""
        return json.loads(self.body or b"null")

    def form(self) -> dict[str, str]:
        """Return the fields of the body, a URL-encoded form. A repeated name has its last value."""
        fields = parse_qs(self.body.decode(), keep_blank_values=True)
        return {name: values[-1] for name, values in fields.items()}

    def bearer(self) -> str:
        """Return the token of ``Authorization: Bearer …``, or an empty string."""
        return self.token("bearer")

    def token(self, *schemes: str) -> str:
        """Return the token of ``Authorization`` with one of these lower-case schemes, or an empty string."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() in schemes else ""


@dataclass
class Response:
    """One HTTP answer."""

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    """The body, or the chunks of a large body. For chunks, ``headers`` may contain ``Content-Length``."""
    headers: dict[str, str] = field(default_factory=dict)
    cut_at: float | None = None
    """For a fault: the share of the body (0 to 1) after which the connection is closed.

    ``None``: the whole body is sent.
    """

    @classmethod
    def json(cls, payload: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        body = json.dumps(payload, ensure_ascii=False).encode()
        return cls(status, body, {"Content-Type": "application/json;charset=UTF-8", **(headers or {})})


Handler = Callable[[Request], Response]


class Router:
    """Maps methods and paths to handlers."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def add(self, method: str, pattern: str, handler: Handler) -> None:
        """Add a route. ``pattern`` is a regular expression for the whole path; named groups become ``params``."""
        self._routes.append((method, re.compile(pattern), handler))

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]] | None:
        for route_method, pattern, handler in self._routes:
            match = pattern.fullmatch(path)
            if match and route_method == method:
                return handler, match.groupdict()
        return None

    def methods(self, path: str) -> list[str]:
        """Return the methods that this path accepts; none for an unknown path."""
        return [method for method, pattern, _ in self._routes if pattern.fullmatch(path)]
