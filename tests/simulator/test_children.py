"""Subqueries in the select list, which return each record's children."""

from __future__ import annotations

import pytest

from tests.simulator.client import Salesforce, errors


def test_children_come_as_a_page_of_their_own(salesforce: Salesforce) -> None:
    parents = salesforce.records("SELECT Id, Name, (SELECT Id, LastName, IsDeleted FROM Contacts) FROM Account")
    single = salesforce.records("SELECT Id, AccountId FROM Contact WHERE AccountId != null")
    nested = {
        (child["Id"], parent["Id"])
        for parent in parents
        for child in (parent["Contacts"] or {"records": []})["records"]
    }
    assert nested == {(record["Id"], record["AccountId"]) for record in single}
    page = next(parent["Contacts"] for parent in parents if parent["Contacts"])
    assert (page["totalSize"], page["done"]) == (len(page["records"]), True)
    child = page["records"][0]
    assert child["attributes"]["url"].endswith(f"/sobjects/Contact/{child['Id']}")
    assert child["IsDeleted"] is False


def test_a_parent_without_children_has_null(salesforce: Salesforce) -> None:
    school = salesforce.call("POST", "/sobjects/Account", json={"Name": "Childless"}).json()["id"]
    (parent,) = salesforce.records(f"SELECT Id, (SELECT Id FROM Contacts) FROM Account WHERE Id = '{school}'")
    assert parent["Contacts"] is None


def test_the_children_of_each_record_are_filtered_sorted_and_limited(salesforce: Salesforce) -> None:
    school = salesforce.call("POST", "/sobjects/Account", json={"Name": "Of four"}).json()["id"]
    for name in ("Cole", "Adams", "Baker", "O'Hara"):
        salesforce.call("POST", "/sobjects/Contact", json={"LastName": name, "AccountId": school})
    inner = "SELECT LastName, Account.Name FROM Contacts WHERE LastName != 'Adams' ORDER BY LastName DESC LIMIT 2"
    (parent,) = salesforce.records(f"SELECT ({inner}), Name FROM Account WHERE Name = 'Of four'")
    assert [child["LastName"] for child in parent["Contacts"]["records"]] == ["O'Hara", "Cole"]
    assert parent["Contacts"]["records"][0]["Account"]["Name"] == "Of four"


def test_a_custom_relationship_ends_in_r(salesforce: Salesforce) -> None:
    (parent,) = salesforce.records(
        "SELECT Id, (SELECT Id, Opportunity__c FROM Adoptions__r) FROM Opportunity"
        " WHERE Id IN (SELECT Opportunity__c FROM Adoption__c) LIMIT 1"
    )
    assert {child["Opportunity__c"] for child in parent["Adoptions__r"]["records"]} == {parent["Id"]}


def test_only_query_all_includes_deleted_children(salesforce: Salesforce) -> None:
    school = salesforce.call("POST", "/sobjects/Account", json={"Name": "Left"}).json()["id"]
    contact = salesforce.call("POST", "/sobjects/Contact", json={"LastName": "Gone", "AccountId": school}).json()["id"]
    salesforce.call("DELETE", f"/sobjects/Contact/{contact}")
    soql = f"SELECT Id, (SELECT Id FROM Contacts) FROM Account WHERE Id = '{school}'"
    assert salesforce.records(soql)[0]["Contacts"] is None
    assert salesforce.records(soql, all_rows=True)[0]["Contacts"]["totalSize"] == 1


def test_the_describe_call_names_the_relationships_for_sub_queries(salesforce: Salesforce) -> None:
    described = salesforce.call("GET", "/sobjects/Account/describe").json()["childRelationships"]
    names = [each["relationshipName"] for each in described if each["relationshipName"]]
    assert {"Contacts", "Opportunities", "ChildAccounts", "Cases"} <= set(names)
    for name in names:
        assert salesforce.query(f"SELECT Id, (SELECT Id FROM {name}) FROM Account LIMIT 2").status_code == 200


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Id, (SELECT Id FROM Nothings) FROM Account", "INVALID_TYPE"),
        ("SELECT Id, (SELECT Id FROM Contact) FROM Account", "INVALID_TYPE"),
        ("SELECT Id, (SELECT Nothing__c FROM Contacts) FROM Account", "INVALID_FIELD"),
        ("SELECT Id, (SELECT COUNT() FROM Contacts) FROM Account", "MALFORMED_QUERY"),
        ("SELECT Id, (SELECT Id FROM Contacts), (SELECT Id FROM Contacts) FROM Account", "MALFORMED_QUERY"),
        ("SELECT Id, (SELECT Id, (SELECT Id FROM Cases) FROM Contacts) FROM Account", "MALFORMED_QUERY"),
        ("SELECT Name, (SELECT Id FROM Contacts) FROM Account GROUP BY Name", "MALFORMED_QUERY"),
        (
            "SELECT Id FROM Contact WHERE AccountId IN (SELECT (SELECT Id FROM Contacts) FROM Account)",
            "MALFORMED_QUERY",
        ),
        ("SELECT Id, (SELECT Id FROM Contacts FROM Account", "MALFORMED_QUERY"),
        ("SELECT " + "(SELECT " * 500 + "Id FROM Account", "MALFORMED_QUERY"),
    ],
)
def test_invalid_sub_queries_are_refused(salesforce: Salesforce, soql: str, code: str) -> None:
    assert errors(salesforce.query(soql)) == [code]


def test_children_cannot_be_queried_when_their_lookup_field_is_hidden(salesforce: Salesforce) -> None:
    salesforce.simulator.control("POST", "/fields/Contact/AccountId/hide")
    assert errors(salesforce.query("SELECT Id, (SELECT Id FROM Contacts) FROM Account")) == ["INVALID_TYPE"]


def test_bulk_queries_cannot_have_children(salesforce: Salesforce) -> None:
    assert errors(salesforce.start_job("SELECT Id, (SELECT Id FROM Contacts) FROM Account")) == [
        "FUNCTIONALITY_NOT_ENABLED"
    ]
