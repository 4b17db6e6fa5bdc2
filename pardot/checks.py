"""A system check that warns when a deployment has no Pardot business unit to sync."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register


@register(deploy=True)
def check_business_unit(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    if settings.SALESFORCE_PARDOT_BUSINESS_UNIT:
        return []
    hint = "Set SALESFORCE_PARDOT_BUSINESS_UNIT."
    return [checks.Warning("Pardot is not configured.", hint=hint, id="pardot.W001")]
