"""A Super User's rights end some time after the sign-in, long before the cookie expires."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client

from api.models import SuperUser
from tests.api import records
from tests.api.cookies import UUID, CookieMaker

DAY = 86_400
FOR_SUPER_USERS = ["/api/v1/books", "/api/v1/info", "/api/v1/records/books/", "/api/v1/pardot/campaigns", "/pardot/"]
NOT_RECENT = {
    "19 years ago": -19 * 365 * DAY, "a little too long ago": -30 * DAY - 60, "in a year": 365 * DAY,
    "in two minutes": 120, "at an unknown time": None,
}  # fmt: skip
RECENT = {"just now": 0, "29 days ago": -29 * DAY, "in half a minute": 30}


@pytest.fixture(autouse=True)
def make_super_user(db: None) -> None:
    SuperUser.objects.create(accounts_uuid=UUID, name="Ines Example")


def signed_in(cookies: CookieMaker, seconds: int | None) -> Client:
    """Return a client whose cookie was issued at this offset from now; ``None`` omits the time of issue."""
    client = Client(enforce_csrf_checks=True)
    client.cookies["oxa"] = cookies.cookie(iat=None if seconds is None else int(time.time()) + seconds)
    return client


@pytest.mark.parametrize("when", NOT_RECENT)
def test_a_sign_in_that_is_not_recent_gives_no_super_user_rights_and_the_error_says_what_to_do(
    cookies: CookieMaker, when: str
) -> None:
    client = signed_in(cookies, NOT_RECENT[when])
    for path in FOR_SUPER_USERS:
        answer = client.get(path)
        assert answer.status_code == 401, path
        assert answer["WWW-Authenticate"]
    answer = client.get("/api/v1/records/books/")
    assert answer.json()["type"] == "sign_in_again"
    assert "sign out" in answer.json()["message"]
    assert client.get("/api/v1/me").json()["is_super_user"] is False
    assert "Sign out at" in client.get("/pardot/").content.decode()


@pytest.mark.parametrize("when", RECENT)
def test_a_recent_sign_in_gives_super_user_rights(cookies: CookieMaker, when: str) -> None:
    client = signed_in(cookies, RECENT[when])
    for path in FOR_SUPER_USERS:
        assert client.get(path).status_code == 200, path
    assert client.get("/api/v1/me").json()["is_super_user"] is True


@pytest.mark.parametrize("when", NOT_RECENT)
def test_a_sign_in_that_is_not_recent_keeps_the_rights_that_every_user_has(cookies: CookieMaker, when: str) -> None:
    records.contact(accounts_uuid=UUID)
    client = signed_in(cookies, NOT_RECENT[when])
    assert client.get("/api/v1/contact").status_code == 200
    assert client.get("/api/v1/me").json()["uuid"] == UUID


def test_an_old_sign_in_of_a_former_super_user_is_refused_for_the_missing_scope(cookies: CookieMaker) -> None:
    SuperUser.objects.update(active=False)
    client = signed_in(cookies, NOT_RECENT["19 years ago"])
    assert client.get("/api/v1/books").json()["type"] == "scope_missing"
    assert client.get("/pardot/").status_code == 403


def test_the_number_of_days_is_a_setting_and_0_turns_the_check_off(cookies: CookieMaker, settings: Any) -> None:
    client = signed_in(cookies, -3 * DAY)
    settings.SUPER_USER_SIGN_IN_DAYS = 2
    assert client.get("/api/v1/books").status_code == 401
    settings.SUPER_USER_SIGN_IN_DAYS = 4
    assert client.get("/api/v1/books").status_code == 200
    settings.SUPER_USER_SIGN_IN_DAYS = 0
    assert signed_in(cookies, None).get("/api/v1/books").status_code == 200


def test_the_development_user_needs_no_recent_sign_in(settings: Any, anonymous: Client) -> None:
    settings.DEV_USER_UUID = UUID
    assert anonymous.get("/api/v1/books").status_code == 200
