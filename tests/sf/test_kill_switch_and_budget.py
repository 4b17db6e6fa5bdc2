"""Operators stop syncs by a switch, and syncs stop before the day's calls are used up."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from sf.models import Account, Adoption, Opportunity, SyncConfig, SyncRun
from sf.salesforce.limits import ApiUsage, parse_limit_info
from sf.sync import source
from tests.conftest import Manage
from tests.sf.cache import assert_equal, last_run, sync
from tests.sf.processes import Start, wait_for
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

REST, BULK = 10**9, 1


def configure(**values: Any) -> None:
    SyncConfig.load()
    SyncConfig.objects.update(**values)


def count_staged(run: SyncRun) -> tuple[int, int]:
    """Return the numbers of pages and rows that the next run need not read again."""
    assert run.resume_state is not None
    return run.resume_state["pages"], run.resume_state["rows"]


# -- before a run ----------------------------------------------------------------------------------------------


def test_a_sync_that_is_switched_off_sends_no_request(simulator: Simulator, run_manage: Manage) -> None:
    configure(sync_enabled=False)
    done = run_manage("sync_all")
    assert (done.returncode, done.stderr) == (0, "")
    reason = "skipped: syncs are switched off (at /ops/)"
    names = ["accounts", "contacts", "opportunities", "adoptions"]
    assert done.stdout.splitlines()[:-1] == [f"{name}: {reason}" for name in names]
    assert simulator.calls() == 0
    assert not Account.all_objects.exists()


def test_syncs_off_reports_the_person_the_reason_and_the_end(run_manage: Manage) -> None:
    done = run_manage("syncs", "off", "--because", "the org is moved", "--for", "2h", "--by", "Maren")
    assert re.fullmatch(r"Syncs are off \(.* by Maren 20.*, until 20.*: the org is moved\)\.\n", done.stdout)
    assert "by Maren" in run_manage("sync_books").stdout
    assert run_manage("syncs", "on", "--by", "Ines").stdout == "Syncs are on.\n"
    config = SyncConfig.load()
    assert (config.off_until, config.off_reason, config.switched_by) == (None, "", "Ines")
    assert SyncRun.objects.get(object="books").state == "skipped"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["off"], "--because: say why"),
        (["off", "--because", "x", "--for", "soon"], "--for: 'soon' is not a time such as 30m, 2h or 1d"),
        (["on", "--for", "2h"], "--because and --for need the action off"),
    ],
)
def test_invalid_arguments_leave_the_switch_unchanged(arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("syncs", *arguments)
    assert SyncConfig.load().syncs_are_on


@pytest.mark.parametrize(
    ("api_limit", "daily_max", "used", "begins"),
    [
        (100_000, 285_000, 84_900, True),
        (100_000, 285_000, 85_000, False),
        (285_000, 1_000, 840, True),
        (285_000, 1_000, 850, False),
    ],
    ids=["below 85% of our limit", "at 85% of our limit", "below 85% of the org's", "at 85% of the org's"],
)
def test_the_smaller_limit_decides_whether_a_run_begins(
    simulator: Simulator, api_limit: int, daily_max: int, used: int, begins: bool
) -> None:
    configure(api_limit=api_limit)
    simulator.post("/limits", {"daily_max": daily_max, "daily_used": used})
    sync("sync_accounts")
    assert last_run("accounts").state == ("done" if begins else "skipped")
    assert Account.objects.exists() == begins


def test_a_run_over_the_threshold_says_so_and_reads_nothing(simulator: Simulator, run_manage: Manage) -> None:
    configure(pause_threshold=0.5)
    simulator.post("/limits", {"daily_max": 1_000, "daily_used": 600})
    done = run_manage("sync_accounts")
    assert (done.returncode, done.stderr) == (0, "")
    reason = "Salesforce API usage is 601 calls today; syncs pause from 500 on (50% of 1,000)"
    assert done.stdout == f"accounts: skipped: {reason}\n"
    assert simulator.calls() == 2, "login and limits"


def test_usage_is_stored_for_the_admin(simulator: Simulator) -> None:
    simulator.post("/limits", {"daily_max": 2_000, "daily_used": 100})
    sync("sync_accounts")
    config = SyncConfig.load()
    assert (config.last_usage_value, config.last_usage_limit) == (104, 2_000), "limits, org, count and page"
    assert config.last_usage_check is not None
    assert config.instance_url == simulator.variables["SALESFORCE_HOST"]


# -- in the middle of a run ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("threshold", "calls_before_pages"), [(REST, 2), (BULK, 4)], ids=["rest", "bulk"])
def test_a_run_that_reaches_the_threshold_pauses_and_the_next_resumes_it(
    simulator: Simulator, settings: Any, monkeypatch: pytest.MonkeyPatch, threshold: int, calls_before_pages: int
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    monkeypatch.setattr(source, "REST_PAGE_ROWS", 200)
    simulator.post("/bulk", {"largest_page": 200})
    configure(api_limit=calls_before_pages + 1, pause_threshold=1.0)  # enough for the first of the two pages

    sync("sync_adoptions")
    run = last_run("adoptions")
    assert (run.state, run.rows_read) == ("paused", 0)
    assert count_staged(run) == (1, 200)
    assert "syncs pause from" in run.message
    assert not Adoption.all_objects.exists(), "readers see all rows or none"

    configure(api_limit=285_000)
    simulator.post("/counters/reset")
    sync("sync_adoptions")
    assert_equal(simulator, Adoption)
    pages = simulator.calls_to("{locator}") + simulator.calls_to("results")
    assert pages - (threshold == BULK) == 1, "the missing page; with Bulk, one more for the incremental read after it"


def test_a_run_that_finishes_an_earlier_read_and_pauses_says_that_the_read_is_stored(
    simulator: Simulator, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = REST
    monkeypatch.setattr(source, "REST_PAGE_ROWS", 200)
    configure(api_limit=3, pause_threshold=1.0)
    sync("sync_adoptions")
    configure(api_limit=285_000)
    simulator.fail("quota", path="COUNT", times=None)
    sync("sync_adoptions")
    run = last_run("adoptions")
    assert (run.state, run.inserted) == ("paused", Adoption.objects.count())
    assert run.inserted > 200
    assert run.message.endswith(
        ". The read that an earlier run began is stored; the next run reads what has changed since"
    )


def test_a_paused_run_is_no_failure(simulator: Simulator, run_manage: Manage) -> None:
    simulator.post("/bulk", {"largest_page": 200})
    configure(api_limit=5, pause_threshold=1.0)
    done = run_manage("sync_adoptions", SALESFORCE_BULK_THRESHOLD="1")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
    assert done.stdout.startswith("adoptions: paused: Salesforce API usage is 5 calls today; syncs pause from 5 on")


def test_no_other_object_begins_once_the_threshold_is_reached(simulator: Simulator) -> None:
    configure(api_limit=6, pause_threshold=1.0)  # limits and org; count and page of accounts and of contacts
    sync("sync_all")
    states = dict(SyncRun.objects.values_list("object", "state"))
    assert (states.pop("accounts"), states.pop("contacts")) == ("done", "done")
    assert set(states.values()) == {"skipped"}
    assert not Opportunity.all_objects.exists()


def test_a_run_that_is_switched_off_stops_at_its_next_page(simulator: Simulator, start: Start) -> None:
    simulator.post("/bulk", {"largest_page": 100})
    simulator.fail("hang", path="/results", skip=1, seconds=1.5)
    process = start("sync_adoptions", SALESFORCE_BULK_THRESHOLD="1")
    wait_for(lambda: simulator.calls_to("results") == 2)
    configure(sync_enabled=False)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert output.startswith("adoptions: paused: syncs were switched off (at /ops/)")
    assert count_staged(last_run("adoptions")) == (2, 200)

    configure(sync_enabled=True)
    sync("sync_adoptions")
    assert_equal(simulator, Adoption)


def test_a_run_that_is_switched_off_does_not_wait_for_its_bulk_job(simulator: Simulator, start: Start) -> None:
    simulator.post("/bulk", {"polls_until_complete": 5})
    process = start("sync_adoptions", SALESFORCE_BULK_THRESHOLD="1")
    wait_for(lambda: simulator.calls_to("GET /services/data/jobs/query") >= 1)
    configure(sync_enabled=False)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert output.startswith("adoptions: paused: syncs were switched off (at /ops/)")

    configure(sync_enabled=True)
    sync("sync_adoptions")
    assert simulator.calls_to("POST /services/data/jobs/query") == 1, "the first run's job is used"
    assert_equal(simulator, Adoption)


def test_a_run_that_waits_for_its_bulk_job_pauses_at_the_threshold(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = BULK
    simulator.post("/bulk", {"polls_until_complete": 10_000})
    configure(api_limit=10, pause_threshold=1.0)
    sync("sync_adoptions")
    run = last_run("adoptions")
    assert (run.state, run.api_calls) == ("paused", 11), "10 calls, and the login, which Salesforce does not count"
    assert "syncs pause from 10" in run.message


# -- the day's limit -------------------------------------------------------------------------------------------


def test_a_run_is_skipped_when_no_calls_are_left_at_its_start(simulator: Simulator, run_manage: Manage) -> None:
    simulator.post("/limits", {"daily_max": 1_000, "daily_used": 1_000})
    done = run_manage("sync_accounts")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("accounts: skipped: Salesforce's daily limit is used up: ")
    assert "TotalRequests Limit exceeded" in done.stdout


@pytest.mark.parametrize(("threshold", "path"), [(REST, "/query/"), (BULK, "/results.*locator")], ids=["rest", "bulk"])
def test_sync_all_pauses_at_the_object_that_uses_the_last_call(
    simulator: Simulator, settings: Any, monkeypatch: pytest.MonkeyPatch, threshold: int, path: str
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    monkeypatch.setattr(source, "REST_PAGE_ROWS", 200)
    simulator.post("/bulk", {"largest_page": 200})
    simulator.fail("quota", path=path)
    sync("sync_all")
    runs = SyncRun.objects.order_by("id").values_list("object", "state")
    assert list(runs) == [("accounts", "done"), ("contacts", "done"), ("opportunities", "paused")]
    paused = last_run("opportunities")
    assert "REQUEST_LIMIT_EXCEEDED" in paused.message
    assert "What was read is kept" in paused.message
    assert count_staged(paused) == (1, 200)
    sync("sync_all")
    assert_equal(simulator, Account, Opportunity, Adoption)


# -- the header ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "usage"),
    [
        ("api-usage=18/285000", ApiUsage(18, 285_000)),
        ("api-usage=18/285000; api-bursts=1/20", ApiUsage(18, 285_000)),
        ("api-usage=18/285000; per-app-api-usage=17/250(appName=sfapi)", ApiUsage(18, 285_000)),
        ("per-app-api-usage=17/250(appName=sfapi);api-usage=18/285000", ApiUsage(18, 285_000)),
        ("per-app-api-usage=17/250(appName=api-usage=1/2)", None),
        ("", None),
    ],
)
def test_the_usage_is_taken_from_the_api_usage_part_of_the_header(header: str, usage: ApiUsage | None) -> None:
    assert parse_limit_info(header) == usage


def test_the_last_usage_is_stored_whatever_parts_the_header_has(simulator: Simulator) -> None:
    for _ in range(4):  # two of seven answers have a second part in the header
        sync("sync_accounts")
        state = simulator.get("/state")["api_usage"]
        assert SyncConfig.load().last_usage_value == state["daily_used"]


def test_status_shows_the_budget(simulator: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    configure(sync_enabled=False, last_usage_value=90, last_usage_limit=100)
    SyncConfig.objects.update(last_usage_check="2026-01-01T00:00Z")
    call_command("sync_status")
    output = capsys.readouterr().out
    assert "SWITCHED OFF" in output
    assert "90 of 100 calls when last seen" in output
    assert "syncs pause from 85 on" in output
