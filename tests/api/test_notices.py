"""Notices of silent trouble: late jobs, an API budget exhausted twice in a row, open breakers, pauses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from api.models import User
from api.protection import breaker
from sf.ingest.errors import SyncSkipped
from sf.ingest.schedule import compute_longest_pause, is_overdue
from sf.ingest.switch import check_switch
from sf.models import CachedOrg, SyncConfig, SyncRun
from sf.status.freshness import MAX_AGE, compute_allowed_age

State, Cause = SyncRun.State, SyncRun.Cause


def record_run(name: str, ago: timedelta, state: str = State.DONE, **values: str) -> None:
    ended = timezone.now() - ago
    SyncRun.objects.create(object=name, state=state, started=ended, ended=ended, **values)


@pytest.fixture
def probe(db: None) -> Client:
    for name in MAX_AGE:
        record_run(name, timedelta(hours=1))
    return Client()


def test_healthz_is_ok_and_lists_jobs_as_never_run_where_cron_was_never_installed(probe: Client) -> None:
    answer = probe.get("/healthz/")
    assert answer.status_code == 200
    jobs = answer.json()["jobs"]
    assert (jobs["failing"], jobs["late"]) == ([], [])
    assert {"deliver_pending", "cleanup_logs", "sync_retry"} <= set(jobs["never_ran"])


@pytest.mark.parametrize("state", [State.DONE, State.SKIPPED])
def test_healthz_fails_when_the_last_delivery_run_was_eleven_minutes_ago(
    probe: Client, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    record_run("deliver_pending", timedelta(minutes=8), state)
    assert probe.get("/healthz/").status_code == 200
    SyncRun.objects.filter(object="deliver_pending").delete()
    record_run("deliver_pending", timedelta(minutes=11), state)
    answer = probe.get("/healthz/")
    assert (answer.status_code, answer.json()["jobs"]["late"]) == (503, ["deliver_pending"])
    call_command("sync_status")
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert any(line.startswith("deliver_pending late") for line in lines)


@pytest.mark.parametrize(
    ("command", "seen", "now", "overdue"),
    [
        ("cleanup_logs", "2026-11-22T03:01", "2026-11-29T04:59", False),
        ("cleanup_logs", "2026-11-22T03:01", "2026-11-29T05:01", True),
        ("camp_digest", "2026-11-27T08:01", "2026-11-30T07:59", False),  # a weekend
        ("camp_digest", "2026-11-27T08:01", "2026-11-30T10:01", True),
        ("sync_retry", "2026-11-27T08:00", "2026-11-27T08:13", False),
        ("sync_retry", "2026-11-27T08:00", "2026-11-27T08:15", True),
        ("unknown", "2020-01-01T00:00", "2026-11-27T08:15", False),
    ],
)
def test_the_cron_table_decides_when_a_job_is_late(
    settings: Any, command: str, seen: str, now: str, overdue: bool
) -> None:
    from sfapi.cron import CRONJOBS

    settings.CRONJOBS, settings.TIME_ZONE = CRONJOBS, "UTC"
    assert is_overdue(command, _moment(seen), _moment(now)) is overdue


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_cron_table_decides_how_old_a_copy_may_be(settings: Any) -> None:
    assert (MAX_AGE["accounts"], MAX_AGE["books"]) == (timedelta(hours=26), timedelta(days=8))
    settings.CRONJOBS = [("*/15 * * * *", "sfapi.cron.run", ["sync_all"])]
    assert compute_longest_pause("sync_all") == timedelta(minutes=15)
    assert compute_allowed_age("sync_all") == timedelta(minutes=45)
    assert compute_longest_pause("sync_books") is None


@pytest.mark.parametrize("second", [State.PAUSED, State.SKIPPED])
def test_an_api_budget_exhausted_twice_in_a_row_makes_healthz_fail(
    probe: Client, second: str, capsys: pytest.CaptureFixture[str]
) -> None:
    record_run("contacts", timedelta(minutes=50), State.PAUSED, cause=Cause.LIMIT, message="usage is 99 calls")
    assert probe.get("/healthz/").status_code == 200
    record_run("contacts", timedelta(minutes=5), second, cause=Cause.LIMIT, message="usage is 100 calls")
    answer = probe.get("/healthz/")
    assert (answer.status_code, answer.json()["syncs"]["objects"]["contacts"]["state"]) == (503, "failing")
    call_command("sync_status")
    assert "usage is 100 calls" in capsys.readouterr().out
    record_run("contacts", timedelta(0))
    assert probe.get("/healthz/").status_code == 200


def test_runs_before_the_adoption_of_another_org_do_not_count(probe: Client) -> None:
    record_run("contacts", timedelta(minutes=50), State.PAUSED, cause=Cause.LIMIT)
    SyncRun.objects.create(object="accounts", started=timezone.now() - timedelta(minutes=50))  # its process was killed
    CachedOrg.objects.create(organization_id="00D", adopted_at=timezone.now() - timedelta(minutes=30))
    record_run("contacts", timedelta(minutes=5), State.PAUSED, cause=Cause.LIMIT)
    states = {name: each["state"] for name, each in probe.get("/healthz/").json()["syncs"]["objects"].items()}
    assert (states["contacts"], states["accounts"]) == ("never", "never")


def test_runs_count_when_the_adoption_is_dated_ahead_because_postgresqls_clock_was_set_back(probe: Client) -> None:
    CachedOrg.objects.create(organization_id="00D", adopted_at=timezone.now() + timedelta(days=1))
    record_run("contacts", timedelta(minutes=5), State.FAILED)
    states = {name: each["state"] for name, each in probe.get("/healthz/").json()["syncs"]["objects"].items()}
    assert (states["contacts"], states["accounts"]) == ("failing", "fresh")


def test_runs_skipped_by_the_kill_switch_are_not_failures(probe: Client) -> None:
    for _ in range(2):
        record_run("contacts", timedelta(0), State.SKIPPED, cause=Cause.SWITCH)
    assert probe.get("/healthz/").status_code == 200


def test_every_open_breaker_is_shown(probe: Client, settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.METRICS_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    assert probe.get("/healthz/").json()["breakers"] == {"ok": True, "open": []}
    breaker.note_failure("no answer from login.example", name=breaker.LIVE, for_good=True)
    breaker.note_failure("slow", name="another system", for_good=True)
    answer = probe.get("/healthz/")
    assert set(answer.json()["breakers"]["open"]) == {breaker.LIVE, "another system"}
    assert "login.example" not in answer.text
    call_command("sync_status")
    assert "salesforce live is open: no answer from login.example" in capsys.readouterr().out


def test_a_pause_by_the_kill_switch_names_its_author_and_reason_and_may_end_by_itself(db: None, client: Client) -> None:
    client.force_login(User.objects.create_superuser("maren", "maren@camp.example", "x"))
    page = "/admin/ops/switch/"
    assert client.post(page, {"to": "off", "pause": "120"}).status_code == 200, "without a reason nothing is changed"
    check_switch()
    assert client.post(page, {"to": "off", "pause": "120", "reason": "Salesforce moves the org"}).status_code == 302
    with pytest.raises(SyncSkipped, match=r"switched off \(at /ops/ by maren 20.*, until .*: Salesforce moves the org"):
        check_switch()
    SyncConfig.objects.update(off_until=timezone.now() - timedelta(seconds=1))
    check_switch()
    assert client.post(page, {"to": "on"}).status_code == 302
    config = SyncConfig.load()
    assert (config.off_until, config.off_reason) == (None, ""), "the next pause needs its own end and reason"
