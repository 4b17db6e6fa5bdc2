"""A killed run leaves no partial result, and the next run resumes it."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from sf.live.records import LiveRead, make_live_client
from sf.models import Adoption, SyncRun
from sf.sync.objects import ADOPTIONS
from tests.conftest import point_settings_at
from tests.sf.cache import assert_equal, last_run, sync
from tests.simulated import ROOT, Simulator, environment, start_simulator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(scope="module")
def large_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A simulator with enough adoptions for two REST pages."""
    process, simulator = start_simulator(tmp_path_factory.mktemp("large"), schools=350)
    yield simulator
    process.terminate()
    process.wait(60)


@pytest.fixture
def large(large_process: Simulator, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    large_process.reset()
    point_settings_at(large_process, settings, monkeypatch)
    return large_process


@pytest.mark.parametrize("kills", [5, pytest.param(20, marks=pytest.mark.soak)])
def test_after_kills_at_random_points_the_next_run_makes_the_cache_equal_to_the_org(
    simulator: Simulator, database: str, kills: int
) -> None:
    simulator.fail("delay", path="results|query", times=None, seconds=0.03)
    chance = random.Random(20261122)
    for _ in range(kills):
        process = _start(simulator, database, SALESFORCE_BULK_THRESHOLD=chance.choice(["1", "100000"]))
        try:
            process.wait(chance.uniform(0.5, 2.5))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
    simulator.post("/reset", {"faults": True, "data": False, "counters": False, "sessions": False})
    sync()
    assert_equal(simulator)


def test_a_bulk_job_under_way_is_resumed_without_a_new_job(simulator: Simulator, database: str) -> None:
    simulator.fail("hang", path="/results", times=1, skip=0, seconds=60)
    process = _start(simulator, database, "sync_accounts", SALESFORCE_BULK_THRESHOLD="1")
    _wait_for(lambda: simulator.calls_to("results") == 1)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert _jobs_created(simulator) == 1

    finished = subprocess.run(
        _command("sync_accounts"),
        env=environment(simulator.variables, database, SALESFORCE_BULK_THRESHOLD="1000"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert _jobs_created(simulator) == 1
    states = list(SyncRun.objects.filter(object="accounts").values_list("state", flat=True))
    assert states == ["done", "interrupted"]
    run = SyncRun.objects.filter(object="accounts")[0]
    assert (run.inserted > 0, run.mode) == (True, "incremental"), "an incremental read follows in the same run"


def test_staged_bulk_pages_are_not_requested_again(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = 1
    pages = _pause_after_two_bulk_pages(simulator)
    simulator.post("/counters/reset")
    sync("sync_adoptions")
    assert simulator.calls_to("results") == pages - 2 + 1, "the missing pages, and the page of the incremental read"
    assert_equal(simulator, Adoption)


@pytest.mark.parametrize(("age", "is_resumed"), [(timedelta(hours=1), True), (timedelta(hours=25), False)])
def test_a_forced_read_resumes_only_a_recent_read(
    simulator: Simulator, settings: Any, age: timedelta, is_resumed: bool
) -> None:
    """Formula fields change without a new ``SystemModstamp``, so rows staged days ago may have old values."""
    settings.SALESFORCE_BULK_THRESHOLD = 1
    _pause_after_two_bulk_pages(simulator)
    run = SyncRun.objects.get()
    assert run.resume_state is not None
    run.resume_state["began"] = (datetime.fromisoformat(run.resume_state["began"]) - age).isoformat()
    run.save()
    for record in simulator.ids("Adoption__c"):
        simulator.set_raw("Adoption__c", record, touch=False, Savings__c=7)
    sync("sync_adoptions", force=True)
    assert Adoption.objects.exclude(savings=7).exists() is is_resumed


def test_a_read_begun_before_postgresqls_clock_was_set_back_is_not_resumed(simulator: Simulator, settings: Any) -> None:
    """Otherwise records that a look-up cached after the read began would be marked as deleted."""
    settings.SALESFORCE_BULK_THRESHOLD = 1
    _pause_after_two_bulk_pages(simulator)
    run = SyncRun.objects.get()
    assert run.resume_state is not None
    run.resume_state["began"] = (datetime.fromisoformat(run.resume_state["began"]) + timedelta(days=1)).isoformat()
    run.save()
    new = simulator.create("Adoption__c", Name__c="New")
    look_up = LiveRead(make_live_client("test"))
    look_up.read(ADOPTIONS, "id", [new])
    look_up.store()
    sync("sync_adoptions")
    assert (last_run("adoptions").state, last_run("adoptions").soft_deleted) == ("done", 0)
    assert_equal(simulator, Adoption)


def test_a_crash_of_postgres_empties_the_stage_and_the_read_restarts(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = 1
    _pause_after_two_bulk_pages(simulator)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE sf_adoption_staged")  # as crash recovery does to an UNLOGGED table
    sync("sync_adoptions")
    assert_equal(simulator, Adoption)


def test_a_job_that_salesforce_forgot_is_restarted(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = 1
    _pause_after_two_bulk_pages(simulator)
    simulator.post("/jobs/expire")
    sync("sync_adoptions")
    assert_equal(simulator, Adoption)


def test_rest_pages_continue_after_the_staged_pages(large: Simulator, settings: Any) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = 10**9
    large.fail("quota", path="/query/", times=1)
    sync("sync_adoptions")
    run = SyncRun.objects.get()
    assert run.resume_state is not None
    assert (run.state, run.resume_state["pages"], run.rows_read) == ("paused", 1, 0)
    assert not Adoption.all_objects.exists(), "readers see all rows or none"
    large.post("/counters/reset")
    sync("sync_adoptions")
    assert large.calls_to("/query/{locator}") == 1
    assert_equal(large, Adoption)


def test_a_lost_rest_cursor_restarts_the_read(large: Simulator, settings: Any) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = 10**9
    large.fail("error", path="/query/", times=1, code="INVALID_QUERY_LOCATOR", status=400, message="invalid")
    sync("sync_adoptions")
    assert_equal(large, Adoption)


def _pause_after_two_bulk_pages(simulator: Simulator) -> int:
    """Sync adoptions until the day's quota ends, and return the number of pages in the whole read."""
    simulator.post("/bulk", {"largest_page": 100})
    simulator.fail("quota", path="/results", times=1, skip=2)
    sync("sync_adoptions")
    run = SyncRun.objects.get()
    assert run.resume_state is not None
    assert (run.state, run.resume_state["pages"]) == ("paused", 2)
    return -(-len(simulator.ids("Adoption__c")) // 100)


def test_a_run_that_sigterm_stops_is_recorded_as_interrupted(simulator: Simulator, database: str) -> None:
    simulator.fail("hang", path="/query", times=1, seconds=60)
    process = _start(simulator, database, "sync_accounts")
    _wait_for(lambda: simulator.calls_to("query") == 1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) != 0
    assert SyncRun.objects.get().state == "interrupted"


def _start(simulator: Simulator, database: str, command: str = "sync_all", **more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        _command(command),
        env=environment(simulator.variables, database, **more),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _command(name: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), name]


def _jobs_created(simulator: Simulator) -> int:
    return simulator.calls_to("POST /services/data/jobs/query")


def _wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
