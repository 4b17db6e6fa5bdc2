"""A failed scheduled job is reported to Sentry and, if PostgreSQL is available, recorded as a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from django.core.management import CommandError
from django.test import Client

from api.models import OutboundCase
from sf.ingest.jobs import recorded_job, recorded_often
from sf.models import SyncRun
from tests.conftest import Manage
from tests.sentry import Sentry, listening_sentry
from tests.simulated import Simulator, manage

pytestmark = pytest.mark.django_db(transaction=True)

NO_LOGIN = {"SALESFORCE_CLIENT_ID": "", "SALESFORCE_USERNAME": "", "SALESFORCE_PASSWORD": "",
            "SALESFORCE_CLIENT_SECRET": "", "SALESFORCE_SECURITY_TOKEN": ""}  # fmt: skip


@pytest.fixture
def sentry() -> Iterator[Sentry]:
    with listening_sentry() as server:
        yield server


def test_a_sync_that_fails_is_reported(run_manage: Manage, sentry: Sentry) -> None:
    done = run_manage("sync_books", SENTRY_DSN=sentry.dsn, SALESFORCE_PASSWORD="wrong")
    assert done.returncode == 1
    assert "invalid_grant" in sentry.messages[0]
    assert sentry.messages[0].startswith("books failed: ")
    assert SyncRun.objects.get().state == "failed"


@pytest.mark.parametrize(("command", "name"), [("sync_all", "accounts"), ("camp_sync", "camp_sync")])
def test_a_sync_without_a_login_leaves_a_run_too(run_manage: Manage, sentry: Sentry, command: str, name: str) -> None:
    done = run_manage(command, SENTRY_DSN=sentry.dsn, **NO_LOGIN)
    assert done.returncode == 1
    assert "Salesforce is not configured" in done.stderr
    assert "Traceback" not in done.stderr
    run = SyncRun.objects.get()
    assert (run.object, run.state) == (name, "failed")
    assert "Salesforce is not configured" in run.message
    assert run.ended is not None
    assert f"{name} failed: {run.message}" in sentry.messages


def test_repeated_runs_of_deliver_pending_leave_one_done_row_and_one_failed_row(
    run_manage: Manage, sentry: Sentry, simulator: Simulator, client: Client
) -> None:
    for _ in range(2):
        assert run_manage("deliver_pending", SENTRY_DSN=sentry.dsn).returncode == 0
    assert SyncRun.objects.get().state == "done"
    assert not sentry.messages
    OutboundCase.objects.create(identity="key:test", source="case", values={"Subject": "One"})
    for _ in range(2):
        assert run_manage("deliver_pending", "--all", SENTRY_DSN=sentry.dsn, **NO_LOGIN).returncode == 1
    assert sorted(SyncRun.objects.values_list("object", "state")) == [
        ("deliver_pending", "done"), ("deliver_pending", "failed"),
    ]  # fmt: skip
    assert any(message.startswith("deliver_pending failed: ") for message in sentry.messages)
    jobs = client.get("/healthz/").json()["jobs"]
    assert (jobs["ok"], jobs["failing"], jobs["late"]) == (False, ["deliver_pending"], [])
    assert run_manage("deliver_pending", "--all").returncode == 0
    assert client.get("/healthz/").json()["jobs"]["ok"]
    assert SyncRun.objects.count() == 2


@pytest.mark.parametrize("recorded", [recorded_job, recorded_often])
@pytest.mark.parametrize("page", ["<\0h\0t\0m\0l\0>\0", "blocked \ud83d"], ids=["UTF-16", "surrogate"])
def test_a_failure_that_quotes_characters_that_postgresql_cannot_store_is_recorded(
    recorded: Callable[[str], AbstractContextManager[SyncRun]], page: str
) -> None:
    with pytest.raises(CommandError), recorded("camp_digest"):
        raise CommandError(f"Slack: 403 {page}")
    run = SyncRun.objects.get()
    assert (run.state, run.message.startswith("Slack: 403 ")) == ("failed", True)


def test_a_database_that_is_unavailable_is_reported(simulator: Simulator, sentry: Sentry) -> None:
    away = "postgresql://nobody:nothing@127.0.0.1:9/nowhere"
    done = manage("cleanup_logs", variables=simulator.variables, database=away, more={"SENTRY_DSN": sentry.dsn})
    assert done.returncode == 1
    assert done.stderr.startswith("PostgreSQL: ")
    assert [message for message in sentry.messages if message.startswith("PostgreSQL: ")]
