"""The effect of Pardot's errors on a run, and the run's message."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError

from pardot.catalog import entities
from pardot.models import Form, PardotQuota
from sf.ingest.lease import is_running
from sf.models import SyncConfig, SyncRun
from tests.pardot.remote import Pardot, assert_equal, camp_sync, last_run
from tests.sf.processes import Start, kill, wait_for
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("code", [66, 183, 202, 214])
def test_transient_errors_of_pardot_are_retried(pardot: Pardot, code: int) -> None:
    pardot.fail(code, times=3)
    camp_sync("--entities", "forms")
    assert_equal(pardot, entities.FORMS)


@pytest.mark.parametrize(("status", "body"), [(301, ""), (302, '{"code": 49, "message": "Access Denied"}'), (308, "")])
def test_a_redirect_is_retried_whatever_its_body_says(
    pardot: Pardot, simulator: Simulator, status: int, body: str
) -> None:
    simulator.fail("status", path="objects/forms", times=3, status=status, body=body, headers={"Location": "/login"})
    camp_sync("--entities", "forms")
    assert_equal(pardot, entities.FORMS)
    assert simulator.calls_to("oauth2/token") == 2, "the first login, and one more in case the session has ended"


def test_the_error_about_a_lasting_redirect_says_where_it_leads(pardot: Pardot, simulator: Simulator) -> None:
    headers = {"Location": "https://pi.demo.pardot.com/api"}
    simulator.fail("status", path="/api/v5/", times=None, status=302, headers=headers)
    with pytest.raises(
        CommandError, match=r"answered 302 to GET tags \(check PARDOT_API_URL: it leads to https://pi\.demo"
    ):
        camp_sync("--entities", "forms")


def test_a_lasting_redirect_to_a_malformed_address_is_an_error_of_pardot(pardot: Pardot, simulator: Simulator) -> None:
    simulator.fail("status", path="/api/v5/", times=None, status=302, headers={"Location": "https://[pi"})
    with pytest.raises(CommandError, match=r"answered 302 to GET tags \(check PARDOT_API_URL\)"):
        camp_sync("--entities", "forms")


def test_a_session_that_is_refused_after_a_redirect_is_a_refused_login(pardot: Pardot, simulator: Simulator) -> None:
    simulator.fail("status", path="/api/v5/", times=1, status=302, headers={"Location": "https://pi.demo.pardot.com/"})
    pardot.fail(184, times=10_000)
    with pytest.raises(CommandError, match="lacks the scope pardot_api"):
        camp_sync("--entities", "forms")
    assert "The session was renewed and refused again" in last_run("forms").message


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (49, "the API user may not do this"),
        (51, "does not show this field: look for it in Pardot; perhaps PARDOT_ADOPTION_JSON_FIELD is wrong"),
        (61, "does not accept this parameter"),
        (66, "more than five requests were open at once"),
        (109, "code 109 to GET"),
        (181, "set SALESFORCE_PARDOT_BUSINESS_UNIT"),
        (182, "not a business unit's id"),
        (184, "lacks the scope pardot_api"),
        (198, "PARDOT_API_URL is not Pardot's host"),
        (201, "names another org's business unit, or PARDOT_API_URL is the wrong host"),
        (202, "Pardot took too long"),
        (214, "Pardot took too long"),
    ],
)
def test_an_error_that_lasts_fails_the_run_with_a_message_about_its_code(
    pardot: Pardot, code: int, message: str
) -> None:
    pardot.fail(code, times=10_000)
    with pytest.raises(CommandError) as failed:
        camp_sync("--entities", "forms")
    assert message in str(failed.value)
    assert last_run("forms").state == "failed"
    assert not Form.objects.exists()


def test_a_read_is_skipped_when_the_daily_limit_is_used_up(pardot: Pardot) -> None:
    pardot.settings(daily_max=10, daily_used=10)
    assert "the business unit's API calls of the day are used up" in camp_sync("--entities", "forms")
    assert last_run("forms").state == "skipped"


def test_pardot_gets_only_one_request_when_no_calls_are_left(pardot: Pardot) -> None:
    pardot.settings(daily_max=10, daily_used=10)
    camp_sync("--entities", "assets")
    assert pardot.calls() == 1
    assert set(SyncRun.objects.exclude(object="camp_sync").values_list("state", flat=True)) == {"skipped"}


def test_no_read_starts_when_usage_has_reached_the_threshold(pardot: Pardot, settings: Any) -> None:
    settings.PARDOT_PAUSE_THRESHOLD = 0.5
    pardot.settings(daily_max=1000, daily_used=500)
    assert "501 of 1,000 calls today; camp_sync pauses from 50% on" in camp_sync("--entities", "assets")
    assert pardot.calls() == 1
    quota = PardotQuota.objects.get()
    assert (quota.used, quota.maximum, quota.left) == (501, 1000, 499)


def test_one_entity_that_fails_does_not_stop_the_others(pardot: Pardot, simulator: Simulator) -> None:
    simulator.fail("error", path="objects/lists", times=None, errorCode="61")
    with pytest.raises(CommandError, match=r"failed: lists\b"):
        camp_sync()
    states = dict(SyncRun.objects.exclude(object="camp_sync").values_list("object", "state"))
    assert states.pop("lists") == "failed"
    assert set(states.values()) == {"done"}
    assert {"forms", "tags", "sf_health"} <= states.keys()


def test_a_wrong_business_unit_costs_only_one_request(pardot: Pardot, settings: Any) -> None:
    settings.SALESFORCE_PARDOT_BUSINESS_UNIT = "0Uv000000000000AAA"
    with pytest.raises(CommandError, match="failed: campaigns\\n"):
        camp_sync()
    assert pardot.calls() == 1
    assert last_run("sf_health").state == "done", "Salesforce is still synced"


def test_no_request_is_sent_without_a_business_unit(pardot: Pardot, settings: Any) -> None:
    settings.SALESFORCE_PARDOT_BUSINESS_UNIT = ""
    with pytest.raises(CommandError, match="set SALESFORCE_PARDOT_BUSINESS_UNIT"):
        camp_sync()
    assert pardot.calls() == 0
    assert not SyncRun.objects.exists(), "an unconfigured Pardot is not a failed run"


def test_an_answer_from_another_host_than_pardots_is_reported(pardot: Pardot, simulator: Simulator) -> None:
    simulator.fail("status", path="/api/v5/", status=404, body="<h1>Not found</h1>", times=None)
    with pytest.raises(CommandError, match=r"answered 404 to GET tags: .*check PARDOT_API_URL"):
        camp_sync("--entities", "forms")


def test_the_kill_switch_skips_every_entity(pardot: Pardot) -> None:
    SyncConfig.load()
    SyncConfig.objects.update(sync_enabled=False)
    assert "syncs are switched off" in camp_sync()
    assert pardot.calls() == 0


def test_the_kill_switch_stops_a_read_that_is_under_way(pardot: Pardot, start: Start) -> None:
    pardot.settings(delay_seconds=0.05)
    process = start("camp_sync", "--entities", "activities", PARDOT_PAGE_SIZE="20")
    wait_for(lambda: pardot.calls() >= 5)
    SyncConfig.objects.update(sync_enabled=False)
    out, _ = process.communicate(timeout=60)
    assert "activities: paused: syncs were switched off" in out
    assert process.returncode == 0


def test_only_one_camp_sync_runs_at_a_time(pardot: Pardot, start: Start) -> None:
    pardot.settings(delay_seconds=0.2)
    first = start("camp_sync")
    wait_for(lambda: pardot.calls() >= 2)
    assert "another camp_sync is under way" in camp_sync("--entities", "forms")
    kill(first)
    assert not is_running("camp_sync")
