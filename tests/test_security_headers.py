"""Answers tell browsers to run only our own files. Inline code would not run, so our pages have none."""

from __future__ import annotations

import re
from contextlib import closing
from typing import Any

import pytest
import requests
from django.test import Client

from api.models import APIKey, User
from sf.models import SyncConfig
from sfapi.security_headers import CONTENT_SECURITY_POLICY, HEADERS
from tests.api import records
from tests.api.served import gunicorn

ADMIN_PAGES = [
    "/admin/",
    "/admin/sf/account/",
    "/admin/sf/account/?q=example",
    "/admin/sf/contact/",
    "/admin/sf/syncrun/",
    "/admin/sf/syncconfig/1/change/",
    "/admin/sf/sfapiusagelog/",
    "/admin/api/apikey/add/",
    "/admin/api/superuser/add/",
    "/admin/api/user/",
    "/admin/password_change/",
]
INLINE = [
    r"<script(?![^>]*\bsrc=)(?![^>]*application/json)",
    r"<style",
    r"<[^>]+\sstyle=",
    r"<[^>]+\son[a-z]+=",
    r"javascript:",
    r"""(?:src|action)=["'](?:https?:)?//""",
]


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    return client


def assert_safe(answer: Any) -> None:
    for name, value in HEADERS.items():
        assert answer.headers[name] == value, name


def assert_nothing_inline(page: str) -> None:
    for pattern in INLINE:
        assert not re.search(pattern, page), pattern


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    ["/", "/pardot/", "/ping/", "/healthz/", "/nowhere", "/api/v1/me", "/api/v1/docs/", "/api/nowhere", "/admin/",
     "/admin/login/", "/api/v1/docs", "/api/v1/records/accounts/", "/api/v1/openapi.json",
     "/static/ninja/swagger-ui.css"],
)  # fmt: skip
def test_every_kind_of_answer_has_the_headers(path: str) -> None:
    with closing(Client().get(path)) as answer:  # the answer keeps a static file open
        assert_safe(answer)


@pytest.mark.django_db
def test_answers_of_the_middleware_have_the_headers_too(settings: Any) -> None:
    assert_safe(Client().get("/admin/login/", HTTP_HOST="evil.example"))
    assert_safe(Client(enforce_csrf_checks=True).post("/admin/login/"))
    settings.CORS_ALLOWED_ORIGINS = ["https://openstax.example"]
    preflight = {"Origin": "https://openstax.example", "Access-Control-Request-Method": "PUT"}
    assert_safe(Client().options("/api/v1/me", headers=preflight))
    settings.SECURE_SSL_REDIRECT = True
    assert_safe(Client().get("/admin/login/"))


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    for word in ("unsafe", "http", "*", "nonce", "blob:"):
        assert word not in CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")


@pytest.mark.parametrize("path", ADMIN_PAGES)
def test_the_admin_has_nothing_inline(admin: Client, path: str) -> None:
    records.school("Example College")
    SyncConfig.load()
    answer = admin.get(path)
    assert answer.status_code == 200
    assert_nothing_inline(answer.text)


def test_the_page_of_a_new_key_has_nothing_inline(admin: Client) -> None:
    answer = admin.post("/admin/api/apikey/add/", {"name": "web", "scopes": ["read:books"], "active": "on"})
    assert APIKey.objects.get().name == "web"
    assert_nothing_inline(answer.text)


def test_pages_without_a_login_have_nothing_inline(db: None) -> None:
    for path in ("/", "/admin/login/", "/api/v1/docs/", "/nowhere", "/pardot/"):
        assert_nothing_inline(Client().get(path).text)


def test_a_developers_error_page_is_not_broken_by_the_policy(db: None, settings: Any) -> None:
    settings.DEBUG = True
    assert "Content-Security-Policy" not in Client().get("/nowhere").headers
    assert_safe(Client().get("/api/nowhere"))
    assert_safe(Client().get("/admin/login/"))


def test_the_running_service_sends_the_headers(database: str) -> None:
    with gunicorn(database, workers=1) as url:
        for path in ("/ping/", "/api/v1/me", "/nowhere"):
            assert_safe(requests.get(url + path, timeout=10))
