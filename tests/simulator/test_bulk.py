"""Bulk API 2.0 query jobs."""

from __future__ import annotations

import re

import pytest

from tests.simulator.client import Salesforce, errors, rows
from tests.simulator.running import RunningSimulator


def test_a_job_is_created_polled_and_read(salesforce: Salesforce) -> None:
    created = salesforce.start_job("SELECT Id, Name FROM Account").json()
    assert (created["state"], created["object"], created["apiVersion"]) == ("UploadComplete", "Account", 64.0)
    status = salesforce.call("GET", f"/jobs/query/{created['id']}").json()
    assert (status["state"], status["numberRecordsProcessed"]) == ("JobComplete", 50)
    page = salesforce.results(created["id"])
    assert page.headers["Sforce-Locator"] == "null"
    assert page.headers["Sforce-NumberOfRecords"] == "50"
    assert page.headers["Content-Type"].startswith("text/csv")
    assert page.text.startswith('"Id","Name"\n"001')
    assert len(rows(page)) == 50


def test_locators_lead_to_all_pages_and_each_page_has_a_header_line(salesforce: Salesforce) -> None:
    job = salesforce.finished_job("SELECT Id, Name__c FROM Adoption__c")
    whole = rows(salesforce.results(job))
    collected: list[dict[str, str]] = []
    locator = ""
    while locator != "null":
        page = salesforce.results(job, maxRecords=77, **({"locator": locator} if locator else {}))
        collected += rows(page)
        locator = page.headers["Sforce-Locator"]
    assert collected == whole
    assert len(whole) == 300


def test_a_page_can_be_read_again(salesforce: Salesforce) -> None:
    job = salesforce.finished_job("SELECT Id FROM Adoption__c")
    locator = salesforce.results(job, maxRecords=100).headers["Sforce-Locator"]
    again = [salesforce.results(job, maxRecords=100, locator=locator).content for _ in range(2)]
    assert again[0] == again[1]


def test_line_breaks_and_quotes_survive_in_pages_of_any_size(
    simulator: RunningSimulator, salesforce: Salesforce
) -> None:
    nasty = 'first "line"\nsecond\r\nthird, with; commas\n"\n""\n'
    ids = [record["Id"] for record in salesforce.records("SELECT Id FROM Opportunity ORDER BY Id LIMIT 5")]
    for record_id in ids:
        path = f"/records/Opportunity/{record_id}/raw"
        simulator.control("POST", path, {"values": {"Description": nasty}, "touch": True})
    job = salesforce.finished_job("SELECT Id, Description FROM Opportunity ORDER BY Id")
    whole = rows(salesforce.results(job))
    assert [row["Description"] for row in whole[:5]] == [nasty] * 5
    first = salesforce.results(job, maxRecords=3)
    second = salesforce.results(job, maxRecords=1000, locator=first.headers["Sforce-Locator"])
    assert rows(first) + rows(second) == whole


def test_values_have_salesforces_csv_forms(salesforce: Salesforce) -> None:
    soql = "SELECT Id, IsClosed, SystemModstamp, CloseDate, LastViewedDate, Amount FROM Opportunity"
    for row in rows(salesforce.results(salesforce.finished_job(soql))):
        assert row["IsClosed"] in ("true", "false")
        assert row["SystemModstamp"].endswith(".000Z")
        assert re.fullmatch(r"(\d+\.\d+)?", row["Amount"])


def test_relationship_columns_are_headed_by_their_path(salesforce: Salesforce) -> None:
    job = salesforce.finished_job("SELECT Id, Opportunity__r.Contact__c FROM Adoption__c")
    assert salesforce.results(job).text.splitlines()[0] == '"Id","Opportunity__r.Contact__c"'


