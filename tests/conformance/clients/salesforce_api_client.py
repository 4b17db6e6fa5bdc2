"""salesforce-api: OAuth and SOAP logins, records, Bulk API 2.0."""

from __future__ import annotations

from typing import Any

from salesforce_api import Salesforce, login

from tests.conformance.clients import calls
from tests.conformance.clients.calls import attempt, expect


def _client_credentials() -> Any:
    return Salesforce(login.oauth2(calls.HOST, calls.CLIENT_ID, calls.CLIENT_SECRET, api_version=calls.VERSION))


def _soap() -> None:
    made = Salesforce(
        username=calls.USERNAME,
        password=calls.PASSWORD,
        security_token=calls.SECURITY_TOKEN,
        api_version=calls.VERSION,
    )
    expect("a query", made.sobjects.query("SELECT Id FROM Account LIMIT 1"))


def _password() -> None:
    password = calls.PASSWORD + calls.SECURITY_TOKEN
    made = login.oauth2(
        calls.HOST, calls.CLIENT_ID, calls.CLIENT_SECRET, calls.USERNAME, password, api_version=calls.VERSION
    )
    expect("a token", made.access_token)


def _records(salesforce: Any) -> None:
    case = attempt("insert", lambda: salesforce.sobjects.Case.insert({"Subject": "conformance"})["id"])
    attempt("get", lambda: expect("the case", salesforce.sobjects.Case.get(case)["Subject"] == "conformance"))
    attempt("update", lambda: salesforce.sobjects.Case.update(case, {"Subject": "changed"}))
    attempt("upsert", lambda: salesforce.sobjects.Case.upsert("SFAPI_Id__c", "salesforce-api-1", {"Subject": "key"}))
    attempt("delete", lambda: salesforce.sobjects.Case.delete(case))
    attempt("query", lambda: f"{len(salesforce.sobjects.query('SELECT Id FROM Contact'))} records")
    attempt("queryAll", lambda: f"{len(salesforce.sobjects.query('SELECT Id FROM Case', True))} records")
    attempt("describe", lambda: expect("fields", salesforce.sobjects.Account.describe()["fields"]))
    attempt("describeGlobal", lambda: expect("objects", salesforce.sobjects.describe()["sobjects"]))
    attempt("metadata of an object", lambda: expect("Account", salesforce.sobjects.Account.metadata()))


def _bulk(salesforce: Any) -> None:
    def inserted() -> str:
        people = [{"LastName": "Bulk", "FirstName": str(number)} for number in range(20)]
        done = salesforce.bulk_v2.insert("Contact", people)
        expect("20 inserted contacts", len(done) == len(people) and all(result.success for result in done))
        salesforce.bulk_v2.delete("Contact", [result.record_id for result in done])
        return f"{len(done)} inserted and deleted"

    attempt("Bulk API 2.0 insert and delete", inserted)


attempt("login (SOAP, enterprise)", _soap)
attempt("login (OAuth password)", _password)
made = attempt("login (client credentials)", _client_credentials)
_records(made)
_bulk(made)
calls.finish()
