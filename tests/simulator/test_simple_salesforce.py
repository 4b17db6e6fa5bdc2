"""simple-salesforce, a Python library for Salesforce, works with the simulator."""

from __future__ import annotations

from typing import Any

import pytest
import simple_salesforce
from simple_salesforce.exceptions import SalesforceMalformedRequest

from simulator import credentials
from tests.simulator.running import RunningSimulator


@pytest.fixture
def client(simulator: RunningSimulator) -> Any:
    return simple_salesforce.api.Salesforce(
        instance_url=simulator.base_url,
        session_id=credentials.SESSION_ID,
        version="64.0",
        session=simulator.session(),
    )


def test_the_library_queries_all_pages(client: Any) -> None:
    assert client.query("SELECT COUNT() FROM Account")["totalSize"] == 50
    pages_of_200 = {"Sforce-Query-Options": "batchSize=200"}
    assert len(list(client.query_all_iter("SELECT Id FROM Adoption__c", headers=pages_of_200))) == 300
    with pytest.raises(SalesforceMalformedRequest, match="Nothing__c"):
        client.query("SELECT Nothing__c FROM Account")


def test_the_library_reads_bulk_results(client: Any) -> None:
    pages = list(client.bulk2.Account.query("SELECT Id, Name FROM Account"))
    assert sum(page.count('\n"001') for page in pages) == 50


def test_the_library_writes_records(client: Any) -> None:
    record_id = client.Case.create({"Subject": "Made with a library"})["id"]
    assert client.Case.update(record_id, {"Subject": "Changed"}) == 204
    assert client.Case.get(record_id)["Subject"] == "Changed"
    assert client.Case.upsert("SFAPI_Id__c/key-1", {"Subject": "By key"}) == 201
    assert client.Case.get_by_custom_id("SFAPI_Id__c", "key-1")["Subject"] == "By key"
    assert client.Case.delete(record_id) == 204


def test_the_library_can_describe_and_search_objects_and_report_the_usage(client: Any) -> None:
    assert client.Account.describe()["name"] == "Account"
    assert "Account" in {sobject["name"] for sobject in client.describe()["sobjects"]}
    assert client.limits()["DailyApiRequests"]["Max"] == 285_000
    assert client.search("FIND {nobody-is-called-so}") == {"searchRecords": []}
    assert client.apexecute("Echo/x", method="POST", data={"a": 1})["body"] == {"a": 1}
    assert client.api_usage["api-usage"].total == 285_000
