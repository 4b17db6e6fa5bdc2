"""Compute the share of Salesforce's leads and contacts whom Pardot knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pardot.domain.grading import compute_percentage
from pardot.models import DailySnapshot, SalesforceHealth


@dataclass(frozen=True)
class Coverage:
    """Counts of leads and contacts, now or on the day of a snapshot.

    Every count is ``None`` before Salesforce was first read. ``captured_at`` is also ``None`` for a snapshot.
    """

    total_leads: int | None = None
    total_contacts: int | None = None
    leads_with_pardot: int | None = None
    contacts_with_pardot: int | None = None
    captured_at: datetime | None = None

    @property
    def total_sf(self) -> int | None:
        return _sum(self.total_leads, self.total_contacts)

    @property
    def total_linked(self) -> int | None:
        return _sum(self.leads_with_pardot, self.contacts_with_pardot)

    @property
    def coverage_pct(self) -> float | None:
        """Return the percentage to one decimal place, rounded half up; ``None`` without counts or people."""
        return compute_percentage(self.total_linked, self.total_sf)


def load_current_coverage() -> Coverage:
    """Return the coverage according to Salesforce's latest counts."""
    health = SalesforceHealth.objects.first()
    if health is None:
        return Coverage()
    return coverage_of(health, captured_at=health.captured_at)


def coverage_of(counted: SalesforceHealth | DailySnapshot, *, captured_at: datetime | None = None) -> Coverage:
    """Return the coverage from Salesforce's counts, or from the snapshot of a day."""
    return Coverage(
        total_leads=counted.total_leads,
        total_contacts=counted.total_contacts,
        leads_with_pardot=counted.leads_with_pardot,
        contacts_with_pardot=counted.contacts_with_pardot,
        captured_at=captured_at,
    )


def _sum(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second
