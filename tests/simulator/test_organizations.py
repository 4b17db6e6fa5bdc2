"""Simulators can be different orgs, with their own organization ids, record ids and business units."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulated import Simulator, start_simulator


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    yield from _running(tmp_path_factory.mktemp("first"), seed=1)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    yield from _running(
        tmp_path_factory.mktemp("second"), "--instance=Kp", "--business-unit=0Uv0x0000000002CAM", seed=2
    )


def _running(folder: Path, *options: str, seed: int) -> Iterator[Simulator]:
    process, simulator = start_simulator(folder, *options, schools=50, seed=seed)
    yield simulator
    process.terminate()
    process.wait(60)


def test_another_seed_is_another_org(first: Simulator, second: Simulator) -> None:
    ids = {simulator.ids("Organization")[0] for simulator in (first, second)}
    assert len(ids) == 2
    assert ids == {simulator.other_logins["SALESFORCE_ORGANIZATION_ID"] for simulator in (first, second)}


def test_the_preset_session_id_begins_with_the_organization_id(second: Simulator) -> None:
    assert second.other_logins["SALESFORCE_SESSION_ID"].startswith(second.ids("Organization")[0][:15])


def test_another_instance_has_no_record_id_in_common(first: Simulator, second: Simulator) -> None:
    for sobject in ("Account", "Contact", "Book__c", "User"):
        assert not set(first.ids(sobject)) & set(second.ids(sobject))


def test_the_business_unit_stays_after_a_reset(second: Simulator) -> None:
    second.reset()
    assert second.variables["SALESFORCE_PARDOT_BUSINESS_UNIT"] == "0Uv0x0000000002CAM"
    assert second.get("/pardot/state")["settings"]["business_unit"] == "0Uv0x0000000002CAM"
