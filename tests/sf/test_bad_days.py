"""A command that fails says why in one line, without a traceback, a secret, or a partial result."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.test import Client

from sf.ingest.jobs import recorded_often
from sf.models import Account, SyncRun
from sf.sync.again import find_next_tries
from tests.conftest import Manage
from tests.sf.cache import last_run, sync
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

Day = Callable[[Simulator], dict[str, str]]


def with_variables(**variables: str) -> Day:
    return lambda simulator: variables


def blocked_flow(simulator: Simulator) -> dict[str, str]:
    simulator.post("/login-flows", {"blocked": ["password"]})
    return {}


def expired_session(simulator: Simulator) -> dict[str, str]:
    simulator.post("/sessions/expire")
    return {name: simulator.other_logins[name] for name in ("SALESFORCE_INSTANCE_URL", "SALESFORCE_SESSION_ID")}


def hidden_field(simulator: Simulator) -> dict[str, str]:
    simulator.post("/fields/Account/LMS__c/hide")
    return {}


def no_permission(simulator: Simulator) -> dict[str, str]:
    simulator.fail("error", path="query", code="INSUFFICIENT_ACCESS", status=403, message="no Account for you")
    return {}


def wrong_host(simulator: Simulator) -> dict[str, str]:
    return {"SALESFORCE_HOST": simulator.variables["SALESFORCE_HOST"] + "/elsewhere"}


BAD_DAYS: dict[str, tuple[Day, str]] = {
    "wrong password": (with_variables(SALESFORCE_PASSWORD="canary"), r"invalid_grant.*SALESFORCE_PASSWORD"),
    "wrong client secret": (with_variables(SALESFORCE_CLIENT_SECRET="canary"), r"check SALESFORCE_CLIENT_SECRET"),
    "blocked login flow": (blocked_flow, r"invalid_grant.*that the org allows this login flow"),
    "expired token": (with_variables(SALESFORCE_REFRESH_TOKEN="canary"), r"expired access/refresh token.*REFRESH_"),
    "expired session": (expired_session, r"SALESFORCE_SESSION_ID is no longer good"),
    "hidden field": (hidden_field, r"accounts: failed: .*INVALID_FIELD.*'LMS__c'"),
    "no permission": (no_permission, r"INSUFFICIENT_ACCESS.*no Account for you"),
    "wrong host": (wrong_host, r"404.*check SALESFORCE_HOST"),
    "untrusted certificate": (with_variables(REQUESTS_CA_BUNDLE=""), r"is not trusted.*set REQUESTS_CA_BUNDLE"),
    "no login": (
        with_variables(SALESFORCE_CLIENT_ID="", SALESFORCE_CLIENT_SECRET="", SALESFORCE_USERNAME="",
                       SALESFORCE_PASSWORD="", SALESFORCE_SECURITY_TOKEN=""),
        r"Salesforce is not configured: fill in one group of login variables",
    ),
    "half a login": (with_variables(SALESFORCE_PASSWORD=""), r"username-password lacks SALESFORCE_PASSWORD"),
    "an invalid setting": (with_variables(SALESFORCE_API_VERSION="new"), r"SALESFORCE_API_VERSION: 'new' is not"),
    "PostgreSQL unreachable": (
        with_variables(DATABASE_URL="postgresql://somebody:canary@127.0.0.1:1/sfapi"),
        r'PostgreSQL: .*"127.0.0.1", port 1 failed: Connection refused',
    ),
}  # fmt: skip


@pytest.mark.parametrize(("day", "line"), BAD_DAYS.values(), ids=BAD_DAYS)
def test_a_failed_sync_says_why_in_one_line(simulator: Simulator, run_manage: Manage, day: Day, line: str) -> None:
    done = run_manage("sync_accounts", **day(simulator))
    assert done.returncode != 0
    assert done.stdout == ""
    other_lines = ("accounts: no watermark yet, by REST: ", "CommandError: failed: ")
    lines = [text for text in done.stderr.splitlines() if not text.startswith(other_lines)]
    assert len(lines) == 1, done.stderr
    assert re.search(line, lines[0]), lines[0]
    assert "canary" not in done.stderr
    assert not Account.all_objects.exists()


@pytest.mark.parametrize("command", [["sync_status"], ["deliver_pending"]], ids=lambda command: command[0])
def test_commands_fail_with_one_line_without_postgresql(run_manage: Manage, command: list[str]) -> None:
    done = run_manage(*command, DATABASE_URL="postgresql://somebody:canary@127.0.0.1:1/sfapi")
    assert done.returncode != 0
    assert len(done.stderr.splitlines()) == 1
    assert 'PostgreSQL: connection failed: connection to server at "127.0.0.1", port 1' in done.stderr
    assert "canary" not in done.stderr


def test_sf_still_shows_salesforces_answer_without_postgresql(run_manage: Manage) -> None:
    done = run_manage("sf", "limits", DATABASE_URL="postgresql://somebody:canary@127.0.0.1:1/sfapi")
    assert "DailyApiRequests" in done.stdout
    assert "port 1 failed" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "canary" not in done.stdout + done.stderr


def test_the_option_traceback_shows_a_traceback(simulator: Simulator, run_manage: Manage) -> None:
    done = run_manage("sync_accounts", "--traceback", SALESFORCE_PASSWORD="wrong")
    assert "Traceback" in done.stderr


def test_an_unreachable_host_is_named(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_HOST = "https://localhost:1"
    with pytest.raises(CommandError):
        sync("sync_all")
    assert last_run("accounts").message.startswith("https://localhost:1: cannot be reached: ")
    with pytest.raises(CommandError, match="https://localhost:1: cannot be reached"):
        call_command("sf", "limits")


def test_a_failure_in_a_reused_row_is_the_latest_run_after_postgresqls_clock_was_set_back(db: None) -> None:
    tomorrow = Now() + timedelta(days=1)
    SyncRun.objects.create(object="frequent", state=SyncRun.State.FAILED, message="no network", ended=Now())
    done = SyncRun.objects.create(object="frequent", state=SyncRun.State.DONE)
    SyncRun.objects.filter(pk=done.pk).update(started=tomorrow, ended=tomorrow)
    with pytest.raises(OSError, match="no network"), recorded_often("frequent"):
        raise OSError("no network")
    assert last_run("frequent").state == SyncRun.State.FAILED


def test_a_failure_is_shown_after_postgresqls_clock_was_set_back(simulator: Simulator, client: Client) -> None:
    sync("sync_accounts")
    tomorrow = Now() + timedelta(days=1)
    SyncRun.objects.filter(object="accounts").update(started=tomorrow, ended=tomorrow)
    simulator.fail("error", path="FROM.Account", times=None, code="INSUFFICIENT_ACCESS", message="now", status=403)
    with pytest.raises(CommandError):
        sync("sync_accounts")
    assert client.get("/healthz/").json()["syncs"]["objects"]["accounts"]["state"] == "failing"
    assert last_run("accounts").state == SyncRun.State.FAILED
    assert [each.name for each in find_next_tries()] == ["accounts"]
