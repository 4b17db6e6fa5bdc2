"""A small Accounts server over real HTTP; each test chooses its answers."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class AccountsServer:
    """The answers to give, and the requests received."""

    url: str = ""
    users: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    raw: bytes | None = None
    wait_seconds: float = 0
    """The wait before the headers."""
    slow_headers: int = 0
    """The number of additional headers, with a wait of 0.1 s before each."""
    trickle_seconds: float = 0
    """The wait before each byte of the body."""
    expires_in: int = 3600
    issued: int = 0
    revoked: set[str] = field(default_factory=set)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def paths(self) -> list[str]:
        return [urlsplit(target).path for target, _ in self.requests]

    def token(self) -> bytes:
        self.issued += 1
        return json.dumps(
            {"access_token": f"token-{self.issued}", "token_type": "Bearer", "expires_in": self.expires_in}
        ).encode()

    def search(self, target: str, headers: dict[str, str]) -> tuple[int, bytes]:
        query = parse_qs(urlsplit(target).query)
        token = query.get("access_token", [headers.get("Authorization", "").removeprefix("Bearer ")])[0]
        if token in self.revoked or not token.startswith("token-"):
            return 401, b"{}"
        return 200, json.dumps({"total_count": len(self.users), "items": self.users}).encode()


@contextmanager
def accounts_server() -> Iterator[AccountsServer]:
    state = AccountsServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(*state.search(self.path, dict(self.headers)))

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(200, state.token())

        def _answer(self, status: int, body: bytes) -> None:
            state.requests.append((self.path, dict(self.headers)))
            body = body if state.raw is None else state.raw
            time.sleep(state.wait_seconds)
            self.send_response(status if state.status == 200 else state.status)
            self.send_header("Content-Length", str(len(body)))
            with suppress(OSError):  # the client has stopped waiting
                for number in range(state.slow_headers):
                    time.sleep(0.1)
                    self.send_header("X-Slow", str(number))
                    self.flush_headers()
                self.end_headers()
            for byte in body:
                time.sleep(state.trickle_seconds)
                try:
                    self.wfile.write(bytes([byte]))
                except OSError:
                    return  # the client has stopped waiting

        def log_message(self, *arguments: Any) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
