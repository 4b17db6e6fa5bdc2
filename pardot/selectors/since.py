"""Filter and sort assets by the days on which their findings were first seen or fixed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from pardot.models import Finding
from pardot.scoring.findings import load_open_since, select_findings_that_count
from pardot.selectors.area_health import AreaHealth


def select_counting_findings(health: AreaHealth, flag: str | None) -> QuerySet[Finding]:
    """Return the area's open and fixed findings, except those of exempt assets or flags without data.

    ``flag`` limits the findings to one flag.
    """
    flags = health.known_flags if flag is None else health.known_flags & {flag}
    keys = {flag: issue.key for flag in flags if (issue := health.issue(flag)) is not None}
    exempt = {key: health.exempt_assets[flag] for flag, key in keys.items() if flag in health.exempt_assets}
    return select_findings_that_count(exempt).filter(asset_type=health.area, issue__in=sorted(keys.values()))


def select_assets_new_since(health: AreaHealth, flag: str | None, day: date) -> QuerySet[Any]:
    """Return the ids of assets with an open finding that was first seen after ``day``."""
    return select_counting_findings(health, flag).filter(fixed_on=None, first_seen__gt=day).values("asset_id")


def select_assets_fixed_since(health: AreaHealth, flag: str | None, day: date) -> QuerySet[Any]:
    """Return the ids of assets with a finding that was open on ``day`` and fixed after it."""
    return (
        select_counting_findings(health, flag).filter(fixed_on__gt=day).exclude(first_seen__gt=day).values("asset_id")
    )


def build_newest_finding_key(health: AreaHealth, flag: str | None) -> Subquery:
    """Return the sort key ``since``: the first day of an asset's newest open finding.

    A finding whose first day is unknown counts as the oldest.
    """
    first_day = Coalesce("first_seen", Value(date.min))
    of_row = select_counting_findings(health, flag).filter(asset_id=OuterRef("pk"), fixed_on=None)
    return Subquery(of_row.values("asset_id").values(newest=Max(first_day)))


def add_since(records: Sequence[dict[str, Any]], health: AreaHealth) -> None:
    """Add ``since`` to the records: for each flag with an open finding, the day it was first seen."""
    flags = {issue.key: flag for flag in health.known_flags if (issue := health.issue(flag)) is not None}
    days_by_asset = load_open_since(health.area, [record["id"] for record in records])
    for record in records:
        days = days_by_asset.get(record["id"], {})
        record["since"] = {flags[key]: day for key, day in days.items() if key in flags}
