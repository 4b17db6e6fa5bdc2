"""Refused logins: transient causes are retried, lasting causes are not. Each message says what to do."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connection

from sf.connection import clients as sf_connection
from sf.connection.clients import make_salesforce_client
from sf.models import Account, SyncRun
from sf.salesforce import login
from sf.salesforce.credentials import Credentials, LoginFlow
from sf.salesforce.errors import DailyLimitReached, LoginFailed
from sf.salesforce.http import Patience
from sf.salesforce.login import LoginRequest, Session, SessionKeeper
from sf.salesforce.login_refusals import RULES, LoginAnswer, LoginNotAnswered, make_login_error
from sf.sync.usage import UsageCounter
from tests.sf.cache import assert_equal, last_run, sync
from tests.sf.test_login import client_with, login_of
from tests.simulated import ROOT, Simulator

pytestmark = pytest.mark.django_db(transaction=True)

OAUTH_TRANSIENT = [
    ("unknown_error", "retry your request"),
    ("server_error", ""),
    ("temporarily_unavailable", ""),
    ("login_rate_exceeded", "login rate exceeded"),
    ("invalid_grant", "login rate exceeded"),
    ("invalid_request", "Salesforce is down for maintenance"),
]
SOAP_TRANSIENT = ["SERVER_UNAVAILABLE", "UNKNOWN_EXCEPTION", "LOGIN_RATE_EXCEEDED"]
SOAP_FINAL = [
    "PASSWORD_LOCKOUT", "API_DISABLED_FOR_ORG", "INVALID_LOGIN", "LOGIN_DURING_RESTRICTED_TIME",
    "INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "NOBODY_KNOWS_THIS_CODE",
]  # fmt: skip
OAUTH_FINAL = ["inactive_user", "inactive_org", "invalid_client", "invalid_app_access", "nobody_knows_this_code"]


def logins(simulator: Simulator) -> int:
    return simulator.calls_to("oauth2/token") + simulator.calls_to("Soap")


@pytest.mark.parametrize("status", [400, 500])
@pytest.mark.parametrize(("code", "message"), OAUTH_TRANSIENT)
def test_a_transient_oauth_error_is_retried(simulator: Simulator, code: str, message: str, status: int) -> None:
    simulator.fail("error", path="oauth2/token", times=2, code=code, message=message, status=status)
    assert make_salesforce_client(UsageCounter("test")).limits()
    assert logins(simulator) == 3


@pytest.mark.parametrize("code", SOAP_TRANSIENT)
def test_a_transient_soap_fault_is_retried(simulator: Simulator, settings: Any, code: str) -> None:
    simulator.fail("error", path="Soap", times=2, code=code, message="again")
    assert client_with(settings, login_of(simulator, LoginFlow.SOAP_TOKEN)).limits()
    assert logins(simulator) == 3


@pytest.mark.parametrize("code", SOAP_FINAL)
def test_a_login_with_a_lasting_soap_fault_is_tried_once(simulator: Simulator, settings: Any, code: str) -> None:
    simulator.fail("error", path="Soap", times=None, code=code, message="said by Salesforce")
    with pytest.raises(LoginFailed, match=rf"{code}: said by Salesforce \(.+\)$"):
        client_with(settings, login_of(simulator, LoginFlow.SOAP_TOKEN)).limits()
    assert logins(simulator) == 1


@pytest.mark.parametrize("status", [400, 503])
@pytest.mark.parametrize("code", OAUTH_FINAL)
def test_a_login_with_a_lasting_oauth_error_is_tried_once(simulator: Simulator, code: str, status: int) -> None:
    simulator.fail("error", path="oauth2/token", times=None, code=code, message="said by Salesforce", status=status)
    with pytest.raises(LoginFailed, match=rf"{code}: said by Salesforce \(.+\)$"):
        make_salesforce_client(UsageCounter("test")).limits()
    assert logins(simulator) == 1


@pytest.mark.parametrize("flow", [LoginFlow.SOAP_TOKEN, LoginFlow.CLIENT_CREDENTIALS])
def test_a_run_pauses_when_no_calls_are_left_at_its_login(simulator: Simulator, settings: Any, flow: LoginFlow) -> None:
    client_with(settings, login_of(simulator, flow))
    simulator.fail("quota", path="oauth2/token|Soap", times=None)
    sync("sync_all")
    assert list(SyncRun.objects.values_list("object", "state")) == [("accounts", "paused")]
    assert "REQUEST_LIMIT_EXCEEDED" in last_run("accounts").message
    assert logins(simulator) == 1
    simulator.post("/reset", {"faults": True})
    sync("sync_accounts")
    assert_equal(simulator, Account)


def test_a_change_is_not_called_uncertain_when_no_calls_are_left_at_its_login(
    simulator: Simulator, settings: Any
) -> None:
    client = client_with(settings, login_of(simulator, LoginFlow.SOAP_TOKEN))
    simulator.fail("quota", path="Soap", times=None)  # as a SOAP fault, with status 500
    with pytest.raises(DailyLimitReached) as caught:
        client.attempt("POST", f"{client.data_path}/sobjects/Case", body={"Subject": "never sent"})
    assert simulator.calls_to("sobjects/Case") == 0
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize("command", ["sync_all", "camp_sync"])
def test_a_wrong_password_is_tried_once_in_a_command(simulator: Simulator, settings: Any, command: str) -> None:
    settings.SALESFORCE_LOGIN = settings.SALESFORCE_LOGIN | {"SALESFORCE_PASSWORD": "wrong"}
    with pytest.raises(CommandError):
        sync(command)
    assert logins(simulator) == 1


def test_a_refused_login_is_not_tried_again_by_other_threads_of_the_process(
    simulator: Simulator, settings: Any
) -> None:
    client = client_with(settings, login_of(simulator, LoginFlow.PASSWORD) | {"SALESFORCE_PASSWORD": "wrong"})

    def ask(_: int) -> str:
        try:
            with pytest.raises(LoginFailed) as caught:
                client.session()
        finally:
            connection.close()
        return str(caught.value)

    with ThreadPoolExecutor(8) as threads:
        messages = set(threads.map(ask, range(24)))
    assert len(messages) == 1
    assert logins(simulator) == 1


def test_each_caller_gets_its_own_error_of_a_refused_login(simulator: Simulator) -> None:
    client, other = make_salesforce_client(UsageCounter("test")), make_salesforce_client(UsageCounter("test"))
    path = f"{client.data_path}/sobjects/Contact/{simulator.ids('Contact')[0]}"
    client.session()
    simulator.fail("status", path="/sobjects/Contact", status=504)
    simulator.fail("expire_session", path="/sobjects/Contact")
    simulator.fail("error", path="oauth2/token", code="inactive_user", message="said by Salesforce")
    with pytest.raises(LoginFailed) as first:
        client.request("PATCH", path, body={})
    with pytest.raises(LoginFailed) as second:
        other.attempt("PATCH", path, body={})
    assert logins(simulator) == 2
    assert first.value.outcome_unknown, "the first attempt may have changed the contact"
    assert str(second.value) == str(first.value)
    assert not second.value.outcome_unknown, "this call was never sent"


def test_a_refused_login_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper, session = SessionKeeper(), Session("token", "https://host")

    def refused() -> Session:
        raise LoginFailed("wrong password", code="invalid_grant")

    with pytest.raises(LoginFailed):
        keeper.current(refused, Patience())
    with pytest.raises(LoginFailed):
        keeper.current(lambda: session, Patience())
    monkeypatch.setattr(login, "REFUSAL_HOLDS_SECONDS", 0.0)
    assert keeper.current(lambda: session, Patience()) == session


# -- messages ----------------------------------------------------------------------------------------------------

ADVICE = [
    ("invalid_grant", "request not supported on this domain", LoginFlow.CLIENT_CREDENTIALS, "My Domain"),
    ("invalid_client", "no client credentials user enabled", LoginFlow.CLIENT_CREDENTIALS, "Run As"),
    ("invalid_grant", "no client credentials user enabled", LoginFlow.CLIENT_CREDENTIALS, "Run As"),
    ("invalid_grant", "audience is invalid", LoginFlow.JWT_BEARER, "SALESFORCE_JWT_AUDIENCE"),
    ("invalid_grant", "user hasn't approved this consumer", LoginFlow.JWT_BEARER, "pre-authorize"),
    ("invalid_app_access", "user is not admin approved to access this app", LoginFlow.JWT_BEARER, "permission set"),
    ("invalid_grant", "ip restricted", LoginFlow.PASSWORD, "Trusted IP Ranges"),
    ("LOGIN_MUST_USE_SECURITY_TOKEN", "Are you at a new location?", LoginFlow.SOAP_TOKEN, "Trusted IP Ranges"),
    ("PASSWORD_LOCKOUT", "user is locked out", LoginFlow.SOAP_TOKEN, "unlock"),
    ("invalid_grant", "expired access/refresh token", LoginFlow.REFRESH_TOKEN, "SALESFORCE_REFRESH_TOKEN"),
    ("invalid_grant", "expired authorization code", LoginFlow.JWT_BEARER, "clock"),
    ("invalid_grant", "invalid assertion", LoginFlow.JWT_BEARER, "certificate"),
    ("invalid_grant", "user password expired", LoginFlow.PASSWORD, "password of the API user has expired"),
    ("invalid_grant", "Your password is expired", LoginFlow.PASSWORD, "password of the API user has expired"),
    ("TRIAL_EXPIRED", "trial expired", LoginFlow.SOAP_TOKEN, "trial has ended"),
    ("invalid_grant", "the refresh token has expired", LoginFlow.REFRESH_TOKEN, "SALESFORCE_REFRESH_TOKEN"),
    ("inactive_user", "user is inactive", LoginFlow.PASSWORD, "not active"),
    ("unsupported_grant_type", "grant type not supported", LoginFlow.PASSWORD, "docs/connecting.md"),
]


@pytest.mark.parametrize(("code", "message", "flow", "advice"), ADVICE)
def test_each_refusal_says_what_to_do(code: str, message: str, flow: LoginFlow, advice: str) -> None:
    body = json.dumps({"error": code, "error_description": message}).encode()
    error = make_login_error(LoginAnswer("https://host", flow, 400, body, {}))
    given = str(error).rsplit(f"{message} (", 1)[1]
    assert advice in given
    assert ("certificate" in given) == (advice == "certificate")
    assert not error.outcome_unknown


@pytest.mark.parametrize(("seconds", "difference"), [(400, "400 s behind"), (-4000, "4,000 s ahead of"), (5, "")])
def test_a_clock_that_is_off_is_reported(seconds: int, difference: str) -> None:
    body = json.dumps({"error": "invalid_grant", "error_description": "expired authorization code"}).encode()
    theirs = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    answer = LoginAnswer("https://host", LoginFlow.JWT_BEARER, 400, body, {"Date": theirs})
    message = str(make_login_error(answer)).replace("401 s", "400 s").replace("399 s", "400 s")
    message = message.replace("4,001 s", "4,000 s").replace("3,999 s", "4,000 s")
    assert f"clock is {difference}" in message if difference else "clock is" not in message


@pytest.mark.parametrize(
    ("status", "kind"), [(503, LoginNotAnswered), (502, LoginNotAnswered), (404, LoginFailed), (403, LoginFailed)]
)
def test_a_page_instead_of_an_answer_is_judged_by_its_status(status: int, kind: type[Exception]) -> None:
    answer = LoginAnswer("https://host", LoginFlow.JWT_BEARER, status, b"<html>A page</html>", {})
    assert isinstance(make_login_error(answer), kind)


def test_the_daily_limit_and_the_concurrency_limit_are_distinguished() -> None:
    def error(message: str) -> Exception:
        body = json.dumps({"error": "REQUEST_LIMIT_EXCEEDED", "error_description": message}).encode()
        return make_login_error(LoginAnswer("https://host", LoginFlow.PASSWORD, 403, body, {}))

    assert isinstance(error("TotalRequests Limit exceeded."), DailyLimitReached)
    assert isinstance(error("ConcurrentRequests (Concurrent API Requests) Limit exceeded."), LoginNotAnswered)


def test_a_page_of_another_site_is_named_by_its_title(simulator: Simulator) -> None:
    simulator.fail("status", path="oauth2/token", status=200, body="<html><title>Guest &amp; Wi-Fi</title></html>")
    with pytest.raises(LoginFailed, match=r"check SALESFORCE_HOST \(it sent a page with the title “Guest & Wi-Fi”\)"):
        make_salesforce_client(UsageCounter("test")).limits()


def test_the_error_about_a_redirected_login_names_the_target(simulator: Simulator) -> None:
    headers = {"Location": "https://new.my.salesforce.com/services/oauth2/token"}
    simulator.fail("status", path="oauth2/token", status=301, headers=headers)
    with pytest.raises(LoginFailed, match=r"check SALESFORCE_HOST: it leads to https://new.my.salesforce.com\)"):
        make_salesforce_client(UsageCounter("test")).limits()


def test_the_advice_for_each_refusal_is_in_the_docs() -> None:
    text = (ROOT / "docs" / "connecting.md").read_text()
    assert [rule.advice for rule in RULES if rule.advice and _plain(rule.advice) not in _plain(text)] == []


def _plain(text: str) -> str:
    return " ".join(text.replace("{own}", "its variables").replace("`", "").split())


# -- the host and the audience -------------------------------------------------------------------------------------


def test_client_credentials_work_only_at_the_orgs_own_host(
    simulator: Simulator, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SALESFORCE_HOST = simulator.variables["SALESFORCE_HOST"].replace("localhost", "127.0.0.1")
    client = client_with(settings, login_of(simulator, LoginFlow.CLIENT_CREDENTIALS))
    with pytest.raises(LoginFailed, match=r"not supported on this domain \(.*My Domain"):
        client.limits()
    assert logins(simulator) == 1
    monkeypatch.setattr(sf_connection, "_keeper", SessionKeeper())  # as in another process
    settings.SALESFORCE_HOST = simulator.variables["SALESFORCE_HOST"]
    assert client_with(settings, login_of(simulator, LoginFlow.CLIENT_CREDENTIALS)).limits()


JWT_TRIES = [
    ("", ["https://login.salesforce.com"], 1),
    ("", ["https://test.salesforce.com"], 2),
    ("https://camp.my.salesforce.com", ["https://camp.my.salesforce.com"], 1),
]


@pytest.mark.parametrize(("setting", "audiences", "tries"), JWT_TRIES)
def test_the_audience_is_the_shared_login_host_or_the_setting(
    simulator: Simulator, settings: Any, setting: str, audiences: list[str], tries: int
) -> None:
    settings.SALESFORCE_JWT_AUDIENCE = setting
    simulator.post("/login-flows", {"audiences": audiences})
    assert client_with(settings, login_of(simulator, LoginFlow.JWT_BEARER)).limits()
    assert logins(simulator) == tries


@pytest.mark.parametrize(("setting", "tries"), [("", 2), ("https://login.salesforce.com", 1)])
def test_an_error_about_a_refused_audience_says_what_to_set(
    simulator: Simulator, settings: Any, setting: str, tries: int
) -> None:
    settings.SALESFORCE_JWT_AUDIENCE = setting
    simulator.post("/login-flows", {"audiences": ["https://elsewhere.example"]})
    with pytest.raises(LoginFailed, match=r"audience is invalid \(set SALESFORCE_JWT_AUDIENCE"):
        client_with(settings, login_of(simulator, LoginFlow.JWT_BEARER)).limits()
    assert logins(simulator) == tries


@pytest.mark.parametrize(
    ("host", "audience"),
    [
        ("https://login.salesforce.com", "https://login.salesforce.com"),
        ("https://camp.my.salesforce.com", "https://login.salesforce.com"),
        ("https://test.salesforce.com", "https://test.salesforce.com"),
        ("https://camp--uat.sandbox.my.salesforce.com", "https://test.salesforce.com"),
        ("https://camp--uat.my.salesforce.com", "https://test.salesforce.com"),
    ],
)
def test_the_audience_follows_the_kind_of_host(host: str, audience: str) -> None:
    request = LoginRequest(Credentials(LoginFlow.JWT_BEARER, {}), host, "64.0")
    assert request.audiences[0] == audience
