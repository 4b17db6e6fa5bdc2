"""``manage.py check --deploy`` reports when Pardot is not configured."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import registry

from pardot.checks import check_business_unit


@pytest.mark.parametrize(("unit", "ids"), [("", ["pardot.W001"]), ("0Uv000000000001", [])])
def test_a_missing_business_unit_is_reported(settings: Any, unit: str, ids: list[str]) -> None:
    settings.SALESFORCE_PARDOT_BUSINESS_UNIT = unit
    assert check_business_unit in registry.registry.get_checks(include_deployment_checks=True)
    assert [message.id for message in check_business_unit(None)] == ids
