"""Signing in, the page at ``/``, and unknown addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from api.models import User


def sign_in(client: Client, **query: str) -> tuple[str, str]:
    """Return the address that the sign-in redirects to, and the address to return to afterward."""
    target = client.get("/sign-in/", query, headers={"Host": "localhost"})["Location"]
    query_sent = parse_qs(urlsplit(target).query)
    return target.partition("?")[0], (query_sent.get("r") or query_sent["next"])[0]


def test_sign_in_leads_to_accounts_and_back(client: Client, settings: Any) -> None:
    settings.ACCOUNTS_URL = "https://accounts.example"
    assert sign_in(client, next="/pardot/?tab=tags") == (
        "https://accounts.example/login",
        "http://localhost/pardot/?tab=tags",
    )
    assert sign_in(client)[1] == "http://localhost/pardot/"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\t//evil.example"],
)
def test_nobody_is_sent_to_another_site_after_sign_in(client: Client, elsewhere: str) -> None:
    assert sign_in(client, next=elsewhere)[1] == "http://localhost/pardot/"


def test_the_demo_signs_in_at_the_simulator(client: Client, settings: Any) -> None:
    settings.DEBUG, settings.SIMULATOR_URL = True, "http://localhost:7480"
    assert sign_in(client, next="/pardot/?tab=tags") == ("/demo/sign-in/", "/pardot/?tab=tags")
    at_simulator = client.get("/demo/sign-in/", {"next": "/pardot/?tab=tags"}, headers={"Host": "localhost"})[
        "Location"
    ]
    assert parse_qs(urlsplit(at_simulator).query)["r"] == ["http://localhost/pardot/?tab=tags"]
    assert "Sign in to the demo" in client.get("/pardot/").text
    assert "Sign in to the demo" in client.get("/").text


def test_the_landing_page_needs_no_database(client: Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    for target in ("/pardot/", "/api/v1/docs/", "/admin/", "/healthz/"):
        assert f'href="{target}"' in page.text
    assert "demo" not in page.text


def test_an_unknown_address_is_a_page_for_people_and_json_for_programs(db: None, client: Client) -> None:
    page, answer = client.get("/nowhere"), client.get("/api/nowhere")
    assert (page.status_code, answer.status_code) == (404, 404)
    assert "No trail leads here" in page.text
    assert answer.json()["code"] == 404


def test_the_admin_leads_to_the_dashboard(db: None, client: Client) -> None:
    client.force_login(User.objects.create_superuser("admin"))
    page = client.get("/admin/")
    assert '<a href="/pardot/">Dashboard</a>' in page.text
    assert "SFAPI" in page.text


def test_a_service_whose_static_files_are_not_collected_says_what_to_do(
    settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The message is a log line; a Python warning would fail this test."""
    settings.WHITENOISE_AUTOREFRESH, settings.STATIC_ROOT = False, tmp_path / "none"
    Client().get("/ping/")
    assert "pages come without style: run manage.py collectstatic" in caplog.text
