"""Read bodies without ``Content-Length`` in front of Django, which reads none of them.

Streaming clients and proxies send such bodies (``Transfer-Encoding: chunked``). A server that marks the end of a
body says so with ``wsgi.input_terminated``. With others, such as ``runserver``, reading would wait for ever, so
they answer 411.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from api.http.errors import error_response

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]

_BLOCK = 65_536
_SKIPPED_BLOCKS = 300
_REFUSED_STATUS = "sfapi.body_refused"


def with_chunked_bodies(application: Application) -> Application:
    """Return ``application``, wrapped so that every body has a length."""

    def handing_lengths(environ: Environ, start_response: Any) -> Iterable[bytes]:
        if environ.get("HTTP_TRANSFER_ENCODING") and not environ.get("CONTENT_LENGTH"):
            _read_body(environ)
        return application(environ, start_response)

    return handing_lengths


def _read_body(environ: Environ) -> None:
    if not environ.get("wsgi.input_terminated"):
        environ[_REFUSED_STATUS] = 411
        return
    # One byte more than Django accepts: it then refuses the body as too large, like one with a length.
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1
    try:
        body = environ["wsgi.input"].read(most)
        if len(body) == most:
            _skip_rest(environ["wsgi.input"])
    except (OSError, ValueError):  # cut off, or not in chunks
        environ[_REFUSED_STATUS] = 400
        return
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))


def _skip_rest(stream: Any) -> None:
    """Read the rest for a while and discard it: a client whose connection closes while it sends sees no answer."""
    for _ in range(_SKIPPED_BLOCKS):
        if not stream.read(_BLOCK):
            return


def refused_body(request: HttpRequest) -> HttpResponse | None:
    """Return the answer to a request whose body could not be read; ``None`` for all others."""
    status = request.META.get(_REFUSED_STATUS)
    return error_response(status) if status else None
