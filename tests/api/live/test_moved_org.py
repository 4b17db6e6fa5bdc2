"""A running service reaches an org that has moved, and tries a wrong password only once per process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from django.test import Client

from api.auth.api_keys import create_api_key
from api.domain.scopes import Scope
from api.models import OutboundCase
from tests.api.live.changes import contact, in_salesforce, is_as_in_salesforce, put
from tests.api.outgoing import CASE, cases_in
from tests.api.served import gunicorn
from tests.simulated import Simulator

__all__ = ["contact"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

FORMER = pytest.mark.parametrize("former", ["redirects", "closed"])


def move(simulator: Simulator, former: str = "redirects") -> None:
    simulator.post("/move", {"former": former})


@FORMER
def test_a_contact_is_changed_at_the_new_host(user: Client, salesforce: Simulator, contact: str, former: str) -> None:
    # A move can close the former host, but never the simulator's first host: hence two moves.
    for step in ("redirects", former):
        move(salesforce, step)
        answer = put(user, {"first_name": f"After {step}"})
        assert answer.status_code == 200, answer.json()
        assert in_salesforce(salesforce, contact)["FirstName"] == f"After {step}"
    assert is_as_in_salesforce(salesforce, contact)


def test_a_redirect_of_the_change_itself_is_no_refusal(user: Client, salesforce: Simulator, contact: str) -> None:
    salesforce.fail(
        "status", path="sobjects/Contact", times=None, status=301, headers={"Location": "https://x.example"}
    )
    answer = put(user, {"first_name": "Changed"})
    assert answer.status_code == 503, answer.json()
    assert answer["Retry-After"]
    assert in_salesforce(salesforce, contact)["FirstName"] != "Changed"


@FORMER
def test_a_running_service_delivers_to_the_new_host(simulator: Simulator, database: str, former: str) -> None:
    move(simulator)
    key = create_api_key(name="test", scopes=[Scope.WRITE_CASES]).text
    headers = {"Authorization": f"Bearer {key}"}
    variables = {**simulator.served_variables, "SALESFORCE_API_RATE_LIMIT": "10000/min"}
    with gunicorn(database, workers=1, **variables) as url:
        for subject in ("Before", "After"):
            answer = requests.post(f"{url}/api/v1/case", json={**CASE, "subject": subject}, headers=headers, timeout=20)
            assert answer.status_code == 200, answer.text
            move(simulator, former)
    assert sorted(case["Subject"] for case in cases_in(simulator)) == ["After", "Before"]
    assert set(OutboundCase.objects.values_list("state", flat=True)) == {"delivered"}


def test_each_process_tries_a_wrong_password_at_most_once_under_load(simulator: Simulator, database: str) -> None:
    key = create_api_key(name="test", scopes=[Scope.WRITE_CASES]).text
    variables = {**simulator.served_variables, "SALESFORCE_API_RATE_LIMIT": "10000/min", "SALESFORCE_PASSWORD": "wrong"}
    with gunicorn(database, workers=2, **variables) as url, ThreadPoolExecutor(8) as pool:

        def send(_: int) -> int:
            headers = {"Authorization": f"Bearer {key}"}
            return requests.post(f"{url}/api/v1/case", json=CASE, headers=headers, timeout=30).status_code

        assert set(pool.map(send, range(32))) == {202}
    assert 1 <= simulator.calls_to("oauth2/token") <= 2
