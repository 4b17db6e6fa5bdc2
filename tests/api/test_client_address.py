"""The client's address comes from the connection, or from ``X-Forwarded-For`` of trusted proxies."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, RequestFactory

from api.http.client_address import compute_address_identity, find_client_address


@pytest.mark.parametrize(
    ("trusted", "forwarded", "expected"),
    [
        (0, "", "192.0.2.1"),
        (0, "198.51.100.1", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (2, "203.0.113.9, 198.51.100.1, 198.51.100.2", "198.51.100.1"),
        (2, "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.9,198.51.100.1:4711", "198.51.100.1"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "2001:0DB8::1", "2001:db8::1"),
        (1, "not an address", "192.0.2.1"),
        (1, " , ", "192.0.2.1"),
    ],
)
def test_the_client_is_the_caller_of_the_outermost_trusted_proxy(
    settings: Any, trusted: int, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXY_COUNT = trusted
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR="192.0.2.1")
    assert find_client_address(request) == expected


def test_a_client_on_a_unix_socket_has_an_unknown_address(settings: Any) -> None:
    settings.TRUSTED_PROXY_COUNT = 0
    assert find_client_address(RequestFactory().get("/", REMOTE_ADDR="")) == "unknown"


def test_limits_count_an_ipv6_network_as_one_client() -> None:
    assert (
        compute_address_identity("2001:db8:1:2:3:4:5:6")
        == compute_address_identity("2001:db8:1:2::9")
        == "2001:db8:1:2::/64"
    )
    assert compute_address_identity("2001:db8:1:3::9") != compute_address_identity("2001:db8:1:2::9")
    assert compute_address_identity("::ffff:192.0.2.1") == compute_address_identity("192.0.2.1") == "192.0.2.1"
    assert compute_address_identity("unknown") == "unknown"


@pytest.mark.parametrize(
    ("trusted", "forwarded", "words"),
    [
        (0, "198.51.100.7", "TRUSTED_PROXY_COUNT is 0"),
        (1, "198.51.100.7, 10.0.0.3", "more proxies than TRUSTED_PROXY_COUNT=1"),
        (1, "198.51.100.7", ""),
        (1, "10.1.2.3", ""),
        (1, "203.0.113.9, 198.51.100.7", ""),
        (2, "198.51.100.7, 10.0.0.3", ""),
        (0, "", ""),
    ],
)
def test_proxies_that_do_not_match_the_setting_are_reported_once(
    anonymous: Client, settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    trusted: int, forwarded: str, words: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("api.http.client_address._problem", "")
    settings.TRUSTED_PROXY_COUNT = trusted
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    for _ in range(2):
        debug = anonymous.get("/api/v1/me", headers=headers).json()["debug"]
        assert debug["address"] == (forwarded.split(", ")[-trusted] if trusted else "127.0.0.1")
    lines = [record.getMessage() for record in caplog.records if record.name == "api.http.client_address"]
    assert [words in line for line in lines] == ([True] if words else [])
    shown = anonymous.get("/healthz/").json().get("proxies", {"ok": True, "message": ""})
    assert (shown["ok"], shown["message"]) == (True, lines[0] if lines else "")
