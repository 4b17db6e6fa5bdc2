"""A slow remote system never blocks all threads, and slow answers open the circuit breaker."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from typing import Any

import pytest
import requests
from django.test import Client

from api.auth.api_keys import create_api_key
from api.domain.scopes import Scope
from api.models import CircuitBreaker, OutboundCase
from api.protection import accounts, breaker
from api.protection.bulkhead import Neighbor, place
from sf.live import records as live
from tests.api import records
from tests.api.cookies import CookieMaker
from tests.api.live.changes import put
from tests.api.live.people import CONTACT, new_contact
from tests.api.outgoing import post_case, writer
from tests.api.served import gunicorn
from tests.simulated import Simulator

__all__ = ["writer"]

pytestmark = pytest.mark.django_db(transaction=True)

ME = "/api/v1/me"
THREADS = 4
PLACES = 2
KNOWN_TO_ACCOUNTS = "00000000-0000-4000-8000-000000000001"
WAITING = 12
"""Clients that need the slow system: three times the threads."""


@pytest.fixture
def cookies(simulator: Simulator, cookies: CookieMaker, settings: Any) -> CookieMaker:
    """Let ``/me`` ask the simulator's Accounts.

    The cookies are still made with the keys of the tests, not with those of the simulator.
    """
    settings.ACCOUNTS_CLIENT_ID = simulator.variables["ACCOUNTS_CLIENT_ID"]
    return cookies


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    accounts.memory.forget()


@pytest.fixture
def url(database: str, simulator: Simulator, cookies: CookieMaker) -> Iterator[str]:
    """The URL of a service with one process and few threads."""
    sso = {"SSO_SIGNATURE_PUBLIC_KEY": cookies.public_pem, "SSO_ENCRYPTION_PRIVATE_KEY": cookies.encryption_key}
    variables = {**simulator.served_variables, **sso, "SALESFORCE_API_RATE_LIMIT": "10000/min"}
    with gunicorn(database, workers=1, WEB_THREADS=str(THREADS), **variables) as address:
        yield address


@pytest.fixture
def full(settings: Any) -> Iterator[None]:
    """Fill all places of the bulkhead."""
    with ExitStack() as places:
        for neighbor in (Neighbor.SALESFORCE, Neighbor.ACCOUNTS) * settings.WEB_THREADS:
            places.enter_context(place(neighbor))
        yield


def ask_all_at_once(url: str, path: str, cookies: CookieMaker) -> tuple[list[dict[str, Any]], int]:
    """Send ``WAITING`` requests for the slow system at the same moment, then three quick requests.

    Return the answers to the slow requests, and how many of them came before the last answer to a quick request.
    """
    key = {"Authorization": f"Bearer {create_api_key(name='t', scopes=[Scope.READ_BOOKS]).text}"}
    start = threading.Barrier(WAITING + 1)

    def need_neighbor(number: int) -> dict[str, Any]:
        cookie = {"Cookie": f"oxa={cookies.cookie(uuid=f'00000000-0000-4000-9000-{number:012d}')}"}
        start.wait()
        answer: dict[str, Any] = requests.get(f"{url}{path}", headers=cookie, timeout=60).json()
        return answer

    with ThreadPoolExecutor(WAITING) as pool:
        futures = [pool.submit(need_neighbor, number) for number in range(WAITING)]
        start.wait()
        for other in ("/ping/", "/api/v1/books", "/ping/"):
            assert requests.get(f"{url}{other}", headers=key, timeout=60).status_code == 200
        before = sum(each.done() for each in futures)
        return [each.result() for each in as_completed(futures)], before


def test_other_requests_are_answered_while_salesforce_hangs(
    url: str, simulator: Simulator, cookies: CookieMaker
) -> None:
    simulator.fail("hang", path="/query", seconds=8, times=None)
    answers, before = ask_all_at_once(url, CONTACT, cookies)
    assert before < WAITING, "the quick requests must be answered before the last slow one"
    assert {answer["code"] for answer in answers} == {503}
    assert "salesforce_busy" in {answer["type"] for answer in answers[: WAITING - PLACES]}
    assert answers[-1]["type"] == "salesforce_away"
    assert simulator.calls_to("/query") <= PLACES + 1


def test_other_requests_are_answered_while_accounts_hangs(url: str, simulator: Simulator, cookies: CookieMaker) -> None:
    simulator.fail("hang", path="^/oauth/token", seconds=8, times=None)
    answers, before = ask_all_at_once(url, ME, cookies)
    assert before < WAITING
    assert {(answer["logged_in"], answer["accounts"], answer["faculty_status"]) for answer in answers} == {
        (True, "away", None)
    }


def test_a_cached_contact_is_returned_while_the_bulkhead_is_full(
    user: Client, simulator: Simulator, full: None
) -> None:
    before = simulator.calls()
    answer = user.get(CONTACT)
    assert (answer.status_code, answer.json()["type"], answer["Retry-After"]) == (503, "salesforce_busy", "10")
    cached = records.contact()
    assert user.get(CONTACT, {"expire": "true"}).json()["id"] == cached.id
    assert simulator.calls() == before
    assert not CircuitBreaker.objects.exists(), "a full bulkhead is not a failure of Salesforce"


def test_no_contact_is_changed_while_the_bulkhead_is_full(user: Client, simulator: Simulator, full: None) -> None:
    new_contact(simulator)
    answer = put(user, {"first_name": "Inés"})
    assert (answer.status_code, answer.json()["type"]) == (503, "salesforce_busy")
    assert "nothing was changed" in answer.json()["message"]


def test_a_case_is_queued_while_the_bulkhead_is_full(writer: Client, simulator: Simulator, full: None) -> None:
    before = simulator.calls()
    assert post_case(writer).status_code == 202
    assert OutboundCase.objects.get().state == OutboundCase.State.QUEUED
    assert simulator.calls() == before


def test_me_reports_accounts_as_away_while_the_bulkhead_is_full(user: Client, simulator: Simulator, full: None) -> None:
    assert user.get(ME).json()["accounts"] == "away"


def test_calls_to_salesforce_and_accounts_together_leave_threads_free(settings: Any) -> None:
    settings.WEB_THREADS, settings.NEIGHBOR_CALLS_AT_ONCE = 4, 2
    with place(Neighbor.SALESFORCE) as one, place(Neighbor.ACCOUNTS) as two, place(Neighbor.ACCOUNTS) as three:
        assert (one, two, three) == (True, True, False)
    with place(Neighbor.ACCOUNTS) as again:
        assert again


@pytest.fixture
def slow_is_short(monkeypatch: pytest.MonkeyPatch) -> float:
    """Lower the limit for slow answers.

    Return a number of seconds above the new limit.
    """
    monkeypatch.setattr(breaker, "SLOW_SECONDS", 0.3)
    return 0.5


def test_slow_answers_of_salesforce_open_the_breaker(
    user: Client, simulator: Simulator, cookies: CookieMaker, slow_is_short: float
) -> None:
    new_contact(simulator)
    live.make_live_client("test").session()
    simulator.fail("delay", path="/query", seconds=slow_is_short, times=None)
    for _ in range(breaker.THRESHOLD):
        assert user.get(CONTACT, {"expire": "true"}).status_code == 200
    before = simulator.calls()
    assert user.get(CONTACT, {"expire": "true"}).status_code == 200, "the contact comes from the cache"
    assert simulator.calls() == before
    assert "took" in CircuitBreaker.objects.get(name=breaker.LIVE).reason


def test_slow_answers_to_cases_open_the_breaker(writer: Client, simulator: Simulator, slow_is_short: float) -> None:
    simulator.fail("delay", path="sobjects/Case|composite/sobjects", seconds=slow_is_short, times=None)
    statuses = [post_case(writer).status_code for _ in range(breaker.THRESHOLD + 1)]
    assert statuses == [200] * breaker.THRESHOLD + [202]


def test_slow_answers_of_accounts_open_its_breaker(
    anonymous: Client, simulator: Simulator, cookies: CookieMaker, slow_is_short: float
) -> None:
    simulator.fail("delay", path="/api/users", seconds=slow_is_short, times=None)
    states = []
    for number in range(breaker.THRESHOLD + 1):
        anonymous.cookies["oxa"] = cookies.cookie(uuid=f"00000000-0000-4000-9000-{number:012d}")
        states.append(anonymous.get(ME).json()["accounts"])
    assert states == ["ok"] * breaker.THRESHOLD + ["away"]
    assert not CircuitBreaker.objects.exclude(name=breaker.ACCOUNTS).exists()


def test_a_cached_answer_of_accounts_is_used_while_accounts_is_away(
    anonymous: Client, simulator: Simulator, cookies: CookieMaker
) -> None:
    anonymous.cookies["oxa"] = cookies.cookie(uuid=KNOWN_TO_ACCOUNTS)
    assert anonymous.get(ME).json()["accounts"] == "ok"
    simulator.fail("status", path="/api/users", times=None)
    assert anonymous.get(ME).json()["accounts"] == "ok"
    accounts.memory.forget()
    assert anonymous.get(ME).json()["accounts"] == "away"
