"""``AreaSummary``, the schema in which several routes return the latest audit of an area."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Field, Schema

from pardot.domain.areas import Area
from pardot.selectors.area_health import AreaHealth


class AreaSummary(Schema):
    area: Area
    label: str
    audited_at: datetime | None = Field(description="The time of the latest audit; null: never audited.")
    items: int | None = Field(description="The number of assets; null: never read completely.")
    has_activities: bool = Field(
        description="True when there is activity data that is at most 8 days old. Otherwise no asset has the flags "
        "that need activity data, and the counts of these flags are null."
    )
    activity_until: datetime | None = Field(
        description="The latest audit counts activity up to this time; null: no activity data."
    )
    counts: dict[str, int | None] = Field(
        description="The number of assets that have each flag and are not exempt from it; null: no data."
    )
    exempt: dict[str, int] = Field(
        description="The number of assets that have each flag and are exempt from it; 0 where `counts` is null."
    )
    issues: dict[str, str] = Field(
        description="The key of the issue to which each flag belongs, by flag. Flags without an issue are absent."
    )


def build_area_summary(health: AreaHealth) -> dict[str, Any]:
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
