"""``/healthz/`` and the cron table include Pardot only when a business unit is configured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection
from django.test import Client
from django.utils import timezone

from pardot.status.expectations import expect_fresh_copies
from sf.models import SyncRun
from sf.status import freshness
from sfapi.cron import list_scheduled_jobs
from tests.api.served import gunicorn
from tests.pardot.remote import Pardot, camp_sync
from tests.simulated import Simulator

State = SyncRun.State
DAILY = {"campaigns", "lists", "forms", "landing_pages", "list_emails", "custom_redirects", "folders", "tags",
         "tagged_objects", "sf_health", "sf_campaign_dates", "campaign_member_counts"}  # fmt: skip
WEEKLY = {"prospects", "activities", "campaign_members", "lead_category_scores", "contact_category_scores", "orphans"}


@pytest.fixture
def expected(settings: Any, monkeypatch: pytest.MonkeyPatch, db: None) -> dict[str, timedelta]:
    """Return the maximum age of each object that ``/healthz/`` expects with a business unit."""
    ages = dict(freshness.MAX_AGE)
    monkeypatch.setattr(freshness, "MAX_AGE", ages)
    monkeypatch.setattr(freshness, "JOBS", list(freshness.JOBS))
    settings.SALESFORCE_PARDOT_BUSINESS_UNIT = "0Uv000000000000CAA"
    settings.CRONJOBS = list_scheduled_jobs(pardot=True, digest=True)
    expect_fresh_copies()
    return ages


def run(name: str, age: timedelta, *, state: State = State.DONE, mode: str = "full", message: str = "") -> None:
    ended = timezone.now() - age
    SyncRun.objects.create(object=name, state=state, mode=mode, started=ended, ended=ended, message=message)


def make_all_fresh(expected: dict[str, timedelta]) -> None:
    for name in expected:
        run(name, timedelta(hours=1))


def states() -> dict[str, str]:
    answer = Client().get("/healthz/")
    objects = answer.json()["syncs"]["objects"]
    assert (answer.status_code == 200) == ({each["state"] for each in objects.values()} == {"fresh"})
    return {name: each["state"] for name, each in objects.items()}


def test_daily_objects_may_be_26_hours_old_and_weekly_objects_8_days(expected: dict[str, timedelta]) -> None:
    assert {name for name, age in expected.items() if age == timedelta(hours=26)} >= DAILY
    assert {name for name, age in expected.items() if age == timedelta(days=8)} >= WEEKLY
    assert set(states()) >= DAILY | WEEKLY
    make_all_fresh(expected)
    assert set(states().values()) == {"fresh"}


@pytest.mark.parametrize(
    ("name", "age", "state", "shown"),
    [
        ("forms", timedelta(hours=27), State.DONE, "late"),
        ("forms", timedelta(minutes=1), State.FAILED, "failing"),
        ("prospects", timedelta(days=7), State.DONE, "fresh"),
        ("prospects", timedelta(days=9), State.DONE, "late"),
        ("orphans", timedelta(minutes=1), State.FAILED, "failing"),
    ],
)
def test_late_and_failing_objects_are_reported(
    expected: dict[str, timedelta], name: str, age: timedelta, state: State, shown: str
) -> None:
    make_all_fresh(expected)
    if state == State.DONE:
        SyncRun.objects.filter(object=name).delete()
    run(name, age, state=state)
    assert states()[name] == shown


def test_a_sample_of_prospects_does_not_count_as_a_survey(expected: dict[str, timedelta]) -> None:
    make_all_fresh(expected)
    SyncRun.objects.filter(object="prospects").delete()
    run("prospects", timedelta(days=9))
    run("prospects", timedelta(hours=1), mode="sample")
    assert states()["prospects"] == "late"
    run("prospects", timedelta(minutes=30), mode="sample", state=State.FAILED)
    assert states()["prospects"] == "failing"
    run("prospects", timedelta(minutes=20), mode="sample")
    assert states()["prospects"] == "late", "the next sample succeeded, but the survey is still late"


def test_no_pardot_object_is_expected_without_a_business_unit(settings: Any) -> None:
    before = dict(freshness.MAX_AGE)
    settings.SALESFORCE_PARDOT_BUSINESS_UNIT = ""
    expect_fresh_copies()
    assert before == freshness.MAX_AGE
    assert not DAILY & set(before)


def test_a_process_with_a_business_unit_expects_the_pardot_objects(simulator: Simulator, database: str) -> None:
    unit = simulator.variables["SALESFORCE_PARDOT_BUSINESS_UNIT"]
    with gunicorn(database, workers=1, SALESFORCE_PARDOT_BUSINESS_UNIT=unit) as url:
        objects = requests.get(f"{url}/healthz/", timeout=10).json()["syncs"]["objects"]
    assert {objects[name]["state"] for name in DAILY | WEEKLY} == {"never"}


def test_sync_status_shows_every_object_and_job_of_the_health_check(
    expected: dict[str, timedelta], capsys: pytest.CaptureFixture[str]
) -> None:
    make_all_fresh(expected)
    run("forms", timedelta(hours=30))
    run("lists", timedelta(minutes=1), state=State.FAILED, message="code 184")
    run("lists", timedelta(minutes=2), state=State.FAILED, message="earlier")
    run("camp_digest", timedelta(hours=3), state=State.FAILED, message="mail: no connection")
    SyncRun.objects.filter(object="forms", ended__gte=timezone.now() - timedelta(hours=2)).delete()
    call_command("sync_status")
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert {f"{name} fresh 1 hour ago" for name in expected if name not in {"forms", "lists"}} <= set(lines)
    assert "forms late 1 day ago" in lines
    assert "lists failing 1 hour ago code 184" in lines
    assert "camp_digest failing never mail: no connection" in lines
    assert "deliver_pending never never" in lines


@pytest.mark.parametrize("configured", [True, False])
def test_camp_sync_is_scheduled_where_pardot_is_configured(configured: bool) -> None:
    jobs = [job[2] for job in list_scheduled_jobs(pardot=configured, digest=True)]
    assert (["camp_sync"] in jobs, ["camp_sync", "--survey"] in jobs) == (configured, configured)
    assert (["camp_digest", "--send"] in jobs) is configured
    assert ["sync_all"] in jobs


def test_the_digest_is_not_scheduled_without_a_channel() -> None:
    assert ["camp_digest", "--send"] not in [job[2] for job in list_scheduled_jobs(pardot=True, digest=False)]


def test_alerts_are_scheduled_only_where_the_team_has_a_channel() -> None:
    """Personal messages to members do not count as a channel of the team."""
    assert ["camp_alerts"] in [job[2] for job in list_scheduled_jobs(pardot=True, digest=True)]
    assert ["camp_alerts"] not in [job[2] for job in list_scheduled_jobs(pardot=True, digest=True, alerts=False)]


def test_a_digest_that_was_not_delivered_shows_in_the_health_of_the_service(
    expected: dict[str, timedelta], settings: Any
) -> None:
    settings.DIGEST_RECIPIENTS, settings.SLACK_WEBHOOK_URL = ["ranger@camp.example"], ""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(CommandError):
        call_command("camp_digest", "--send")
    assert freshness.find_failing_jobs() == ["camp_digest"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    call_command("camp_digest", "--send")
    assert freshness.find_failing_jobs() == []


@contextmanager
def refusing_snapshots() -> Iterator[None]:
    """Let the database refuse the day's snapshot."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pardot_dailysnapshot ADD CONSTRAINT no_more CHECK (false)")
        try:
            yield
        finally:
            cursor.execute("ALTER TABLE pardot_dailysnapshot DROP CONSTRAINT no_more")


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_that_cannot_be_stored_shows_in_the_health_of_the_service(
    expected: dict[str, timedelta], pardot: Pardot
) -> None:
    with refusing_snapshots(), pytest.raises(IntegrityError):
        camp_sync("--entities", "forms")
    make_all_fresh(expected)
    assert freshness.find_failing_jobs() == ["camp_sync"]
    assert Client().get("/healthz/").status_code == 503
    assert "no_more" in SyncRun.objects.get(object="camp_sync").message
    camp_sync("--entities", "forms")
    assert freshness.find_failing_jobs() == []
    assert Client().get("/healthz/").status_code == 200


