"""simple-salesforce: five kinds of logins, then reads, writes and Bulk API 2.0."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceError

from tests.conformance.clients import calls
from tests.conformance.clients.calls import attempt, expect

OPTIONS = {"version": calls.VERSION}


def _by_soap() -> Any:
    return Salesforce(username=calls.USERNAME, password=calls.PASSWORD, security_token=calls.SECURITY_TOKEN, **OPTIONS)


def _works(made: Any) -> None:
    expect("a query", made.query("SELECT COUNT() FROM Account")["totalSize"] > 0)


def _logins() -> None:
    app = {"consumer_key": calls.CLIENT_ID, "consumer_secret": calls.CLIENT_SECRET}
    attempt("login (SOAP, security token)", lambda: _works(_by_soap()))
    attempt(
        "login (OAuth password)",
        lambda: _works(
            Salesforce(username=calls.USERNAME, password=calls.PASSWORD + calls.SECURITY_TOKEN, **app, **OPTIONS)
        ),
    )
    attempt(
        "login (client credentials, My Domain)",
        lambda: _works(Salesforce(**app, domain="conformance.my", **OPTIONS)),
    )
    attempt(
        "login (JWT bearer)",
        lambda: _works(
            Salesforce(
                username=calls.USERNAME,
                consumer_key=calls.CLIENT_ID,
                privatekey=os.environ["SALESFORCE_PRIVATE_KEY"].replace("\\n", "\n"),
                **OPTIONS,
            )
        ),
    )
    attempt(
        "login (existing session)",
        lambda: _works(Salesforce(instance_url=calls.HOST, session_id=os.environ["SALESFORCE_SESSION_ID"], **OPTIONS)),
    )


def _reads(salesforce: Any) -> None:
    def paged() -> str:
        records = list(salesforce.query_all_iter("SELECT Id, Name FROM Contact"))
        expect(
            "as many records as COUNT() says",
            len(records) == salesforce.query("SELECT COUNT() FROM Contact")["totalSize"],
        )
        return f"{len(records)} records"

    def children() -> None:
        records = salesforce.query_all("SELECT Id, (SELECT Id FROM Contacts) FROM Account")["records"]
        expect("contacts", any(record["Contacts"] for record in records))

    def refused() -> None:
        try:
            salesforce.query("SELECT Nothing__c FROM Account")
        except SalesforceError as error:
            expect("INVALID_FIELD", error.content[0]["errorCode"] == "INVALID_FIELD")
        else:
            expect("an error", holds=False)

    attempt("query, all pages", paged)
    attempt("queryAll (deleted records too)", lambda: salesforce.query_all("SELECT Id FROM Case", include_deleted=True))
    attempt("sub-query of children", children)
    attempt("an error has Salesforce's code", refused)
    attempt("search (SOSL)", lambda: salesforce.search("FIND {Univ*} IN NAME FIELDS RETURNING Account(Id)"))
    attempt("quick search", lambda: salesforce.quick_search("Univ*"))
    attempt("describe", lambda: f"{len(salesforce.Account.describe()['fields'])} fields")
    attempt("describe layout", lambda: salesforce.Account.describe_layout("012000000000000AAA"))
    attempt("describeGlobal", lambda: f"{len(salesforce.describe()['sobjects'])} objects")
    attempt("metadata of an object", lambda: expect("recentItems", "recentItems" in salesforce.Account.metadata()))
    attempt("limits", lambda: expect("calls", salesforce.limits()["DailyApiRequests"]["Max"]))
    attempt("Apex REST", lambda: expect("echo", salesforce.apexecute("Echo/x", method="POST", data={"a": 1})["body"]))
    attempt("Tooling", lambda: expect("a class", _tooling(salesforce)["records"]))
    attempt("userinfo", lambda: expect("the user", _userinfo(salesforce)["user_id"].startswith("005")))


def _tooling(salesforce: Any) -> Any:
    return salesforce.toolingexecute("query/", params={"q": "SELECT Id, Name FROM ApexClass"})


def _userinfo(salesforce: Any) -> Any:
    return salesforce.oauth2("userinfo")


def _writes(salesforce: Any) -> None:
    def created() -> Any:
        return salesforce.Case.create({"Subject": "conformance"})["id"]

    case = attempt("create", created)
    attempt("get", lambda: expect("the case", salesforce.Case.get(case)["Subject"] == "conformance"))
    attempt("update", lambda: expect("204", salesforce.Case.update(case, {"Subject": "changed"}) == 204))
    attempt("upsert by external id", lambda: expect("201", _upsert(salesforce) == 201))
    attempt(
        "get by external id",
        lambda: expect("the case", salesforce.Case.get_by_custom_id("SFAPI_Id__c", "simple-1")["Subject"] == "by key"),
    )
    attempt("delete", lambda: expect("204", salesforce.Case.delete(case) == 204))
    start, end = datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(hours=1)
    attempt("deleted", lambda: expect("deleted cases", salesforce.Case.deleted(start, end)["deletedRecords"]))
    attempt("updated", lambda: expect("updated cases", salesforce.Case.updated(start, end)["ids"]))


def _upsert(salesforce: Any) -> Any:
    return salesforce.Case.upsert("SFAPI_Id__c/simple-1", {"Subject": "by key"})


def _bulk(salesforce: Any) -> None:
    def read() -> str:
        pages = list(salesforce.bulk2.Account.query("SELECT Id, Name FROM Account"))
        return f"{sum(page.count(chr(10)) - 1 for page in pages)} rows"

    def inserted() -> str:
        bulk = salesforce.bulk2.Contact
        job = bulk.insert(records=[{"LastName": "Bulk", "FirstName": "One"}, {"LastName": "", "FirstName": "Two"}])[0]
        expect("one refused record", job["numberRecordsFailed"] == 1 and job["numberRecordsProcessed"] == 2)
        expect("the reason of the refusal", "REQUIRED_FIELD_MISSING" in bulk.get_failed_records(job["job_id"]))
        expect("the inserted record", "Bulk" in bulk.get_successful_records(job["job_id"]))
        return "1 inserted, 1 refused"

    attempt("Bulk API 2.0 query", read)
    attempt("Bulk API 2.0 ingest", inserted)


_logins()
client = _by_soap()
_reads(client)
_writes(client)
_bulk(client)
calls.finish()
