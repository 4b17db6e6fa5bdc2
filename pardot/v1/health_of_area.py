"""``AreaSummary``: the latest audit of an area, in the form that the routes about assets use."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Field, Schema

from pardot.domain.areas import Area
from pardot.selectors.area_health import AreaHealth


class AreaSummary(Schema):
    area: Area
    label: str
    audited_at: datetime | None = Field(description="null: never.")
    items: int | None = Field(description="null: never read completely.")
    has_activities: bool = Field(
        description="False: there are no data about activity, or none newer than 8 days; flags that need them are "
        "absent, and what was counted of them is null."
    )
    activity_until: datetime | None = Field(description="The end of the look-back of activity.")
    counts: dict[str, int | None] = Field(description="Flag → how many have it, exempt ones aside; null: no data.")
    exempt: dict[str, int] = Field(description="Flag → how many more have it and are exempt.")
    issues: dict[str, str] = Field(description="Flag → key of the issue that counts it; some flags only inform.")


def area_summary(health: AreaHealth) -> dict[str, Any]:
    """Return ``health`` as an ``AreaSummary``."""
    issues = {flag: health.issue(flag) for flag in health.counts}
    return {
        "area": health.area.value,
        "label": health.area.label,
        "audited_at": health.audited_at,
        "items": health.items,
        "has_activities": health.has_activities,
        "activity_until": health.activity_until,
        "counts": health.counts,
        "exempt": health.exempt,
        "issues": {flag: issue.key for flag, issue in issues.items() if issue is not None},
    }
