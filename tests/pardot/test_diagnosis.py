"""``sf check`` about Pardot: problems and remedies."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from sf.management.commands import sf as sf_command
from tests.pardot.remote import OBJECTS, Pardot
from tests.sf.conftest import QUICK
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sf_command, "_PATIENCE", QUICK)


def check() -> str:
    """Return the lines of ``sf check`` that mention Pardot or an error."""
    output = StringIO()
    try:
        call_command("sf", "check", stdout=output, no_color=True)
    except CommandError as error:
        output.write(f"error: {error}\n")
    return "\n".join(line for line in output.getvalue().splitlines() if "Pardot" in line or "error" in line)


def test_a_working_pardot_is_reported_as_ok(pardot: Pardot, settings: Any) -> None:
    pardot.settings(daily_max=25_000, daily_used=OBJECTS)
    unit = settings.SALESFORCE_PARDOT_BUSINESS_UNIT
    assert check().splitlines() == [
        f"ok   Pardot: business unit {unit} answers; {OBJECTS + 1} of 25,000 calls used today",
        f"ok   Pardot's objects: all {OBJECTS} can be read, with all fields",
        "ok   Leads for Pardot: all 6 fields can be read",
        "ok   Contacts for Pardot: all 5 fields can be read",
    ]
    assert pardot.calls() == OBJECTS + 1


def test_an_unconfigured_pardot_is_reported_as_off(pardot: Pardot, settings: Any) -> None:
    settings.SALESFORCE_PARDOT_BUSINESS_UNIT = ""
    assert check() == "off  Pardot: not configured (SALESFORCE_PARDOT_BUSINESS_UNIT)"
    assert pardot.calls() == 0


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        (
            "SALESFORCE_PARDOT_BUSINESS_UNIT",
            "0Uv000000000000CAA",
            "names another org's business unit, or PARDOT_API_URL",
        ),
        ("PARDOT_API_URL", "https://localhost:9", "https://localhost:9: cannot be reached"),
    ],
)
def test_a_wrong_business_unit_or_host_is_reported(
    pardot: Pardot, settings: Any, setting: str, value: str, message: str
) -> None:
    setattr(settings, setting, value)
    output = check()
    assert output.startswith("fix  Pardot: ")
    assert message in output
    assert output.endswith("error: 1 to fix")
    assert "objects" not in output.replace("api/v5/objects", "")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("181", "set SALESFORCE_PARDOT_BUSINESS_UNIT"),
        ("182", "is not a business unit's id, which has 18 characters and begins with 0Uv"),
        ("184", "the connected app lacks the scope pardot_api, or the API user is not a Pardot user"),
        ("122", "the business unit's API calls of the day are used up"),
    ],
)
def test_a_refusal_is_explained(pardot: Pardot, simulator: Simulator, code: str, message: str) -> None:
    simulator.fail("error", path="/api/v5/", times=None, errorCode=code)
    assert message in check()


def test_the_setting_to_check_is_named_when_another_host_answers(pardot: Pardot, simulator: Simulator) -> None:
    simulator.fail("status", path="/api/v5/", status=404, body="<h1>Not found</h1>", times=None)
    assert "check PARDOT_API_URL" in check()


def test_each_object_that_cannot_be_read_is_named(pardot: Pardot, simulator: Simulator, settings: Any) -> None:
    settings.PARDOT_ADOPTION_JSON_FIELD = "Nothing__c"
    simulator.fail("error", path="objects/forms", times=None, errorCode="49")
    pardot.post("/withhold", {"path": "tags", "ids": pardot.ids("tags")})
    output = check()
    assert "fix  Pardot's forms: " in output
    assert "the API user may not do this: give the user Pardot permissions for it" in output
    assert "fix  Pardot's prospects: " in output
    assert "Nothing__c. (the API does not show this field: look for it in Pardot; perhaps " in output
    assert "fix  Pardot's tags: Pardot withholds rows" in output
    assert output.endswith("error: 3 to fix")


def test_a_hidden_field_of_leads_is_reported(pardot: Pardot, simulator: Simulator) -> None:
    simulator.post("/fields/Lead/pi__url__c/hide")
    output = check()
    assert "fix  Leads for Pardot: Salesforce answered 400 INVALID_FIELD" in output
    assert "ok   Contacts for Pardot: " in output


def test_usage_above_the_pause_threshold_is_reported(pardot: Pardot) -> None:
    pardot.settings(daily_max=1000, daily_used=900)
    assert "901 of 1,000 calls used today: camp_sync pauses (PARDOT_PAUSE_THRESHOLD)" in check()
