"""``manage.py check --deploy`` says that Pardot is not configured, and nothing where it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks


@pytest.mark.parametrize(("unit", "told"), [("", True), ("0Uv000000000001", False)])
def test_a_business_unit_that_is_not_set_is_told(settings: Any, unit: str, told: bool) -> None:
    settings.SALESFORCE_PARDOT_BUSINESS_UNIT = unit
    found = {message.id for message in run_checks(include_deployment_checks=True)}
    assert ("pardot.W001" in found) is told
