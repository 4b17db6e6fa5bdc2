"""The Tooling API and recently viewed records."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.client import Salesforce, errors


def tooling(salesforce: Salesforce, soql: str) -> dict[str, Any]:
    answer: dict[str, Any] = salesforce.call("GET", "/tooling/query", params={"q": soql}).json()
    return answer


def test_the_tooling_api_lists_apex_classes(salesforce: Salesforce) -> None:
    page = tooling(salesforce, "SELECT Id, Name, IsValid FROM ApexClass WHERE Name = 'Echo'")
    assert (page["totalSize"], page["done"], page["entityTypeName"]) == (1, True, "ApexClass")
    (record,) = page["records"]
    assert record["attributes"]["url"].endswith(f"/tooling/sobjects/ApexClass/{record['Id']}")
    assert record["IsValid"] is True


def test_the_tooling_api_lists_the_orgs_objects_and_fields(salesforce: Salesforce) -> None:
    described = salesforce.call("GET", "/sobjects").json()["sobjects"]
    assert tooling(salesforce, "SELECT COUNT() FROM EntityDefinition")["totalSize"] == len(described)
    soql = (
        "SELECT QualifiedApiName, EntityDefinition.Label FROM FieldDefinition"
        " WHERE EntityDefinition.QualifiedApiName = 'Book__c' ORDER BY QualifiedApiName"
    )
    records = tooling(salesforce, soql)["records"]
    fields = salesforce.call("GET", "/sobjects/Book__c/describe").json()["fields"]
    assert {record["QualifiedApiName"] for record in records} == {field["name"] for field in fields}
    assert {record["EntityDefinition"]["Label"] for record in records} == {"Book"}


def test_the_tooling_api_describes_only_its_own_objects(salesforce: Salesforce) -> None:
    names = {each["name"] for each in salesforce.call("GET", "/tooling/sobjects").json()["sobjects"]}
    assert names == {"ApexClass", "EntityDefinition", "FieldDefinition"}
    for name in names:
        assert salesforce.call("GET", f"/tooling/sobjects/{name}/describe").json()["fields"]
    assert salesforce.call("GET", "/tooling/sobjects/Account/describe").status_code == 404


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Id FROM Account", "INVALID_TYPE"),
        ("SELECT Nothing FROM ApexClass", "INVALID_FIELD"),
        ("SELECT QualifiedApiName FROM FieldDefinition", "MALFORMED_QUERY"),
        ("", "MALFORMED_QUERY"),
    ],
)
def test_the_tooling_api_refuses_unknown_objects_unknown_fields_and_malformed_queries(
    salesforce: Salesforce, soql: str, code: str
) -> None:
    assert errors(salesforce.call("GET", "/tooling/query", params={"q": soql})) == [code]


def test_the_rest_api_does_not_have_the_tooling_objects(salesforce: Salesforce) -> None:
    assert errors(salesforce.query("SELECT Id FROM ApexClass")) == ["INVALID_TYPE"]


def test_recent_returns_the_records_viewed_last(salesforce: Salesforce) -> None:
    viewed = salesforce.records(
        "SELECT Id, LastViewedDate FROM Opportunity WHERE LastViewedDate != null ORDER BY LastViewedDate DESC LIMIT 5"
    )
    recent = salesforce.call("GET", "/recent", params={"limit": 5}).json()
    assert [item["Id"] for item in recent] == [item["Id"] for item in viewed]
    assert {item["attributes"]["type"] for item in recent} == {"Opportunity"}
    items = salesforce.call("GET", "/sobjects/Opportunity").json()["recentItems"]
    assert [item["Id"] for item in items[:5]] == [item["Id"] for item in viewed]
    assert salesforce.call("GET", "/sobjects/Account").json()["recentItems"] == []


@pytest.mark.parametrize("limit", ["0", "2001", "x"])
def test_recent_refuses_limits_other_than_1_to_2000(salesforce: Salesforce, limit: str) -> None:
    assert salesforce.call("GET", "/recent", params={"limit": limit}).status_code == 400
