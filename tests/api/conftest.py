"""Fixtures for the API's tests: cookies that the settings accept, API keys, and clients with CSRF checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from api.auth.api_keys import create_api_key
from api.domain.scopes import Scope
from api.models import SuperUser
from tests.api.cookies import UUID, CookieMaker


@pytest.fixture(autouse=True)
def roomy_limit(settings: Any) -> None:
    """Raise the rate limits, which have tests of their own."""
    # Below a limit of 2,000, PostgreSQL counts each request. From 2,000 on, one count allows several requests
    # (api/protection/held_passes.py). Requests allowed in one test but not made would then be allowed in the next test.
    settings.SALESFORCE_API_RATE_LIMIT = "1999/min"
    settings.SALESFORCE_SCHOOLS_RATE_LIMIT = "1999/min"


@pytest.fixture
def cookies(settings: Any) -> CookieMaker:
    maker = CookieMaker()
    settings.SSO_COOKIE_NAME = "oxa"
    settings.SSO_SIGNATURE_PUBLIC_KEY = maker.public_pem
    settings.SSO_ENCRYPTION_PRIVATE_KEY = maker.encryption_key
    settings.ACCOUNTS_CLIENT_ID = ""
    return maker


@pytest.fixture
def anonymous(db: None, cookies: CookieMaker) -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def user(db: None, cookies: CookieMaker) -> Client:
    """A client that is logged in as ``UUID``."""
    client = Client(enforce_csrf_checks=True)
    client.cookies["oxa"] = cookies.cookie()
    return client


@pytest.fixture
def super_user(user: Client) -> Client:
    SuperUser.objects.create(accounts_uuid=UUID, name="Ines Example")
    return user


@pytest.fixture
def service(db: None, cookies: CookieMaker) -> Callable[..., Client]:
    """Make a client with an API key: ``service(Scope.READ_BOOKS)``."""

    def make(*scopes: Scope) -> Client:
        return bearer(create_api_key(name="test", scopes=scopes).text)

    return make


def bearer(key: str) -> Client:
    return Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {key}"})
