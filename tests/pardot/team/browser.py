"""A client of ``/api/v1/pardot/`` that sends JSON and the CSRF token, and checks the format of errors."""

from __future__ import annotations

from typing import Any

from django.test import Client

ROOT = "/api/v1/pardot/"


class Browser:
    """Sends requests as the dashboard's pages do."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.token = client.get("/api/v1/me").json()["csrf_token"]

    def send(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> Any:
        """Return the raw answer."""
        sent: dict[str, Any] = {"data": body, "content_type": "application/json"} if body is not None else {}
        headers = {"X-CSRFToken": self.token if token is None else token}
        return getattr(self.client, method)(ROOT + path, headers=headers, **sent)

    def ask(self, method: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        """Return the answer's body; the status must be ``expect``."""
        answer = self.send(method, path, body)
        assert answer.status_code == expect, answer.content
        if expect >= 400:
            assert answer.json()["code"] == expect
        return answer.json() if answer.content else None

    def get(self, path: str) -> Any:
        return self.ask("get", path)

    def refused(self, method: str, path: str, body: Any = None) -> str:
        """Return the message of the answer, which must be a 422."""
        answer = self.ask(method, path, body, expect=422)
        assert answer["errors"]
        return str(answer["message"])
