"""Compress answers for callers that accept gzip (REST API Developer Guide, "Compression")."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from simulator.http import Request, Response

WORTH_IT = 1_000
"""A smaller answer is not compressed, unless it is streamed and its length is unknown."""
AT_ONCE = 1024 * 1024
"""A streamed answer that is larger, or of unknown length, is compressed while it is sent."""
_LEVEL = 1  # the fastest: the simulator must not slow a benchmark
_GZIP = 31


def compressed(request: Request, response: Response) -> Response:
    """Compress a 200 answer with gzip if the caller accepts gzip, unless the answer is known to be small."""
    accepted = request.headers.get("accept-encoding", "")
    if "gzip" not in accepted or response.status != 200 or "Content-Encoding" in response.headers:
        return response
    length = response.headers.pop("Content-Length", "")
    body = response.body
    if isinstance(body, bytes) or (length and int(length) <= AT_ONCE):
        return _at_once(response, body if isinstance(body, bytes) else b"".join(body))
    response.body = _pieces(body)
    response.headers["Content-Encoding"] = "gzip"
    return response


def _at_once(response: Response, body: bytes) -> Response:
    if len(body) >= WORTH_IT:
        body = b"".join(_pieces([body]))
        response.headers["Content-Encoding"] = "gzip"
    response.body = body
    return response


def _pieces(body: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(_LEVEL, wbits=_GZIP)
    for piece in body:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()
