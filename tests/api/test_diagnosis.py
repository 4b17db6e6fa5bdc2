"""``sf check`` and ``check --deploy`` about cases and Accounts."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

from tests.simulated import Simulator

pytestmark = pytest.mark.django_db


def check() -> str:
    said = StringIO()
    try:
        call_command("sf", "check", stdout=said, no_color=True)
    except CommandError as error:
        said.write(f"error: {error}\n")
    return said.getvalue()


def test_all_is_well(simulator: Simulator) -> None:
    said = check()
    assert "ok   cases: all 8 fields can be written\n" in said
    assert "ok   exactly one case: Case.SFAPI_Id__c is a unique external id\n" in said
    assert "ok   Accounts: " in said
    assert "gives a Bearer token" in said
    assert "error" not in said


def test_nothing_is_configured(simulator: Simulator, settings: Any) -> None:
    settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD = settings.ACCOUNTS_CLIENT_ID = ""
    said = check()
    assert "off  exactly one case: SALESFORCE_CASE_EXTERNAL_ID_FIELD is not set" in said
    assert "off  Accounts: not configured" in said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Product__c", "fix  exactly one case: Case.Product__c must be an external id and unique"),
        ("Nothing__c", "fix  exactly one case: Case has no field Nothing__c"),
    ],
)
def test_the_field_must_be_a_unique_external_id(simulator: Simulator, settings: Any, name: str, said: str) -> None:
    settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD = name
    assert said in check()
    assert "error: 1 to fix" in check()


def test_a_field_that_the_api_user_may_not_write(simulator: Simulator) -> None:
    simulator.post("/fields/Case/Issue__c/hide")
    assert "fix  cases: grant the API user edit access to Issue__c of Case" in check()


def test_accounts_does_not_know_us(simulator: Simulator, settings: Any) -> None:
    settings.ACCOUNTS_CLIENT_SECRET = "wrong"
    assert "fix  Accounts: Accounts answered /oauth/token with 401 (check ACCOUNTS_URL" in check()


@pytest.mark.parametrize(("field", "warned"), [("", True), ("SFAPI_Id__c", False)])
def test_check_deploy_says_at_least_once(settings: Any, field: str, warned: bool) -> None:
    settings.SALESFORCE_CASE_EXTERNAL_ID_FIELD = field
    found = [message for message in run_checks(include_deployment_checks=True) if message.id == "api.W003"]
    assert bool(found) is warned
    assert all("at least once" in message.msg for message in found)
