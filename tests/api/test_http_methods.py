"""HEAD, OPTIONS, 405, extra slashes and ``Content-Length``, in Django Ninja and Django REST framework."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from api.domain.scopes import Scope
from tests.api import records

READING = ["me", "books", "schools?name=example", "records/books/", "records/books/?format=csv", "info"]


@pytest.fixture
def service_with_data(service: Callable[..., Client]) -> Client:
    records.school("Example College")
    records.book()
    return service(*Scope)


@pytest.mark.parametrize("path", READING)
def test_head_is_get_without_the_body(service_with_data: Client, path: str) -> None:
    whole = service_with_data.get(f"/api/v1/{path}")
    head = service_with_data.head(f"/api/v1/{path}")
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Type"] == whole["Content-Type"]
    assert head.get("ETag") == whole.get("ETag")
    assert path in {"info", "me"} or head["Content-Length"] == str(len(whole.content))


@pytest.mark.parametrize(("path", "status"), [("nothing", 404), ("books", 401), ("case", 405), ("schools", 422)])
def test_head_has_the_same_status_as_get(anonymous: Client, path: str, status: int) -> None:
    for method in (anonymous.get, anonymous.head):
        assert method(f"/api/v1/{path}").status_code == status
    assert anonymous.head(f"/api/v1/{path}").content == b""


def test_head_counts_for_the_rate_limit_and_needs_no_csrf_token(user: Client, settings: Any) -> None:
    settings.SALESFORCE_API_RATE_LIMIT = "1/min"
    assert user.head("/api/v1/contact").status_code == 404
    assert user.head("/api/v1/contact").status_code == 429


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("me", "GET, HEAD, OPTIONS"),
        ("contact", "GET, HEAD, OPTIONS, PUT"),
        ("case", "OPTIONS, POST"),
        ("forms/submit", "OPTIONS, POST"),
        ("records/contacts/", "GET, HEAD, OPTIONS"),
        ("records/contacts/003Hs0000010000IAA/", "GET, HEAD, OPTIONS"),
        ("schools/001Hs0000010000IAA", "GET, HEAD, OPTIONS"),
        ("openapi.json", "GET, HEAD, OPTIONS"),
    ],
)
def test_options_and_405_list_the_allowed_methods(anonymous: Client, path: str, allowed: str) -> None:
    answer = anonymous.options(f"/api/v1/{path}")
    assert (answer.status_code, answer.content, answer["Allow"]) == (204, b"", allowed)
    refused = anonymous.delete(f"/api/v1/{path}")
    assert (refused.status_code, refused["Allow"], refused.json()["type"]) == (405, allowed, "method_not_allowed")
    assert allowed in refused.json()["message"]


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("books/", "books"),
        ("schools/?name=a%20b&limit=2", "schools?name=a%20b&limit=2"),
        ("case/", "case"),
        ("me//", "me"),
        ("schools/001Hs0000010000IAA/", "schools/001Hs0000010000IAA"),
        ("schools/%E4%B8%AD%3F%23/", "schools/%E4%B8%AD%3F%23"),
        ("schools/a%0D%0Ab/", "schools/a%0D%0Ab"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_an_extra_slash_redirects_to_the_route(anonymous: Client, path: str, there: str, method: str) -> None:
    answer = anonymous.generic(method, f"/api/v1/{path}")
    assert (answer.status_code, answer["Location"]) == (308, f"/api/v1/{there}")


@pytest.mark.parametrize("path", ["nothing/", "books/nothing/", "v1/books/"])
def test_an_unknown_address_with_a_slash_is_404(anonymous: Client, path: str) -> None:
    assert anonymous.get(f"/api/v1/{path}").status_code == 404


@pytest.mark.parametrize("path", ["/ping/", "/api/v1/nothing", "/api/v1/books", "/api/v1/me", "/healthz/"])
def test_answers_and_errors_have_a_content_length(anonymous: Client, path: str) -> None:
    answer = anonymous.get(path)
    assert answer["Content-Length"] == str(len(answer.content))


def test_options_of_an_unknown_address_is_404(anonymous: Client) -> None:
    assert anonymous.options("/api/v1/nothing").status_code == 404


def test_a_get_may_have_a_body_of_three_megabytes(user: Client) -> None:
    answer = user.generic("GET", "/api/v1/contact", b"a" * 3_000_000, content_type="text/plain")
    assert answer.status_code == 404