def test_query_all_includes_deleted_records(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    record_id = salesforce.records("SELECT Id FROM Account LIMIT 1")[0]["Id"]
    simulator.control("POST", f"/records/Account/{record_id}/delete")
    soql = "SELECT Id, IsDeleted FROM Account"
    without, including = (
        rows(salesforce.results(salesforce.finished_job(soql, operation))) for operation in ("query", "queryAll")
    )
    assert record_id not in {row["Id"] for row in without}
    assert {"Id": record_id, "IsDeleted": "true"} in including


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Nothing__c FROM Account", "INVALID_FIELD"),
        ("SELECT COUNT() FROM Account", "FUNCTIONALITY_NOT_ENABLED"),
        ("SELECT Name, COUNT(Id) FROM Account GROUP BY Name", "FUNCTIONALITY_NOT_ENABLED"),
        ("SELECT Id FROM Account OFFSET 5", "FUNCTIONALITY_NOT_ENABLED"),
    ],
)
def test_queries_that_cannot_run_are_refused_at_once(salesforce: Salesforce, soql: str, code: str) -> None:
    response = salesforce.start_job(soql)
    assert (response.status_code, errors(response)) == (400, [code])


def test_a_job_can_need_several_status_calls(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    simulator.control("POST", "/bulk", {"polls_until_complete": 2})
    job = salesforce.start_job("SELECT Id FROM Account").json()["id"]
    early = salesforce.results(job)
    assert early.status_code == 400
    states = [salesforce.call("GET", f"/jobs/query/{job}").json()["state"] for _ in range(3)]
    assert states == ["InProgress", "InProgress", "JobComplete"]


def test_a_job_can_fail(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    simulator.control("POST", "/bulk", {"failure": "QUERY_TIMEOUT: Your query request was running for too long."})
    job = salesforce.start_job("SELECT Id FROM Account").json()["id"]
    status = salesforce.call("GET", f"/jobs/query/{job}").json()
    assert (status["state"], status["errorMessage"].split(":")[0]) == ("Failed", "QUERY_TIMEOUT")
    assert salesforce.results(job).status_code == 400


def test_jobs_are_listed_aborted_and_deleted(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    simulator.control("POST", "/bulk", {"polls_until_complete": 100})
    job = salesforce.start_job("SELECT Id FROM Account").json()["id"]
    job_list = salesforce.call("GET", "/jobs/query", params={"jobType": "V2Query"}).json()
    assert [record["id"] for record in job_list["records"]] == [job]
    assert salesforce.call("DELETE", f"/jobs/query/{job}").status_code == 400
    aborted = salesforce.call("PATCH", f"/jobs/query/{job}", json={"state": "Aborted"}).json()
    assert aborted["state"] == "Aborted"
    assert salesforce.call("DELETE", f"/jobs/query/{job}").status_code == 204
    assert salesforce.call("GET", f"/jobs/query/{job}").status_code == 404


def test_jobs_expire(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    job = salesforce.finished_job("SELECT Id FROM Account")
    simulator.control("POST", "/jobs/expire")
    assert salesforce.results(job).status_code == 404


def test_results_keep_the_old_data_and_are_refused_to_another_api_version(
    simulator: RunningSimulator, salesforce: Salesforce
) -> None:
    job = salesforce.finished_job("SELECT Id, Name FROM Account ORDER BY Id")
    before = salesforce.results(job).content
    simulator.control("PATCH", f"/records/Account/{rows(salesforce.results(job))[0]['Id']}", {"Name": "Renamed"})
    assert salesforce.results(job).content == before
    other = salesforce.call("GET", f"/services/data/v63.0/jobs/query/{job}/results")
    assert other.status_code == 400


def test_an_expired_session_can_be_reported_in_either_form(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    simulator.control("POST", "/sessions/expire")
    usual = salesforce.start_job("SELECT Id FROM Account")
    assert (usual.status_code, errors(usual)) == (401, ["INVALID_SESSION_ID"])
    simulator.control("POST", "/bulk", {"session_form": "bulk"})
    older = salesforce.start_job("SELECT Id FROM Account")
    assert (older.status_code, errors(older)) == (400, ["InvalidSessionId"])


def test_locators_that_were_never_issued_are_refused(salesforce: Salesforce) -> None:
    job = salesforce.finished_job("SELECT Id FROM Account")
    for locator in ("nonsense", "OTk5OTk5", "LTE"):
        assert errors(salesforce.results(job, locator=locator)) == ["INVALID_QUERY_LOCATOR"]
