"""Bulk API 2.0 ingest: records as CSV."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.client import Salesforce, errors, rows

CSV = {"Content-Type": "text/csv"}


def run(salesforce: Salesforce, data: str, **options: Any) -> dict[str, Any]:
    """Create a job, upload its data, run it, and return its status."""
    job = salesforce.call("POST", "/jobs/ingest", json={"object": "Contact", "operation": "insert", **options}).json()
    path = f"/jobs/ingest/{job['id']}"
    assert salesforce.call("PUT", f"{path}/batches", data=data.encode(), headers=CSV).status_code == 201
    assert salesforce.call("PATCH", path, json={"state": "UploadComplete"}).json()["state"] == "UploadComplete"
    status: dict[str, Any] = salesforce.call("GET", path).json()
    return status


def results(salesforce: Salesforce, job: dict[str, Any], which: str) -> list[dict[str, str]]:
    return rows(salesforce.call("GET", f"/jobs/ingest/{job['id']}/{which}"))


def test_each_line_is_inserted_or_refused_on_its_own(salesforce: Salesforce) -> None:
    job = run(salesforce, 'LastName,FirstName\n"O\'Neil, ""Jo""",Ann\n,Nameless\n')
    assert (job["state"], job["numberRecordsProcessed"], job["numberRecordsFailed"]) == ("JobComplete", 2, 1)
    (done,) = results(salesforce, job, "successfulResults")
    assert (done["sf__Created"], done["FirstName"]) == ("true", "Ann")
    assert salesforce.call("GET", f"/sobjects/Contact/{done['sf__Id']}").json()["LastName"] == 'O\'Neil, "Jo"'
    (refused,) = results(salesforce, job, "failedResults")
    assert (refused["sf__Id"], refused["FirstName"]) == ("", "Nameless")
    assert refused["sf__Error"].startswith("REQUIRED_FIELD_MISSING:")
    assert results(salesforce, job, "unprocessedrecords") == []


def test_an_empty_value_keeps_the_field_and_na_empties_the_field(salesforce: Salesforce) -> None:
    values = {"LastName": "Field", "FirstName": "Kept", "Title": "Dean"}
    contact = salesforce.call("POST", "/sobjects/Contact", json=values).json()["id"]
    run(salesforce, f"Id,FirstName,Title,HasOptedOutOfEmail\n{contact},,#N/A,true\n", operation="update")
    now = salesforce.call("GET", f"/sobjects/Contact/{contact}").json()
    assert (now["FirstName"], now["Title"], now["HasOptedOutOfEmail"]) == ("Kept", None, True)


def test_upsert_finds_records_by_the_external_id(salesforce: Salesforce) -> None:
    options = {"object": "Case", "operation": "upsert", "externalIdFieldName": "SFAPI_Id__c"}
    first = run(salesforce, "SFAPI_Id__c,Subject\nbulk-1,one\n", **options)
    again = run(salesforce, "SFAPI_Id__c,Subject\nbulk-1,two\n", **options)
    (created,), (changed,) = (results(salesforce, job, "successfulResults") for job in (first, again))
    assert (created["sf__Created"], changed["sf__Created"]) == ("true", "false")
    assert created["sf__Id"] == changed["sf__Id"]


def test_upsert_refuses_a_line_without_a_key_or_with_the_key_of_several_records(salesforce: Salesforce) -> None:
    for name in ("One", "Two"):
        salesforce.call("POST", "/sobjects/Contact", json={"LastName": name, "Accounts_UUID__c": "taken"})
    options = {"object": "Contact", "operation": "upsert", "externalIdFieldName": "Accounts_UUID__c"}
    job = run(salesforce, "Accounts_UUID__c,LastName\ntaken,Third\n#N/A,Third\n,Third\n", **options)
    codes = [line["sf__Error"].partition(":")[0] for line in results(salesforce, job, "failedResults")]
    assert codes == ["DUPLICATE_EXTERNAL_ID", "MISSING_ARGUMENT", "MISSING_ARGUMENT"]
    assert salesforce.records("SELECT Id FROM Contact WHERE LastName = 'Third'") == []


@pytest.mark.parametrize(("operation", "still_there"), [("delete", 1), ("hardDelete", 0)])
def test_delete_leaves_the_record_in_the_recycle_bin_and_hard_delete_does_not(
    salesforce: Salesforce, operation: str, still_there: int
) -> None:
    contact = salesforce.call("POST", "/sobjects/Contact", json={"LastName": "Gone"}).json()["id"]
    job = run(salesforce, f"Id\n{contact}\n", operation=operation)
    assert job["numberRecordsFailed"] == 0
    assert len(salesforce.records(f"SELECT Id FROM Contact WHERE Id = '{contact}'", all_rows=True)) == still_there


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        ("LastName\r\nOne\r\n", {}, "ClientInputError : LineEnding is invalid on user data."),
        ("LastName\nOne\n", {"lineEnding": "CRLF"}, "ClientInputError : LineEnding is invalid on user data."),
        ("LastName,Nothing__c\nOne,x\n", {}, "InvalidBatch : Field name not found : Nothing__c"),
    ],
)
def test_an_invalid_file_fails_as_a_whole(
    salesforce: Salesforce, data: str, options: dict[str, Any], message: str
) -> None:
    job = run(salesforce, data, **options)
    assert job["state"] == "Failed"
    assert job["errorMessage"].startswith(message)
    assert len(results(salesforce, job, "unprocessedrecords")) == 1
    assert results(salesforce, job, "successfulResults") == []


@pytest.mark.parametrize(("name", "sign"), [("SEMICOLON", ";"), ("TAB", "\t"), ("PIPE", "|")])
def test_other_delimiters_and_a_byte_order_mark_are_read(salesforce: Salesforce, name: str, sign: str) -> None:
    data = f"\ufeffLastName{sign}FirstName\nZoë{sign}Bo\n"
    job = run(salesforce, data, columnDelimiter=name)
    assert job["numberRecordsFailed"] == 0
    assert results(salesforce, job, "successfulResults")[0]["LastName"] == "Zoë"


def test_an_aborted_job_writes_nothing(salesforce: Salesforce) -> None:
    job = salesforce.call("POST", "/jobs/ingest", json={"object": "Contact", "operation": "insert"}).json()
    path = f"/jobs/ingest/{job['id']}"
    salesforce.call("PUT", f"{path}/batches", data=b"LastName\nNever\n", headers=CSV)
    assert salesforce.call("PATCH", path, json={"state": "Aborted"}).json()["state"] == "Aborted"
    assert salesforce.call("GET", path).json()["state"] == "Aborted"
    assert salesforce.records("SELECT Id FROM Contact WHERE LastName = 'Never'") == []
    assert errors(salesforce.call("PATCH", path, json={"state": "UploadComplete"})) == ["INVALIDJOBSTATE"]
    assert salesforce.call("DELETE", path).status_code == 204
    assert salesforce.call("GET", path).status_code == 404


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"object": "Nothing__c"}, "NOT_FOUND"),
        ({"operation": "query"}, "INVALIDJOB"),
        ({"contentType": "JSON"}, "INVALIDJOB"),
        ({"columnDelimiter": "SPACE"}, "INVALIDJOB"),
        ({"operation": "upsert", "externalIdFieldName": "LastName"}, "NOT_FOUND"),
    ],
)
def test_a_job_with_invalid_options_is_refused(salesforce: Salesforce, options: dict[str, Any], code: str) -> None:
    usual = {"object": "Contact", "operation": "insert"}
    assert errors(salesforce.call("POST", "/jobs/ingest", json={**usual, **options})) == [code]
