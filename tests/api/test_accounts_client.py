"""The Accounts client, against a server over real HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from accounts_client.client import AccountsClient
from accounts_client.errors import AccountsError, AccountsRefused, AccountsUnavailable
from tests.api.accounts_server import AccountsServer, accounts_server
from tests.api.cookies import UUID

USER = {
    "id": 7,
    "uuid": UUID,
    "salesforce_contact_id": "0030000000000AbAAA",
    "faculty_status": "confirmed_faculty",
    "adopter_status": None,
    "self_reported_role": "instructor",
    "school_type": 3,
    "assignable_user": True,
    "assignable_school_integrated": "yes",
    "is_administrator": True,
}


@pytest.fixture
def server() -> Iterator[AccountsServer]:
    with accounts_server() as running:
        running.users = [{"uuid": "00000000-0000-4000-8000-00000000000f", "faculty_status": "other"}, USER]
        yield running


def client_of(server: AccountsServer, *, seconds: float = 3, token_in_query: bool = False) -> AccountsClient:
    return AccountsClient(
        url=server.url, client_id="app", client_secret="hush", token_in_query=token_in_query, seconds=seconds
    )


def test_the_user_with_the_uuid_is_returned_without_values_of_a_wrong_type(server: AccountsServer) -> None:
    user = client_of(server).user(UUID)
    assert user is not None
    assert user.salesforce_contact_id == "0030000000000AbAAA"
    assert user.assignable_user is True
    assert (user.adopter_status, user.school_type, user.assignable_school_integrated) == (None, None, None)


def test_none_is_returned_for_an_unknown_uuid(server: AccountsServer) -> None:
    server.users.pop()
    assert client_of(server).user(UUID) is None


def test_the_token_is_sent_in_the_header_unless_token_in_query_is_set(server: AccountsServer) -> None:
    client_of(server).user(UUID)
    target, headers = server.requests[-1]
    assert "token-1" not in target
    assert headers["Authorization"] == "Bearer token-1"
    client_of(server, token_in_query=True).user(UUID)
    target, headers = server.requests[-1]
    assert "access_token=token-2" in target
    assert "Authorization" not in headers


def test_a_token_is_kept_and_a_short_lived_token_is_renewed_after_half_its_lifetime(server: AccountsServer) -> None:
    client = client_of(server)
    for _ in range(3):
        client.user(UUID)
    assert server.paths() == ["/oauth/token", "/api/users", "/api/users", "/api/users"]
    server.expires_in = 1
    short_lived = client_of(server)
    short_lived.user(UUID)
    time.sleep(0.6)
    short_lived.user(UUID)
    assert server.issued == 3


def test_a_token_that_is_refused_is_renewed_once(server: AccountsServer) -> None:
    client = client_of(server)
    client.user(UUID)
    server.revoked = {"token-1"}
    assert client.user(UUID) is not None
    server.revoked = {"token-2", "token-3", "token-4"}
    with pytest.raises(AccountsError, match="refused the token"):
        client.user(UUID)
    assert server.issued == 3


def test_outages_and_refusals_raise_different_errors(server: AccountsServer) -> None:
    client = client_of(server)
    for status in (500, 503, 429):
        server.status = status
        with pytest.raises(AccountsUnavailable, match=str(status)):
            client.user(UUID)
    for status in (302, 400, 401):
        server.status = status
        with pytest.raises(AccountsRefused, match=str(status)):
            client.user(UUID)
    server.status = 200
    for body in (b"<html>", b"[1]", b"[" * 5000, b'{"token_type": "Bearer"}'):
        server.raw = body
        with pytest.raises(AccountsRefused):
            client.user(UUID)


@pytest.mark.parametrize("trickle_seconds", [0.02, 5])
def test_the_client_gives_up_on_a_slow_server_soon_after_the_time_limit(
    server: AccountsServer, trickle_seconds: float
) -> None:
    server.trickle_seconds = trickle_seconds
    server.raw = b" " * 500  # takes at least ten seconds
    began = time.monotonic()
    with pytest.raises(AccountsUnavailable):
        client_of(server, seconds=0.3).user(UUID)
    assert time.monotonic() - began < 3


def test_headers_that_arrive_one_by_one_are_not_waited_for_after_the_time_limit(server: AccountsServer) -> None:
    server.slow_headers = 80
    began = time.monotonic()
    with pytest.raises(AccountsUnavailable):
        client_of(server, seconds=0.3).user(UUID)
    assert time.monotonic() - began < 3
    server.slow_headers = 2
    assert client_of(server, seconds=20).user(UUID)


def test_late_headers_leave_less_time_for_the_body(server: AccountsServer) -> None:
    server.wait_seconds, server.trickle_seconds = 1.5, 30
    began = time.monotonic()
    with pytest.raises(AccountsUnavailable):
        client_of(server, seconds=2).user(UUID)
    assert time.monotonic() - began < 3


def test_an_address_without_a_server_raises_an_error_without_the_secret() -> None:
    client = AccountsClient(url="http://127.0.0.1:9", client_id="app", client_secret="hush")
    with pytest.raises(AccountsUnavailable, match="cannot be reached") as caught:
        client.user(UUID)
    assert "hush" not in f"{caught.value!r} {caught.value.__cause__!r}"
