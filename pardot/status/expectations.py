"""Register Camp Campaign's jobs, and the maximum age of each entity, with ``/healthz/``."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from pardot.catalog.entities import ALL, ORPHANS, Tier
from sf.status import freshness

CAMP_SYNC = "camp_sync"
"""The job that records when ``camp_sync`` fails to start, and the steps after its syncs."""
DIGEST = "camp_digest"
ALERTS = "camp_alerts"


def compute_max_ages() -> dict[str, timedelta]:
    """Return the maximum age of the last complete run, by ``SyncRun.object``.

    The result is empty when Pardot is not configured.
    """
    if not settings.SALESFORCE_PARDOT_BUSINESS_UNIT:
        return {}
    daily = freshness.compute_allowed_age(CAMP_SYNC, unscheduled=timedelta(hours=26))
    weekly = timedelta(days=8)
    return {
        part: daily if entity.tier is Tier.SET_UP else weekly for entity in (*ALL, ORPHANS) for part in entity.parts
    }


def expect_fresh_copies() -> None:
    """Register the maximum ages and the jobs. Call this once, when the process starts."""
    freshness.MAX_AGE.update(compute_max_ages())
    freshness.JOBS.extend(name for name in (CAMP_SYNC, DIGEST, ALERTS) if name not in freshness.JOBS)
