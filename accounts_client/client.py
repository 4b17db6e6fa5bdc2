"""The Accounts API: a token for the service, and users by UUID.

Source: ``POST /oauth/token`` (client credentials) and ``GET /api/users?q=uuid:…`` of openstax/accounts.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from typing import Any, cast

import requests
from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from accounts_client.errors import AccountsError, AccountsRefused, AccountsUnavailable
from accounts_client.types import AccessToken, AccountsUser, parse_uuid
from outgoing.sessions import OutgoingSession, limit_next_read

TOTAL_SECONDS = 3.0
"""The time limit of one look-up of a user, including the request for a new token."""
RENEW_BEFORE_SECONDS = 60
"""A token is renewed this long before it expires.
A token with a lifetime below two minutes is renewed after half its lifetime."""

_DEFAULT_TOKEN_SECONDS = 3600
_MAX_ANSWER_BYTES = 1_000_000
_OVERLOADED = 429


class Deadline:
    """The time limit of one look-up, which may take several requests."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def require_seconds_left(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise AccountsUnavailable("Accounts took too long to answer")
        return left


class AccountsClient:
    """A client of one Accounts server. Safe to use from many threads, which share its token."""

    def __init__(
        self,
        *,
        url: str,
        client_id: str,
        client_secret: str,
        token_in_query: bool = False,
        seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._url = url
        self._credentials = {"client_id": client_id, "client_secret": client_secret}
        self._token_in_query = token_in_query
        self._seconds = seconds
        self._http = OutgoingSession()
        self._token: AccessToken | None = None
        self._token_lock = threading.Lock()

    def user(self, uuid: str) -> AccountsUser | None:
        """Return the user with this UUID, or ``None`` when Accounts has none.

        Raises ``AccountsError`` when Accounts gives no usable answer.
        """
        deadline = Deadline(self._seconds)
        try:
            answer = self._fetch_users(uuid, deadline)
        except _TokenRefused:
            self._forget_token()
            answer = self._fetch_users(uuid, deadline)
        items = answer.get("items")
        for item in items if isinstance(items, list) else []:
            if isinstance(item, dict) and parse_uuid(item.get("uuid")) == uuid:
                return AccountsUser.from_json(item)
        return None

    def get_stored_token(self, *, max_age: float | None = None) -> AccessToken | None:
        """Return the stored token, or ``None`` when ``token`` would ask Accounts for a new one."""
        now, token = time.monotonic(), self._token
        if token is None or now >= token.use_until or (max_age is not None and now - token.obtained > max_age):
            return None
        return token

    def token(self, *, max_age: float | None = None) -> AccessToken:
        """Return the service's token.

        The stored token is used unless it expires soon or is older than ``max_age`` seconds.
        """
        return self._ensure_token(Deadline(self._seconds), max_age)

    def _fetch_users(self, uuid: str, deadline: Deadline) -> dict[str, Any]:
        token = self._ensure_token(deadline, None)
        query = {"q": f"uuid:{uuid}"}
        headers = {}
        if self._token_in_query:
            query["access_token"] = token.text
        else:
            headers["Authorization"] = f"Bearer {token.text}"
        return self._exchange("GET", "/api/users", deadline, params=query, headers=headers)

    def _ensure_token(self, deadline: Deadline, max_age: float | None) -> AccessToken:
        if not self._token_lock.acquire(timeout=deadline.require_seconds_left()):
            raise AccountsUnavailable("Accounts took too long to answer")
        try:
            token = self.get_stored_token(max_age=max_age)
            if token is None:
                self._token = token = self._fetch_token(deadline)
            return token
        finally:
            self._token_lock.release()

    def _fetch_token(self, deadline: Deadline) -> AccessToken:
        form = {"grant_type": "client_credentials", **self._credentials}
        answer = self._exchange("POST", "/oauth/token", deadline, data=form)
        text, lifetime = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(text, str) or not text:
            raise AccountsRefused("Accounts answered the token request without a token")
        seconds = lifetime if isinstance(lifetime, int) and lifetime > 0 else _DEFAULT_TOKEN_SECONDS
        now = time.monotonic()
        return AccessToken(
            text=text,
            type=str(answer.get("token_type") or ""),
            obtained=now,
            use_until=now + max(seconds - RENEW_BEFORE_SECONDS, seconds / 2),
        )

    def _forget_token(self) -> None:
        self._token = None

    def _exchange(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Make one call, and return its JSON object. Exceptions name neither the secret nor the token."""
        try:
            with self._http.request(
                method,
                self._url + path,
                params=params,
                headers=headers,
                data=data,
                timeout=cast(
                    Any, Timeout(total=deadline.require_seconds_left())
                ),  # the type stubs of requests lack ``Timeout``
                stream=True,
            ) as response:
                _check_status(response, path)
                return _parse_json_object(_read_whole_body(response, deadline), path)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise AccountsUnavailable(f"Accounts cannot be reached: {type(error).__name__}") from None


class _TokenRefused(AccountsError):
    """Accounts no longer accepts the token; it may accept a new one."""


def _check_status(response: requests.Response, path: str) -> None:
    status = response.status_code
    if status in {401, 403} and path == "/api/users":
        raise _TokenRefused(f"Accounts refused the token ({status})")
    if status >= 500 or status == _OVERLOADED:
        raise AccountsUnavailable(f"Accounts answered {path} with {status}")
    if status != 200:
        raise AccountsRefused(f"Accounts answered {path} with {status}")


def _read_whole_body(response: requests.Response, deadline: Deadline) -> bytes:
    """Read the whole body before the deadline.

    The timeout of ``requests`` limits each read of the body only, so a slow trickle of bytes could last forever.
    """
    body = b""
    while True:
        limit_next_read(response, deadline.require_seconds_left())
        chunk = response.raw.read1(65_536, decode_content=True)
        if not chunk:
            return body
        deadline.require_seconds_left()
        body += chunk
        if len(body) > _MAX_ANSWER_BYTES:
            raise AccountsRefused("Accounts sent far more than was asked for")


def _parse_json_object(body: bytes, path: str) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise AccountsRefused(f"Accounts answered {path} with something other than a JSON object")
    return answer
