"""``sf check`` says what is wrong and what to do; unreadable limits do not stop a sync."""

from __future__ import annotations

import logging
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sf.management.commands import sf as sf_command
from sf.models import Account, Book, SFAPIUsageLog, SyncConfig
from sf.salesforce.credentials import LoginFlow
from sf.salesforce.http import Patience
from tests.sf.cache import assert_equal, last_run, sync
from tests.sf.test_login import login_of
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


def check() -> str:
    output = StringIO()
    try:
        call_command("sf", "check", stdout=output, no_color=True)
    except CommandError as error:
        output.write(f"error: {error}\n")
    return output.getvalue()


def refuse_object(simulator: Simulator, sobject: str, describe_status: int = 404) -> None:
    message = f"sObject type '{sobject}' is not supported."
    simulator.fail("error", path=f"FROM.{sobject}", times=None, code="INVALID_TYPE", message=message, status=400)
    simulator.fail(
        "error", path=f"{sobject}/describe", times=None, code="NOT_FOUND", message="gone", status=describe_status
    )


@pytest.mark.parametrize("sobject", ["Book__c", "Adoption__c"])
def test_an_object_that_the_org_does_not_have_is_reported_in_one_line(simulator: Simulator, sobject: str) -> None:
    refuse_object(simulator, sobject)
    lines = [line for line in check().splitlines() if sobject in line]
    assert lines == [f"fix  fields of {sobject}: the org has no {sobject}, or the API user may not see it"]


@pytest.mark.parametrize("status", [403, 500])
def test_fields_are_named_only_when_the_object_was_described(simulator: Simulator, status: int) -> None:
    simulator.fail("error", path="FROM.Account", times=None, code="SOMETHING_ELSE", message="no Account", status=400)
    simulator.fail("status", path="Account/describe", times=None, status=status)
    output = check()
    assert "fix  fields of Account: Salesforce answered 400 SOMETHING_ELSE" in output
    assert "no Account" in output
    assert "grant the API user read access" not in output


def test_variables_of_the_env_file_that_are_overruled_are_named(simulator: Simulator, settings: Any) -> None:
    settings.OVERRULED = ["REQUESTS_CA_BUNDLE", "LOGLEVEL"]
    line = "warn environment: wins over .env, which has another value of REQUESTS_CA_BUNDLE, LOGLEVEL"
    assert line in check().splitlines()


