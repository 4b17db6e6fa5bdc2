"""HTTP/1.1 on a socket: reading requests, writing answers.

The standard library's handler is not used, because it writes head and body separately. Small answers must leave in
one segment. A large body is sent after its head, because joining the two would copy tens of megabytes.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from email.utils import formatdate
from http import HTTPStatus
from typing import BinaryIO
from urllib.parse import parse_qs, unquote

from simulator.http import Request, Response

MAX_HEAD = 65_536
MAX_BODY = 200 * 1024 * 1024
CHUNK = 1024 * 1024


class WireError(Exception):
    """The request cannot be read. It is answered with ``status``, and the connection is closed."""

    def __init__(self, status: int) -> None:
        super().__init__(HTTPStatus(status).phrase)
        self.status = status


class ConnectionDropped(Exception):
    """Close the connection without another byte."""


def read_request(stream: BinaryIO, connection: socket.socket) -> tuple[Request, int] | None:
    """Return the next request and the size of its head, or ``None`` after the last request."""
    line = stream.readline(MAX_HEAD + 1)
    if not line:
        return None
    parts = line.decode("latin-1").split()
    if len(line) > MAX_HEAD:
        raise WireError(414)
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise WireError(400)
    headers, size = _read_headers(stream)
    if headers.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    path, _, query = parts[1].partition("?")
    values = parse_qs(query, keep_blank_values=True)
    request = Request(
        method=parts[0],
        path=unquote(path),
        query={name: repeated[-1] for name, repeated in values.items()},
        headers=headers,
        body=_read_body(stream, headers),
    )
    return request, len(line) + size


def _read_headers(stream: BinaryIO) -> tuple[dict[str, str], int]:
    headers: dict[str, str] = {}
    size = 0
    while True:
        line = stream.readline(MAX_HEAD + 1)
        size += len(line)
        if size > MAX_HEAD:
            raise WireError(431)
        if line in (b"\r\n", b"\n"):
            return headers, size
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise WireError(400)
        headers[name.strip().lower()] = value.strip()


def _read_body(stream: BinaryIO, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return b"".join(_read_chunks(stream))
    length = headers.get("content-length", "0")
    if not length.isdigit():
        raise WireError(400)
    if int(length) > MAX_BODY:
        raise WireError(413)
    body = stream.read(int(length))
    if len(body) < int(length):
        raise ConnectionDropped
    return body


def _read_chunks(stream: BinaryIO) -> Iterator[bytes]:
    total = 0
    while True:
        try:
            size = int(stream.readline(MAX_HEAD).split(b";")[0], 16)
        except ValueError as error:
            raise WireError(400) from error
        total += size
        if total > MAX_BODY:
            raise WireError(413)
        if size == 0:
            while stream.readline(MAX_HEAD).strip():
                pass
            return
        yield stream.read(size)
        stream.readline(MAX_HEAD)


def write_response(connection: socket.socket, method: str, response: Response, *, keep_open: bool) -> None:
    """Send an answer, in one write if it is small. Raises ``ConnectionDropped`` after a truncated answer."""
    body = response.body
    headers = {"Date": formatdate(usegmt=True), **response.headers}
    if isinstance(body, bytes):
        headers["Content-Length"] = str(len(body))
    chunked = "Content-Length" not in headers
    if chunked:
        headers["Transfer-Encoding"] = "chunked"
    headers["Connection"] = "keep-alive" if keep_open else "close"
    head = _head(response.status, headers)
    if method == "HEAD" or response.status in (204, 304):
        connection.sendall(head)
    elif response.cut_at is not None:
        whole = b"".join(_pieces(body))
        begin = head + b"%x\r\n" % len(whole) if chunked else head
        connection.sendall(begin + whole[: int(len(whole) * response.cut_at)])
        raise ConnectionDropped
    elif isinstance(body, bytes) and len(body) < CHUNK:
        connection.sendall(head + body)
    else:
        connection.sendall(head)
        _send_pieces(connection, _pieces(body), chunked=chunked)


def _head(status: int, headers: dict[str, str]) -> bytes:
    if status == 204:
        headers = {name: value for name, value in headers.items() if name != "Content-Length"}
    lines = [f"HTTP/1.1 {status} {_phrase(status)}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _pieces(body: bytes | Iterable[bytes]) -> Iterable[bytes]:
    return (body,) if isinstance(body, bytes) else body


def _send_pieces(connection: socket.socket, pieces: Iterable[bytes], *, chunked: bool) -> None:
    for piece in pieces:
        if not chunked:
            connection.sendall(piece)
        elif piece:
            connection.sendall(b"%x\r\n" % len(piece) + piece + b"\r\n")
    if chunked:
        connection.sendall(b"0\r\n\r\n")
