"""Make the HTTP sessions that all clients use (Salesforce, Pardot, Accounts, Slack).

The ``requests`` library looks for a password in ``~/.netrc``, and replaces the ``Authorization`` header with it.
``trust_env=False`` would prevent this, but also switch off the proxy and certificate variables. So each session has
its own ``auth``.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import Any

import requests
from requests.auth import AuthBase

from outgoing.headers import HeaderLimit

AUTHORITY_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""The variables with a file or folder of certificate authorities; the first one that is set is used."""


class NoOtherCredentials(AuthBase):
    """Leave a request unchanged. When a session has an ``auth``, ``requests`` does not read ``.netrc``."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class OutgoingSession(requests.Session):
    """A session that sends no password from ``.netrc``. Proxy and certificate variables are in effect.

    The timeout for reading limits the headers as a whole, and each piece of the body.

    Redirects are never followed, because ``requests`` would send most headers to the second host. After a redirect it
    also reads ``.netrc``, even if the session has an ``auth``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.auth = NoOtherCredentials()
        for scheme in ("https://", "http://"):
            self.mount(scheme, HeaderLimit())

    def request(self, *args: Any, **options: Any) -> requests.Response:
        return super().request(*args, **{**options, "allow_redirects": False})

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return no target, so that ``requests`` does not read ``Location``, which may be malformed."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send a prepared request. Also raises ``SSLError`` when the file of authorities has disappeared."""
        try:
            return super().send(request, **options)
        except OSError as error:
            if isinstance(error, requests.RequestException):
                raise
            raise requests.exceptions.SSLError(error) from error


def limit_next_read(answer: requests.Response, seconds: float) -> None:
    """Give the next piece of a streamed answer at most this many seconds to arrive.

    After ``Connection: close`` only the answer still has the socket, so the socket is taken from the answer.
    """
    part: Any = answer.raw
    for name in ("_fp", "fp", "raw", "_sock"):  # of urllib3, http.client, io and socket; None at the end of the answer
        part = getattr(part, name, None)
    if part is not None:
        part.settimeout(seconds)


def find_authorities_problem() -> str:
    """Return the reason why the file or folder of authorities cannot be used, or ``""``."""
    name = next((name for name in AUTHORITY_VARIABLES if os.environ.get(name)), "")
    if not name:
        return ""
    path = Path(os.environ[name])
    if not path.exists():
        return f"{name}: there is no file or folder {str(path)!r}"
    if path.is_dir():
        return ""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except (ssl.SSLError, OSError):
        return f"{name}: {str(path)!r} is not a readable file of certificates in PEM form"
    return ""
