"""The logged-in user: the identity URL of a login, userinfo, and the schemes of ``Authorization``."""

from __future__ import annotations

import pytest

from simulator import credentials
from tests.simulator.client import Salesforce, errors
from tests.simulator.running import RunningSimulator

IDENTITY = f"/id/{credentials.ORGANIZATION_ID}/{credentials.USER_ID}"


def test_the_identity_url_of_a_login_names_the_user_and_the_apis(salesforce: Salesforce) -> None:
    form = {"grant_type": "client_credentials"}
    form |= {"client_id": credentials.CLIENT_ID, "client_secret": credentials.CLIENT_SECRET}
    host = salesforce.simulator.base_url
    login = salesforce.http.post(f"{host}/services/oauth2/token", data=form, timeout=30).json()
    identity = salesforce.http.get(login["id"], timeout=30).json()
    assert (identity["username"], identity["user_id"]) == (credentials.USERNAME, credentials.USER_ID)
    assert identity["id"] == login["id"]
    rest = identity["urls"]["rest"].replace("{version}", "64.0")
    assert "query" in salesforce.http.get(rest, timeout=30).json()


def test_the_identity_url_takes_the_token_in_the_query_too(simulator: RunningSimulator) -> None:
    params = {"format": "json", "oauth_token": credentials.SESSION_ID}
    answer = simulator.session().get(simulator.base_url + IDENTITY, params=params, timeout=30)
    assert answer.json()["organization_id"] == credentials.ORGANIZATION_ID


def test_userinfo_has_the_names_of_openid(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    identity = salesforce.http.get(f"{simulator.base_url}/services/oauth2/userinfo", timeout=30).json()
    assert identity["sub"].endswith(IDENTITY)
    assert identity["preferred_username"] == credentials.USERNAME


@pytest.mark.parametrize("path", [IDENTITY, "/services/oauth2/userinfo"])
@pytest.mark.parametrize(("token", "word"), [("", "Missing_OAuth_Token"), ("Bearer none", "Bad_OAuth_Token")])
def test_identity_and_userinfo_answer_403_and_one_word_without_a_session(
    simulator: RunningSimulator, path: str, token: str, word: str
) -> None:
    headers = {"Authorization": token} if token else {}
    answer = simulator.session().get(simulator.base_url + path, headers=headers, timeout=30)
    assert (answer.status_code, answer.text) == (403, word)


@pytest.mark.parametrize(
    ("path", "word"),
    [
        (f"/id/00DHs000000FORE/{credentials.USER_ID}", "Wrong_Org"),
        (f"/id/{credentials.ORGANIZATION_ID}/005Hs000000OTHE", "Bad_Id"),
    ],
)
def test_the_identity_url_of_another_org_or_user_is_refused(salesforce: Salesforce, path: str, word: str) -> None:
    answer = salesforce.http.get(salesforce.simulator.base_url + path, timeout=30)
    assert (answer.status_code, answer.text) == (403, word)


def test_the_list_of_resources_contains_the_identity_url(salesforce: Salesforce) -> None:
    assert salesforce.call("GET", "").json()["identity"] == salesforce.simulator.base_url + IDENTITY


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "OAuth", "oauth"])
def test_salesforce_takes_bearer_and_oauth(salesforce: Salesforce, scheme: str) -> None:
    salesforce.http.headers["Authorization"] = f"{scheme} {credentials.SESSION_ID}"
    assert salesforce.query("SELECT COUNT() FROM Account").status_code == 200
    assert salesforce.call("GET", "/services/apexrest/Echo/").status_code == 200


def test_salesforce_takes_no_other_scheme(salesforce: Salesforce) -> None:
    salesforce.http.headers["Authorization"] = f"Token {credentials.SESSION_ID}"
    assert errors(salesforce.query("SELECT COUNT() FROM Account")) == ["INVALID_SESSION_ID"]


def test_a_fault_ends_a_session_for_the_scheme_oauth_too(salesforce: Salesforce) -> None:
    salesforce.http.headers["Authorization"] = f"OAuth {credentials.SESSION_ID}"
    salesforce.simulator.fault("expire_session")
    assert errors(salesforce.query("SELECT COUNT() FROM Account")) == ["INVALID_SESSION_ID"]
