"""Faults on demand, and the calls that get them."""

from __future__ import annotations

import time

import pytest
import requests

from tests.simulator.client import Salesforce, errors, rows
from tests.simulator.running import RunningSimulator

SOQL = "SELECT Id FROM Opportunity"


def test_a_fault_can_set_the_status_the_body_and_the_headers(
    simulator: RunningSimulator, salesforce: Salesforce
) -> None:
    simulator.fault("status", status=503, body="busy", headers={"Retry-After": "7"})
    response = salesforce.call("GET", "/limits")
    assert (response.status_code, response.text, response.headers["Retry-After"]) == (503, "busy", "7")
    assert salesforce.call("GET", "/limits").status_code == 200


def test_an_error_has_the_form_of_its_system(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    simulator.fault("error", errorCode="UNABLE_TO_LOCK_ROW", message="unable to obtain exclusive access")
    response = salesforce.call("GET", "/limits")
    assert (response.status_code, errors(response)) == (400, ["UNABLE_TO_LOCK_ROW"])
    simulator.fault("error", errorCode="66", match={"system": "pardot"})
    url = f"{simulator.base_url}/api/v5/objects/tags"
    assert salesforce.http.get(url, timeout=30).json()["code"] == 66


@pytest.mark.parametrize(("kind", "text"), [("quota", "TotalRequests"), ("concurrent", "ConcurrentRequests")])
def test_the_daily_limit_and_the_concurrency_limit_differ_in_their_message(
    simulator: RunningSimulator, salesforce: Salesforce, kind: str, text: str
) -> None:
    simulator.fault(kind)
    response = salesforce.call("GET", "/limits")
    assert (response.status_code, errors(response)) == (403, ["REQUEST_LIMIT_EXCEEDED"])
    assert text in response.json()[0]["message"]


def test_a_rule_chooses_calls_by_its_match_its_skip_and_its_times(
    simulator: RunningSimulator, salesforce: Salesforce
) -> None:
    simulator.fault("status", status=500, skip=1, times=2, match={"method": "GET", "path": "/limits"})
    assert salesforce.query(SOQL).status_code == 200
    assert [salesforce.call("GET", "/limits").status_code for _ in range(4)] == [200, 500, 500, 200]
    simulator.fault("status", status=502, times=None, match={"path": r"q=SELECT\+Id\+FROM\+Lead"})
    assert salesforce.query(SOQL).status_code == 200
    assert salesforce.query("SELECT Id FROM Lead").status_code == 502
    simulator.fault("status", status=504, match={"body": '"Subject": *"Boom"'})
    assert salesforce.call("POST", "/sobjects/Case", json={"Subject": "Calm"}).status_code == 201
    assert salesforce.call("POST", "/sobjects/Case", json={"Subject": "Boom"}).status_code == 504


def test_a_named_refusal_concerns_a_record_or_the_whole_call(
    simulator: RunningSimulator, salesforce: Salesforce
) -> None:
    records = [{"attributes": {"type": "Case"}, "Subject": subject} for subject in ("Calm", "Boom")]
    payload = {"allOrNone": False, "records": records}
    simulator.fault("refusal", name="trigger_lock", only="Boom")
    calm, boom = salesforce.call("POST", "/composite/sobjects", json=payload).json()
    assert (calm["success"], boom["errors"][0]["statusCode"]) == (True, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")
    assert "UNABLE_TO_LOCK_ROW" in boom["errors"][0]["message"]
    assert [case["Subject"] for case in salesforce.records("SELECT Subject FROM Case")] == ["Calm"]
    simulator.fault("refusal", name="expired_password")
    whole = salesforce.call("POST", "/composite/sobjects", json=payload)
    assert whole.status_code == 403
    assert whole.json()[0]["errorCode"] == "INVALID_OPERATION_WITH_EXPIRED_PASSWORD"
    simulator.fault("refusal", name="maintenance")
    assert salesforce.call("POST", "/sobjects/Case", json=records[0]).status_code == 400


def test_one_deletion_of_a_call_can_be_refused_but_a_read_is_refused_as_a_whole(
    simulator: RunningSimulator, salesforce: Salesforce
) -> None:
    first, second = (salesforce.call("POST", "/sobjects/Case", json={"Subject": text}).json()["id"] for text in "ab")
    ids = {"ids": f"{first},{second}"}
    simulator.fault("refusal", name="lock", only=second)
    deleted, refused = salesforce.call("DELETE", "/composite/sobjects", params=ids).json()
    assert (deleted["success"], refused["errors"][0]["statusCode"]) == (True, "UNABLE_TO_LOCK_ROW")
    assert [case["Id"] for case in salesforce.records("SELECT Id FROM Case")] == [second]
    reads = (("GET", {"params": {**ids, "fields": "Id"}}), ("POST", {"json": {"ids": [second], "fields": ["Id"]}}))
    for method, options in reads:
        simulator.fault("refusal", name="lock")
        read = salesforce.call(method, "/composite/sobjects/Case", **options)
        assert (read.status_code, read.json()[0]["errorCode"]) == (400, "UNABLE_TO_LOCK_ROW")


def test_a_dropped_call_is_not_processed(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    simulator.fault("drop")
    with pytest.raises(requests.ConnectionError):
        salesforce.call("POST", "/sobjects/Case", json={"Subject": "Lost"})
    assert salesforce.records("SELECT Id FROM Case") == []


def test_an_answer_can_be_lost_after_the_call_was_processed(
    simulator: RunningSimulator, salesforce: Salesforce
) -> None:
    simulator.fault("drop_after")
    with pytest.raises(requests.ConnectionError):
        salesforce.call("POST", "/sobjects/Case", json={"Subject": "Kept"})
    assert len(salesforce.records("SELECT Id FROM Case")) == 1


def test_calls_can_be_slow_or_hang(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    simulator.fault("delay", seconds=0.3)
    began = time.monotonic()
    assert salesforce.call("GET", "/limits").status_code == 200
    assert time.monotonic() - began >= 0.3
    simulator.fault("hang", seconds=0.3)
    with pytest.raises(requests.ConnectionError):
        salesforce.call("GET", "/limits")


def test_an_answer_can_be_cut(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    job = salesforce.finished_job(SOQL)
    for path in ("/query", f"/jobs/query/{job}/results"):
        simulator.fault("truncate", fraction=0.5)
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
            salesforce.call("GET", path, params={"q": SOQL})


def test_a_page_can_lack_rows_that_it_announces(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    simulator.fault("truncate_rows", fraction=0.25)
    page = salesforce.query(SOQL).json()
    assert (page["totalSize"], len(page["records"])) == (200, 50)
    job = salesforce.finished_job(SOQL)
    simulator.fault("truncate_rows", fraction=0.0, match={"path": "/results"})
    response = salesforce.results(job)
    assert (response.headers["Sforce-NumberOfRecords"], rows(response)) == ("200", [])


def test_a_session_can_expire_between_two_calls(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    simulator.fault("expire_session", skip=1)
    assert [salesforce.call("GET", "/limits").status_code for _ in range(3)] == [200, 401, 401]


def test_a_fault_of_accounts_does_not_affect_salesforce(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    simulator.fault("status", status=500, times=None, match={"system": "accounts"})
    assert salesforce.call("GET", "/limits").status_code == 200
    assert salesforce.http.get(f"{simulator.base_url}/api/users", timeout=30).status_code == 500


@pytest.mark.parametrize(
    "rule",
    [
        {"action": {"kind": "magic"}},
        {"action": {}},
        {"match": {"path": "("}, "action": {"kind": "drop"}},
        {"match": {"system": "mars"}, "action": {"kind": "drop"}},
        {"match": {"host": "x"}, "action": {"kind": "drop"}},
        {"action": {"kind": "delay", "hours": 3}},
    ],
)
def test_invalid_rules_are_refused(simulator: RunningSimulator, rule: object) -> None:
    response = requests.post(f"{simulator.control_url}/faults", json=rule, timeout=30)
    assert response.status_code == 400
    assert response.json()["message"]


def test_rules_are_listed_and_removed(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    number = simulator.control("POST", "/faults", {"action": {"kind": "status", "status": 500}, "times": 3})["id"]
    salesforce.call("GET", "/limits")
    rules = simulator.control("GET", "/state")["faults"]
    assert [(rule["id"], rule["used"], rule["left"]) for rule in rules] == [(number, 1, 2)]
    simulator.control("DELETE", f"/faults/{number}")
    assert simulator.control("GET", "/state")["faults"] == []
