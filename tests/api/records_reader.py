"""Read ``/records/`` with an API key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from api.domain.scopes import Scope

ACCOUNTS = "/api/v1/records/accounts/"


@pytest.fixture
def reader(service: Callable[..., Client]) -> Client:
    return service(Scope.READ_RECORDS)


def page(client: Client, path: str = ACCOUNTS, **query: Any) -> Any:
    answer = client.get(path, query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def read_all(client: Client, **query: Any) -> Iterator[dict[str, Any]]:
    """Yield all records by following ``next``, as a client does."""
    body = page(client, **query)
    while True:
        yield from body["results"]
        if body["next"] is None:
            return
        body = client.get(body["next"].removeprefix("http://testserver")).json()


def refusal(client: Client, path: str = ACCOUNTS, **query: Any) -> Any:
    answer = client.get(path, query)
    assert answer.status_code == 422, answer.text
    body = answer.json()
    assert body["code"] == 422
    return body
