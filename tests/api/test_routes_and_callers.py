"""Each kind of caller gets the status in ``routes_and_callers.csv`` on each route of the API.

A new route needs a line in that file. The columns ``query`` and ``body`` (JSON) complete the request.
``World`` fills in the ids for names in braces, such as ``/schools/{school_id}``. The column ``scope`` contains the
scope that an API key needs, if any.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from api.domain.scopes import Scope
from tests.api.world import World, expected, table, world

__all__ = ["world"]


def test_the_table_has_every_route_and_every_kind_of_caller(world: World, anonymous: Client) -> None:
    document = anonymous.get("/api/v1/openapi.json").json()
    routes = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert set(table()) == routes
    for line in table().values():
        assert expected(line).keys() == world.callers.keys()
        assert line["scope"] in {"", *Scope}


@pytest.mark.parametrize("route", sorted(table()))
def test_every_kind_of_caller_gets_what_the_table_says(world: World, route: str) -> None:
    line = table()[route]
    body: dict[str, Any] = {"data": line["body"], "content_type": "application/json"} if line["body"] else {}
    statuses = {}
    for name, client in world.callers.items():
        send: Callable[..., Any] = getattr(client, line["method"].lower())
        answer = send(world.address(line), **body)
        statuses[name] = answer.status_code
        assert answer.status_code < 400 or json.loads(answer.content)["code"] == answer.status_code
    assert statuses == expected(line)
