"""The outbox in real processes: parallel requests, killed processes, lost answers, no PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.management import call_command
from django.db.models.functions import Now

from api.auth.api_keys import create_api_key
from api.domain.scopes import Scope
from api.models import OutboundCase
from tests.api.cookies import CookieMaker
from tests.api.outgoing import CASE, FIELD, break_salesforce, cases_in, restore_salesforce
from tests.api.served import gunicorn
from tests.simulated import ROOT, Simulator, environment

pytestmark = pytest.mark.slow

Post = Callable[..., requests.Response]

LONG = pytest.param(20, marks=[pytest.mark.soak, pytest.mark.timeout(900)])
"""The number of kills in ``make soak``, and of PostgreSQL's stops in ``test_postgresql_stops.py``."""


@pytest.fixture
def gunicorn_pid(tmp_path: Path) -> Path:
    """The file with the master process's id."""
    return tmp_path / "gunicorn.pid"


@pytest.fixture
def server(simulator: Simulator, database: str, gunicorn_pid: Path) -> Iterator[str]:
    """A service with two worker processes, connected to the simulator."""
    variables = {**simulator.served_variables, "SALESFORCE_API_RATE_LIMIT": "10000/min"}
    with gunicorn(database, workers=2, GUNICORN_CMD_ARGS=f"--pid {gunicorn_pid}", **variables) as url:
        yield url


@pytest.fixture
def post(server: str) -> Post:
    key = create_api_key(name="test", scopes=[Scope.WRITE_CASES]).text

    def send(body: Any = None, **headers: str) -> requests.Response:
        return requests.post(
            f"{server}/api/v1/case",
            json=body or CASE,
            headers={"Authorization": f"Bearer {key}", **headers},
            timeout=20,
        )

    return send


@pytest.fixture
def deliverer(simulator: Simulator, database: str) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Start ``manage.py deliver_pending`` as cron does."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "deliver_pending"],
            cwd=ROOT, env=environment(simulator.variables, database), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def assert_each_case_is_there_once(simulator: Simulator, count: int) -> None:
    stored = {str(pk): salesforce_id for pk, salesforce_id in OutboundCase.objects.values_list("pk", "salesforce_id")}
    made = {case[FIELD]: case["Id"] for case in cases_in(simulator)}
    assert made == stored
    assert len(cases_in(simulator)) == len(made) == count
    assert set(OutboundCase.objects.values_list("state", flat=True)) == {"delivered"}


def test_twenty_parallel_posts_with_one_key_are_one_case(post: Post, simulator: Simulator, deliverer: Any) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: post(**{"Idempotency-Key": "one"}), range(20)))
    # On a slow machine, delivery may take longer than a request waits: the answer is then 202.
    assert {answer.status_code for answer in answers} <= {200, 202, 409}
    assert all(answer.headers["Retry-After"] for answer in answers if answer.status_code == 409)
    assert post({**CASE, "subject": "Other"}, **{"Idempotency-Key": "one"}).status_code == 422
    deliverer().wait(60)
    [case] = cases_in(simulator)
    assert {answer.json()["id"] for answer in answers if answer.ok} == {case[FIELD]}
    assert_each_case_is_there_once(simulator, 1)


@pytest.mark.parametrize("kills", [2, LONG])
def test_a_web_process_that_is_killed_while_it_delivers_loses_nothing(
    post: Post, server: str, simulator: Simulator, gunicorn_pid: Path, kills: int
) -> None:
    for number in range(kills):
        subject = f"Case {number}"
        break_salesforce(simulator, "delay", times=1, seconds=0.5)
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(post, {**CASE, "subject": subject})
            wait_for(OutboundCase.objects.filter(values__Subject=subject, lease_holder__startswith="request").exists)
            time.sleep(0.3 * (number % 3))  # kill before Salesforce stores the case or, in every third round, after it
            kill_workers(gunicorn_pid)
            with suppress(requests.ConnectionError):
                answer.result()
        assert OutboundCase.objects.count() == number + 1
        expire_leases()
    call_command("deliver_pending")
    time.sleep(0.5)
    assert_each_case_is_there_once(simulator, kills)
    assert answers_again(server)
    assert post().status_code == 200


