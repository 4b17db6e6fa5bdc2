"""Call the simulator with aiosalesforce (asyncio, httpx).

aiosalesforce accepts only My Domain addresses. The proxy (``tests/conformance/proxy.py``) connects ``MY_DOMAIN`` to the
simulator.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from aiosalesforce import Salesforce
from aiosalesforce.auth import ClientCredentialsFlow, SoapLogin

from tests.conformance.clients import calls
from tests.conformance.clients.calls import attempt, expect

MY_DOMAIN = "https://conformance.my.salesforce.com"
Work = Callable[[Any], Awaitable[Any]]


def _run(auth: Any, work: Work) -> Any:
    async def main() -> Any:
        async with httpx.AsyncClient() as http:
            return await work(Salesforce(http, MY_DOMAIN, auth, version=calls.VERSION))

    return asyncio.run(main())


def _by_client() -> Any:
    return ClientCredentialsFlow(calls.CLIENT_ID, calls.CLIENT_SECRET)


def _by_soap() -> Any:
    return SoapLogin(calls.USERNAME, calls.PASSWORD, calls.SECURITY_TOKEN)


async def _query(salesforce: Any) -> str:
    records = [record async for record in salesforce.query("SELECT Id, Account.Name FROM Contact")]
    expect("records", records)
    return f"{len(records)} records"


async def _record(salesforce: Any) -> None:
    made = await salesforce.sobject.create("Case", {"Subject": "conformance"})
    await salesforce.sobject.update("Case", made, {"Subject": "changed"})
    expect("the change", (await salesforce.sobject.get("Case", made))["Subject"] == "changed")
    await salesforce.sobject.delete("Case", made)


async def _upsert(salesforce: Any) -> None:
    first = await salesforce.sobject.upsert("Case", "aio-1", external_id_field="SFAPI_Id__c", data={"Subject": "key"})
    expect("a new record", first.created)


async def _bulk_write(salesforce: Any) -> None:
    people = [{"LastName": "Bulk", "FirstName": "One"}, {"LastName": "", "FirstName": "Two"}]
    done = await salesforce.bulk_v2.insert("Contact", people)
    expect("one inserted and one refused record", len(done.successful_results) == 1 and len(done.failed_results) == 1)


async def _composite(salesforce: Any) -> None:
    async with salesforce.composite.batch(halt_on_error=True) as batch:
        query = batch.query("SELECT Id FROM Account LIMIT 1")
    expect("a record", query.records)


for name, auth, work in (
    ("login (SOAP) and query", _by_soap, _query),
    ("login (client credentials) and query", _by_client, _query),
    ("create, update, get, delete", _by_client, _record),
    ("upsert", _by_client, _upsert),
    ("Bulk API 2.0 ingest", _by_client, _bulk_write),
    ("composite batch", _by_client, _composite),
):
    attempt(name, lambda auth=auth, work=work: _run(auth(), work))  # type: ignore[misc]
calls.finish()
