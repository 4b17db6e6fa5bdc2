"""Subqueries in the select list, which return each record's children."""

from __future__ import annotations

import pytest

from tests.simulator.client import Salesforce, errors


def test_children_come_as_a_page_of_their_own(salesforce: Salesforce) -> None:
    found = salesforce.records("SELECT Id, Name, (SELECT Id, LastName, IsDeleted FROM Contacts) FROM Account")
    single = salesforce.records("SELECT Id, AccountId FROM Contact WHERE AccountId != null")
    nested = {
        (child["Id"], parent["Id"]) for parent in found for child in (parent["Contacts"] or {"records": []})["records"]
    }
    assert nested == {(record["Id"], record["AccountId"]) for record in single}
    page = next(parent["Contacts"] for parent in found if parent["Contacts"])
    assert (page["totalSize"], page["done"]) == (len(page["records"]), True)
    child = page["records"][0]
    assert child["attributes"]["url"].endswith(f"/sobjects/Contact/{child['Id']}")
    assert child["IsDeleted"] is False


def test_a_parent_without_children_has_null(salesforce: Salesforce) -> None:
    school = salesforce.call("POST", "/sobjects/Account", json={"Name": "Childless"}).json()["id"]
    (found,) = salesforce.records(f"SELECT Id, (SELECT Id FROM Contacts) FROM Account WHERE Id = '{school}'")
    assert found["Contacts"] is None


def test_children_are_filtered_sorted_and_limited_each_for_itself(salesforce: Salesforce) -> None:
    school = salesforce.call("POST", "/sobjects/Account", json={"Name": "Of three"}).json()["id"]
    for name in ("Cole", "Adams", "Baker", "O'Hara"):
        salesforce.call("POST", "/sobjects/Contact", json={"LastName": name, "AccountId": school})
    inner = "SELECT LastName, Account.Name FROM Contacts WHERE LastName != 'Adams' ORDER BY LastName DESC LIMIT 2"
    (found,) = salesforce.records(f"SELECT ({inner}), Name FROM Account WHERE Name = 'Of three'")
    assert [child["LastName"] for child in found["Contacts"]["records"]] == ["O'Hara", "Cole"]
    assert found["Contacts"]["records"][0]["Account"]["Name"] == "Of three"


def test_a_custom_relationship_ends_in_r(salesforce: Salesforce) -> None:
    (found,) = salesforce.records(
        "SELECT Id, (SELECT Id, Opportunity__c FROM Adoptions__r) FROM Opportunity"
        " WHERE Id IN (SELECT Opportunity__c FROM Adoption__c) LIMIT 1"
    )
    assert {child["Opportunity__c"] for child in found["Adoptions__r"]["records"]} == {found["Id"]}


def test_deleted_children_are_left_out_but_for_query_all(salesforce: Salesforce) -> None:
    school = salesforce.call("POST", "/sobjects/Account", json={"Name": "Left"}).json()["id"]
    contact = salesforce.call("POST", "/sobjects/Contact", json={"LastName": "Gone", "AccountId": school}).json()["id"]
    salesforce.call("DELETE", f"/sobjects/Contact/{contact}")
    soql = f"SELECT Id, (SELECT Id FROM Contacts) FROM Account WHERE Id = '{school}'"
    assert salesforce.records(soql)[0]["Contacts"] is None
    assert salesforce.records(soql, all_rows=True)[0]["Contacts"]["totalSize"] == 1


def test_the_description_names_the_relationships_that_sub_queries_take(salesforce: Salesforce) -> None:
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
def test_what_no_sub_query_may_be_is_a_proper_error(salesforce: Salesforce, soql: str, code: str) -> None:
    assert errors(salesforce.query(soql)) == [code]


def test_a_hidden_look_up_hides_its_children(salesforce: Salesforce) -> None:
    salesforce.simulator.control("POST", "/fields/Contact/AccountId/hide")
    assert errors(salesforce.query("SELECT Id, (SELECT Id FROM Contacts) FROM Account")) == ["INVALID_TYPE"]


def test_bulk_queries_know_no_children(salesforce: Salesforce) -> None:
    assert errors(salesforce.start_job("SELECT Id, (SELECT Id FROM Contacts) FROM Account")) == [
        "FUNCTIONALITY_NOT_ENABLED"
    ]
