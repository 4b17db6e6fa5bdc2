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
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sf_command, "_PATIENCE", QUICK)


def check() -> str:
    """Return the lines of ``sf check`` about Pardot."""
    said = StringIO()
    try:
        call_command("sf", "check", stdout=said, no_color=True)
    except CommandError as error:
        said.write(f"error: {error}\n")
    return "\n".join(line for line in said.getvalue().splitlines() if "Pardot" in line or "error" in line)


def test_all_is_well(pardot: Pardot, settings: Any) -> None:
    pardot.settings(daily_max=25_000, daily_used=OBJECTS)
    unit = settings.SALESFORCE_PARDOT_BUSINESS_UNIT
    assert check().splitlines() == [
        f"ok   Pardot: business unit {unit} answers; {OBJECTS + 1} of 25,000 calls used today",
        f"ok   Pardot's objects: all {OBJECTS} can be read, with all fields",
        "ok   Leads for Pardot: all 6 fields can be read",
        "ok   Contacts for Pardot: all 5 fields can be read",
    ]
    assert pardot.calls() == OBJECTS + 1


def test_it_is_not_configured(pardot: Pardot, settings: Any) -> None:
    settings.SALESFORCE_PARDOT_BUSINESS_UNIT = ""
    assert check() == "off  Pardot: not configured (SALESFORCE_PARDOT_BUSINESS_UNIT)"
    assert pardot.calls() == 0


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        (
            "SALESFORCE_PARDOT_BUSINESS_UNIT",
            "0Uv000000000000CAA",
            "names another org's business unit, or PARDOT_API_URL",
        ),
        ("PARDOT_API_URL", "https://localhost:9", "https://localhost:9: cannot be reached"),
    ],
)
def test_the_business_unit_or_the_host_is_wrong(
    pardot: Pardot, settings: Any, setting: str, value: str, said: str
) -> None:
    setattr(settings, setting, value)
    found = check()
    assert found.startswith("fix  Pardot: ")
    assert said in found
    assert found.endswith("error: 1 to fix")
    assert "objects" not in found.replace("api/v5/objects", "")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("181", "set SALESFORCE_PARDOT_BUSINESS_UNIT"),
        ("182", "is not a business unit's id: 18 characters that begin with 0Uv"),
        ("184", "the connected app lacks the scope pardot_api, or the API user is not a Pardot user"),
        ("122", "the business unit's API calls of the day are used up"),
    ],
)
def test_every_refusal_says_what_to_do(pardot: Pardot, simulator: Simulator, code: str, said: str) -> None:
    simulator.fail("error", path="/api/v5/", times=None, errorCode=code)
    assert said in check()


def test_another_host_answers(pardot: Pardot, simulator: Simulator) -> None:
    simulator.fail("status", path="/api/v5/", status=404, body="<h1>Not found</h1>", times=None)
    assert "check PARDOT_API_URL" in check()


def test_each_object_that_cannot_be_read_is_named(pardot: Pardot, simulator: Simulator, settings: Any) -> None:
    settings.PARDOT_ADOPTION_JSON_FIELD = "Nothing__c"
    simulator.fail("error", path="objects/forms", times=None, errorCode="49")
    pardot.post("/withhold", {"path": "tags", "ids": pardot.ids("tags")})
    found = check()
    assert "fix  Pardot's forms: " in found
    assert "the API user may not read this: give it Pardot permissions for it" in found
    assert "fix  Pardot's prospects: " in found
    assert "Nothing__c. (the API does not show this field: look for it in Pardot, or if you added it, check " in found
    assert "fix  Pardot's tags: Pardot withholds rows" in found
    assert found.endswith("error: 3 to fix")


def test_what_the_orphan_check_needs_of_salesforce_is_hidden(pardot: Pardot, simulator: Simulator) -> None:
    simulator.post("/fields/Lead/pi__url__c/hide")
    found = check()
    assert "fix  Leads for Pardot: Salesforce answered 400 INVALID_FIELD" in found
    assert "ok   Contacts for Pardot: " in found


def test_the_day_s_share_is_used_up(pardot: Pardot) -> None:
    pardot.settings(daily_max=1000, daily_used=900)
    assert "901 of 1,000 calls used today: camp_sync pauses (PARDOT_PAUSE_THRESHOLD)" in check()