@pytest.mark.parametrize("kills", [3, LONG])
def test_a_deliverer_that_is_killed_again_and_again_loses_nothing(
    simulator: Simulator, deliverer: Callable[[], subprocess.Popen[str]], kills: int
) -> None:
    for number in range(40):
        OutboundCase.objects.create(identity="key:test", source="case", values={"Subject": f"Number {number}"})
    for number in range(kills):
        simulator.fail("delay", path="composite/sobjects|/queryAll", skip=number % 2, times=1, seconds=0.4)
        process = deliverer()
        wait_for(lambda: OutboundCase.objects.exclude(lease_holder="").exists())
        time.sleep(0.2 * (number % 4))
        process.kill()
        process.wait(10)
        expire_leases()
    restore_salesforce(simulator)
    time.sleep(0.4)
    first, second = deliverer(), deliverer()
    outputs = [process.communicate(timeout=60)[0] for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), outputs
    assert_each_case_is_there_once(simulator, 40)


def test_a_dropped_connection_does_not_make_a_case_twice(post: Post, simulator: Simulator, deliverer: Any) -> None:
    break_salesforce(simulator, "drop_after", times=2)
    assert [post().status_code for _ in range(3)] == [202, 202, 200]
    assert deliverer().communicate(timeout=60)[0] == "2 delivered, 0 refused for good, 0 still queued\n"
    assert_each_case_is_there_once(simulator, 3)


def test_the_answer_to_a_form_does_not_wait_for_salesforce(post: Post, server: str, simulator: Simulator) -> None:
    post()  # log in and load every module first
    break_salesforce(simulator, "delay", times=1, seconds=1.5)
    key = create_api_key(name="a form's server", scopes=[]).text
    form = {"form_type": "contact_us", "data": {"message": "Hello"}}
    answer = requests.post(
        f"{server}/api/v1/forms/submit", json=form, headers={"Authorization": f"Bearer {key}"}, timeout=20
    )
    delivered = OutboundCase.objects.filter(state="delivered").count()
    assert (answer.status_code, answer.json()["status"], delivered) == (202, "pending", 1)
    wait_for(lambda: not OutboundCase.objects.exclude(state="delivered").exists())
    assert_each_case_is_there_once(simulator, 2)


def test_no_write_is_accepted_without_postgresql(simulator: Simulator, cookies: CookieMaker) -> None:
    variables = {
        **simulator.served_variables,
        "SSO_SIGNATURE_PUBLIC_KEY": cookies.public_pem,
        "SSO_ENCRYPTION_PRIVATE_KEY": cookies.encryption_key,
    }
    with gunicorn("postgresql://nobody@127.0.0.1:1/nothing", workers=1, **variables) as url:
        for path in ("case", "forms/submit"):
            answer = requests.post(f"{url}/api/v1/{path}", json=CASE, headers={"Authorization": "Bearer x"}, timeout=20)
            assert (answer.status_code, answer.json()["code"]) == (503, 503)
            assert int(answer.headers["Retry-After"]) > 0
    assert simulator.calls() == 0


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.02)


def kill_workers(pid_file: Path) -> None:
    """Kill the workers as the kernel does when memory runs out; the master starts others."""
    master = int(pid_file.read_text())
    for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split():
        os.kill(int(pid), signal.SIGKILL)


def answers_again(url: str) -> bool:
    def answers() -> bool:
        with suppress(requests.ConnectionError, requests.Timeout):
            return requests.get(f"{url}/ping/", timeout=20).ok
        return False

    wait_for(answers)
    return True


def expire_leases() -> None:
    OutboundCase.objects.filter(lease_until__isnull=False).update(lease_until=Now() - timedelta(seconds=1))
