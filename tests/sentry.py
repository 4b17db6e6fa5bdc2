"""A stand-in for Sentry that keeps the events it receives."""

from __future__ import annotations

import gzip
import itertools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Sentry:
    """``dsn`` is for ``SENTRY_DSN``; ``received`` has all requests as text."""

    dsn: str
    bodies: list[bytes] = field(default_factory=list)

    @property
    def received(self) -> str:
        return "\n".join(body.decode() for body in self.bodies)

    @property
    def events(self) -> list[dict[str, Any]]:
        return self._items("event")

    @property
    def check_ins(self) -> list[dict[str, Any]]:
        """Return the check-ins at the start and end of scheduled jobs."""
        return self._items("check_in")

    def _items(self, kind: str) -> list[dict[str, Any]]:
        """Return the items of this kind.

        The body of a request has one JSON value per line: a header, then for each item its own header and the item.
        """
        items = []
        for body in self.bodies:
            lines = body.splitlines()
            items += [json.loads(item) for head, item in itertools.pairwise(lines) if _is_of(kind, head)]
        return items

    @property
    def messages(self) -> list[str]:
        return [
            event["logentry"].get("formatted") or event["logentry"]["message"]
            if "logentry" in event
            else event.get("message", "")
            for event in self.events
        ]


def _is_of(kind: str, line: bytes) -> bool:
    head = json.loads(line)
    return isinstance(head, dict) and head.get("type") == kind


@contextmanager
def listening_sentry() -> Iterator[Sentry]:
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            bodies.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Sentry(f"http://public@127.0.0.1:{server.server_address[1]}/1", bodies)
    finally:
        server.shutdown()
        server.server_close()
