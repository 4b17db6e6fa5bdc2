"""Every error has a ``type``, so that programs need not parse sentences."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from api.api_v1 import api
from api.auth.api_keys import create_api_key, revoke_api_key
from api.domain.error_types import OF_STATUS, ErrorType
from api.domain.scopes import Scope
from api.models import APIKey
from tests.api import records
from tests.api.cookies import UUID

ROOT = Path(__file__).resolve().parents[2]
Service = Callable[..., Client]


def types_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "ErrorType":
            yield node.attr


def test_every_error_type_is_used() -> None:
    files = [path for folder in ("api", "pardot", "sfapi") for path in (ROOT / folder).rglob("*.py")]
    used = {name for path in files if path.name != "error_types.py" for name in types_in(path)}
    assert used | {kind.name for kind in OF_STATUS.values()} == set(ErrorType.__members__)


def test_the_openapi_document_lists_the_error_types() -> None:
    schemas = json.loads(json.dumps(api.get_openapi_schema()))["components"]["schemas"]
    assert set(schemas["ErrorType"]["enum"]) == set(ErrorType)


def assert_error(answer: Any, status: int, kind: str) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["code"], body["type"]) == (status, status, kind)
    assert body["detail"] == body["message"]
    return body


def test_401_says_why_the_credentials_are_refused(anonymous: Client) -> None:
    key, revoked, expired = (create_api_key(name="x", scopes=[Scope.READ_BOOKS]) for _ in range(3))
    revoke_api_key(revoked.public_id)
    APIKey.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    invalid = 'Bearer realm="sfapi", error="invalid_token"'
    for credentials, kind, challenge in (
        (None, "credentials_missing", 'Bearer realm="sfapi"'),
        ("Basic eDp5", "credentials_invalid", 'Bearer realm="sfapi"'),
        (f"Bearer {key.text}x", "credentials_invalid", invalid),
        ("Bearer sfapi_nothing", "credentials_invalid", invalid),
        (f"Bearer {revoked.text}", "api_key_revoked", invalid),
        (f"Bearer {expired.text}", "api_key_expired", invalid),
    ):
        for path in ("/api/v1/books", "/api/v1/records/books/", "/api/v1/pardot/campaigns"):
            answer = anonymous.get(path, headers={"Authorization": credentials} if credentials else {})
            assert_error(answer, 401, kind)
            assert answer["WWW-Authenticate"] == challenge, path
    anonymous.cookies["oxa"] = "junk"
    answer = anonymous.get("/api/v1/contact")
    assert_error(answer, 401, "credentials_invalid")
    assert answer["WWW-Authenticate"] == 'Bearer realm="sfapi"'


@pytest.mark.parametrize(
    ("path", "scope"),
    [("/api/v1/books", "read:books"), ("/api/v1/info", "read:info"), ("/api/v1/records/books/", "read:records")],
)
def test_403_names_the_scope_that_is_missing(service: Service, user: Client, path: str, scope: str) -> None:
    for caller in (service(Scope.WRITE_CASES), user):
        answer = caller.get(path)
        assert assert_error(answer, 403, "scope_missing")["scope"] == scope
        assert answer["WWW-Authenticate"] == f'Bearer realm="sfapi", error="insufficient_scope", scope="{scope}"'


def test_403_says_when_a_csrf_token_a_user_or_a_super_user_is_missing(service: Service, user: Client) -> None:
    for answer, kind in (
        (user.put("/api/v1/contact", {"role": "x"}, content_type="application/json"), "csrf_token_missing"),
        (service(Scope.READ_BOOKS).get("/api/v1/contact"), "user_required"),
        (service(Scope.READ_BOOKS).get("/api/v1/pardot/campaigns"), "super_user_required"),
        (user.get("/api/v1/pardot/campaigns"), "super_user_required"),
    ):
        assert "scope" not in assert_error(answer, 403, kind)


def test_a_wrong_address_and_a_missing_record_are_404s_of_different_types(service: Service, user: Client) -> None:
    everything = service(*Scope)
    for answer, kind in (
        (everything.get("/api/v1/nothing"), "not_found"),
        (everything.get("/api/v1/records/nothing/"), "not_found"),
        (everything.get("/api/v1/schools/001Hs0000010000IAA"), "record_not_found"),
        (everything.get("/api/v1/records/books/a00Hs0000010000IAA/"), "record_not_found"),
        (everything.get(f"/api/v1/case/{UUID}"), "record_not_found"),
        (everything.get("/api/v1/schools?name=nowhere"), "no_match"),
        (user.get("/api/v1/adoptions"), "contact_not_found"),
    ):
        assert_error(answer, 404, kind)
    records.contact(accounts_uuid=UUID)
    assert_error(user.get("/api/v1/adoptions"), 404, "no_match")


def test_a_missing_search_a_short_search_and_an_invalid_field_are_422s_of_different_types(service: Service) -> None:
    client = service(*Scope)
    for path, kind in (
        ("schools?name=ab", "search_too_short"),
        ("schools", "nothing_given"),
        ("schools?name=abc&limit=0", "field_invalid"),
        ("schools/nonsense", "field_invalid"),
        ("records/books/?limit=0", "field_invalid"),
        ("case/nonsense", "field_invalid"),
    ):
        assert_error(client.get(f"/api/v1/{path}"), 422, kind)


def test_the_body_of_429_contains_the_seconds_to_wait(service: Service, settings: Any) -> None:
    settings.SALESFORCE_API_RATE_LIMIT = "1/min"
    client = service(Scope.READ_BOOKS)
    assert client.get("/api/v1/books").status_code == 200
    answer = client.get("/api/v1/books")
    assert assert_error(answer, 429, "rate_limited")["retry_after"] == int(answer["Retry-After"]) > 0


def test_too_many_failed_logins_are_a_429_of_their_own_type(anonymous: Client) -> None:
    answers = [anonymous.get("/api/v1/books", headers={"Authorization": "Bearer x"}) for _ in range(21)]
    assert assert_error(answers[-1], 429, "too_many_failed_logins")["retry_after"] > 0
