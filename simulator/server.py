"""The HTTP(S) server, with one thread per connection. Connections stay open between requests.

The TLS handshake happens in the connection's own thread, so a slow caller does not delay other callers.
"""

from __future__ import annotations

import errno
import socket
import socketserver
import ssl
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, cast

from simulator.http import Request, Response
from simulator.wire import ConnectionDropped, WireError, read_request, write_response

IDLE_SECONDS = 120.0
"""A connection without a request for this long is closed."""

Send = Callable[[Response], None]
Exchange = Callable[[Request, int, Send], None]
"""Answers a request by calling ``send`` once, or raises ``ConnectionDropped``.

The number is the size of the request's head in bytes.
"""


class PortTaken(Exception):
    """Another program listens on the requested port."""


class Server(socketserver.ThreadingTCPServer):
    """Opens its port when it is created, to report a taken port at once. Answers after :meth:`start`."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 256

    exchange: Exchange

    def __init__(self, address: tuple[str, int], tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        try:
            self._connections: set[socket.socket] = set()
            super().__init__(address, Connection)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise PortTaken(f"Port {address[1]} is taken by another program.") from error

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def start(self, exchange: Exchange) -> None:
        self.exchange = exchange
        threading.Thread(target=self.serve_forever, args=(0.1,), daemon=True).start()

    def stop(self) -> None:
        """Close the port and all connections to it."""
        self.shutdown()
        self.server_close()
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def closed_on_stop(self, connection: socket.socket) -> Iterator[None]:
        """Close the connection if the server stops before the block ends."""
        self._connections.add(connection)
        try:
            yield
        finally:
            self._connections.discard(connection)

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore callers that disconnect in the middle of a call. Print any other error."""
        if not isinstance(sys.exception(), OSError):
            traceback.print_exc()


class Connection(socketserver.BaseRequestHandler):
    """A caller's connection, and the requests on it."""

    server: Server
    request: socket.socket

    def handle(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request.settimeout(IDLE_SECONDS)
        # When the caller has disconnected or the handshake has failed, no one can receive an error.
        with suppress(OSError, ConnectionDropped):
            connection = self._secured()
            with (
                self.server.closed_on_stop(connection),
                connection,
                connection.makefile("rb", buffering=65_536) as stream,
            ):
                if isinstance(connection, ssl.SSLSocket):
                    connection.do_handshake()
                while self._exchange(connection, cast(BinaryIO, stream)):
                    pass

    def _secured(self) -> socket.socket:
        if self.server.tls is None:
            return self.request
        # ``handle`` does the handshake later, because a stop must also close connections whose handshake hangs.
        return self.server.tls.wrap_socket(self.request, server_side=True, do_handshake_on_connect=False)

    def _exchange(self, connection: socket.socket, stream: BinaryIO) -> bool:
        """Answer one request. Return whether the connection stays open for another request."""
        try:
            incoming = read_request(stream, connection)
        except WireError as error:
            write_response(connection, "GET", Response(error.status), keep_open=False)
            return False
        if incoming is None:
            return False
        request, head_size = incoming
        keep_open = request.headers.get("connection", "").lower() != "close"

        def send(response: Response) -> None:
            write_response(connection, request.method, response, keep_open=keep_open)

        self.server.exchange(request, head_size, send)
        return keep_open
