"""Malformed answers (a proxy's page with status 200, half an answer) are requested again.

If they stay malformed, the read uses the other transport. If that fails too, the run fails with a message of one line.
"""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from sf.models import Account
from tests.sf.cache import assert_equal, last_run, sync
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

REST, BULK = 10**9, 1
CALLS = {
    "the limits": (REST, "/limits"),
    "the count": (REST, "COUNT"),
    "a page": (REST, "q=SELECT.Id(?!.*Organization)"),
    "a new job": (BULK, "jobs/query$"),
    "a job's state": (BULK, r"jobs/query/\w+$"),
}
ODD = {
    "HTML": "<html><body>Please sign in to the network</body></html>",
    "half an answer": '{"id": "750',
    "another form": '{"seen": true}',
    "a list": "[1, 2]",
    "nothing": "null",
}


@pytest.mark.parametrize(
    ("call", "odd"),
    [(call, "another form") for call in CALLS] + [("a new job", odd) for odd in ODD if "form" not in odd],
)
def test_a_malformed_answer_is_requested_again(simulator: Simulator, settings: Any, call: str, odd: str) -> None:
    settings.SALESFORCE_BULK_THRESHOLD, path = CALLS[call]
    simulator.fail("status", path=path, status=200, body=ODD[odd])
    sync("sync_accounts")
    assert last_run("accounts").state == "done"
    assert_equal(simulator, Account)


@pytest.mark.parametrize(("threshold", "path"), list(CALLS.values())[1:], ids=list(CALLS)[1:])
def test_a_read_whose_answers_stay_malformed_uses_the_other_transport(
    simulator: Simulator, settings: Any, threshold: int, path: str
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    simulator.fail("status", path=path, times=None, status=200, body=ODD["another form"])
    sync("sync_accounts")
    assert last_run("accounts").state == "done"
    assert_equal(simulator, Account)


def test_malformed_answers_on_both_transports_fail_the_run_with_a_one_line_message(simulator: Simulator) -> None:
    simulator.fail("status", path="q=SELECT.Id|jobs/query$", times=None, status=200, body=ODD["another form"])
    with pytest.raises(CommandError):
        sync("sync_accounts")
    run = last_run("accounts")
    assert (run.state, run.resume_state) == ("failed", None)
    assert "is not understood: no '" in run.message
    assert "Neither REST nor Bulk could read it" in run.message
    assert "\n" not in run.message
    assert simulator.calls_to("query") <= 5, "the count, and each transport twice"


@pytest.mark.parametrize("path", ["FROM.Account", "oauth2/token"])
@pytest.mark.parametrize(
    "body", ["<\0h\0t\0m\0l\0>\0blocked\0", '{"message": "blocked \\ud83d"}'], ids=["UTF-16", "surrogate"]
)
def test_a_refusal_with_characters_that_postgresql_cannot_store_fails_the_run(
    simulator: Simulator, path: str, body: str
) -> None:
    simulator.fail("status", path=path, times=None, status=403, body=body)
    with pytest.raises(CommandError):
        sync("sync_accounts")
    run = last_run("accounts")
    assert (run.state, run.message.startswith("Salesforce "), "403" in run.message) == ("failed", True, True)


def test_a_missing_field_is_not_taken_as_an_empty_field(simulator: Simulator) -> None:
    sync("sync_accounts")
    page = '{"totalSize": 1, "done": true, "records": [{"Id": "0010000000000AAAAA"}]}'
    simulator.fail("status", path="q=SELECT.Id", status=200, body=page)
    sync("sync_accounts", force=True)
    assert_equal(simulator, Account)


@pytest.mark.parametrize(
    "arguments", [["search", "FIND {x}"], ["describe"], ["describe", "Contact"], ["deleted", "Contact", "2026-01-01"]]
)
def test_an_sf_command_reports_a_malformed_answer_in_one_line(simulator: Simulator, arguments: list[str]) -> None:
    simulator.fail("status", path="/search|/sobjects", times=None, status=200, body="[]")
    with pytest.raises(CommandError, match="is not understood") as caught:
        call_command("sf", *arguments, stdout=StringIO())
    assert "\n" not in str(caught.value)