def hand_over_session(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_LOGIN = settings.SALESFORCE_LOGIN | login_of(simulator, LoginFlow.DIRECT_SESSION)


FAULTS = [
    ({"kind": "status", "status": 302, "headers": {"Location": "https://camp.lightning.force.com/"}},
     "this is not an API host: set SALESFORCE_INSTANCE_URL=https://camp.my.salesforce.com"),
    ({"kind": "status", "status": 302}, "check SALESFORCE_INSTANCE_URL"),
    ({"kind": "status", "status": 302, "headers": {"Location": "https://[camp"}}, "check SALESFORCE_INSTANCE_URL"),
    ({"kind": "error", "code": "INVALID_SESSION_ID", "status": 401, "message": "expired"}, "INVALID_SESSION_ID"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "message"), FAULTS)
def test_a_session_that_cannot_be_used_is_reported_in_one_line(
    simulator: Simulator, settings: Any, fault: dict[str, Any], message: str
) -> None:
    hand_over_session(simulator, settings)
    simulator.fail(path="/services/data", times=None, **fault)
    output = check()
    wrong = [line for line in output.splitlines() if line.startswith("fix")]
    assert len(wrong) == 1, output
    assert wrong[0].startswith("fix  session: ")
    assert message in wrong[0]


@pytest.mark.parametrize(("version", "status"), [("99.0", 404), ("25.0", 410)])
def test_a_version_that_the_org_does_not_have_is_named(
    simulator: Simulator, settings: Any, version: str, status: int
) -> None:
    settings.SALESFORCE_API_VERSION = version
    assert "SALESFORCE_API_VERSION" in check()
    with pytest.raises(CommandError):
        sync("sync_accounts")
    message = last_run("accounts").message
    assert f"answered {status}" in message
    assert f"set SALESFORCE_API_VERSION: this org does not have {version}" in message


def test_a_page_of_a_proxy_is_named_by_its_title(simulator: Simulator) -> None:
    simulator.fail("status", path="/limits", times=None, status=200, body="<html><title>Sign in</title></html>")
    assert "is not understood: it is a page with the title “Sign in”" in check()


def test_a_login_flow_that_will_end_gets_a_warning_but_no_error(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_LOGIN = settings.SALESFORCE_LOGIN | login_of(simulator, LoginFlow.PASSWORD)
    output = check()
    assert "warn configuration: OAuth username-password: Salesforce has announced that it refuses this login" in output
    assert "Feb 20, 2027" in output
    assert "\nerror: " not in output


def test_soap_logins_get_a_warning(simulator: Simulator, settings: Any) -> None:
    empty = dict.fromkeys(settings.SALESFORCE_LOGIN, "")
    settings.SALESFORCE_LOGIN = empty | login_of(simulator, LoginFlow.SOAP_TOKEN)
    assert "warn configuration: SOAP with security token: Salesforce retires SOAP login in summer 2027" in check()


# -- limits that cannot be read ------------------------------------------------------------------------------------

UNREADABLE: dict[str, dict[str, Any]] = {
    "403": {"kind": "error", "code": "FORBIDDEN", "status": 403, "message": "You may not"},
    "insufficient access": {"kind": "error", "code": "INSUFFICIENT_ACCESS", "status": 403},
    "500": {"kind": "error", "code": "UNKNOWN_EXCEPTION", "status": 500},
    "garbage": {"kind": "status", "status": 200, "body": "<html>no JSON</html>"},
    "another form": {"kind": "status", "status": 200, "body": '{"Limits": []}'},
}


@pytest.mark.parametrize("fault", UNREADABLE.values(), ids=UNREADABLE)
def test_a_sync_with_unreadable_limits_goes_on_with_one_warning(
    simulator: Simulator, caplog: pytest.LogCaptureFixture, fault: dict[str, Any]
) -> None:
    simulator.fail(path="/limits", times=None, **fault)
    sync("sync_all")
    assert_equal(simulator, Account)
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 1
    assert "View Setup and Configuration" in warnings[0].getMessage()


@pytest.mark.parametrize("fault", UNREADABLE.values(), ids=UNREADABLE)
def test_the_check_names_the_missing_permission(simulator: Simulator, fault: dict[str, Any]) -> None:
    simulator.fail(path="/limits", times=None, **fault)
    output = check()
    assert "warn limits: " in output
    assert "'View Setup and Configuration'" in output
    assert "\nerror: " not in output


def test_usage_in_the_headers_pauses_syncs_even_with_unreadable_limits(simulator: Simulator) -> None:
    simulator.post("/limits", {"daily_max": 1_000, "daily_used": 900})
    simulator.fail(path="/limits", times=None, **UNREADABLE["403"])
    sync("sync_all")
    assert last_run("accounts").state == "done", "the usage is unknown until Salesforce answers"
    assert last_run("contacts").state == "skipped"
    assert "Salesforce API usage is 903 calls today" in last_run("contacts").message, (
        "900, and one call each for the org, the count and the page"
    )


def test_our_own_count_of_calls_pauses_syncs_before_the_first_usage_header(simulator: Simulator) -> None:
    SyncConfig.load()
    SyncConfig.objects.update(api_limit=1_000)
    SFAPIUsageLog.objects.create(date=timezone.now().date(), source="earlier job", call_count=900)
    simulator.fail(path="/limits", times=None, **UNREADABLE["403"])
    sync("sync_books")
    assert last_run("books").state == "skipped"
    assert not Book.objects.exists()


def test_a_failed_login_is_not_reported_as_unreadable_limits(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_LOGIN = settings.SALESFORCE_LOGIN | {"SALESFORCE_PASSWORD": "wrong"}
    with pytest.raises(CommandError):
        sync("sync_accounts")
    assert "invalid_grant" in last_run("accounts").message
    assert not Account.objects.exists()


def test_the_check_continues_when_the_org_answers_nothing_after_the_login(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sf_command, "_PATIENCE", Patience(deadline=0))
    simulator.fail("status", path="/services/data", times=None, status=503)
    lines = check().splitlines()
    assert any(line.startswith("fix  session: Salesforce answered 503") for line in lines)
    assert any("schedule: " in line for line in lines)
    assert lines[-1] == "error: 1 to fix"
