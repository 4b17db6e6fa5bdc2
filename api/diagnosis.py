"""Make ``sf check`` check the rights for cases, the external id of cases, and a token of Accounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from accounts_client.connection import accounts_client
from accounts_client.errors import AccountsError
from api.v1.cases import SALESFORCE_FIELDS
from sf.diagnosis import Finding, register, register_apart
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import SalesforceError

_WRITTEN = (*SALESFORCE_FIELDS.values(), "SuppliedName", "SuppliedEmail", "Origin")
_EXTERNAL_ID = "external id of cases"


@register
def cases(client: SalesforceClient) -> Iterator[Finding]:
    """Check that the API user may create cases with all fields, and that the external id is set up."""
    try:
        creatable, fields = client.ask("GET", f"{client.data_path}/sobjects/Case/describe", _parse_describe)
    except SalesforceError as error:
        yield Finding("fix", "cases", str(error))
        return
    locked = [name for name in _WRITTEN if not fields.get(name, {}).get("createable")]
    if not creatable:
        yield Finding("fix", "cases", "the API user may not create a Case: grant it in the profile or a permission set")
    elif locked:
        yield Finding("fix", "cases", f"grant the API user edit access to {', '.join(locked)} of Case")
    else:
        yield Finding("ok", "cases", f"all {len(_WRITTEN)} fields can be written")
    yield _check_external_id(fields)


def _parse_describe(answer: Any) -> tuple[bool, dict[str, dict[str, Any]]]:
    """Return whether records can be created, and the fields by name."""
    return bool(answer["createable"]), {field["name"]: field for field in answer["fields"]}


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
def accounts(client: SalesforceClient) -> Iterator[Finding]:
    """Check that OpenStax Accounts issues a token."""
    accounts_api = accounts_client()
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
