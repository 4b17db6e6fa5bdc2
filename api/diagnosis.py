"""Checks of ``sf check``: rights for cases and contacts, external id of cases, Accounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from accounts_client.connection import make_accounts_client
from accounts_client.errors import AccountsError
from api.v1.cases import SALESFORCE_FIELDS
from api.v1.contact import ContactChange
from sf.diagnosis import Finding, register, register_apart
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import SalesforceError
from sf.sync.objects import CONTACTS

_WRITTEN = (*SALESFORCE_FIELDS.values(), "SuppliedName", "SuppliedEmail", "Origin")
_WRITTEN_OF_CONTACT = tuple(CONTACTS.paths[column] for column in ContactChange.model_fields)
_EXTERNAL_ID = "external id of cases"


@register
def check_cases(client: SalesforceClient) -> Iterator[Finding]:
    """Check the right to create and edit cases with all fields, and the external id of cases."""
    try:
        described = _describe(client, "Case")
    except SalesforceError as error:
        yield Finding("fix", "cases", str(error))
        return
    fields = _list_fields(described)
    locked = [name for name in _WRITTEN if not fields.get(name, {}).get("createable")]
    if not described["createable"]:
        yield Finding("fix", "cases", "the API user may not create a Case: grant it in the profile or a permission set")
    elif settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD and not described["updateable"]:
        yield Finding("fix", "cases", "the API user may not edit a Case: grant it in the profile or a permission set")
    elif locked:
        yield Finding("fix", "cases", f"grant the API user edit access to {', '.join(locked)} of Case")
    else:
        yield Finding("ok", "cases", f"all {len(_WRITTEN)} fields can be written")
    yield _check_external_id(fields)


@register
def check_contacts(client: SalesforceClient) -> Iterator[Finding]:
    """Check that the API user may edit the fields of a contact that ``PUT /contact`` changes."""
    try:
        described = _describe(client, "Contact")
    except SalesforceError as error:
        yield Finding("warn", "contacts", str(error))
        return
    fields = _list_fields(described)
    locked = [name for name in _WRITTEN_OF_CONTACT if not fields.get(name, {}).get("updateable")]
    if not described["updateable"]:
        yield Finding("warn", "contacts", "the API user may not edit a Contact: PUT /contact needs this right")
    elif locked:
        advice = f"grant the API user edit access to {', '.join(locked)} of Contact"
        yield Finding("warn", "contacts", f"PUT /contact cannot change every field: {advice}")
    else:
        yield Finding("ok", "contacts", f"all {len(_WRITTEN_OF_CONTACT)} fields of PUT /contact can be written")


def _describe(client: SalesforceClient, sobject: str) -> dict[str, Any]:
    return client.ask("GET", f"{client.data_path}/sobjects/{sobject}/describe", _parse_describe)


def _parse_describe(answer: Any) -> dict[str, Any]:
    return {name: answer[name] for name in ("createable", "updateable", "fields")}


def _list_fields(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in described["fields"]}


def _check_external_id(fields: dict[str, dict[str, Any]]) -> Finding:
    name = settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD
    if not name:
        return Finding("off", _EXTERNAL_ID, "SALESFORCE_CASE_EXTERNAL_ID_FIELD is not set: a case may be created twice")
    field = next((field for field_name, field in fields.items() if field_name.casefold() == name.casefold()), None)
    if field is None:
        return Finding("fix", _EXTERNAL_ID, f"Case has no field {name}, or the API user may not see it")
    properties = {"an external id": field["externalId"], "unique": field["unique"], "writable": field["createable"]}
    missing = [label for label, is_set in properties.items() if not is_set]
    if missing:
        return Finding("fix", _EXTERNAL_ID, f"Case.{name} must be {' and '.join(missing)}")
    return Finding("ok", _EXTERNAL_ID, f"Case.{name} is a unique external id")


@register_apart
def check_accounts(client: SalesforceClient) -> Iterator[Finding]:
    """Check that OpenStax Accounts issues a token."""
    accounts_api = make_accounts_client()
    if accounts_api is None:
        yield Finding("off", "Accounts", "not configured (ACCOUNTS_CLIENT_ID, ACCOUNTS_CLIENT_SECRET)")
        return
    try:
        token = accounts_api.token()
    except AccountsError as error:
        advice = "check ACCOUNTS_URL, ACCOUNTS_CLIENT_ID, ACCOUNTS_CLIENT_SECRET"
        yield Finding("fix", "Accounts", f"{error} ({advice})")
        return
    yield Finding("ok", "Accounts", f"{settings.ACCOUNTS_URL} gives a {token.type} token")
