"""The demo's sign-in link: to the simulator and back, never in production."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client

from tests.simulated import Simulator

SIGN_IN = "/demo/sign-in/"


def test_the_link_leads_to_the_simulator_and_back(client: Client, settings: Any) -> None:
    settings.DEBUG, settings.SIMULATOR_URL, settings.DEMO_USER_UUID = True, "http://localhost:7480", "the-uuid"
    target = urlsplit(client.get(SIGN_IN, HTTP_HOST="localhost")["Location"])
    assert (target.netloc, target.path) == ("localhost:7480", "/login")
    assert parse_qs(target.query) == {"user": ["the-uuid"], "r": ["http://localhost/api/v1/me"]}
    other = urlsplit(client.get(SIGN_IN, {"user": "another"}, HTTP_HOST="localhost")["Location"])
    assert parse_qs(other.query)["user"] == ["another"]


@pytest.mark.parametrize(("debug", "url"), [(True, ""), (False, "http://localhost:7480")])
def test_the_link_is_404_without_debug_or_a_simulator(client: Client, settings: Any, debug: bool, url: str) -> None:
    settings.DEBUG, settings.SIMULATOR_URL = debug, url
    assert client.get(SIGN_IN).status_code == 404


def test_the_cookie_of_the_simulator_logs_the_user_in(db: None, simulator: Simulator, settings: Any) -> None:
    settings.DEBUG, settings.SIMULATOR_URL = True, simulator.control
    client = Client()
    location = client.get(SIGN_IN, HTTP_HOST="localhost")["Location"]
    answer = requests.get(location, allow_redirects=False, timeout=10)
    client.cookies[settings.SSO_COOKIE_NAME] = answer.cookies[settings.SSO_COOKIE_NAME]
    me = client.get("/api/v1/me").json()
    assert (me["logged_in"], me["uuid"]) == (True, settings.DEMO_USER_UUID)
    assert me["name"]
    assert me["faculty_status"]
    assert me["accounts_environment"] == "local"
