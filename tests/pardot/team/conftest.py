"""The callers of the API, as its own tests have them, and a browser of a Super User."""

from __future__ import annotations

import pytest
from django.test import Client

from api.models import User
from tests.api.conftest import anonymous, cookies, super_user, user
from tests.pardot.team.browser import Browser

__all__ = ["anonymous", "cookies", "super_user", "user"]


@pytest.fixture
def browser(super_user: Client) -> Browser:
    """Of a Super User called Ines Example, whose pages ask for the CSRF token first."""
    return Browser(super_user)


@pytest.fixture
def admin(db: None) -> Client:
    """Django admin, as a superuser called admin."""
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    return client
