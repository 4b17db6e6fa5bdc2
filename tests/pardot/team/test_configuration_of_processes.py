"""Every process of the service uses a changed configuration from its next request on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from api.models import SuperUser
from tests.api.cookies import UUID, CookieMaker
from tests.api.served import gunicorn


class Served:
    """A running process of the service, called as a Super User."""

    def __init__(self, url: str, cookie: str) -> None:
        self._url, self._cookie = url, cookie
        me = requests.get(f"{url}/api/v1/me", headers={"Cookie": cookie}, timeout=10)
        self._headers = {
            "Cookie": f"{cookie}; csrftoken={me.cookies['csrftoken']}",
            "X-CSRFToken": me.json()["csrf_token"],
            "Referer": url,
        }

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(
            method, f"{self._url}/api/v1/pardot/{path}", json=body, headers=self._headers, timeout=30
        )
        assert answer.ok, answer.text
        return answer.json()


@pytest.fixture
def processes(database: str, cookies: CookieMaker) -> Iterator[tuple[Served, Served]]:
    """Run two processes on one database."""
    SuperUser.objects.create(accounts_uuid=UUID, name="Ines Example")
    variables = {
        "SSO_SIGNATURE_PUBLIC_KEY": cookies.public_pem,
        "SSO_ENCRYPTION_PRIVATE_KEY": cookies.encryption_key,
        "SSO_COOKIE_NAME": "oxa",
    }
    cookie = f"oxa={cookies.cookie()}"
    with (
        gunicorn(database, workers=1, **variables) as one,
        gunicorn(database, workers=1, **variables) as other,
    ):
        yield Served(one, cookie), Served(other, cookie)


def test_a_change_is_seen_by_the_next_request_in_every_process(processes: tuple[Served, Served]) -> None:
    one, other = processes
    assert other.ask("get", "health-score")["grade"] is None
    changes = {
        "cleanup_tag_prefix": "Triage: ",
        "grade_thresholds": [{"grade": "A", "minimum": 50}, {"grade": "B", "minimum": 0}],
        "list_stale_months": 3,
    }
    for key, value in changes.items():
        changed = one.ask("put", f"admin/config/{key}", {"value": value})
        seen = {row["key"]: row for row in other.ask("get", "admin/config")["configuration"]}
        assert seen[key] == changed
        reset = other.ask("delete", f"admin/config/{key}")
        seen = {row["key"]: row for row in one.ask("get", "admin/config")["configuration"]}
        assert seen[key] == reset
    one.ask("put", "admin/team", {"team": [{"name": "Ada", "areas": ["forms"]}]})
    assert [person["name"] for person in other.ask("get", "health-score")["by_person"]] == ["Ada"]
