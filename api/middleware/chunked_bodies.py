"""Read request bodies that have no ``Content-Length``, because Django treats such bodies as empty.

Streaming clients and proxies send such bodies (``Transfer-Encoding: chunked``). A server that detects where a chunked
body ends sets ``wsgi.input_terminated``. On any other server, such as ``runserver``, reading would never return, so a
request to the API with a chunked body is answered with 411.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from api.http.errors import make_error_response

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]

_BLOCK = 65_536
_SKIPPED_BLOCKS = 300
_REFUSED_STATUS = "sfapi.body_refused"


def with_chunked_bodies(application: Application) -> Application:
    """Wrap ``application``, so that it gets each chunked body as a whole, with a ``Content-Length``.

    If a body cannot be read, the environ contains the status of the error response.
    """

    def application_with_lengths(environ: Environ, start_response: Any) -> Iterable[bytes]:
        if environ.get("HTTP_TRANSFER_ENCODING") and not environ.get("CONTENT_LENGTH"):
            _read_body(environ)
        return application(environ, start_response)

    return application_with_lengths


def _read_body(environ: Environ) -> None:
    if not environ.get("wsgi.input_terminated"):
        environ[_REFUSED_STATUS] = 411
        return
    # Read one byte more than Django accepts, so that Django itself refuses a body that is too long.
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1
    try:
        body = environ["wsgi.input"].read(most)
        if len(body) == most:
            _skip_rest(environ["wsgi.input"])
    except (OSError, ValueError):  # the body is cut off, or is not valid chunks
        environ[_REFUSED_STATUS] = 400
        return
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))


def _skip_rest(stream: Any) -> None:
    """Discard up to 20 MB more: a client that is still sending when we close never sees the answer."""
    for _ in range(_SKIPPED_BLOCKS):
        if not stream.read(_BLOCK):
            return


def find_body_error(request: HttpRequest) -> HttpResponse | None:
    """Return the error response if the request's body could not be read, otherwise ``None``."""
    status = request.META.get(_REFUSED_STATUS)
    return make_error_response(status) if status else None
