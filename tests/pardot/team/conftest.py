"""The clients of the API's tests, a Super User's ``Browser``, and a client of Django admin."""

from __future__ import annotations

import pytest
from django.test import Client

from api.models import User
from tests.api.conftest import anonymous, cookies, super_user, user
from tests.pardot.team.browser import Browser

__all__ = ["anonymous", "cookies", "super_user", "user"]


@pytest.fixture
def browser(super_user: Client) -> Browser:
    """The client of a Super User called Ines Example, with a CSRF token."""
    return Browser(super_user)


@pytest.fixture
def admin(db: None) -> Client:
    """A client that is logged in to Django admin as a superuser called admin."""
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    return client
