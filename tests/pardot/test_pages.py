"""The dashboard's pages without a browser: access, advice to users without access, tabs, modules."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from api.auth.api_keys import create_api_key
from api.domain.scopes import Scope
from api.models import SuperUser
from tests.api.cookies import UUID, CookieMaker

PAGES = ["/pardot/", "/pardot/admin-settings/", "/pardot/progress/"]


@pytest.fixture
def client(db: None, settings: Any) -> Client:
    """A client signed in as ``UUID``."""
    maker = CookieMaker()
    settings.SSO_COOKIE_NAME = "oxa"
    settings.SSO_SIGNATURE_PUBLIC_KEY = maker.public_pem
    settings.SSO_ENCRYPTION_PRIVATE_KEY = maker.encryption_key
    settings.ACCOUNTS_URL = "https://accounts.example"
    signed_in = Client()
    signed_in.cookies["oxa"] = maker.cookie(name="Ines <b>Example</b>")
    return signed_in


@pytest.mark.parametrize("path", PAGES)
def test_a_super_user_gets_the_page_with_the_csrf_cookie_and_may_cache_it(client: Client, path: str) -> None:
    SuperUser.objects.create(accounts_uuid=UUID)
    page = client.get(path)
    assert page.status_code == 200
    assert page.cookies["csrftoken"].value
    assert page["Cache-Control"] == "private, no-cache, max-age=0", "no-store would make the Back button slow"
    assert '<meta name="description" content="' in page.text
    assert "Ines &lt;b&gt;Example" in page.text


@pytest.mark.parametrize("path", PAGES)
def test_other_users_are_told_which_command_an_operator_must_run(client: Client, path: str) -> None:
    SuperUser.objects.create(accounts_uuid=UUID, active=False)
    page = client.get(path)
    assert page.status_code == 403
    assert f"python manage.py create_super_user --uuid={UUID}" in page.text
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("path", PAGES)
def test_a_visitor_who_is_signed_out_gets_a_link_to_sign_in(client: Client, path: str) -> None:
    client.cookies.clear()
    page = client.get(path)
    assert page.status_code == 401
    assert page["WWW-Authenticate"]
    assert 'href="/sign-in/?next=%2Fpardot%2F' in page.text
    assert "Sign in with OpenStax" in page.text


def test_a_visitor_with_an_invalid_cookie_must_sign_in_too(client: Client) -> None:
    client.cookies["oxa"] = "nonsense"
    page = client.get("/pardot/")
    assert page.status_code == 401
    assert "has expired or is no longer valid" in page.text


def test_api_keys_open_no_pages(client: Client) -> None:
    SuperUser.objects.create(accounts_uuid=UUID)
    key = create_api_key(name="test", scopes=[*Scope]).text
    page = client.get("/pardot/", headers={"Authorization": f"Bearer {key}"})
    assert page.status_code == 401
    assert "API keys do not open pages" in page.text


def test_the_address_chooses_the_tab(client: Client) -> None:
    SuperUser.objects.create(accounts_uuid=UUID)
    assert "<title>Gear Locker · Camp Campaign</title>" in client.get("/pardot/?tab=gear-locker").text
    assert "<title>Base Camp · Camp Campaign</title>" in client.get("/pardot/?tab=nowhere").text


def test_pages_refuse_post_requests(client: Client) -> None:
    SuperUser.objects.create(accounts_uuid=UUID)
    assert client.post("/pardot/").status_code == 405


def test_a_page_preloads_only_the_modules_of_its_tab(client: Client) -> None:
    SuperUser.objects.create(accounts_uuid=UUID)
    preloads = re.findall(r'rel="modulepreload" href="/static/([^"]+)"', client.get("/pardot/").text)
    assert len(preloads) == len(set(preloads))
    assert {"js/panels/score.js", "js/charts/ring.js", "js/core/dom.js"} <= set(preloads)
    # Modules loaded by import() are fetched on demand; other tabs do not need Base Camp's panels.
    assert "js/overlays/tasks.js" not in preloads
    assert "js/panels/score.js" not in client.get("/pardot/?tab=tags").text
