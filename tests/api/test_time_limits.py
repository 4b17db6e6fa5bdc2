"""PostgreSQL's time limits for web processes and commands, directly and behind PgBouncer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
import requests

from api.auth.api_keys import create_api_key
from api.domain.scopes import Scope
from tests.api.cookies import CookieMaker
from tests.api.served import gunicorn
from tests.pooled import SERVER_CONNECTIONS, pgbouncer
from tests.simulated import Simulator, manage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

GUNICORN_SECONDS = 30
"""After this time without a heartbeat, gunicorn kills a worker."""
READS = 12


@pytest.fixture(params=["straight", "pooled"])
def address(request: pytest.FixtureRequest, database: str) -> Iterator[str]:
    if request.param == "straight":
        yield database
    else:
        with pgbouncer(database) as url:
            yield url


@contextmanager
def locked(database: str, table: str) -> Iterator[None]:
    """Lock a table, like a forgotten transaction in psql."""
    with psycopg.connect(database) as other:
        other.execute(f"LOCK TABLE {table}".encode())
        yield


@contextmanager
def served(address: str, cookies: CookieMaker, simulator: Simulator, **more: str) -> Iterator[str]:
    sso = {"SSO_SIGNATURE_PUBLIC_KEY": cookies.public_pem, "SSO_ENCRYPTION_PRIVATE_KEY": cookies.encryption_key}
    variables = {**simulator.served_variables, **sso, "SALESFORCE_API_RATE_LIMIT": "10000/min", **more}
    with gunicorn(address, workers=1, **variables) as url:
        yield url


def application_names(database: str) -> set[Any]:
    with psycopg.connect(database) as other:
        rows = other.execute("SELECT application_name FROM pg_stat_activity WHERE datname = current_database()")
        return {row[0] for row in rows}


@pytest.mark.parametrize("address", ["straight", pytest.param("pooled", marks=pytest.mark.soak)], indirect=True)
def test_a_lock_that_stays_gives_503_in_time_and_other_routes_still_answer(
    address: str, database: str, simulator: Simulator, cookies: CookieMaker
) -> None:
    key = {"Authorization": f"Bearer {create_api_key(name='t', scopes=[Scope.READ_BOOKS]).text}"}
    cookie = {"Cookie": f"oxa={cookies.cookie()}"}
    with served(address, cookies, simulator) as url, locked(database, "sf_contact"):
        answers: list[requests.Response] = []

        def ask_for_contact() -> None:
            answers.append(requests.get(f"{url}/api/v1/contact", headers=cookie, timeout=60))

        waiting = [threading.Thread(target=ask_for_contact) for _ in range(SERVER_CONNECTIONS - 1)]
        began = time.monotonic()
        for each in waiting:
            each.start()
        books = [requests.get(f"{url}/api/v1/books", headers=key, timeout=60).status_code for _ in range(READS)]
        for each in waiting:
            each.join()
        assert time.monotonic() - began < GUNICORN_SECONDS / 2
        assert {answer.status_code for answer in answers} == {503}
        assert {answer.json()["type"] for answer in answers} == {"database_busy"}
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers)
        assert set(books) == {200}


@pytest.mark.parametrize("address", ["pooled", pytest.param("straight", marks=pytest.mark.soak)], indirect=True)
def test_a_statement_that_runs_too_long_gives_503(
    address: str, database: str, simulator: Simulator, cookies: CookieMaker
) -> None:
    """The lock timeout is off here, so the statement timeout ends the request."""
    cookie = {"Cookie": f"oxa={cookies.cookie()}"}
    with (
        served(address, cookies, simulator, DATABASE_LOCK_SECONDS="0", DATABASE_STATEMENT_SECONDS="1") as url,
        locked(database, "sf_contact"),
    ):
        answer = requests.get(f"{url}/api/v1/contact", headers=cookie, timeout=60)
    assert (answer.status_code, answer.json()["type"]) == (503, "database_busy")


def test_an_html_page_that_waits_too_long_gives_503_too(database: str, deployed: dict[str, str]) -> None:
    with gunicorn(database, workers=1, DATABASE_LOCK_SECONDS="1", **deployed) as url, locked(database, "api_user"):
        # The cookie is for HTTPS only, so a session of the library ``requests`` would not send it.
        token = requests.get(f"{url}/admin/login/", timeout=60).cookies["csrftoken"]
        form = {"username": "ines", "password": "wrong", "csrfmiddlewaretoken": token}
        headers = {"Cookie": f"csrftoken={token}"}
        answer = requests.post(f"{url}/admin/login/", form, headers=headers, timeout=60)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "crowded" in answer.text


def test_web_limits_do_not_leak_to_other_clients_of_the_pooler(
    database: str, simulator: Simulator, cookies: CookieMaker
) -> None:
    key = {"Authorization": f"Bearer {create_api_key(name='t', scopes=[Scope.READ_BOOKS]).text}"}
    with pgbouncer(database) as address, served(address, cookies, simulator) as url:
        for _ in range(READS):
            assert requests.get(f"{url}/api/v1/books", headers=key, timeout=60).status_code == 200
        with psycopg.connect(address, autocommit=True) as another:
            for _ in range(SERVER_CONNECTIONS * 2):
                shown = [another.execute(f"SHOW {name}").fetchone() for name in ("statement_timeout", "lock_timeout")]
                assert shown == [("0",), ("0",)]


def test_prepared_statements_work_through_a_pooler(database: str, simulator: Simulator, cookies: CookieMaker) -> None:
    """The pooler's clients share connections to PostgreSQL.

    No prepared statement may run in place of another client's prepared statement of the same name.
    """
    key = {"Authorization": f"Bearer {create_api_key(name='t', scopes=[Scope.READ_BOOKS]).text}"}
    cookie = {"Cookie": f"oxa={cookies.cookie()}"}
    with pgbouncer(database) as address, served(address, cookies, simulator) as url:
        for _ in range(READS):
            assert requests.get(f"{url}/api/v1/books", headers=key, timeout=60).status_code == 200
            assert requests.get(f"{url}/api/v1/contact", headers=cookie, timeout=60).status_code == 404


def test_web_processes_have_an_application_name_in_postgresql(
    address: str, database: str, simulator: Simulator, cookies: CookieMaker
) -> None:
    with served(address, cookies, simulator) as url:
        requests.get(f"{url}/api/v1/me", headers={"Cookie": f"oxa={cookies.cookie()}"}, timeout=60)
        assert "sfapi web" in application_names(database)


def test_a_command_gives_up_waiting_for_a_lock_after_the_set_time(
    address: str, database: str, simulator: Simulator
) -> None:
    with locked(database, "sf_syncrun"):
        done = manage(
            "sync_status", variables=simulator.variables, database=address, more={"COMMAND_LOCK_SECONDS": "1"}
        )
    assert done.returncode == 1
    assert done.stderr.startswith("PostgreSQL: canceling statement due to lock timeout")
