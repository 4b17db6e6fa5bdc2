"""``sf check`` and ``check --deploy`` about cases and Accounts."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from tests.simulated import Simulator

pytestmark = pytest.mark.django_db


def check() -> str:
    output = StringIO()
    try:
        call_command("sf", "check", stdout=output, no_color=True)
    except CommandError as error:
        output.write(f"error: {error}\n")
    return output.getvalue()


def test_a_complete_configuration_passes(simulator: Simulator) -> None:
    output = check()
    assert "ok   cases: all 8 fields can be written\n" in output
    assert "ok   contacts: all 5 fields of PUT /contact can be written\n" in output
    assert "ok   external id of cases: Case.SFAPI_Id__c is a unique external id\n" in output
    assert "ok   Accounts: " in output
    assert "gives a Bearer token" in output
    assert "error" not in output


def test_missing_settings_are_reported_as_off(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD = settings.ACCOUNTS_CLIENT_ID = ""
    output = check()
    assert "off  external id of cases: SALESFORCE_CASE_EXTERNAL_ID_FIELD is not set" in output
    assert "off  Accounts: not configured" in output


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Product__c", "fix  external id of cases: Case.Product__c must be an external id and unique"),
        ("Nothing__c", "fix  external id of cases: Case has no field Nothing__c"),
    ],
)
def test_the_external_id_field_of_cases_must_exist_and_be_unique(
    simulator: Simulator, settings: Any, name: str, line: str
) -> None:
    settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD = name
    assert line in check()
    assert "error: 1 to fix" in check()


def test_a_field_that_the_api_user_may_not_write_is_reported(simulator: Simulator) -> None:
    simulator.post("/fields/Case/Issue__c/hide")
    assert "fix  cases: grant the API user edit access to Issue__c of Case" in check()


def test_a_field_of_contacts_that_the_api_user_may_not_edit_is_reported(simulator: Simulator) -> None:
    simulator.post("/fields/Contact/LMS__c/hide")
    assert (
        "warn contacts: PUT /contact cannot change every field: grant the API user edit access to LMS__c of Contact"
        in check()
    )


@pytest.mark.parametrize(
    ("sobject", "external_id", "line"),
    [
        ("Contact", "", "warn contacts: the API user may not edit a Contact: PUT /contact needs this right"),
        ("Case", "SFAPI_Id__c", "fix  cases: the API user may not edit a Case: grant it in the profile"),
        ("Case", "", "fix  cases: grant the API user edit access to Subject,"),
    ],
)
def test_an_object_that_the_api_user_may_not_edit_is_reported(
    simulator: Simulator, settings: Any, sobject: str, external_id: str, line: str
) -> None:
    settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD = external_id
    described = json.dumps({"createable": True, "updateable": False, "fields": []})
    simulator.fail("status", path=f"sobjects/{sobject}/describe", status=200, body=described)
    assert line in check()


def test_wrong_credentials_for_accounts_are_reported(simulator: Simulator, settings: Any) -> None:
    settings.ACCOUNTS_CLIENT_SECRET = "wrong"
    assert "fix  Accounts: Accounts answered /oauth/token with 401 (check ACCOUNTS_URL" in check()


@pytest.mark.parametrize(("field", "is_warned"), [("", True), ("SFAPI_Id__c", False)])
def test_check_deploy_warns_without_an_external_id_field(settings: Any, field: str, is_warned: bool) -> None:
    settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD = field
    warnings = [message for message in run_checks(include_deployment_checks=True) if message.id == "api.W003"]
    assert bool(warnings) is is_warned
    assert all("at least once" in message.msg for message in warnings)
