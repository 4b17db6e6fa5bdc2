"""Distinguish failed requests that were never sent from failed requests that may have arrived."""

from __future__ import annotations

import traceback
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

_BEFORE_SENDING = ("cert_verify", "ssl_wrap_socket")
"""Functions that run before a request is sent.

``cert_verify`` of ``requests`` finds the file of certificate authorities. ``ssl_wrap_socket`` of ``urllib3`` loads the
file and makes the TLS handshake.
"""


def never_arrived(error: requests.RequestException) -> bool:
    """Return whether the request was certainly not sent, so that it may be sent again."""
    if isinstance(error, requests.exceptions.SSLError):
        # An SSL error can also occur later, while the answer is read.
        return any(_passed_through(error, function) for function in _BEFORE_SENDING)
    if isinstance(error, requests.exceptions.ProxyError):
        # urllib3 blames the proxy even when the connection is closed before the answer.
        return not _passed_through(error, "getresponse")
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError | ConnectTimeoutError) or isinstance(
        error,
        requests.exceptions.InvalidURL | requests.exceptions.MissingSchema | requests.exceptions.InvalidSchema,
    )


def _passed_through(error: requests.RequestException, function: str) -> bool:
    """Return whether the innermost error was raised in a call of ``function``."""
    frames = traceback.walk_tb(unwrap_error(error).__traceback__)
    return any(frame.f_code.co_name == function for frame, _ in frames)


def unwrap_error(error: BaseException) -> BaseException:
    """Return the exception that ``requests`` and ``urllib3`` wrapped."""
    inner: Any = error
    while True:
        within = [getattr(inner, "reason", None), *reversed(getattr(inner, "args", ()))]
        deeper = next((each for each in within if isinstance(each, BaseException)), None)
        if deeper is None:
            return inner  # type: ignore[no-any-return]
        inner = deeper
