"""Checks for ``sf check``: Pardot answers, and its copied fields are readable.

Salesforce's leads and contacts are checked too, because the search for orphans reads some of their fields.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from pardot.catalog.entities import ALL, PardotEntity
from pardot.orphans.people import PEOPLE, PersonObject
from pardot.platform.business_unit import AnotherBusinessUnit, check_business_unit
from pardot.platform.client import PardotClient
from pardot.platform.connection import PardotCalls, make_client_of_any_unit
from sf.diagnosis import Finding, register
from sf.salesforce import soql
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import SalesforceError

_BUSINESS_UNIT, _OBJECTS = "Pardot", "Pardot's objects"


@register
def pardot(client: SalesforceClient) -> Iterator[Finding]:
    """Check host, business unit, scope and remaining calls, then every object with all its fields."""
    if not settings.SALESFORCE_PARDOT_BUSINESS_UNIT:
        yield Finding("off", _BUSINESS_UNIT, "not configured (SALESFORCE_PARDOT_BUSINESS_UNIT)")
        return
    pardot_client = make_client_of_any_unit(client, PardotCalls())
    try:
        check_business_unit()
        usage = pardot_client.ask_usage()
    except SalesforceError as error:
        yield Finding("fix", _BUSINESS_UNIT, error.in_full)
        return
    except AnotherBusinessUnit as error:
        yield Finding("fix", _BUSINESS_UNIT, str(error))
        return
    usage_text = f"{usage.used:,} of {usage.maximum:,} calls used today" if usage else "no report of today's calls"
    answer = f"business unit {settings.SALESFORCE_PARDOT_BUSINESS_UNIT} answers; {usage_text}"
    if usage and usage.used >= settings.PARDOT_PAUSE_THRESHOLD * usage.maximum:
        yield Finding("fix", _BUSINESS_UNIT, f"{answer}: camp_sync pauses (PARDOT_PAUSE_THRESHOLD)")
    else:
        yield Finding("ok", _BUSINESS_UNIT, answer)
    yield from _check_objects(pardot_client)
    for person in PEOPLE:
        yield _check_person(client, person)


def _check_objects(client: PardotClient) -> Iterator[Finding]:
    """Yield one line when all objects are readable, otherwise one line for each object with a problem."""
    entities = [entity for entity in ALL if isinstance(entity, PardotEntity)]
    wrong = [finding for entity in entities for finding in _check_object(client, entity)]
    yield from wrong or [Finding("ok", _OBJECTS, f"all {len(entities)} can be read, with all fields")]


def _check_person(client: SalesforceClient, person: PersonObject) -> Finding:
    """Check that Salesforce shows the fields that the orphan check needs."""
    question = f"{person.sobject}s for Pardot"
    fields = [*person.by_id_paths.values(), "Email", "pi__url__c"]
    try:
        next(client.query(f"{soql.select(fields, person.sobject)} LIMIT 1", include_deleted=True), None)
    except SalesforceError as error:
        return Finding("fix", question, error.in_full)
    return Finding("ok", question, f"all {len(fields)} fields can be read")


def _check_object(client: PardotClient, entity: PardotEntity) -> Iterator[Finding]:
    try:
        page = client.page(entity.path, fields=entity.api_names, params={"limit": "1"})
    except SalesforceError as error:
        yield Finding("fix", f"Pardot's {entity.path}", error.in_full)
        return
    if page.withheld:
        yield Finding("fix", f"Pardot's {entity.path}", "Pardot withholds rows: give the API user access to all rows")
