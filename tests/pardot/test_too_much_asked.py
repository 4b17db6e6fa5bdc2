"""When Pardot times out on large pages, the rest of the command uses smaller pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError

from pardot.catalog import entities
from sf.models import SyncRun
from tests.pardot.remote import Pardot, assert_equal, camp_sync, copied, expected, last_run
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("code", ["", "214"], ids=["504", "code 214"])
@pytest.mark.parametrize(("rows", "size"), [(500, 500), (200, 200), (130, 200)])
def test_pages_are_made_smaller_until_pardot_answers(
    pardot: Pardot, simulator: Simulator, code: str, rows: int, size: int
) -> None:
    simulator.fail("size_timeout", path="visitor-activities", times=None, rows=rows, code=code)
    camp_sync("--entities", "activities")
    run = last_run("activities")
    assert run.state == "done"
    assert f"read in pages of {size}:" in run.message
    assert f"PARDOT_PAGE_SIZE={size}" in run.message
    assert_equal(pardot, entities.ACTIVITIES)


def test_a_smaller_page_size_is_kept_for_the_rest_of_the_command(
    pardot: Pardot, simulator: Simulator, settings: Any
) -> None:
    simulator.fail("size_timeout", path="prospects|forms|visitor-activities", times=None, rows=600)
    camp_sync("--entities", "forms,prospects,activities")
    assert "read in pages of 500" in last_run("activities").message
    assert_equal(pardot, entities.FORMS, entities.PROSPECTS, entities.ACTIVITIES)
    with_the_fault = pardot.calls()

    simulator.post("/reset", {"faults": True, "counters": True})
    settings.PARDOT_PAGE_SIZE = 500
    SyncRun.objects.all().delete()
    camp_sync("--entities", "forms,prospects,activities", "--full")
    assert with_the_fault == pardot.calls() + 1


def test_a_slow_page_whose_rows_are_all_withheld_is_requested_once(pardot: Pardot, simulator: Simulator) -> None:
    pardot.settings(daily_max=100)  # so that an endless read pauses
    hidden = sorted(row["id"] for row in pardot.rows("prospects"))[:150]
    pardot.post("/withhold", {"path": "prospects", "ids": hidden})
    simulator.fail("size_timeout", path="objects/prospects", times=None, rows=130)
    camp_sync("--entities", "prospects")
    assert last_run("prospects").state == "done"
    assert set(copied(entities.PROSPECTS)) == expected(pardot, entities.PROSPECTS).keys() - set(hidden)


def test_camp_sync_scout_reads_prospects_in_smaller_pages_too(pardot: Pardot, simulator: Simulator) -> None:
    simulator.fail("size_timeout", path="objects/prospects", times=None, rows=300)
    camp_sync("--scout")
    assert last_run("prospects").state == "done"


def test_an_outage_does_not_lead_to_smaller_pages(pardot: Pardot, simulator: Simulator) -> None:
    simulator.fail("status", path="objects/forms", times=3, status=503)
    camp_sync("--entities", "forms")
    assert last_run("forms").message == ""


@pytest.mark.parametrize("fault", ["missing_columns", "garble"])
def test_an_answer_that_cannot_be_used_is_not_requested_forever(
    pardot: Pardot, simulator: Simulator, fault: str
) -> None:
    simulator.fail(fault, path="objects/forms", times=None)
    with pytest.raises(CommandError, match="failed: forms"):
        camp_sync("--entities", "forms")
    assert pardot.calls() <= 6
    simulator.post("/reset", {"faults": True})
    camp_sync("--entities", "forms")
    assert_equal(pardot, entities.FORMS)
