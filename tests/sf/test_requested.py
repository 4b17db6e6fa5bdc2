"""The leading worker starts an operator's request once, and the end of each request is recorded."""

from __future__ import annotations

import signal
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.utils import timezone

from sf.ingest.lease import hold_lease
from sf.ingest.requested import NotStarted, load_latest_actions, request_sync, submit
from sf.ingest.scheduled import WORK, note_new_jobs
from sf.ingest.switch import switch_off
from sf.models import Book, OperatorAction, ScheduledJob, SyncLease, SyncRun
from tests.conftest import Manage
from tests.sf.cache import assert_equal
from tests.sf.processes import Start, wait_for
from tests.simulated import Simulator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def request(words: tuple[str, ...] = ("sync_books",), *, by: str = "maren") -> OperatorAction:
    """Submit a request as if a worker led, so that this process does not start the command."""
    with hold_lease(WORK):
        return submit(words, label="Sync books", by=by).action


def postpone_jobs() -> None:
    """Keep scheduled jobs from becoming due during the test."""
    note_new_jobs()
    ScheduledJob.objects.update(handled_until=timezone.now() + timedelta(minutes=50))


def test_the_worker_that_leads_starts_a_request_and_its_outcome_is_recorded(simulator: Simulator, start: Start) -> None:
    postpone_jobs()
    action = request()
    assert (action.state, action.started) == ("waiting", None)
    worker = start("work")
    wait_for(lambda: OperatorAction.objects.get().ended is not None)
    action = OperatorAction.objects.get()
    assert (action.state, action.exit_status, action.requested_by) == ("done", 0, "maren")
    assert action.last_line.startswith("books: ")
    assert SyncRun.objects.get(object="books").state == "done"
    assert assert_equal(simulator, Book) > 0
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    assert SyncRun.objects.filter(object="books").count() == 1


def test_a_request_says_how_a_command_failed(run_manage: Manage) -> None:
    action = request(("camp_sync", "--entities", "nothing"))
    OperatorAction.objects.update(started=Now())
    done = run_manage("run_request", str(action.pk))
    action.refresh_from_db()
    assert done.returncode == action.exit_status == 1
    assert (action.state, "unknown entity 'nothing'" in action.outcome) == ("failed", True)
    with pytest.raises(CommandError, match="no request"):
        call_command("run_request", str(action.pk))


def test_a_request_is_recorded_although_postgresql_cannot_store_its_output(run_manage: Manage) -> None:
    """A command may quote a page in UTF-16, such as that of a proxy before Slack."""
    action = request(("shell", "-v0", "-c", r"print('Slack: 403 <\0h\0t\0m\0l\0>')"))
    OperatorAction.objects.update(started=Now())
    assert run_manage("run_request", str(action.pk)).returncode == 0
    action.refresh_from_db()
    assert (action.state, action.last_line) == ("done", "Slack: 403 <html>")


def test_a_command_cannot_be_requested_again_until_it_has_ended() -> None:
    action = request()
    with pytest.raises(NotStarted, match="Sync books: requested before, and has not ended yet"):
        request(by="ben")
    assert OperatorAction.objects.get() == action
    OperatorAction.objects.update(ended=Now())
    assert request(by="ben").requested_by == "ben"


def test_a_request_that_no_worker_started_in_time_is_dropped_and_shown_as_failed(run_manage: Manage) -> None:
    action = request()
    OperatorAction.objects.update(requested_at=timezone.now() - timedelta(minutes=16))
    assert load_latest_actions(5)[0].state == "failed"
    action.refresh_from_db()
    assert "no worker started it within 15 minutes" in action.outcome
    assert run_manage("work", "--once").returncode == 0
    assert not SyncRun.objects.filter(object="books").exists()


def test_a_request_whose_process_was_killed_is_shown_as_failed() -> None:
    request()
    OperatorAction.objects.update(started=timezone.now() - timedelta(minutes=2))
    with hold_lease(f"operator action {OperatorAction.objects.get().pk}"):
        assert load_latest_actions(5)[0].state == "running"
    assert load_latest_actions(5)[0].state == "failed"
    assert "ended without recording a result" in OperatorAction.objects.get().outcome


@pytest.mark.parametrize("started", [None, timezone.now() + timedelta(days=1)], ids=["waiting", "running"])
def test_a_request_made_before_postgresqls_clock_was_set_back_does_not_block_its_command(
    started: datetime | None,
) -> None:
    request()
    OperatorAction.objects.update(requested_at=timezone.now() + timedelta(days=1), started=started)
    assert request().state == "waiting"
    assert OperatorAction.objects.exclude(ended=None).get().state == "failed"


def test_a_request_waits_while_the_worker_runs_a_command_of_the_same_name(run_manage: Manage) -> None:
    postpone_jobs()
    request(("sync_books", "--quiet"))
    request(("sync_books", "--force", "--quiet"))
    assert run_manage("work", "--once").returncode == 0
    first, second = OperatorAction.objects.order_by("requested_at")
    assert first.ended is not None
    assert second.started is not None
    assert second.started >= first.ended


def test_a_sync_is_not_requested_while_it_would_only_be_skipped() -> None:
    with hold_lease("camp_sync"), pytest.raises(NotStarted, match="another sync is under way"):
        request_sync(["camp_sync"], label="Refresh", by="maren", lease="camp_sync")
    switch_off(by="ines", reason="the org moves", until=None)
    with pytest.raises(NotStarted, match=r"switched off .*by ines .*: the org moves"):
        request_sync(["camp_sync"], label="Refresh", by="maren")
    assert not OperatorAction.objects.exists()


def test_a_worker_on_another_host_is_named() -> None:
    with hold_lease(WORK):
        SyncLease.objects.update(place="host-b boot 1")
        message = str(submit(["sync_books"], label="Sync books", by="maren"))
    assert message == (
        "Sync books: left for the worker on host-b. It starts within seconds, or after a running "
        "command of the same name. If it has not started within 15 minutes, it is dropped."
    )
