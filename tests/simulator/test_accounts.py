"""The simulated Accounts: tokens and user search."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from simulator.accounts import NEWCOMER_UUID, SUPER_USER_UUID
from tests.simulator.running import RunningSimulator

FIELDS = {
    "id",
    "uuid",
    "full_name",
    "salesforce_contact_id",
    "faculty_status",
    "adopter_status",
    "self_reported_role",
    "school_type",
    "school_location",
    "assignable_user",
    "assignable_school_integrated",
    "is_administrator",
}


class Accounts:
    """Calls to Accounts with one session."""

    def __init__(self, simulator: RunningSimulator) -> None:
        self.simulator = simulator
        self.http = simulator.session()

    def token(self, **form: str) -> requests.Response:
        variables = self.simulator.variables
        usual = {
            "grant_type": "client_credentials",
            "client_id": variables["ACCOUNTS_CLIENT_ID"],
            "client_secret": variables["ACCOUNTS_CLIENT_SECRET"],
        }
        return self.http.post(f"{self.simulator.base_url}/oauth/token", data={**usual, **form}, timeout=30)

    def log_in(self) -> str:
        token: str = self.token().json()["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"
        return token

    def search(self, query: str, **params: str) -> requests.Response:
        return self.http.get(f"{self.simulator.base_url}/api/users", params={"q": query, **params}, timeout=30)

    def users(self, query: str) -> list[dict[str, Any]]:
        answer = self.search(query).json()
        assert answer["total_count"] == len(answer["items"])
        items: list[dict[str, Any]] = answer["items"]
        return items

    def control(self, method: str, path: str, payload: Any = None) -> Any:
        return self.simulator.control(method, f"/accounts{path}", payload)


@pytest.fixture
def accounts(simulator: RunningSimulator) -> Accounts:
    return Accounts(simulator)


class TestTokens:
    def test_are_issued_for_client_credentials(self, accounts: Accounts) -> None:
        answer = accounts.token().json()
        assert answer["token_type"] == "Bearer"
        assert answer["expires_in"] == 7_200

    def test_are_issued_for_basic_authentication_too(self, accounts: Accounts) -> None:
        variables = accounts.simulator.variables
        pair = (variables["ACCOUNTS_CLIENT_ID"], variables["ACCOUNTS_CLIENT_SECRET"])
        form = {"grant_type": "client_credentials"}
        url = f"{accounts.simulator.base_url}/oauth/token"
        assert accounts.http.post(url, data=form, auth=pair, timeout=30).status_code == 200

    def test_are_refused_for_a_wrong_secret(self, accounts: Accounts) -> None:
        response = accounts.token(client_secret="guessed")
        assert (response.status_code, response.json()["error"]) == (401, "invalid_client")

    def test_are_refused_for_other_grants(self, accounts: Accounts) -> None:
        response = accounts.token(grant_type="password")
        assert (response.status_code, response.json()["error"]) == (400, "unsupported_grant_type")

    def test_are_accepted_in_the_header_or_the_query(self, accounts: Accounts) -> None:
        token = accounts.token().json()["access_token"]
        query = f"uuid:{SUPER_USER_UUID}"
        assert accounts.search(query, access_token=token).status_code == 200
        accounts.http.headers["Authorization"] = f"Bearer {token}"
        assert accounts.search(query).status_code == 200

    def test_expire(self, accounts: Accounts) -> None:
        accounts.log_in()
        accounts.control("POST", "/tokens/expire")
        assert accounts.search(f"uuid:{SUPER_USER_UUID}").status_code == 403
        accounts.control("POST", "/settings", {"denied_status": 401})
        assert accounts.search(f"uuid:{SUPER_USER_UUID}").status_code == 401


class TestUsers:
    def test_include_a_super_user_instructors_and_a_newcomer_for_the_demo(self, accounts: Accounts) -> None:
        users = accounts.control("GET", "/users")["users"]
        assert users[0]["uuid"] == SUPER_USER_UUID
        assert users[-1]["uuid"] == NEWCOMER_UUID
        assert users[-1]["salesforce_contact_id"] is None
        assert len([user for user in users if user["salesforce_contact_id"]]) == 3

    def test_have_the_id_of_their_contact_in_salesforce(self, accounts: Accounts) -> None:
        accounts.log_in()
        known = accounts.control("GET", "/users")["users"][1]
        (user,) = accounts.users(f"uuid:{known['uuid'].upper()}")
        assert set(user) >= FIELDS
        soql = f"SELECT Accounts_UUID__c, FV_Status__c FROM Contact WHERE Id = '{user['salesforce_contact_id']}'"
        (contact,) = accounts.simulator.control("POST", "/query", {"soql": soql})["rows"]
        assert contact == [known["uuid"], user["faculty_status"]]

    def test_are_found_by_an_id_and_a_uuid_only_if_both_match(self, accounts: Accounts) -> None:
        accounts.log_in()
        known = accounts.control("GET", "/users")["users"][1]
        number = accounts.users(f"uuid:{known['uuid']}")[0]["id"]
        assert accounts.users(f"id:{number} uuid:{known['uuid']}")[0]["uuid"] == known["uuid"]
        assert accounts.users(f"id:{number} uuid:{SUPER_USER_UUID}") == []

    def test_are_not_found_by_unknown_or_invalid_uuids(self, accounts: Accounts) -> None:
        accounts.log_in()
        for uuid in ("99999999-0000-4000-8000-000000000000", "no-uuid", "'; DROP TABLE"):
            assert accounts.users(f"uuid:{uuid.replace(' ', '')}") == []

    def test_are_searched_for_only_by_uuid_and_id(self, accounts: Accounts) -> None:
        accounts.log_in()
        assert accounts.search("email:a@b.example").status_code == 422
        assert accounts.search("").status_code == 422

    def test_are_changed_and_added_by_the_control_server(self, accounts: Accounts) -> None:
        accounts.log_in()
        accounts.control("PATCH", f"/users/{NEWCOMER_UUID}", {"faculty_status": "confirmed_faculty"})
        (user,) = accounts.users(f"uuid:{NEWCOMER_UUID}")
        assert (user["full_name"], user["faculty_status"]) == ("Nell Newcomer", "confirmed_faculty")
        new_uuid = "aaaaaaaa-0000-4000-8000-000000000000"
        accounts.control("PATCH", f"/users/{new_uuid}", {"name": "Somebody"})
        assert accounts.users(f"uuid:{new_uuid}")[0]["name"] == "Somebody"
        accounts.control("DELETE", f"/users/{new_uuid}")
        assert accounts.users(f"uuid:{new_uuid}") == []


def test_accounts_fails_on_demand(accounts: Accounts) -> None:
    accounts.control("POST", "/settings", {"fail_status": 503, "fail_times": 2})
    assert [accounts.token().status_code for _ in range(3)] == [503, 503, 200]


def test_a_reset_restores_the_settings(accounts: Accounts) -> None:
    accounts.control("POST", "/settings", {"fail_status": 503, "fail_times": -1})
    accounts.simulator.control("POST", "/reset")
    assert accounts.token().status_code == 200
