"""The control server: state, changes that no API call can make, and its page."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import requests

from simulator import credentials
from tests.simulator.client import Salesforce, errors
from tests.simulator.running import RunningSimulator, read_variables


def test_calls_are_counted_by_system_and_kind(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    simulator.control("POST", "/counters/reset")
    salesforce.records("SELECT Id FROM Adoption__c", headers={"Sforce-Query-Options": "batchSize=200"})
    salesforce.results(salesforce.finished_job("SELECT Id FROM Account"))
    salesforce.call("GET", "/services/data/v64.0/sobjects/Case/SFAPI_Id__c/some%2Fkey")
    counters = simulator.control("GET", "/state")["counters"]
    assert counters["by_path"] == {
        "GET /services/data/jobs/query/{id}": 1,
        "GET /services/data/jobs/query/{id}/results": 1,
        "GET /services/data/query": 1,
        "GET /services/data/query/{locator}": 1,
        "GET /services/data/sobjects/Case/SFAPI_Id__c/{value}": 1,
        "POST /services/data/jobs/query": 1,
    }
    assert (counters["salesforce"], counters["pardot"], counters["max_open"]["salesforce"]) == (6, 0, 1)


def test_calls_that_are_open_at_the_same_time_are_counted(simulator: RunningSimulator) -> None:
    simulator.fault("delay", seconds=3, times=3)
    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(Salesforce(simulator, credentials.SESSION_ID).call, "GET", "/limits") for _ in range(3)]
    assert {call.result().status_code for call in calls} == {200}
    assert simulator.control("GET", "/state")["counters"]["max_open"]["salesforce"] == 3


def test_a_query_of_the_control_server_returns_raw_values_and_is_not_counted(simulator: RunningSimulator) -> None:
    answer = simulator.control("POST", "/query", {"soql": "SELECT Id, SystemModstamp, IsDeleted FROM Account"})
    assert answer["columns"] == ["Id", "SystemModstamp", "IsDeleted"]
    assert len(answer["rows"]) == 50
    assert answer["rows"][0][1].endswith("Z")
    assert simulator.control("POST", "/query", {"soql": "SELECT COUNT() FROM Opportunity"})["rows"] == [[200]]
    assert simulator.control("GET", "/state")["counters"]["salesforce"] == 0


def test_records_are_created_deleted_undeleted_and_purged(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    record_id = simulator.control("POST", "/records/Account", {"Name": "Made here"})["id"]
    soql = f"SELECT Id FROM Account WHERE Id = '{record_id}'"

    def numbers() -> tuple[int, int]:
        """Return how many records ``query`` returns, and how many ``queryAll`` returns."""
        return len(salesforce.records(soql)), len(salesforce.records(soql, all_rows=True))

    assert numbers() == (1, 1)
    simulator.control("POST", f"/records/Account/{record_id}/delete")
    assert numbers() == (0, 1)
    simulator.control("POST", f"/records/Account/{record_id}/undelete")
    assert numbers() == (1, 1)
    simulator.control("POST", f"/records/Account/{record_id}/purge")
    assert numbers() == (0, 0)


def test_raw_values_skip_every_check(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    before = salesforce.records("SELECT Id, SystemModstamp FROM Account ORDER BY Id LIMIT 1")[0]
    path = f"/records/Account/{before['Id']}/raw"
    simulator.control("POST", path, {"values": {"Name": "nul \x00 byte"}, "touch": False})
    after = salesforce.records("SELECT Id, Name, SystemModstamp FROM Account ORDER BY Id LIMIT 1")[0]
    assert (after["Name"], after["SystemModstamp"]) == ("nul \x00 byte", before["SystemModstamp"])


def test_a_merged_record_is_deleted_and_names_its_master(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    master, loser = (record["Id"] for record in salesforce.records("SELECT Id FROM Contact ORDER BY Id LIMIT 2"))
    simulator.control("POST", "/merge", {"sobject": "Contact", "master": master, "losers": [loser]})
    soql = f"SELECT MasterRecordId, IsDeleted FROM Contact WHERE Id = '{loser}'"
    record = salesforce.records(soql, all_rows=True)[0]
    assert (record["MasterRecordId"], record["IsDeleted"]) == (master, True)


def test_a_reset_restores_everything(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    soql = "SELECT Id, Name, SystemModstamp FROM Account ORDER BY Id"
    before = salesforce.records(soql)
    simulator.control("PATCH", f"/records/Account/{before[0]['Id']}", {"Name": "Changed"})
    simulator.control("POST", "/fields/Account/LMS__c/hide")
    simulator.fault("drop", times=None)
    simulator.control("POST", "/limits", {"daily_used": 7})
    simulator.control("POST", "/reset")
    assert simulator.control("GET", "/state")["api_usage"]["daily_used"] == 0
    assert salesforce.records(soql) == before
    assert salesforce.query("SELECT LMS__c FROM Account LIMIT 1").status_code == 200


def test_refused_calls_say_why(simulator: RunningSimulator) -> None:
    campaign = simulator.control("POST", "/pardot/objects/campaigns", {"name": "Once"})["id"]
    for path, payload in (
        ("/query", {"soql": "SELECT Nothing__c FROM Account"}),
        ("/query", {}),
        ("/reset", {"dat": True}),
        ("/limits", {"minute": 1}),
        ("/bulk", {"session_form": "odd"}),
        ("/login-flows", {"blocked": ["nothing"]}),
        ("/records/Account/001/delete", None),
        ("/accounts/settings", {"fail_times": "many"}),
        ("/accounts/settings", ["fail_times"]),
        ("/pardot/objects/campaigns", {"id": campaign, "name": "Twice"}),
    ):
        response = requests.post(f"{simulator.control_url}{path}", json=payload, timeout=30)
        assert response.status_code == 400, path
        assert response.json()["message"], path


def test_the_page_and_its_files_are_served(simulator: RunningSimulator) -> None:
    page = requests.get(f"{simulator.control_url}/", timeout=30)
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    for name in ("page.css", "page.js", "picker/"):
        assert f"/{name}" in page.text
        assert requests.get(f"{simulator.control_url}/{name}", timeout=30).status_code == 200


def test_pages_of_other_hosts_cannot_call_the_control_server(simulator: RunningSimulator) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
        response = requests.post(f"{simulator.control_url}/reset", headers=headers, timeout=30)
        assert response.status_code == 403


def test_the_variables_page_equals_the_variables_file(simulator: RunningSimulator) -> None:
    assert read_variables(simulator.control_text("/variables")) == simulator.variables
    assert simulator.variables["SALESFORCE_CLIENT_ID"] == credentials.CLIENT_ID
    names = {"PARDOT_API_URL", "ACCOUNTS_URL", "SSO_SIGNATURE_PUBLIC_KEY", "SALESFORCE_PARDOT_BUSINESS_UNIT"}
    assert names <= set(simulator.variables)
    assert simulator.variables["SSO_SIGNATURE_PUBLIC_KEY"].startswith("-----BEGIN PUBLIC KEY-----\\n")


def test_signing_in_sets_the_cookie_and_leads_back_to_this_machine(simulator: RunningSimulator) -> None:
    user = simulator.control("GET", "/users")["users"][0]["uuid"]

    def sign_in(target: str, who: str = user) -> requests.Response:
        return requests.get(
            f"{simulator.control_url}/login", params={"user": who, "r": target}, allow_redirects=False, timeout=30
        )

    response = sign_in("http://localhost:8000/somewhere")
    assert (response.status_code, response.headers["Location"]) == (302, "http://localhost:8000/somewhere")
    assert response.cookies["oxa"].count(".") == 4
    for target in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "http://localhost@evil.example/"):
        assert sign_in(target).status_code == 400
    assert sign_in("/", who="nobody").status_code == 404


def test_an_expired_locator_is_refused(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    page = salesforce.query("SELECT Id FROM Adoption__c", headers={"Sforce-Query-Options": "batchSize=200"}).json()
    assert simulator.control("POST", "/locators/expire") == {"expired": 1}
    assert errors(salesforce.call("GET", page["nextRecordsUrl"])) == ["INVALID_QUERY_LOCATOR"]
