"""Outgoing calls ignore the user's ``.netrc``, follow no redirect, and use the proxy variables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from accounts_client.client import AccountsClient
from outgoing.sessions import OutgoingSession
from pardot.platform.connection import PardotCalls, make_pardot_client
from pardot.reports.channels.slack import post_to_slack
from sf.connection.clients import make_salesforce_client
from sf.salesforce.errors import SalesforceError
from sf.salesforce.records import make_simple_salesforce
from sf.sync.usage import UsageCounter
from tests.api.accounts_server import AccountsServer, accounts_server
from tests.api.cookies import UUID
from tests.sf.test_proxy import proxy
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

NETRC = """
machine localhost login anonymous password canary
machine 127.0.0.1 login anonymous password canary
default login anonymous password canary
"""
"""An entry for each name of the servers that these tests call, and one for any other name."""


@pytest.fixture
def netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / ".netrc"
    file.write_text(NETRC)
    file.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    return file


@pytest.fixture
def recording_server() -> Iterator[AccountsServer]:
    """A server that records the headers it receives."""
    with accounts_server() as server:
        yield server


def call_salesforce() -> None:
    assert make_salesforce_client(UsageCounter("test")).limits()


def call_simple_salesforce() -> None:
    assert make_simple_salesforce(make_salesforce_client(UsageCounter("test"))).describe()


def call_pardot() -> None:
    assert make_pardot_client(make_salesforce_client(UsageCounter("test")), PardotCalls()).ask_usage()


@pytest.mark.parametrize("call", [call_salesforce, call_simple_salesforce, call_pardot])
def test_a_netrc_does_not_replace_the_session_of_salesforce(
    simulator: Simulator, netrc: Path, call: Callable[[], None]
) -> None:
    call()
    assert simulator.calls_to("oauth2/token") == 1, "a call was refused, so the client logged in again"


def test_a_file_named_by_the_variable_netrc_is_not_read_either(
    simulator: Simulator, netrc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETRC", str(netrc))
    call_salesforce()


def test_accounts_gets_its_own_token_and_nothing_from_a_netrc(recording_server: AccountsServer, netrc: Path) -> None:
    AccountsClient(url=recording_server.url, client_id="app", client_secret="hush").user(UUID)
    sent = [headers.get("Authorization") for _, headers in recording_server.requests]
    assert sent == [None, "Bearer token-1"]


def test_slack_gets_nothing_from_a_netrc(recording_server: AccountsServer, netrc: Path) -> None:
    post_to_slack(f"{recording_server.url}/services/hush", "good morning")
    assert [headers.get("Authorization") for _, headers in recording_server.requests] == [None]


def test_a_redirect_is_not_followed(recording_server: AccountsServer) -> None:
    recording_server.status = 302
    assert OutgoingSession().get(recording_server.url, timeout=10).status_code == 302
    assert len(recording_server.requests) == 1


def test_the_proxy_variables_are_in_effect(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy() as server:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.server_address[1]}")
        call_salesforce()
        assert server.targets == []
        monkeypatch.setenv("NO_PROXY", "elsewhere.example")
        OutgoingSession().get(f"{simulator.variables['SALESFORCE_HOST']}/services/data", timeout=30)
    assert server.targets == [simulator.variables["SALESFORCE_HOST"].removeprefix("https://")]


def test_a_ca_bundle_that_disappears_while_a_process_runs_is_named(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    with pytest.raises(SalesforceError, match=r"REQUESTS_CA_BUNDLE: there is no file or folder '/nowhere\.pem'"):
        call_salesforce()
