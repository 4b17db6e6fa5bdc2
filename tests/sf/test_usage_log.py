"""``SFAPIUsageLog`` has exactly the HTTP calls that reached Salesforce, successful or not."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from sf.models import Account, SFAPIUsageLog
from tests.sf.cache import assert_equal, sync
from tests.sf.processes import Start, kill, wait_for
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def calls_logged() -> int:
    return SFAPIUsageLog.objects.aggregate(calls=Sum("call_count"))["calls"] or 0


def assert_every_call_is_logged(simulator: Simulator, *, at_least: int = 1) -> None:
    assert calls_logged() == simulator.calls() >= at_least


@pytest.mark.parametrize("threshold", [10**9, 1])
def test_full_and_incremental_runs_are_counted(simulator: Simulator, settings: Any, threshold: int) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    sync()
    assert_every_call_is_logged(simulator, at_least=12)
    sync()
    assert_every_call_is_logged(simulator, at_least=24)


def test_calls_are_counted_under_their_source_and_day(simulator: Simulator) -> None:
    before = datetime.now(UTC).date()
    sync("sync_books")
    call_command("sf", "limits")
    sources = dict(SFAPIUsageLog.objects.values_list("source", "call_count"))
    assert sources == {"sync_books": 5, "sf limits": 1}, "sync_books: login, limits, org, count and page"
    assert set(SFAPIUsageLog.objects.values_list("date", flat=True)) <= {before, datetime.now(UTC).date()}


def test_a_refused_login_is_counted(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_LOGIN = settings.SALESFORCE_LOGIN | {"SALESFORCE_PASSWORD": "wrong"}
    with pytest.raises(CommandError):
        sync("sync_accounts")
    assert_every_call_is_logged(simulator)
    assert simulator.calls() == 1


@pytest.mark.parametrize("kind", ["status", "concurrent", "drop", "drop_after", "truncate"])
@pytest.mark.parametrize("threshold", [10**9, 1])
def test_each_attempt_is_counted(simulator: Simulator, settings: Any, kind: str, threshold: int) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    simulator.fail(kind, path="results|q=SELECT.Id", times=2)
    sync("sync_accounts")
    assert_every_call_is_logged(simulator, at_least=6)
    assert_equal(simulator, Account)


def test_a_retried_login_is_counted(simulator: Simulator) -> None:
    simulator.fail("status", path="oauth2/token", times=2, status=503)
    sync("sync_accounts")
    assert_every_call_is_logged(simulator)
    assert simulator.calls_to("oauth2/token") == 3


@pytest.mark.parametrize(("form", "path", "threshold"), [("rest", "q=SELECT.Id", 10**9), ("bulk", "results", 1)])
def test_an_expired_session_costs_two_more_calls(
    simulator: Simulator, settings: Any, form: str, path: str, threshold: int
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    sync("sync_accounts")
    first = calls_logged()
    simulator.post("/bulk", {"session_form": form})
    simulator.fail("expire_session", path=path)
    sync("sync_accounts", force=True)
    assert_every_call_is_logged(simulator)
    assert calls_logged() - first == first, (
        "the second run needs no login at first and no query for the org, but has a refused call and a new login"
    )


def test_a_killed_process_has_counted_its_last_call(simulator: Simulator, start: Start) -> None:
    simulator.fail("hang", path="q=SELECT.Id", seconds=60)
    process = start("sync_accounts")
    wait_for(lambda: simulator.calls_to("query") == 2)
    kill(process)
    assert_every_call_is_logged(simulator)
    assert simulator.calls() == 4


def test_a_paused_run_has_counted_the_refusal(simulator: Simulator) -> None:
    simulator.fail("quota", path="q=SELECT.Id")
    sync("sync_accounts")
    assert_every_call_is_logged(simulator, at_least=4)


@pytest.mark.parametrize("action", [["check"], ["query", "SELECT Id FROM Account"], ["get", "Account", "001"]])
def test_the_reads_of_the_sf_command_are_counted(simulator: Simulator, action: list[str]) -> None:
    with suppress(CommandError):  # a refusal is a call too
        call_command("sf", *action)
    assert_every_call_is_logged(simulator, at_least=2)


def test_a_refused_connection_counts_nothing(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_HOST = "https://localhost:1"
    with pytest.raises(CommandError):
        sync("sync_accounts")
    assert calls_logged() == simulator.calls() == 0


def test_an_untrusted_certificate_counts_nothing(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(CommandError):
        sync("sync_accounts")
    assert calls_logged() == simulator.calls() == 0
