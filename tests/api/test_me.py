"""``GET /me``: the user and their data in Accounts, or the reason why no user is logged in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from api.domain.scopes import Scope
from api.protection import accounts as api_accounts
from api.v1.me import classify_accounts_environment
from tests.api.accounts_server import AccountsServer, accounts_server
from tests.api.cookies import UUID, CookieMaker

ME = "/api/v1/me"
ACCOUNTS_FIELDS = (
    "salesforce_contact_id", "faculty_status", "adopter_status", "self_reported_role", "school_type",
    "school_location", "assignable_user", "assignable_school_integrated",
)  # fmt: skip


@pytest.fixture
def accounts(settings: Any, cookies: CookieMaker) -> Iterator[AccountsServer]:
    with accounts_server() as server:
        settings.ACCOUNTS_URL, settings.ACCOUNTS_CLIENT_ID, settings.ACCOUNTS_CLIENT_SECRET = server.url, "app", "hush"
        server.users = [{"uuid": UUID, "faculty_status": "confirmed_faculty", "assignable_user": False}]
        yield server


def test_me_shows_the_data_of_the_cookie_and_of_accounts(accounts: AccountsServer, user: Client) -> None:
    answer = user.get(ME)
    me = answer.json()
    assert (me["logged_in"], me["uuid"], me["id"], me["name"]) == (True, UUID, 7, "Ines Example")
    assert (me["faculty_status"], me["assignable_user"], me["school_type"]) == ("confirmed_faculty", False, None)
    assert me["is_super_user"] is False
    assert "debug" not in me
    assert answer.cookies["csrftoken"].value
    assert me["csrf_token"]


@pytest.mark.parametrize(
    ("record", "status", "id_"),
    [
        ({"uuid": UUID, "id": 4711}, 200, 4711),
        ({"uuid": UUID, "id": "4711"}, 200, None),
        ({"uuid": UUID, "id": True}, 200, None),
        ({"uuid": UUID, "id": 1.5}, 200, None),
        ({"uuid": UUID}, 200, None),
        ({"uuid": "00000000-0000-4000-8000-000000000009", "id": 4711}, 200, None),
        ({"uuid": UUID, "id": 4711}, 503, None),
    ],
)
def test_the_id_comes_from_accounts_when_the_cookie_has_none(
    accounts: AccountsServer, anonymous: Client, cookies: CookieMaker, record: dict[str, Any], status: int, id_: int
) -> None:
    """Accounts no longer puts the id into the cookie."""
    anonymous.cookies["oxa"] = cookies.cookie(sub={"uuid": UUID, "name": "Ines Example"})
    accounts.users, accounts.status = [record], status
    assert anonymous.get(ME).json()["id"] == id_


def test_an_id_in_the_cookie_is_used_instead_of_the_id_in_accounts(accounts: AccountsServer, user: Client) -> None:
    accounts.users = [{"uuid": UUID, "id": 4711}]
    assert user.get(ME).json()["id"] == 7


def test_me_tells_super_users_that_they_are_super_users(super_user: Client) -> None:
    assert super_user.get(ME).json()["is_super_user"] is True


def test_the_accounts_fields_are_null_when_accounts_fails_or_is_not_configured(
    accounts: AccountsServer, user: Client, settings: Any
) -> None:
    accounts.status = 503
    assert_accounts_fields_are_null(user)
    settings.ACCOUNTS_URL = "http://127.0.0.1:9"
    assert_accounts_fields_are_null(user)
    settings.ACCOUNTS_CLIENT_ID = ""
    assert_accounts_fields_are_null(user)


def assert_accounts_fields_are_null(user: Client) -> None:
    answer = user.get(ME)
    assert answer.status_code == 200
    me = answer.json()
    assert me["logged_in"] is True
    assert {me[name] for name in ACCOUNTS_FIELDS} == {None}


def test_me_waits_at_most_three_seconds_for_accounts(accounts: AccountsServer, user: Client) -> None:
    user.get(ME)  # load every module before the time is measured
    api_accounts.memory.forget()
    accounts.trickle_seconds = 30
    began = time.monotonic()
    assert_accounts_fields_are_null(user)
    assert time.monotonic() - began < 6  # three, and room for a busy machine


def test_me_names_the_step_at_which_a_refused_cookie_fails(anonymous: Client, cookies: CookieMaker) -> None:
    def steps(cookie: str) -> tuple[Any, ...]:
        anonymous.cookies["oxa"] = cookie
        me = anonymous.get(ME).json()
        assert me["logged_in"] is False
        assert me["uuid"] is None
        debug = me["debug"]
        assert (debug["cookie_present"], debug["cookie_length"]) == (bool(cookie), len(cookie))
        return debug["decryption"], debug["signature"], debug["claims"]

    assert steps("") == ("skipped", "skipped", "skipped")
    assert steps(cookies.cookie()[:-5]) == ("failed: cut_off", "skipped", "skipped")
    wrong_key = CookieMaker(cookies.private_key).cookie()
    assert steps(wrong_key) == ("failed: wrong_key_or_altered", "skipped", "skipped")
    assert steps(cookies.encrypted("a.b.c")) == ("ok", "failed: malformed", "skipped")
    assert steps(cookies.cookie(exp=1)) == ("ok", "ok", "failed: expired")


def test_me_reports_a_missing_or_unusable_key_when_no_user_is_logged_in(
    anonymous: Client, cookies: CookieMaker, settings: Any
) -> None:
    settings.SSO_SIGNATURE_PUBLIC_KEY = ""
    anonymous.cookies["oxa"] = cookies.cookie()
    debug = anonymous.get(ME).json()["debug"]
    assert (debug["has_signature_key"], debug["has_encryption_key"]) == (False, True)
    assert (debug["decryption"], debug["signature"]) == ("ok", "failed: key_not_set")
    settings.SSO_SIGNATURE_PUBLIC_KEY = "-----BEGIN PUBLIC KEY-----\nnothing\n-----END PUBLIC KEY-----"
    assert anonymous.get(ME).json()["debug"]["signature"] == "failed: key_unusable"


def test_an_api_key_is_not_a_logged_in_user(service: Callable[..., Client]) -> None:
    me = service(Scope.READ_BOOKS).get(ME).json()
    assert (me["logged_in"], me["uuid"]) == (False, None)


@pytest.mark.parametrize(
    ("url", "environment"),
    [
        ("https://accounts.openstax.org", "production"),
        ("https://dev.accounts.openstax.org", "dev"),
        ("https://staging.accounts.openstax.org", "staging"),
        ("http://localhost:2999", "local"),
        ("https://127.0.0.1:7443", "local"),
        ("https://accounts.openstax.org.evil.example", "dev"),
    ],
)
def test_the_accounts_environment_is_read_from_the_accounts_url(url: str, environment: str) -> None:
    assert classify_accounts_environment(url) == environment
