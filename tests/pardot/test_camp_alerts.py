"""``camp_alerts`` reports each event once to each channel, even when it runs often or on two hosts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from pardot.configuration.values import set_value
from pardot.models import Alert, DigestDelivery, Form
from sf.models import SyncRun
from sfapi.cron import list_scheduled_jobs
from tests.pardot.score_factories import finish_sync, form, mark_read, snapshot, weigh
from tests.pardot.test_camp_digest import Slack, webhook

__all__ = ["webhook"]

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)
YESTERDAY = date(2026, 6, 29)
State = SyncRun.State


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def score(points: int, at: datetime = NOW) -> None:
    """Set the score by forms alone: each form without a campaign costs a point."""
    Form.objects.all().delete()
    weigh(forms_no_campaign=1)
    for _ in range(100 - points):
        form(campaign_id=None)
    mark_read("forms", until=at)
    finish_sync(now=at)


def make_run(name: str, state: State, ago: timedelta = timedelta(minutes=10)) -> None:
    SyncRun.objects.create(object=name, state=state, started=NOW - ago, ended=NOW - ago, message="ana@school.example")


def camp_alerts() -> str:
    output = StringIO()
    call_command("camp_alerts", stdout=output)
    return output.getvalue()


def test_nothing_is_reported_while_all_is_well(webhook: Slack) -> None:
    snapshot(YESTERDAY, health_score=85)
    score(85)
    make_run("books", State.DONE)
    assert camp_alerts() == ""
    assert (webhook.messages, Alert.objects.count()) == ([], 0)


def test_a_grade_that_falls_is_reported_once(webhook: Slack, settings: Any) -> None:
    settings.DIGEST_RECIPIENTS, settings.PUBLIC_URL = ["ranger@camp.example"], "https://camp.example"
    snapshot(YESTERDAY, health_score=85)
    score(75)
    fell = "grade fell from B to C: score 75, was 85 on Mon, Jun 29"
    assert camp_alerts() == f"sent to Slack: {fell}\nsent to ranger@camp.example: {fell}\n"
    assert mail.outbox[0].subject == f"Camp alert: {fell}"
    assert "https://camp.example/pardot/" in webhook.messages[0]
    deliveries = {(each.channel, each.recipient, each.text) for each in DigestDelivery.objects.all()}
    assert deliveries == {("slack", "Slack", fell), ("mail", "ranger@camp.example", fell)}
    for points in (75, 85, 75):
        score(points)
        assert camp_alerts() == "", "the same grade is not reported twice on one day"
    assert len(webhook.messages) == len(mail.outbox) == 1


def test_a_second_fall_is_reported_and_a_rise_is_not(webhook: Slack) -> None:
    snapshot(YESTERDAY, health_score=85)
    score(75)
    camp_alerts()
    score(65)
    assert "fell from B to D" in camp_alerts()
    score(95)
    assert camp_alerts() == ""


def test_a_drop_after_the_snapshot_of_the_day_is_not_reported_again_after_midnight(
    webhook: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot(YESTERDAY, health_score=85)
    score(85)  # also stores today's snapshot, with this score
    weigh(forms_no_campaign=2)
    assert "fell from B to C" in camp_alerts()
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(hours=15))
    assert camp_alerts() == ""
    weigh(forms_no_campaign=4)
    assert "fell from B to F" in camp_alerts(), "this is another drop"


def test_a_change_of_the_grade_thresholds_is_not_reported_as_a_fall(webhook: Slack) -> None:
    snapshot(YESTERDAY, health_score=85)
    score(85)
    set_value("grade_thresholds", [{"grade": "A", "minimum": 90}, {"grade": "F", "minimum": 0}], by="test")
    assert camp_alerts() == ""


def test_a_score_below_the_threshold_is_reported_once_until_it_has_recovered(webhook: Slack) -> None:
    score(68)
    assert camp_alerts() == "", "without a threshold there is no alert"
    set_value("alert_score", 70, by="test")
    assert camp_alerts() == "sent to Slack: score 68 is below 70\n"
    score(67)
    assert camp_alerts() == ""
    score(70)
    assert camp_alerts() == ""
    score(69)
    assert camp_alerts() == "sent to Slack: score 69 is below 70\n"


@pytest.mark.parametrize(("name", "words"), [("books", "sync of books"), ("camp_sync", "camp_sync")])
def test_a_sync_that_fails_is_reported_once_until_it_has_succeeded(
    webhook: Slack, settings: Any, name: str, words: str
) -> None:
    settings.CRONJOBS = list_scheduled_jobs(pardot=True, digest=True)
    make_run(name, State.FAILED, timedelta(hours=5))
    assert camp_alerts() == f"sent to Slack: {words} failed\n"
    make_run(name, State.FAILED, timedelta(hours=4))
    assert camp_alerts() == ""
    make_run(name, State.DONE, timedelta(hours=3))
    assert camp_alerts() == ""
    make_run(name, State.FAILED, timedelta(hours=2))
    assert f"{words} failed" in camp_alerts()
    assert "school.example" not in "".join(webhook.messages), "a sync's message may quote a record"


def test_a_sync_that_is_overdue_is_reported_and_one_that_never_ran_is_not(webhook: Slack) -> None:
    make_run("books", State.DONE, timedelta(days=30))
    assert camp_alerts() == "sent to Slack: sync of books is overdue; the data is 30 days old\n"


def test_failures_of_jobs_that_are_not_syncs_are_not_reported(webhook: Slack) -> None:
    make_run("deliver_pending", State.FAILED)
    assert camp_alerts() == ""


def test_several_alerts_are_sent_in_one_message(webhook: Slack) -> None:
    set_value("alert_score", 70, by="test")
    score(60)
    make_run("books", State.FAILED)
    camp_alerts()
    [message] = webhook.messages
    assert "Camp alert: 2 things to look at" in message
    assert "- score 60 is below 70" in message
    assert "- sync of books failed" in message


@pytest.mark.django_db(transaction=True)
def test_two_hosts_at_the_same_moment_report_an_event_once(webhook: Slack) -> None:
    make_run("books", State.FAILED)

    def run(_: int) -> str:
        try:
            return camp_alerts()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as hosts:
        outputs = sorted(hosts.map(run, range(2)))
    assert outputs == ["", "sent to Slack: sync of books failed\n"]
    assert len(webhook.messages) == 1


def test_the_next_run_sends_only_to_the_channel_that_failed(webhook: Slack, settings: Any) -> None:
    settings.DIGEST_RECIPIENTS = ["ranger@camp.example"]
    webhook.answers = [(404, {})]
    make_run("books", State.FAILED)
    with pytest.raises(CommandError, match="Slack: 404"):
        camp_alerts()
    assert camp_alerts() == "sent to Slack: sync of books failed\n"
    assert (len(webhook.messages), len(mail.outbox)) == (1, 1)


def test_the_digest_is_sent_even_after_an_alert(webhook: Slack) -> None:
    make_run("books", State.FAILED)
    camp_alerts()
    output = StringIO()
    call_command("camp_digest", "--send", stdout=output)
    assert output.getvalue() == "sent to Slack\n"
    assert camp_alerts() == ""


def test_a_failure_that_lasts_100_days_is_reported_once(webhook: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest deletes its own deliveries after 90 days, but no delivery of an alert."""
    make_run("books", State.FAILED)
    camp_alerts()
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=100))
    call_command("camp_digest", "--send", stdout=StringIO())
    assert camp_alerts() == ""


def test_without_a_channel_the_command_says_what_to_set(settings: Any) -> None:
    settings.PUBLIC_URL = "https://camp.example"
    with pytest.raises(CommandError, match="set SLACK_WEBHOOK_URL or DIGEST_RECIPIENTS"):
        camp_alerts()
