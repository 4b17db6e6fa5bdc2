"""The access tokens that Salesforce has issued. Pardot accepts the same tokens."""

from __future__ import annotations

import secrets
import string
import threading
import time
from dataclasses import dataclass

from simulator import credentials
from simulator.http import Request

_ALPHABET = string.ascii_letters + string.digits + "._"


def session_token(request: Request) -> str:
    """Return the call's token. Salesforce accepts the schemes ``Bearer`` and ``OAuth``."""
    return request.token("bearer", "oauth")


@dataclass(frozen=True)
class Session:
    """One login."""

    token: str
    flow: str
    """The login flow: ``password``, ``client_credentials``, ``jwt``, ``refresh_token`` or ``soap``.

    For the preset token, it is ``direct``.
    """
    started: float
    """The time of the login in seconds since 1970."""


class Sessions:
    """The valid tokens. Safe to use from many threads."""

    def __init__(self, organization_id: str = credentials.ORGANIZATION_ID) -> None:
        self._organization_id = organization_id
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}

    def start(self, flow: str) -> Session:
        """Start a session with a token of Salesforce's shape: organization id, ``!``, 96 characters."""
        secret = "".join(secrets.choice(_ALPHABET) for _ in range(96))
        session = Session(f"{self._organization_id[:15]}!{secret}", flow, time.time())
        with self._lock:
            self._sessions[session.token] = session
        return session

    def adopt(self, token: str) -> None:
        """Accept a preset token. A program with this token needs no login."""
        with self._lock:
            self._sessions[token] = Session(token, "direct", time.time())

    def find(self, token: str) -> Session | None:
        with self._lock:
            return self._sessions.get(token)

    def expire(self, token: str) -> None:
        with self._lock:
            self._sessions.pop(token, None)

    def expire_all(self) -> int:
        """End all sessions, and return their number."""
        with self._lock:
            count = len(self._sessions)
            self._sessions.clear()
            return count

    def count(self) -> int:
        with self._lock:
            return len(self._sessions)
