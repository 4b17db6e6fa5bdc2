"""Guessing admin passwords is slow for the attacker, cheap for the site, and logged."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import Client

from api.models import RateCount, User
from sfapi.admin_login import ATTEMPTS

pytestmark = pytest.mark.django_db(transaction=True)

LOGIN = "/admin/login/"
PASSWORD = "a long password"


@pytest.fixture(autouse=True)
def ines() -> User:
    return User.objects.create_superuser("ines", password=PASSWORD)


def attempt(name: str, password: str = "wrong", address: str = "192.0.2.1") -> Any:
    form = {"username": name, "password": password, "next": "/admin/"}
    return Client(REMOTE_ADDR=address).post(LOGIN, form)


def test_the_right_password_leads_to_the_admin() -> None:
    answer = attempt("ines", PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


def test_a_name_in_wide_letters_is_the_same_name() -> None:
    assert attempt("ｉｎｅｓ", PASSWORD).status_code == 302


def test_an_unsafe_next_url_leads_to_the_admin_too() -> None:
    answer = Client().post(LOGIN, {"username": "ines", "password": PASSWORD, "next": "https://evil.example/"})
    assert answer["Location"] == "/admin/"


def test_an_address_has_ten_attempts_a_minute_whatever_the_names() -> None:
    statuses = [attempt(f"name {number}").status_code for number in range(ATTEMPTS.limit)]
    assert set(statuses) == {200}
    answer = attempt("ines", PASSWORD)
    assert (answer.status_code, 1 <= int(answer["Retry-After"]) <= ATTEMPTS.seconds) == (429, True)
    assert "Too many attempts" in answer.text
    assert attempt("ines", PASSWORD, "192.0.2.2").status_code == 302, "another address is locked out too"


def test_a_name_has_ten_attempts_a_minute_whatever_the_addresses() -> None:
    for number in range(ATTEMPTS.limit):
        attempt([" ines", "INES", "ｉｎｅｓ"][number % 3], address=f"198.51.100.{number}")
    assert attempt("ines", PASSWORD, "192.0.2.2").status_code == 429


def test_a_refused_attempt_checks_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(ATTEMPTS.limit):
        attempt("ines")
    monkeypatch.setattr("django.contrib.auth.authenticate", lambda **_: pytest.fail("the password was checked"))
    monkeypatch.setattr("django.contrib.auth.forms.authenticate", lambda **_: pytest.fail("the password was checked"))
    assert attempt("ines").status_code == 429


def test_failures_are_logged_without_anything_that_may_be_a_password(caplog: pytest.LogCaptureFixture) -> None:
    attempt("ines", "canary-one")
    attempt("canary-two", "canary-three")
    lines = [record.getMessage() for record in caplog.records if record.name == "sfapi.admin_login"]
    assert lines == [
        "admin sign-in failed: user ines, from 192.0.2.1",
        "admin sign-in failed: no such user, from 192.0.2.1",
    ]
    assert {record.levelno for record in caplog.records if record.name == "sfapi.admin_login"} == {logging.WARNING}
    assert "canary" not in caplog.text
    assert not RateCount.objects.filter(key__contains="canary").exists()


def test_the_login_page_itself_is_not_rate_limited() -> None:
    assert {Client().get(LOGIN).status_code for _ in range(ATTEMPTS.limit + 5)} == {200}


@pytest.mark.parametrize("name", ["\0", "ח" * 500, ""])
def test_odd_user_names_are_refused_without_a_server_error(name: str) -> None:
    assert attempt(name).status_code in {200, 400}
