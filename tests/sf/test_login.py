"""Each login flow works, the right flow is chosen, and errors name what to check but no secret."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from sf.connection.clients import make_salesforce_client
from sf.salesforce.client import SalesforceClient
from sf.salesforce.credentials import VARIABLES, LoginFlow, check_login_variables, choose_credentials
from sf.salesforce.errors import LoginFailed, SalesforceError
from sf.salesforce.http import Patience, Transport
from sf.salesforce.login import LoginRequest, Session, SessionKeeper
from sf.sync.usage import UsageCounter
from sfapi.env import Environment
from tests.conftest import Manage
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

BLOCKED_AS = {
    LoginFlow.REFRESH_TOKEN: "refresh_token",
    LoginFlow.JWT_BEARER: "jwt",
    LoginFlow.PASSWORD: "password",
    LoginFlow.CLIENT_CREDENTIALS: "client_credentials",
    LoginFlow.SOAP_TOKEN: "soap",
    LoginFlow.SOAP_ORGANIZATION: "soap",
}
EVERY_FLOW = pytest.mark.parametrize("flow", LoginFlow, ids=lambda flow: flow.value)
FLOWS_THAT_LOG_IN = pytest.mark.parametrize("flow", BLOCKED_AS, ids=lambda flow: flow.value)

PUBLIC_KEY = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"


def everything(simulator: Simulator) -> dict[str, str]:
    variables = {**simulator.variables, **simulator.other_logins}
    return {name: variables[name].replace("\\n", "\n") for name in VARIABLES}


def login_of(simulator: Simulator, flow: LoginFlow) -> dict[str, str]:
    """Return the variables of one flow, and no others."""
    with_token = flow in {LoginFlow.PASSWORD, LoginFlow.SOAP_TOKEN}
    needed = {*flow.needs, "SALESFORCE_SECURITY_TOKEN"} if with_token else set(flow.needs)
    return {name: value for name, value in everything(simulator).items() if name in needed}


def client_with(settings: Any, login: Mapping[str, str]) -> SalesforceClient:
    settings.SALESFORCE_LOGIN = dict.fromkeys(VARIABLES, "") | dict(login)
    return make_salesforce_client(UsageCounter("test"))


# -- the flows -------------------------------------------------------------------------------------------------


@EVERY_FLOW
def test_each_flow_gives_a_session_that_works(simulator: Simulator, settings: Any, flow: LoginFlow) -> None:
    others = sorted(set(BLOCKED_AS.values()) - {BLOCKED_AS.get(flow)})
    simulator.post("/login-flows", {"blocked": others})
    client = client_with(settings, login_of(simulator, flow))
    assert client.limits()["DailyApiRequests"]["Max"] == 285_000
    assert client.instance_url == simulator.variables["SALESFORCE_HOST"]
    logins = simulator.calls_to("oauth2/token") + simulator.calls_to("Soap")
    assert logins == (flow is not LoginFlow.DIRECT_SESSION)


@pytest.mark.parametrize("address", ["https://[camp", "/services/Soap/u/64.0", "https://camp:abc", "https://:443"])
@pytest.mark.parametrize("flow", [LoginFlow.CLIENT_CREDENTIALS, LoginFlow.SOAP_TOKEN], ids=["OAuth", "SOAP"])
def test_an_answer_with_a_malformed_address_is_no_login(
    simulator: Simulator, settings: Any, flow: LoginFlow, address: str
) -> None:
    token = json.dumps({"access_token": "token", "instance_url": address})
    simulator.fail("status", path="oauth2/token", status=200, body=token)
    soap = f"<result><serverUrl>{address}</serverUrl><sessionId>token</sessionId></result>"
    simulator.fail("status", path="Soap", status=200, body=soap)
    with pytest.raises(LoginFailed, match="did not answer like Salesforce's login: check SALESFORCE_HOST"):
        client_with(settings, login_of(simulator, flow)).limits()


def test_a_refresh_token_may_come_with_the_client_secret(simulator: Simulator, settings: Any) -> None:
    login = login_of(simulator, LoginFlow.REFRESH_TOKEN)
    assert client_with(settings, login | {"SALESFORCE_CLIENT_SECRET": "simulator-client-secret"}).limits()


def test_a_command_takes_its_login_from_the_environment(simulator: Simulator, run_manage: Manage) -> None:
    key = simulator.other_logins["SALESFORCE_PRIVATE_KEY"]
    simulator.post("/login-flows", {"blocked": ["password", "client_credentials", "refresh_token", "soap"]})
    done = run_manage("sf", "limits", SALESFORCE_PRIVATE_KEY=key)
    assert (done.returncode, simulator.calls_to("oauth2/token")) == (0, 1), done.stderr


def test_the_session_is_shared_by_the_process(simulator: Simulator) -> None:
    for _ in range(3):
        make_salesforce_client(UsageCounter("test")).limits()
    assert simulator.calls_to("oauth2/token") == 1


def test_only_one_of_many_threads_renews_the_session() -> None:
    keeper = SessionKeeper()
    logins: list[Session] = []

    def log_in() -> Session:
        logins.append(Session(f"token {len(logins)}", "https://host"))
        return logins[-1]

    stale = keeper.current(log_in, Patience())
    with ThreadPoolExecutor(8) as threads:
        renewed = list(threads.map(lambda _: keeper.renew(stale, log_in, Patience()), range(8)))
    assert len(logins) == 2
    assert set(renewed) == {logins[1]}


# -- the choice ------------------------------------------------------------------------------------------------
# Each login flow needs a group of variables.


def test_the_first_complete_group_is_chosen(simulator: Simulator) -> None:
    present = everything(simulator)
    chosen = []
    for name in (
        "SALESFORCE_SESSION_ID", "SALESFORCE_REFRESH_TOKEN", "SALESFORCE_PRIVATE_KEY", "SALESFORCE_CLIENT_ID",
        "SALESFORCE_SECURITY_TOKEN",
    ):  # fmt: skip
        chosen.append(choose_credentials(present))
        present[name] = ""
    chosen.append(choose_credentials(present))
    assert [credentials and credentials.flow for credentials in chosen] == [
        LoginFlow.DIRECT_SESSION, LoginFlow.REFRESH_TOKEN, LoginFlow.JWT_BEARER, LoginFlow.PASSWORD,
        LoginFlow.SOAP_TOKEN, LoginFlow.SOAP_ORGANIZATION,
    ]  # fmt: skip


def test_client_credentials_are_chosen_only_without_a_user_name() -> None:
    app = {"SALESFORCE_CLIENT_ID": "a", "SALESFORCE_CLIENT_SECRET": "b"}
    credentials = choose_credentials(app)
    assert credentials is not None
    assert credentials.flow is LoginFlow.CLIENT_CREDENTIALS
    with pytest.raises(ImproperlyConfigured, match=r"OAuth username-password lacks SALESFORCE_PASSWORD;"):
        choose_credentials(app | {"SALESFORCE_USERNAME": "c"})


def test_a_security_token_may_be_empty() -> None:
    credentials = choose_credentials(
        {"SALESFORCE_USERNAME": "a", "SALESFORCE_PASSWORD": "b", "SALESFORCE_SECURITY_TOKEN": ""}
    )
    assert credentials is not None
    assert credentials.flow is LoginFlow.SOAP_TOKEN


def test_missing_login_variables_are_an_error_only_when_they_are_needed(simulator: Simulator, settings: Any) -> None:
    check_login_variables({})
    with pytest.raises(ImproperlyConfigured, match="Salesforce is not configured"):
        client_with(settings, {})


@given(st.sets(st.sampled_from(VARIABLES), min_size=1))
def test_a_complete_group_is_chosen_or_the_error_lists_what_is_missing(names: set[str]) -> None:
    try:
        credentials = choose_credentials(dict.fromkeys(names, "set"))
    except ImproperlyConfigured as error:
        message = str(error).partition("; or remove ")[0]
        for name in VARIABLES:
            assert (name in message) <= (name not in names), f"{name} is not missing"
        assert "lacks SALESFORCE_" in message
    else:
        assert credentials is not None
        assert names.issuperset(credentials.flow.needs)


def test_the_error_lists_what_each_begun_group_lacks(simulator: Simulator, run_manage: Manage) -> None:
    done = run_manage("sync_accounts", SALESFORCE_PASSWORD="", SALESFORCE_SESSION_ID="half")
    assert done.returncode != 0
    assert done.stderr == (
        "Configuration error: Salesforce login: no group of variables can be used: "
        "direct session lacks SALESFORCE_INSTANCE_URL; OAuth username-password lacks SALESFORCE_PASSWORD; "
        "SOAP with security token lacks SALESFORCE_PASSWORD; "
        "or remove SALESFORCE_USERNAME, to log in by client credentials\n"
    )


def test_the_error_speaks_of_client_credentials_only_when_they_are_complete() -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        choose_credentials({"SALESFORCE_CLIENT_ID": "id", "SALESFORCE_USERNAME": "user"})
    assert "client credentials" not in str(caught.value)


# -- refused logins --------------------------------------------------------------------------------------------

WRONG = [
    (LoginFlow.REFRESH_TOKEN, "SALESFORCE_REFRESH_TOKEN", "invalid_grant: expired access/refresh token"),
    (LoginFlow.REFRESH_TOKEN, "SALESFORCE_CLIENT_ID", "invalid_client_id: client identifier invalid"),
    (LoginFlow.JWT_BEARER, "SALESFORCE_USERNAME", "invalid_grant: user hasn't approved this consumer"),
    (LoginFlow.JWT_BEARER, "SALESFORCE_CLIENT_ID", "invalid_client_id: client identifier invalid"),
    (LoginFlow.PASSWORD, "SALESFORCE_PASSWORD", "invalid_grant: authentication failure"),
    (LoginFlow.PASSWORD, "SALESFORCE_SECURITY_TOKEN", "invalid_grant: authentication failure"),
    (LoginFlow.PASSWORD, "SALESFORCE_CLIENT_SECRET", "invalid_client: invalid client credentials"),
    (LoginFlow.CLIENT_CREDENTIALS, "SALESFORCE_CLIENT_SECRET", "invalid_client: invalid client credentials"),
    (LoginFlow.SOAP_TOKEN, "SALESFORCE_PASSWORD", "INVALID_LOGIN: Invalid username, password, security token"),
    (LoginFlow.SOAP_TOKEN, "SALESFORCE_SECURITY_TOKEN", "INVALID_LOGIN: Invalid username, password, security token"),
    (LoginFlow.SOAP_ORGANIZATION, "SALESFORCE_ORGANIZATION_ID", "INVALID_LOGIN: Invalid username"),
]


@pytest.mark.parametrize(("flow", "variable", "message"), WRONG)
def test_a_wrong_value_is_refused_once_and_its_variable_is_named(
    simulator: Simulator, settings: Any, flow: LoginFlow, variable: str, message: str
) -> None:
    client = client_with(settings, login_of(simulator, flow) | {variable: "wrong"})
    with pytest.raises(LoginFailed) as caught:
        client.limits()
    assert simulator.calls() == 1, "a refused login is not tried again"
    assert message in str(caught.value)
    advice = str(caught.value).rsplit("(", 1)[1]
    assert variable in advice
    foreign = set(VARIABLES) - set(flow.needs) - {"SALESFORCE_SECURITY_TOKEN"}
    assert not [name for name in foreign if name in advice]


@FLOWS_THAT_LOG_IN
def test_a_login_flow_that_the_org_does_not_allow_is_reported(
    simulator: Simulator, settings: Any, flow: LoginFlow
) -> None:
    simulator.post("/login-flows", {"blocked": [BLOCKED_AS[flow]]})
    client = client_with(settings, login_of(simulator, flow))
    with pytest.raises(LoginFailed, match=r"allows this login flow|switched off in this org"):
        client.limits()
    assert simulator.calls() == 1


@pytest.mark.parametrize("no_key", ["no key", base64.b64encode(b"-----BEGIN PRIVATE KEY-----\n").decode(), PUBLIC_KEY])
def test_an_invalid_private_key_is_refused_before_anything_is_sent(
    simulator: Simulator, settings: Any, no_key: str
) -> None:
    login = login_of(simulator, LoginFlow.JWT_BEARER) | {"SALESFORCE_PRIVATE_KEY": no_key}
    with pytest.raises(LoginFailed, match="SALESFORCE_PRIVATE_KEY is not an RSA private key"):
        client_with(settings, login).limits()
    assert simulator.calls() == 0


def test_the_public_half_of_the_key_is_refused_as_a_private_key(simulator: Simulator, settings: Any) -> None:
    login = login_of(simulator, LoginFlow.JWT_BEARER)
    public = load_pem_private_key(login["SALESFORCE_PRIVATE_KEY"].encode(), None).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    with pytest.raises(LoginFailed, match="SALESFORCE_PRIVATE_KEY is not an RSA private key"):
        client_with(settings, login | {"SALESFORCE_PRIVATE_KEY": pem}).limits()
    assert simulator.calls() == 0


PEM_FORMS: dict[str, Callable[[str], str]] = {
    "line breaks": lambda pem: pem,
    "line breaks of Windows": lambda pem: pem.replace("\n", "\r\n"),
    "blanks for line breaks": lambda pem: pem.replace("\n", " "),
    "no line breaks": lambda pem: pem.replace("\n", ""),
    "indented": lambda pem: pem.replace("\n", "\n    "),
    r"\n": lambda pem: pem.replace("\n", r"\n"),
    r"\n in quotes": lambda pem: '"' + pem.replace("\n", r"\n") + '"',
    r"\r\n": lambda pem: pem.replace("\n", r"\r\n"),
    r"\\n": lambda pem: pem.replace("\n", r"\\n"),
    r"\n and line breaks": lambda pem: pem.replace("\n", "\\n\n"),
    "empty lines": lambda pem: pem.replace("\n", "\n\n"),
}


@pytest.mark.parametrize("form", PEM_FORMS.values(), ids=PEM_FORMS)
def test_a_private_key_is_read_whatever_its_line_breaks(
    simulator: Simulator, settings: Any, form: Callable[[str], str]
) -> None:
    login = login_of(simulator, LoginFlow.JWT_BEARER)
    written = form(login["SALESFORCE_PRIVATE_KEY"])
    key = Environment({"SALESFORCE_PRIVATE_KEY": written}).pem("SALESFORCE_PRIVATE_KEY")
    assert client_with(settings, login | {"SALESFORCE_PRIVATE_KEY": key}).limits()


def test_the_error_names_an_api_version_that_has_soap_login(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_API_VERSION = "65.0"
    client = client_with(settings, login_of(simulator, LoginFlow.SOAP_TOKEN))
    with pytest.raises(LoginFailed, match=r"set SALESFORCE_API_VERSION=64.0"):
        client.limits()
    assert simulator.calls() == 1


def test_an_expired_session_id_from_the_settings_is_reported(simulator: Simulator, settings: Any) -> None:
    client = client_with(settings, login_of(simulator, LoginFlow.DIRECT_SESSION))
    simulator.post("/sessions/expire")
    with pytest.raises(LoginFailed, match="SALESFORCE_SESSION_ID is no longer good"):
        client.limits()


@FLOWS_THAT_LOG_IN
def test_a_login_that_salesforce_cannot_answer_now_is_retried(
    simulator: Simulator, settings: Any, flow: LoginFlow
) -> None:
    simulator.fail("status", path="oauth2/token|Soap", times=2, status=503, body="<html>busy</html>")
    assert client_with(settings, login_of(simulator, flow)).limits()


# -- wrong hosts -----------------------------------------------------------------------------------------------


@FLOWS_THAT_LOG_IN
def test_a_host_that_is_not_salesforce_is_reported(simulator: Simulator, settings: Any, flow: LoginFlow) -> None:
    client = client_with(settings, login_of(simulator, flow))
    simulator.fail("status", path="oauth2/token|Soap", status=200, body="<html>Welcome!</html>")
    with pytest.raises(LoginFailed, match=r"did not answer like Salesforce's login: check SALESFORCE_HOST"):
        client.limits()
    simulator.fail("status", path="oauth2/token|Soap", status=404, body="<html>Not found</html>")
    with pytest.raises(LoginFailed, match=r"404 .*Not found \(check SALESFORCE_HOST\)"):
        client.limits()


def test_a_host_where_nothing_listens_is_named(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_HOST = "https://localhost:1"
    with pytest.raises(SalesforceError, match=r"^https://localhost:1: cannot be reached: .*Connection refused$"):
        make_salesforce_client(UsageCounter("test")).limits()


def test_an_error_about_an_untrusted_certificate_says_what_to_set(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(SalesforceError, match=r"TLS certificate is not trusted: .*set REQUESTS_CA_BUNDLE"):
        make_salesforce_client(UsageCounter("test")).limits()


def test_a_port_without_tls_is_reported_as_unreachable(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_HOST = simulator.variables["SIMULATOR_URL"].replace("http://", "https://")
    with pytest.raises(SalesforceError, match=r"cannot be reached: .*SSL"):
        make_salesforce_client(UsageCounter("test")).limits()


# -- secrets ---------------------------------------------------------------------------------------------------

SECRETS = [name for name in VARIABLES if name.rsplit("_", 1)[1] in {"SECRET", "TOKEN", "PASSWORD", "KEY"}]


@EVERY_FLOW
def test_no_secret_is_shown_or_logged(
    simulator: Simulator,
    settings: Any,
    flow: LoginFlow,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    login = login_of(simulator, flow)
    canaries = {name: f"canary-{name}" for name in login if name in {*SECRETS, "SALESFORCE_SESSION_ID"}}
    client = client_with(settings, login | canaries)
    settings.SALESFORCE_PROXY = ""
    with pytest.raises(SalesforceError) as caught:
        client.limits()
    with pytest.raises(CommandError) as checked:
        call_command("sf", "check")
    shown = [str(caught.value), repr(caught.value), repr(vars(caught.value)), str(checked.value), caplog.text]
    shown += [*capsys.readouterr(), *_representations(settings, simulator)]
    assert not [text for text in shown if "canary" in text]


def _representations(settings: Any, simulator: Simulator) -> list[str]:
    credentials = choose_credentials(settings.SALESFORCE_LOGIN)
    assert credentials is not None
    return [
        repr(credentials),
        str(credentials),
        repr(LoginRequest(credentials, "https://host", "64.0")),
        repr(Session("canary", "https://host")),
        repr(SessionKeeper()),
        repr(Transport(proxy="http://user:canary@proxy")),
        repr(simulator),
    ]
