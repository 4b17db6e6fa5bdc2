"""Limits, describe calls, searches, and Apex REST."""

from __future__ import annotations

from simulator.salesforce.describe import MASTER_RECORD_TYPE
from tests.simulator.client import Salesforce, errors
from tests.simulator.running import RunningSimulator


def test_limits_include_the_calls_and_jobs_of_the_day(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    simulator.control("POST", "/limits", {"daily_max": 500, "daily_used": 99})
    salesforce.start_job("SELECT Id FROM Account")
    limits = salesforce.call("GET", "/limits").json()
    assert limits["DailyApiRequests"] == {"Max": 500, "Remaining": 399}
    assert limits["DailyBulkV2QueryJobs"]["Max"] - limits["DailyBulkV2QueryJobs"]["Remaining"] >= 1


def test_objects_and_their_fields_are_described(salesforce: Salesforce) -> None:
    overview = salesforce.call("GET", "/sobjects").json()
    names = {sobject["name"] for sobject in overview["sobjects"]}
    assert {"Account", "Contact", "Opportunity", "Adoption__c", "Book__c", "Case", "Lead", "Campaign"} <= names
    account = salesforce.call("GET", "/sobjects/Account/describe").json()
    fields = {field["name"]: field for field in account["fields"]}
    assert fields["Name"]["type"] == "string"
    assert {"field", "childSObject"} <= set(account["childRelationships"][0])
    assert salesforce.call("GET", "/sobjects/Account").json()["objectDescribe"]["keyPrefix"] == "001"


def test_layouts_contain_the_fields(salesforce: Salesforce) -> None:
    layouts = salesforce.call("GET", "/sobjects/Case/describe/layouts").json()
    rows = layouts["layouts"][0]["detailLayoutSections"][0]["layoutRows"]
    shown = {row["layoutItems"][0]["layoutComponents"][0]["value"] for row in rows}
    assert {"Subject", "Description", "Product__c"} <= shown
    one = salesforce.call("GET", f"/sobjects/Case/describe/layouts/{MASTER_RECORD_TYPE}").json()
    assert one["id"] == layouts["layouts"][0]["id"]


def test_a_search_finds_words_by_their_beginning(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    ids = [record["Id"] for record in salesforce.records("SELECT Id FROM Account ORDER BY Id LIMIT 2")]
    for record_id, name in zip(ids, ("Zebrawood Göttingen College", "O'Zebra & Sons"), strict=True):
        simulator.control("PATCH", f"/records/Account/{record_id}", {"Name": name})

    def search(sosl: str) -> list[str]:
        response = salesforce.call("GET", "/search", params={"q": sosl})
        return [record["Id"] for record in response.json()["searchRecords"]]

    assert search("FIND {zebra*} IN NAME FIELDS RETURNING Account(Id, Name)") == [ids[0]]
    assert search("FIND {Göttingen zebrawood} RETURNING Account(Id WHERE Name LIKE 'Z%' LIMIT 5), Contact") == [ids[0]]
    assert search("FIND {O'Zebra} IN ALL FIELDS RETURNING Account(Id)") == [ids[1]]
    assert search("FIND {nobody-has-this}") == []


def test_searches_that_cannot_be_read_are_refused(salesforce: Salesforce) -> None:
    for sosl in ("SELECT Id FROM Account", "FIND {x}", "FIND {one OR two}", "FIND {abc} RETURNING Account("):
        assert errors(salesforce.call("GET", "/search", params={"q": sosl})) == ["MALFORMED_SEARCH"]
    assert errors(salesforce.call("GET", "/search", params={"q": "FIND {abc} RETURNING No__c"})) == ["INVALID_TYPE"]


def test_apex_rest_has_one_class(salesforce: Salesforce) -> None:
    echo = salesforce.call("POST", "/services/apexrest/Echo/a/b?c=d", json={"e": 1})
    assert echo.json() == {"method": "POST", "path": "/a/b", "query": {"c": "d"}, "body": {"e": 1}}
    assert "Sforce-Limit-Info" in echo.headers
    missing = salesforce.call("GET", "/services/apexrest/Other")
    assert (missing.status_code, errors(missing)) == (404, ["NOT_FOUND"])
