"""REST queries: pages, locators, formats of values, the API usage, and refused requests."""

from __future__ import annotations

import pytest

from tests.simulator.client import Salesforce, errors
from tests.simulator.running import RunningSimulator


def test_a_page_has_as_many_records_as_the_caller_asks_for(salesforce: Salesforce) -> None:
    page = salesforce.query("SELECT Id FROM Adoption__c", headers={"Sforce-Query-Options": "batchSize=200"}).json()
    assert (len(page["records"]), page["totalSize"], page["done"]) == (200, 300, False)
    last = salesforce.call("GET", page["nextRecordsUrl"]).json()
    assert (len(last["records"]), last["done"], "nextRecordsUrl" in last) == (100, True, False)
    ids = [record["Id"] for record in page["records"] + last["records"]]
    assert len(set(ids)) == 300


def test_a_small_answer_has_one_page(salesforce: Salesforce) -> None:
    page = salesforce.query("SELECT Id, Name FROM Account LIMIT 1").json()
    assert (page["totalSize"], page["done"]) == (1, True)
    record = page["records"][0]
    assert record["attributes"] == {
        "type": "Account",
        "url": f"{salesforce.base}/sobjects/Account/{record['Id']}",
    }


def test_an_answer_without_records_has_an_empty_list(salesforce: Salesforce) -> None:
    page = salesforce.query("SELECT Id FROM Account WHERE Name = 'nobody is called so'").json()
    assert page == {"totalSize": 0, "done": True, "records": []}


def test_counts_and_groups_have_salesforces_forms(salesforce: Salesforce) -> None:
    assert salesforce.query("SELECT COUNT() FROM Opportunity").json() == {
        "totalSize": 200,
        "done": True,
        "records": [],
    }
    groups = salesforce.records("SELECT StageName, COUNT(Id) n FROM Opportunity GROUP BY StageName")
    assert sum(group["n"] for group in groups) == 200
    assert groups[0]["attributes"] == {"type": "AggregateResult"}


def test_parents_are_nested_or_null(salesforce: Salesforce) -> None:
    records = salesforce.records("SELECT Id, Opportunity__r.Contact__c, Opportunity__r.Account.Name FROM Adoption__c")
    nested = [record["Opportunity__r"] for record in records if record["Opportunity__r"]]
    assert nested
    assert nested[0]["attributes"]["type"] == "Opportunity"
    assert any(parent["Contact__c"] and parent["Contact__c"].startswith("003") for parent in nested)
    accounts = [parent["Account"] for parent in nested if parent["Account"]]
    assert {account["attributes"]["type"] for account in accounts} == {"Account"}


def test_values_have_salesforces_forms(salesforce: Salesforce) -> None:
    soql = "SELECT Id, SystemModstamp, IsClosed, Amount, CloseDate FROM Opportunity WHERE Amount != null LIMIT 5"
    for record in salesforce.records(soql):
        assert record["SystemModstamp"].endswith(".000+0000")
        assert isinstance(record["IsClosed"], bool)
        assert isinstance(record["Amount"], float)
        assert len(record["CloseDate"]) == 10


def test_query_all_includes_deleted_records(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    record_id = salesforce.records("SELECT Id FROM Account LIMIT 1")[0]["Id"]
    simulator.control("POST", f"/records/Account/{record_id}/delete")
    soql = f"SELECT Id, IsDeleted FROM Account WHERE Id = '{record_id}'"
    assert salesforce.records(soql) == []
    assert [record["IsDeleted"] for record in salesforce.records(soql, all_rows=True)] == [True]


def test_a_change_shows_in_the_next_query(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    soql = "SELECT Id, Name FROM Account ORDER BY Id LIMIT 1"
    record = salesforce.records(soql)[0]
    simulator.control("PATCH", f"/records/Account/{record['Id']}", {"Name": "Ærø Højskole"})
    assert salesforce.records(soql)[0]["Name"] == "Ærø Højskole"


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Nothing__c FROM Account", "INVALID_FIELD"),
        ("SELECT Id FROM Nothing__c", "INVALID_TYPE"),
        ("SELECT FROM", "MALFORMED_QUERY"),
        ("", "MALFORMED_QUERY"),
    ],
)
def test_bad_queries_are_refused(salesforce: Salesforce, soql: str, code: str) -> None:
    response = salesforce.query(soql)
    assert (response.status_code, errors(response)) == (400, [code])