@contextmanager
def without_tasks() -> Iterator[None]:
    """Rename the task table, so that no query finds it."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pardot_task RENAME TO pardot_task_away")
        try:
            yield
        finally:
            cursor.execute("ALTER TABLE pardot_task_away RENAME TO pardot_task")


@pytest.mark.django_db(transaction=True)
def test_a_digest_that_cannot_be_written_or_has_no_channel_shows_in_the_health_of_the_service(
    expected: dict[str, timedelta], settings: Any
) -> None:
    settings.DIGEST_RECIPIENTS, settings.SLACK_WEBHOOK_URL = ["ranger@camp.example"], ""
    with without_tasks(), pytest.raises(ProgrammingError):
        call_command("camp_digest", "--send")
    assert freshness.find_failing_jobs() == ["camp_digest"]
    settings.DIGEST_RECIPIENTS = []
    SyncRun.objects.all().delete()
    with pytest.raises(CommandError, match="nowhere to send to"):
        call_command("camp_digest", "--send")
    assert freshness.find_failing_jobs() == ["camp_digest"]


def test_a_failed_job_that_is_no_longer_set_up_is_no_fault(expected: dict[str, timedelta], settings: Any) -> None:
    make_all_fresh(expected)
    run("camp_alerts", timedelta(hours=1), state=State.FAILED, message="Slack: 404 no_service")
    assert Client().get("/healthz/").status_code == 503
    settings.CRONJOBS = list_scheduled_jobs(pardot=True, digest=True, alerts=False)
    assert Client().get("/healthz/").status_code == 200
