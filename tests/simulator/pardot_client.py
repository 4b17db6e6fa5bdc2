"""Call the simulated Pardot with ``requests``, without SFAPI's client."""

from __future__ import annotations

from typing import Any

import requests

from simulator import credentials
from tests.simulator.running import RunningSimulator


class Pardot:
    """API calls with one session."""

    def __init__(self, simulator: RunningSimulator) -> None:
        self.simulator = simulator
        self.http = simulator.session()
        self.http.headers["Authorization"] = f"Bearer {credentials.SESSION_ID}"
        self.http.headers["Pardot-Business-Unit-Id"] = simulator.variables["SALESFORCE_PARDOT_BUSINESS_UNIT"]

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        url = f"{self.simulator.base_url}/api/v5/objects/{path}"
        return self.http.request(method, url, timeout=30, **options)

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.call("GET", path, params=params)

    def values(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Return the rows of one page."""
        response = self.get(path, **params)
        assert response.status_code == 200, response.text
        values: list[dict[str, Any]] = response.json()["values"]
        return values

    def pages(self, path: str, **params: Any) -> list[requests.Response]:
        """Return all pages, following ``nextPageUrl``."""
        responses = [self.get(path, **params)]
        while url := responses[-1].json()["nextPageUrl"]:
            responses.append(self.http.get(url, timeout=30))
        return responses

    def every(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Return the rows of all pages."""
        return [row for page in self.pages(path, **params) for row in page.json()["values"]]

    def control(self, method: str, path: str, payload: Any = None) -> Any:
        return self.simulator.control(method, f"/pardot{path}", payload)

    def settings(self, **values: Any) -> None:
        self.control("POST", "/settings", values)

    def stored(self, path: str) -> list[dict[str, Any]]:
        """Return all stored rows of an object. The control port is called, which does not count as an API call."""
        answer = self.control("GET", f"/rows/{path}")
        return [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]


def refusal(response: requests.Response) -> int:
    """Return the code of an error."""
    assert set(response.json()) == {"code", "message"}
    code: int = response.json()["code"]
    return code
