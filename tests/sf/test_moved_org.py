"""The org moves to another host while a process runs: one new login, and no change is lost or made twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sf.connection.clients import make_salesforce_client
from sf.models import Adoption
from sf.salesforce.credentials import LoginFlow
from sf.salesforce.errors import LoginFailed, RequestRefused, SalesforceError
from sf.sync import source
from sf.sync.usage import UsageCounter
from tests.sf.cache import assert_equal, sync
from tests.sf.test_login import client_with, login_of
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

FORMER = ["redirects", "closed"]
BULK, REST = 1, 10**9


def move(simulator: Simulator, former: str) -> str:
    return str(simulator.post("/move", {"former": former})["instance_url"])


@pytest.fixture
def logged_in(simulator: Simulator) -> Callable[[], Any]:
    """Log in, and return a call to Salesforce.

    The org is moved first: a test may close the host in use, and the simulator cannot close its first host.
    """
    move(simulator, "redirects")
    client = make_salesforce_client(UsageCounter("test"))
    assert client.limits()
    simulator.post("/counters/reset")
    return client.limits


@pytest.mark.parametrize("former", FORMER)
def test_a_running_process_finds_the_org_again(simulator: Simulator, logged_in: Callable[[], Any], former: str) -> None:
    new = move(simulator, former)
    assert logged_in()
    assert simulator.calls_to("oauth2/token") == 1
    assert make_salesforce_client(UsageCounter("test")).instance_url == new
    assert logged_in()
    assert simulator.calls_to("oauth2/token") == 1


@pytest.mark.parametrize("former", FORMER)
def test_a_change_is_sent_to_the_new_host(simulator: Simulator, logged_in: Callable[[], Any], former: str) -> None:
    contact = simulator.ids("Contact")[0]
    move(simulator, former)
    path = f"/services/data/v64.0/sobjects/Contact/{contact}"
    make_salesforce_client(UsageCounter("test")).attempt("PATCH", path, body={"FirstName": "Moved"})
    assert simulator.query(f"SELECT FirstName FROM Contact WHERE Id = '{contact}'")[0]["FirstName"] == "Moved"


def test_a_change_whose_answer_is_lost_is_not_sent_again(simulator: Simulator, logged_in: Callable[[], Any]) -> None:
    simulator.fail("drop_after", path="sobjects/Case", times=1)
    client = make_salesforce_client(UsageCounter("test"))
    with pytest.raises(SalesforceError) as caught:
        client.attempt("POST", "/services/data/v64.0/sobjects/Case", body={"Subject": "once"})
    assert caught.value.outcome_unknown
    assert len(simulator.ids("Case", "Subject = 'once'")) == 1
    assert simulator.calls_to("oauth2/token") == 0


@pytest.mark.parametrize("former", FORMER)
@pytest.mark.parametrize("threshold", [REST, BULK], ids=["rest", "bulk"])
def test_an_org_that_moves_between_runs_or_during_a_run_is_copied_completely(
    simulator: Simulator, settings: Any, monkeypatch: pytest.MonkeyPatch, threshold: int, former: str
) -> None:
    settings.SALESFORCE_BULK_THRESHOLD = threshold
    monkeypatch.setattr(source, "REST_PAGE_ROWS", 200)
    simulator.post("/bulk", {"largest_page": 200})
    move(simulator, "redirects")
    pages: list[str] = []
    real = source.rows_of

    def moving(*arguments: Any) -> Any:
        pages.append("page")
        if len(pages) == 2:
            move(simulator, former)
        return real(*arguments)

    monkeypatch.setattr(source, "rows_of", moving)
    sync("sync_adoptions")
    move(simulator, former)
    simulator.edit("Adoption__c", simulator.ids("Adoption__c")[0], Students__c=77)
    sync("sync_adoptions")
    assert_equal(simulator, Adoption)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_never_a_refusal(simulator: Simulator, status: int) -> None:
    client = make_salesforce_client(UsageCounter("test"))
    client.session()
    simulator.fail(
        "status", path="/sobjects/Contact", times=None, status=status, headers={"Location": "https://x.example/"}
    )
    with pytest.raises(SalesforceError) as caught:
        client.attempt("PATCH", "/services/data/v64.0/sobjects/Contact/003", body={})
    assert not isinstance(caught.value, RequestRefused)
    assert not caught.value.lasting
    assert not caught.value.outcome_unknown
    assert "it leads to https://x.example" in str(caught.value)


def test_repeated_redirects_lead_to_only_one_new_login(simulator: Simulator) -> None:
    simulator.fail("status", path="/limits", times=5, status=302)
    assert make_salesforce_client(UsageCounter("test")).limits()
    assert simulator.calls_to("oauth2/token") == 2  # the first login, and one because of the redirects


def test_with_a_session_id_from_the_settings_the_error_names_the_new_host(simulator: Simulator, settings: Any) -> None:
    client = client_with(settings, login_of(simulator, LoginFlow.DIRECT_SESSION))
    new = move(simulator, "redirects")
    with pytest.raises(LoginFailed, match=rf"check SALESFORCE_INSTANCE_URL: it leads to {new}$"):
        client.limits()
