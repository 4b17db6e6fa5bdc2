"""CORS: which sites' pages may use the visitor's cookie, and what they may send and read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client

ORIGIN = "https://openstax.example"


@pytest.fixture
def cors(anonymous: Client, settings: Any) -> Callable[..., Any]:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN, "https://*.openstax.example", "http://*.localhost:3000"]
    return lambda method, origin, path="me", **headers: getattr(anonymous, method)(
        f"/api/v1/{path}", headers={"Origin": origin, **headers}
    )


def test_pages_of_allowed_origins_may_send_credentials(cors: Callable[..., Any]) -> None:
    answer = cors("get", ORIGIN)
    assert answer["Access-Control-Allow-Origin"] == ORIGIN
    assert answer["Access-Control-Allow-Credentials"] == "true"
    assert "Origin" in answer["Vary"]
    preflight = cors("options", ORIGIN, **{"Access-Control-Request-Method": "PUT"})
    assert preflight.status_code == 204
    assert "PUT" in preflight["Access-Control-Allow-Methods"]
    may_send = {name.lower() for name in preflight["Access-Control-Allow-Headers"].split(", ")}
    assert may_send >= {"authorization", "content-type", "idempotency-key", "x-csrftoken", "x-request-id"}
    assert may_send >= {"if-none-match", "if-match", "traceparent", "tracestate", "sentry-trace", "baggage"}
    may_read = set(answer["Access-Control-Expose-Headers"].split(", "))
    assert may_read >= {"Location", "WWW-Authenticate", "ETag", "Link", "Retry-After", "X-As-Of", "X-Request-ID"}


@pytest.mark.parametrize(
    "origin",
    ["https://www.openstax.example", "https://a.b-c.openstax.example", "http://app.localhost:3000"],
)
def test_pages_of_subdomains_that_match_a_pattern_may_send_credentials(cors: Callable[..., Any], origin: str) -> None:
    for answer in (cors("get", origin), cors("options", origin, **{"Access-Control-Request-Method": "PUT"})):
        assert answer["Access-Control-Allow-Origin"] == origin
        assert answer["Access-Control-Allow-Credentials"] == "true"


def test_a_pattern_does_not_match_the_bare_domain(cors: Callable[..., Any], settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://*.openstax.example"]
    assert "Access-Control-Allow-Origin" not in cors("get", ORIGIN)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example", "null", ORIGIN + ".evil.example", "", "https://evilopenstax.example",
        "http://www.openstax.example", "https://www.openstax.example:8443", "https://.openstax.example",
        "https://www.openstaxxexample", "https://evil.example/.openstax.example", "https://x@www.openstax.example",
        "https://*.openstax.example.evil", "https://www.openstax.example\n", "http://app.localhost",
    ],
)  # fmt: skip
def test_pages_of_other_origins_may_not_read_answers(cors: Callable[..., Any], origin: str) -> None:
    for answer in (cors("get", origin), cors("options", origin, **{"Access-Control-Request-Method": "PUT"})):
        assert "Access-Control-Allow-Origin" not in answer


@pytest.mark.parametrize(
    ("path", "status"),
    [("books", 401), ("nothing", 404), ("case", 405), ("schools", 422), ("schools?name=example", 404), ("me", 200)],
)
def test_pages_of_allowed_origins_may_read_answers_of_any_status(
    cors: Callable[..., Any], path: str, status: int
) -> None:
    answer = cors("get", ORIGIN, path=path)
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (status, ORIGIN)
    assert answer["Access-Control-Allow-Credentials"] == "true"


def test_pages_of_allowed_origins_learn_how_long_to_wait(cors: Callable[..., Any], settings: Any) -> None:
    settings.SALESFORCE_SCHOOLS_RATE_LIMIT = "1/min"
    cors("get", ORIGIN, path="schools?name=example")
    answer = cors("get", ORIGIN, path="schools?name=example")
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (429, ORIGIN)
    assert answer["Retry-After"]
    assert "Retry-After" in answer["Access-Control-Expose-Headers"].split(", ")


@pytest.mark.parametrize(
    ("entry", "right"),
    [
        ("https://openstax.example", True), ("http://localhost:3000", True), ("https://*.openstax.example", True),
        ("https://*.openstax.example:8443", True), ("http://*.localhost:3000", True),
        ("*", False), ("https://*", False), ("https://*.org", False), ("https://www.*.org", False),
        ("*.openstax.example", False), ("https://*openstax.example", False), ("https://openstax.example/", False),
        ("https://OpenStax.example", False), ("null", False),
    ],
)  # fmt: skip
def test_the_system_check_reports_an_entry_that_is_neither_an_origin_nor_a_pattern(
    settings: Any, entry: str, right: bool
) -> None:
    settings.CORS_ALLOWED_ORIGINS = [entry]
    assert ("api.E003" not in {message.id for message in run_checks()}) == right
