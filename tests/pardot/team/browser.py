"""A browser in front of ``/api/v1/pardot/``: it sends JSON and the CSRF token, and checks the shape of errors."""

from __future__ import annotations

from typing import Any

from django.test import Client

ROOT = "/api/v1/pardot/"


class Browser:
    """Asks as a page of ours would."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.token = client.get("/api/v1/me").json()["csrf_token"]

    def send(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> Any:
        """The raw answer."""
        sent: dict[str, Any] = {"data": body, "content_type": "application/json"} if body is not None else {}
        headers = {"X-CSRFToken": self.token if token is None else token}
        return getattr(self.client, method)(ROOT + path, headers=headers, **sent)

    def ask(self, method: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        """The body of an answer with this status."""
        answer = self.send(method, path, body)
        assert answer.status_code == expect, answer.content
        if expect >= 400:
            assert answer.json()["code"] == expect
        return answer.json() if answer.content else None

    def get(self, path: str) -> Any:
        return self.ask("get", path)

    def refused(self, method: str, path: str, body: Any = None) -> str:
        """The message of a 422."""
        found = self.ask(method, path, body, expect=422)
        assert found["errors"]
        return str(found["message"])
