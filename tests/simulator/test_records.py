"""Single records, collections and composite calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from tests.simulator.client import Salesforce, errors
from tests.simulator.running import RunningSimulator

CASE = {"Subject": "Cannot sign in", "Description": "“Why?” – ñ 漢字 🙂", "Product__c": "Assignable"}


def create_case(salesforce: Salesforce, **values: Any) -> str:
    response = salesforce.call("POST", "/sobjects/Case", json={**CASE, **values})
    assert response.status_code == 201, response.text
    record_id: str = response.json()["id"]
    return record_id


def moment(delta: timedelta = timedelta()) -> str:
    return (datetime.now(UTC) + delta).isoformat(timespec="seconds")


def test_a_record_is_created_read_changed_and_deleted(salesforce: Salesforce) -> None:
    response = salesforce.call("POST", "/sobjects/Case", json=CASE)
    answer = response.json()
    assert (response.status_code, answer["success"], answer["errors"]) == (201, True, [])
    path = f"/sobjects/Case/{answer['id']}"
    assert response.headers["Location"].endswith(path)
    record = salesforce.call("GET", path).json()
    assert record["Description"] == CASE["Description"]
    assert record["attributes"]["type"] == "Case"
    assert salesforce.call("PATCH", path, json={"Subject": "Now I can"}).status_code == 204
    some = salesforce.call("GET", path, params={"fields": "Subject,Status"}).json()
    assert (set(some), some["Subject"]) == ({"attributes", "Subject", "Status"}, "Now I can")
    assert salesforce.call("DELETE", path).status_code == 204
    deleted = salesforce.call("GET", path)
    assert (deleted.status_code, errors(deleted)) == (404, ["ENTITY_IS_DELETED"])


def test_ids_of_15_characters_are_accepted(salesforce: Salesforce) -> None:
    record_id = create_case(salesforce)
    assert salesforce.call("GET", f"/sobjects/Case/{record_id[:15]}").json()["Id"] == record_id


def test_a_refusal_has_an_error_code_and_the_fields(salesforce: Salesforce) -> None:
    cases: list[tuple[dict[str, Any], str, list[str]]] = [
        ({"Subject": "x" * 300}, "STRING_TOO_LONG", ["Subject"]),
        ({"Subject": "ok", "Nothing__c": 1}, "INVALID_FIELD", []),
    ]
    for values, code, fields in cases:
        response = salesforce.call("POST", "/sobjects/Case", json=values)
        error = response.json()[0]
        assert (response.status_code, error["errorCode"], error.get("fields", [])) == (400, code, fields)
    response = salesforce.call("POST", "/sobjects/Contact", json={"FirstName": "Ada"})
    assert (response.json()[0]["errorCode"], response.json()[0]["fields"]) == ("REQUIRED_FIELD_MISSING", ["LastName"])


def test_missing_records_and_objects_and_bad_json_are_refused(salesforce: Salesforce) -> None:
    assert salesforce.call("GET", "/sobjects/Case/500000000000000AAA").status_code == 404
    assert salesforce.call("GET", "/sobjects/Nothing__c/describe").status_code == 404
    assert salesforce.call("POST", "/sobjects/Nothing__c", json={}).status_code == 404
    assert salesforce.call("POST", "/sobjects/Case", data="{no json").json()[0]["errorCode"] == "JSON_PARSER_ERROR"


def test_upsert_creates_once_and_then_changes(salesforce: Salesforce) -> None:
    path = f"/sobjects/Case/SFAPI_Id__c/{quote('a/b c%é', safe='')}"
    first = salesforce.call("PATCH", path, json=CASE)
    second = salesforce.call("PATCH", path, json={"Subject": "Second"})
    assert (first.status_code, first.json()["created"]) == (201, True)
    assert (second.status_code, second.json()["created"]) == (200, False)
    assert first.json()["id"] == second.json()["id"]
    record = salesforce.call("GET", path).json()
    assert (record["Subject"], record["SFAPI_Id__c"]) == ("Second", "a/b c%é")
    assert salesforce.call("DELETE", path).status_code == 204
    assert salesforce.call("GET", path).status_code == 404


def test_upsert_by_a_field_that_is_not_an_external_id_is_404(salesforce: Salesforce) -> None:
    assert errors(salesforce.call("PATCH", "/sobjects/Case/Subject/x", json=CASE)) == ["NOT_FOUND"]


def test_changed_and_deleted_ids_are_listed(salesforce: Salesforce) -> None:
    record_id = create_case(salesforce)
    period = {"start": moment(timedelta(minutes=-5)), "end": moment(timedelta(minutes=5))}
    assert record_id in salesforce.call("GET", "/sobjects/Case/updated", params=period).json()["ids"]
    salesforce.call("DELETE", f"/sobjects/Case/{record_id}")
    deleted = salesforce.call("GET", "/sobjects/Case/deleted", params=period).json()
    assert [record["id"] for record in deleted["deletedRecords"]] == [record_id]
    assert deleted["deletedRecords"][0]["deletedDate"].endswith("+0000")
    old = {"start": moment(timedelta(days=-20)), "end": moment()}
    assert errors(salesforce.call("GET", "/sobjects/Case/deleted", params=old)) == ["INVALID_REPLICATION_DATE"]


def test_a_collection_answers_record_by_record(salesforce: Salesforce) -> None:
    records = [
        {"attributes": {"type": "Case"}, **CASE},
        {"attributes": {"type": "Case"}, "Subject": "x" * 300},
    ]
    assert errors(salesforce.call("POST", "/composite/sobjects", json={"records": ["Case"]})) == ["JSON_PARSER_ERROR"]
    response = salesforce.call("POST", "/composite/sobjects", json={"allOrNone": False, "records": records})
    good, bad = response.json()
    assert (response.status_code, good["success"], bad["success"]) == (200, True, False)
    assert bad["errors"][0]["statusCode"] == "STRING_TOO_LONG"
    change = {"records": [{"attributes": {"type": "Case"}, "id": good["id"], "Subject": "Changed"}]}
    assert salesforce.call("PATCH", "/composite/sobjects", json=change).json()[0]["success"] is True
    read = salesforce.call("GET", "/composite/sobjects/Case", params={"ids": good["id"], "fields": "Subject"})
    assert [record["Subject"] for record in read.json()] == ["Changed"]
    deleted = salesforce.call("DELETE", "/composite/sobjects", params={"ids": good["id"]}).json()
    assert deleted == [{"id": good["id"], "success": True, "errors": []}]


def test_all_or_none_undoes_the_records_that_were_written(salesforce: Salesforce) -> None:
    records = [
        {"attributes": {"type": "Case"}, "Subject": "Undone"},
        {"attributes": {"type": "Case"}, "Subject": "x" * 300},
    ]
    results = salesforce.call("POST", "/composite/sobjects", json={"allOrNone": True, "records": records}).json()
    codes = [result["errors"][0]["statusCode"] for result in results]
    assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "STRING_TOO_LONG"]
    assert salesforce.records("SELECT Id FROM Case WHERE Subject = 'Undone'", all_rows=True) == []


def test_a_collection_takes_at_most_200_records(salesforce: Salesforce) -> None:
    records = [{"attributes": {"type": "Case"}, **CASE}] * 201
    response = salesforce.call("POST", "/composite/sobjects", json={"records": records})
    assert errors(response) == ["EXCEEDED_ID_LIMIT"]


def test_collections_upsert_by_external_id(salesforce: Salesforce) -> None:
    payload = {"records": [{"attributes": {"type": "Case"}, "SFAPI_Id__c": "k1", **CASE}]}
    path = "/composite/sobjects/Case/SFAPI_Id__c"
    assert [salesforce.call("PATCH", path, json=payload).json()[0]["created"] for _ in range(2)] == [True, False]
    without = {"records": [{"attributes": {"type": "Case"}, "SFAPI_Id__c": None, **CASE}]}
    (refused,) = salesforce.call("PATCH", path, json=without).json()
    assert [error["statusCode"] for error in refused["errors"]] == ["MISSING_ARGUMENT"]


def test_composite_steps_refer_to_earlier_ones(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    before = simulator.control("GET", "/state")["api_usage"]["daily_used"]
    steps = [
        {"method": "POST", "url": f"{salesforce.base}/sobjects/Case", "referenceId": "new", "body": CASE},
        {"method": "GET", "url": f"{salesforce.base}/sobjects/Case/@{{new.id}}?fields=Subject", "referenceId": "got"},
    ]
    answers = salesforce.call("POST", "/composite", json={"compositeRequest": steps}).json()["compositeResponse"]
    assert [answer["httpStatusCode"] for answer in answers] == [201, 200]
    assert answers[1]["body"]["Subject"] == CASE["Subject"]
    assert simulator.control("GET", "/state")["api_usage"]["daily_used"] == before + 1


def test_composite_all_or_none_undoes_all_steps(salesforce: Salesforce) -> None:
    steps = [
        {"method": "POST", "url": f"{salesforce.base}/sobjects/Case", "referenceId": "a", "body": {"Subject": "Gone"}},
        {"method": "POST", "url": f"{salesforce.base}/sobjects/Nothing__c", "referenceId": "b", "body": {}},
    ]
    payload = {"allOrNone": True, "compositeRequest": steps}
    answers = salesforce.call("POST", "/composite", json=payload).json()["compositeResponse"]
    assert answers[0]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert answers[1]["body"][0]["errorCode"] == "NOT_FOUND"
    assert salesforce.records("SELECT Id FROM Case WHERE Subject = 'Gone'") == []


def test_batch_runs_its_requests(salesforce: Salesforce) -> None:
    payload = {"batchRequests": [{"method": "GET", "url": "v64.0/limits"}, {"method": "GET", "url": "v64.0/nothing"}]}
    answer = salesforce.call("POST", "/composite/batch", json=payload).json()
    assert (answer["hasErrors"], [result["statusCode"] for result in answer["results"]]) == (True, [200, 404])


def test_duplicates_are_detected_unless_the_caller_allows_them(salesforce: Salesforce) -> None:
    person = {"LastName": "Lovelace", "Email": "ada.lovelace@camp.example"}
    assert salesforce.call("POST", "/sobjects/Contact", json=person).status_code == 201
    assert errors(salesforce.call("POST", "/sobjects/Contact", json=person)) == ["DUPLICATES_DETECTED"]
    allow = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
    assert salesforce.call("POST", "/sobjects/Contact", json=person, headers=allow).status_code == 201


def test_a_collection_without_records_is_refused(salesforce: Salesforce) -> None:
    payloads: list[dict[str, Any]] = [{"records": []}, {"allOrNone": False}]
    for payload in payloads:
        answer = salesforce.call("POST", "/composite/sobjects", json=payload)
        assert answer.status_code == 400
        assert answer.json()[0]["errorCode"] == "REQUIRED_FIELD_MISSING"
