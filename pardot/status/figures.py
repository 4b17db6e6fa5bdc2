"""Pardot's figures for ``/metrics``."""

from __future__ import annotations

from collections.abc import Iterator

from api.observe.exposition import Metric, Sample
from pardot.models import DailySnapshot, EntityState, PardotQuota


def load_pardot_figures() -> Iterator[Metric]:
    """Yield the quota, the last score and the rows of each entity. Unknown figures are left out."""
    if quota := PardotQuota.objects.first():
        yield Metric("sfapi_pardot_calls_used", "Pardot API calls used today, as last reported.", [Sample(quota.used)])
        yield Metric(
            "sfapi_pardot_calls_limit", "Pardot API calls allowed per day, as last reported.", [Sample(quota.maximum)]
        )
        reported_at = [Sample(quota.told_at.timestamp())]
        yield Metric("sfapi_pardot_calls_told_timestamp_seconds", "When Pardot last reported its usage.", reported_at)
    scored = DailySnapshot.objects.exclude(health_score=None).order_by("-day").first()
    if scored is not None:
        yield Metric("sfapi_camp_health_score", "The last health score, 0 to 100.", [Sample(scored.health_score or 0)])
    rows = [
        Sample(rows, {"entity": name})
        for name, rows in EntityState.objects.order_by("name").values_list("name", "rows")
        if rows is not None
    ]
    if rows:
        yield Metric("sfapi_pardot_records", "Rows after the last sync, without the recycle bin.", rows)
