"""A process reports each kind of error at most once a minute. Scheduled jobs check in with Sentry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from sfapi.sentry import environment_of
from tests.api.served import gunicorn
from tests.conftest import Manage
from tests.sentry import Sentry, listening_sentry

pytestmark = pytest.mark.django_db(transaction=True)

FLOOD = """
import logging, time
from sfapi import sentry
log = logging.getLogger("test")
def repeat(number):
    try:
        raise ValueError(f"number {number}")
    except ValueError:
        log.exception("it failed")
for number in range(50):
    log.error("case %s waits for %d s", f"00000000-0000-4000-8000-0000000000{number:02}", number)
    repeat(number)
log.error("another kind")
sentry.gate.SECONDS = 0
log.error("case %s waits for %d s", "00000000-0000-4000-8000-000000000000", 51)
"""


@pytest.fixture
def sentry() -> Iterator[Sentry]:
    with listening_sentry() as server:
        yield server


def test_one_event_of_a_kind_is_sent_and_the_next_says_how_many_were_left_out(
    run_manage: Manage, sentry: Sentry
) -> None:
    done = run_manage("shell", "--no-imports", "-c", FLOOD, SENTRY_DSN=sentry.dsn)
    assert done.returncode == 0, done.stderr
    assert len(sentry.events) == 4
    assert [event["extra"].get("left_out") for event in sentry.events if "extra" in event][-1] == (
        "49 events of this kind since the last report"
    )


def test_a_process_reports_each_error_of_a_postgresql_outage_once(sentry: Sentry, deployed: dict[str, str]) -> None:
    away = "postgresql://nobody@127.0.0.1:9/nowhere"
    with gunicorn(away, workers=1, SENTRY_DSN=sentry.dsn, **deployed) as url, ThreadPoolExecutor(4) as pool:
        # Not under /api/: such requests get log rows, which the process would try for seconds to write at its end.
        paths = [f"{url}/admin/?number={number}" for number in range(30)]
        session = {"Cookie": "sessionid=abcdefghijklmnopqrstuvwxyz012345"}
        statuses = list(pool.map(lambda path: requests.get(path, headers=session, timeout=60).status_code, paths))
    assert set(statuses) == {503}
    assert Counter(sentry.messages).most_common(1)[0][1] == 1
    assert len(sentry.events) <= 2


@pytest.mark.parametrize(
    ("command", "more", "status"), [("sync_books", {}, "ok"), ("sync_books", {"SALESFORCE_PASSWORD": "wrong"}, "error")]
)
def test_a_scheduled_job_checks_in(
    run_manage: Manage, sentry: Sentry, command: str, more: dict[str, str], status: str
) -> None:
    run_manage(command, SENTRY_DSN=sentry.dsn, ENVIRONMENT="staging", TIME_ZONE="America/Chicago", **more)
    begun, ended = sentry.check_ins
    assert (begun["status"], ended["status"]) == ("in_progress", status)
    assert begun["check_in_id"] == ended["check_in_id"]
    assert {(each["monitor_slug"], each["environment"]) for each in (begun, ended)} == {("sfapi-sync-books", "staging")}
    assert begun["monitor_config"]["schedule"] == {"type": "crontab", "value": "45 23 * * 6"}
    assert begun["monitor_config"]["timezone"] == "America/Chicago"
    assert ended["duration"] > 0


def test_a_job_of_every_minute_sends_only_its_end_and_other_commands_send_nothing(
    run_manage: Manage, sentry: Sentry
) -> None:
    run_manage("deliver_pending", SENTRY_DSN=sentry.dsn)
    run_manage("list_api_keys", SENTRY_DSN=sentry.dsn)
    assert [(each["monitor_slug"], each["status"]) for each in sentry.check_ins] == [("sfapi-deliver-pending", "ok")]


@pytest.mark.parametrize(
    ("host", "debug", "environment"),
    [
        ("https://login.salesforce.com", True, "local"),
        ("https://login.salesforce.com", False, "production"),
        ("https://example.my.salesforce.com", False, "production"),
        ("https://test.salesforce.com", False, "staging"),
        ("https://acme--uat.scratch.my.salesforce.com", False, "staging"),
        ("https://acme--uat.my.salesforce.com", False, "staging"),
        ("https://example--uat.sandbox.my.salesforce.com", False, "staging"),
    ],
)
def test_an_environment_that_is_not_set_is_derived_from_debug_and_the_host(
    host: str, debug: bool, environment: str
) -> None:
    assert environment_of(host, debug=debug) == environment
