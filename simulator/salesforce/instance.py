"""The host of the org, which can move: Salesforce migrates instances, and admins rename My Domains.

Logins stay at the first host. After a move, the first host redirects API calls. The hosts of earlier moves do the same
until they are closed (RoseSilverSoftware/IlluminatedCloud issue 1667: 301 from a former ``instance_url``).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol
from urllib.parse import quote, urlencode, urlsplit

from simulator.http import Request, Response

LOGIN_PATHS = ("/services/oauth2/", "/services/Soap/")


class Listener(Protocol):
    """A server on a separate port."""

    @property
    def port(self) -> int: ...

    def stop(self) -> None: ...


class Instance:
    """The address of the org. Safe to use from many threads."""

    def __init__(self, home: str) -> None:
        self._home = self.url = home
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []
        self.open_listener: Callable[[], Listener] | None = None
        """Opens another port. This is set when the servers start."""

    @property
    def moved(self) -> bool:
        return self.url != self._home

    def move(self, *, close_former: bool) -> str:
        """Move the org to another port, and return the new address.

        ``close_former`` closes the ports of earlier moves.
        """
        if self.open_listener is None:
            raise ValueError("the org cannot move to another port before the simulator's servers start")
        with self._lock:
            former, new = list(self._listeners), self.open_listener()
            self._listeners.append(new)
            self.url = f"https://localhost:{new.port}"
            if close_former:
                self._close(former)
        return self.url

    def go_home(self) -> None:
        """Return to the first host, and close the ports of all moves."""
        with self._lock:
            self._close(list(self._listeners))
            self.url = self._home

    def _close(self, listeners: list[Listener]) -> None:
        for listener in listeners:
            listener.stop()
            self._listeners.remove(listener)

    def redirect(self, request: Request) -> Response | None:
        """Return a redirect for a request to a former host, otherwise ``None``. Logins get no redirect."""
        host = request.headers.get("host", "")
        if not self.moved or host == urlsplit(self.url).netloc or request.path.startswith(LOGIN_PATHS):
            return None
        query = f"?{urlencode(request.query)}" if request.query else ""
        return Response(301, b"", {"Location": f"{self.url}{quote(request.path)}{query}"})
