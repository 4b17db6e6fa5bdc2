"""``Snapshot``: the figures of one day, as all routes return them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Field, Schema

from pardot.models import DailySnapshot
from pardot.scoring.salesforce_coverage import Coverage
from pardot.scoring.snapshots import COUNTS, HEALTH_FIGURES

COLUMNS = ("day", "tier", "updated_at", "health_score", "area_scores", "person_scores", "issue_counts", *COUNTS)
"""The columns that are read, in the order of the answer."""


class Snapshot(Schema):
    """The figures of one day. A figure is null if it had not been read by that day."""

    day: date = Field(description="The day, in the time zone of the installation.")
    tier: int = Field(
        ge=0, le=3, description="The highest tier that was synced on this day; 0: only some entities were synced."
    )
    updated_at: datetime
    health_score: int | None
    area_scores: dict[str, int | None]
    person_scores: dict[str, int | None]
    issue_counts: dict[str, int | float | None]
    campaigns: int | None
    forms: int | None
    landing_pages: int | None
    lists: int | None
    list_emails: int | None
    custom_redirects: int | None
    prospects: int | None = Field(description="The number of prospects, without those in Pardot's recycle bin.")
    tags: int | None
    folders: int | None
    tagged_objects: int | None
    total_leads: int | None
    total_contacts: int | None
    leads_with_pardot: int | None
    contacts_with_pardot: int | None
    prospects_linked: int | None
    prospects_active: int | None = Field(
        description="The number of prospects with an activity in the 30 days before the last complete read of "
        "activities."
    )
    activities: int | None = Field(description="The number of all stored activities.")
    campaign_members: int | None
    orphans: int | None
    coverage_pct: float | None = Field(
        description="The percentage of Salesforce's leads and contacts that Pardot knows."
    )


def build_snapshot_values(snapshot: DailySnapshot) -> dict[str, Any]:
    """Return the fields of ``Snapshot``."""
    return with_coverage({column: getattr(snapshot, column) for column in COLUMNS})


def with_coverage(values: dict[str, Any]) -> dict[str, Any]:
    """Return a row of ``COLUMNS`` with the figures that are computed from the row."""
    coverage = Coverage(**{name: values[name] for name in HEALTH_FIGURES})
    return {**values, "coverage_pct": coverage.coverage_pct}
