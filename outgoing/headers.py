"""Limit the time in which the status and the headers of an answer arrive.

A socket applies its timeout to each piece that it receives, so headers that arrive byte by byte could take forever.
"""

from __future__ import annotations

import functools
import http.client
import io
import time
from typing import Any

from requests.adapters import HTTPAdapter


class HeaderLimit(HTTPAdapter):
    """Applies one timeout to the status and the headers of each answer together.

    In the body, the read timeout still applies to each piece: see ``limit_next_read``.
    """

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        if not issubclass(pool.ConnectionCls.response_class, _Response):
            pool.ConnectionCls = _make_limited_class(pool.ConnectionCls)
        return pool


@functools.cache
def _make_limited_class(connection: type[Any]) -> type[Any]:
    return type(connection.__name__, (connection,), {"response_class": _Response})


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self._reads = _Reads(self.fp.detach())
        self.fp = io.BufferedReader(self._reads)

    def begin(self) -> None:
        super().begin()
        self._reads.end_limit()


class _Reads(io.RawIOBase):
    """Reads from a socket. Until ``end_limit``, the socket's timeout limits all reads together."""

    def __init__(self, raw: Any) -> None:
        self._raw: io.RawIOBase = raw
        self._sock = raw._sock
        self._timeout: float | None = self._sock.gettimeout()
        self._until = None if self._timeout is None else time.monotonic() + self._timeout

    def end_limit(self) -> None:
        self._until = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._until is None:
            return self._raw.readinto(buffer)
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(left)
        try:
            return self._raw.readinto(buffer)
        finally:
            self._sock.settimeout(self._timeout)

    def close(self) -> None:
        self._raw.close()
        super().close()
