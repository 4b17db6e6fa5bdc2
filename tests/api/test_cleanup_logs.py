"""``cleanup_logs`` deletes old rows in chunks, and keeps all others."""

from __future__ import annotations

import threading
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from api.domain.rates import Rate
from api.management.commands import cleanup_logs
from api.models import FieldChangeLog, FormSubmission, OutboundCase, RateCount, RequestLog
from api.outbox.dead_letters import queue_again
from api.protection.rate_limit import try_pass
from api.retention import logs, old_cases
from sf.ingest import old_runs
from sf.ingest.runs import find_last_committed
from sf.models import OperatorAction, SyncRun
from sf.status.freshness import sync_freshness
from sf.sync.objects import ACCOUNTS
from sfapi.cron import CRONJOBS

pytestmark = pytest.mark.django_db


def requests_of(*days: float) -> None:
    now = timezone.now()
    RequestLog.objects.bulk_create(
        RequestLog(time=now - timedelta(days=age), status=200, milliseconds=1, path=f"/api/{age}") for age in days
    )


def change_of(days: float) -> None:
    change = FieldChangeLog.objects.create(object="Contact", field="role", source="test", identity="key:test")
    FieldChangeLog.objects.filter(pk=change.pk).update(time=timezone.now() - timedelta(days=days))


def action_of(days: float) -> None:
    OperatorAction.objects.create(label="Sync books", requested_at=timezone.now() - timedelta(days=days))


def case_of(days: float, state: str, *, form: bool = False) -> None:
    """Make a case that was created this many days ago.

    Unless the case is queued, it ended at the same moment.
    """
    then = timezone.now() - timedelta(days=days)
    ended = None if state == "queued" else then
    case = OutboundCase.objects.create(identity="key:test", values={}, state=state, created_at=then, ended_at=ended)
    if form:
        FormSubmission.objects.create(form_type=f"{state} {days}", data={}, case=case, created_at=then)


def cleanup(*options: str) -> str:
    out = StringIO()
    call_command("cleanup_logs", *options, stdout=out)
    return out.getvalue()


def test_each_log_is_kept_for_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "CHUNK", 2)
    requests_of(1, 89.9, 90.1, 91, 92, 93, 400)
    for days in (1, 364, 366):
        change_of(days)
        action_of(days)
    assert cleanup() == (
        "Removed: request log 5, field change log 1, operator actions 1, cases (outbox) 0, "
        "form submissions 0, sessions 0, sync runs 0, idle rate counts 0, old look-ups 0.\n"
    )
    assert set(RequestLog.objects.values_list("path", flat=True)) == {"/api/1", "/api/89.9"}
    assert FieldChangeLog.objects.count() == OperatorAction.objects.count() == 2


def test_options_set_how_long_rows_are_kept() -> None:
    requests_of(1, 3)
    change_of(10)
    assert "request log 1, field change log 1" in cleanup("--request-days", "2", "--change-days", "9")


def test_a_dry_run_changes_nothing() -> None:
    requests_of(100, 101)
    case_of(500, "delivered", form=True)
    assert cleanup("--dry-run") == (
        "Would remove: request log 2, field change log 0, operator actions 0, cases (outbox) 1, "
        "form submissions 1, sessions 0, sync runs 0. "
        "Nothing was changed.\n"
    )
    assert RequestLog.objects.count() == 2
    assert OutboundCase.objects.count() == FormSubmission.objects.count() == 1


def test_old_delivered_and_refused_cases_and_spam_are_removed_but_queued_and_failed_cases_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(old_cases, "CHUNK", 2)
    for state in OutboundCase.State.values:
        for days in (399, 401, 402, 403):
            case_of(days, state, form=True)
    for days in (399, 401, 402, 403):
        spam = FormSubmission.objects.create(form_type=f"spam {days}", data={}, spam_reason="honeypot")
        FormSubmission.objects.filter(pk=spam.pk).update(created_at=timezone.now() - timedelta(days=days))
    case_of(100, "delivered")
    assert "cases (outbox) 6, form submissions 9, " in cleanup()
    kept = {f"{state} {days}" for state in ("queued", "failed") for days in (399, 401, 402, 403)}
    assert set(FormSubmission.objects.values_list("form_type", flat=True)) == {
        *kept,
        "delivered 399",
        "refused 399",
        "spam 399",
    }
    assert OutboundCase.objects.count() == 11


def test_an_old_case_stays_when_it_was_delivered_recently() -> None:
    case_of(500, "delivered")
    OutboundCase.objects.update(ended_at=timezone.now() - timedelta(days=1))
    assert "cases (outbox) 0" in cleanup()