def test_a_hidden_field_is_unknown(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    simulator.control("POST", "/fields/Account/LMS__c/hide")
    response = salesforce.query("SELECT LMS__c FROM Account")
    assert errors(response) == ["INVALID_FIELD"]
    assert "LMS__c" in response.json()[0]["message"]
    fields = salesforce.call("GET", "/sobjects/Account/describe").json()["fields"]
    assert "LMS__c" not in {field["name"] for field in fields}


def test_an_expired_locator_is_refused(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    page = salesforce.query("SELECT Id FROM Adoption__c", headers={"Sforce-Query-Options": "batchSize=200"}).json()
    simulator.control("POST", "/locators/expire")
    response = salesforce.call("GET", page["nextRecordsUrl"])
    assert (response.status_code, errors(response)) == (400, ["INVALID_QUERY_LOCATOR"])


def test_later_pages_show_the_data_as_of_the_first_page(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    soql = "SELECT Id, Name__c FROM Adoption__c ORDER BY Id DESC"
    page = salesforce.query(soql, headers={"Sforce-Query-Options": "batchSize=200"}).json()
    last = salesforce.records("SELECT Id, Name__c FROM Adoption__c ORDER BY Id LIMIT 1")[0]
    simulator.control("POST", f"/records/Adoption__c/{last['Id']}/delete")
    following = salesforce.call("GET", page["nextRecordsUrl"]).json()["records"]
    assert following[-1]["Id"] == last["Id"]


def test_every_answer_reports_the_usage(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    simulator.control("POST", "/limits", {"daily_max": 1000, "daily_used": 17})
    headers = [salesforce.call("GET", "/limits").headers["Sforce-Limit-Info"] for _ in range(8)]
    assert headers[0].startswith("api-usage=18/1000")
    assert any("; per-app-api-usage=" in header for header in headers)
    assert any(header.endswith("; api-bursts=1/750") for header in headers)


def test_the_usage_header_can_be_limited_to_one_part(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    simulator.control("POST", "/limits", {"more_parts": False})
    headers = [salesforce.call("GET", "/limits").headers["Sforce-Limit-Info"] for _ in range(8)]
    assert not [header for header in headers if ";" in header]


def test_calls_beyond_the_daily_allowance_are_refused(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    simulator.control("POST", "/limits", {"daily_max": 10, "daily_used": 10})
    response = salesforce.query("SELECT Id FROM Account")
    assert (response.status_code, errors(response)) == (403, ["REQUEST_LIMIT_EXCEEDED"])
    assert "TotalRequests" in response.json()[0]["message"]


def test_unknown_and_retired_versions_are_refused(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    assert salesforce.call("GET", "/services/data/v99.0/limits").status_code == 404
    assert salesforce.call("GET", "/services/data/v30.0/limits").status_code == 410
    assert salesforce.call("GET", "/services/data/v31.0/limits").status_code == 200
    assert simulator.session().get(f"{simulator.base_url}/services/data", timeout=30).json()[-1]["version"] == "67.0"


def test_long_uris_and_headers_are_refused(salesforce: Salesforce) -> None:
    assert salesforce.query("SELECT Id FROM Account WHERE Name = '" + "x" * 17_000 + "'").status_code == 414
    assert salesforce.call("GET", "/limits", headers={"X-Long": "x" * 17_000}).status_code == 431


def test_unknown_paths_and_methods_are_refused(salesforce: Salesforce) -> None:
    assert errors(salesforce.call("GET", "/nothing")) == ["NOT_FOUND"]
    response = salesforce.call("PUT", "/limits")
    assert (response.status_code, errors(response)) == (405, ["METHOD_NOT_ALLOWED"])