@pytest.mark.django_db(transaction=True)
def test_a_case_that_an_operator_queues_again_meanwhile_stays() -> None:
    case_of(500, "failed", form=True)
    OutboundCase.objects.update(settled_at=timezone.now() - timedelta(days=450))

    def clean_in_thread() -> None:
        cleanup()
        connection.close()

    cleaning = threading.Thread(target=clean_in_thread)
    with transaction.atomic():
        assert queue_again(list(OutboundCase.objects.all())) == 1
        cleaning.start()
        cleaning.join(2)
    cleaning.join()
    assert FormSubmission.objects.get().case == OutboundCase.objects.get(state="queued")


def test_cases_can_be_kept_forever(settings: Any) -> None:
    settings.CASE_RETENTION_DAYS = 0
    case_of(5000, "delivered", form=True)
    assert "form" not in cleanup()
    assert OutboundCase.objects.count() == FormSubmission.objects.count() == 1


def test_counts_of_idle_callers_are_removed_too() -> None:
    try_pass("test", "gone", Rate(5, 60))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE api_ratecount SET hits = ARRAY[now() - interval '3 days']")
    assert "idle rate counts 1" in cleanup()
    assert not RateCount.objects.exists()


@pytest.mark.parametrize("days", ["0", "-3", "999999"])
def test_a_wrong_age_is_refused(days: str) -> None:
    with pytest.raises(CommandError, match="--request-days: must be a number from 1"):
        cleanup(f"--request-days={days}")


def test_each_cleanup_is_recorded_as_a_run_and_a_failure_shows_in_healthz(monkeypatch: pytest.MonkeyPatch) -> None:
    def load_jobs() -> Any:
        return Client().get("/healthz/").json()["jobs"]

    assert (load_jobs()["ok"], load_jobs()["failing"]) == (True, [])
    with monkeypatch.context() as patch:
        patch.setattr(cleanup_logs, "forget_idle_counts", lambda: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            cleanup()
    run = SyncRun.objects.get(object="cleanup_logs")
    assert (run.state, "division" in run.message) == ("failed", True)
    assert (load_jobs()["ok"], load_jobs()["failing"]) == (False, ["cleanup_logs"])
    cleanup()
    assert load_jobs()["ok"]
    assert SyncRun.objects.filter(object="cleanup_logs", message__startswith="Removed: ").exists()


def test_cleanup_logs_is_scheduled() -> None:
    assert ("0 3 * * 0", "sfapi.cron.run", ["cleanup_logs"]) in CRONJOBS


def test_the_request_log_and_the_change_log_are_read_only_in_the_admin(admin_client: Any) -> None:
    requests_of(1)
    change_of(1)
    for model in (RequestLog, FieldChangeLog):
        base = f"/admin/api/{model._meta.model_name}/"
        assert admin_client.get(base).status_code == 200
        assert admin_client.get(f"{base}?q=key:test").status_code == 200
        row = model._default_manager.get()
        assert admin_client.get(f"{base}{row.pk}/change/").status_code == 200
        for path in ("add/", f"{row.pk}/delete/"):
            assert admin_client.post(f"{base}{path}").status_code == 403
        assert admin_client.post(f"{base}{row.pk}/change/", {}).status_code == 403


def run_of(days: float, **values: Any) -> int:
    then = timezone.now() - timedelta(days=days)
    return SyncRun.objects.create(
        **{"object": "accounts", "state": "done", "started": then, "ended": then, **values}
    ).pk


def freshness_states() -> dict[str, str]:
    """Return each object's state of freshness, without the age that grows during the test."""
    return {each.name: each.state for each in sync_freshness()}


def test_old_runs_are_removed_unless_freshness_or_a_later_sync_needs_them(settings: Any) -> None:
    kept = {
        run_of(29),
        run_of(200, mode="incremental", watermark=timezone.now()),
        run_of(300, mode="sample"),
        run_of(400, state="failed"),
        run_of(500, state="running", ended=None),
        run_of(510, state="paused", resume_state={"page": 1}),
        run_of(520, object="books", mode="full"),
    }
    for days in range(520, 530):
        run_of(days, mode="incremental")
        run_of(days, state="failed")
    latest_paused = run_of(100, state="paused")
    before, committed = freshness_states(), find_last_committed(ACCOUNTS)
    assert "sync runs 20" in cleanup("--dry-run")
    assert "sync runs 20" in cleanup()
    remaining = set(SyncRun.objects.exclude(object="cleanup_logs").values_list("pk", flat=True))
    assert remaining == kept | {latest_paused}
    assert (freshness_states(), find_last_committed(ACCOUNTS)) == (before, committed)
    settings.SYNC_RUN_DAYS = 0
    run_of(900, state="failed")
    assert "sync runs 0" in cleanup()


def test_runs_are_removed_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old_runs, "CHUNK", 2)
    for days in range(100, 106):
        run_of(days)
    assert "sync runs 5" in cleanup()


def test_expired_sessions_are_removed() -> None:
    for days in (-1, 1):
        Session.objects.create(session_key=f"{days}", expire_date=timezone.now() + timedelta(days=days))
    assert "sessions 1," in cleanup()
    assert Session.objects.get().session_key == "1"
