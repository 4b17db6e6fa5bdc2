"""No endpoint scans the activities, their counts per day, the campaign members or the tagged objects."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pardot.models import AssetActivityDay, CampaignMember, DailySnapshot, TaggedObject, VisitorActivity
from tests.pardot.asset_api import cookies, super_user, user
from tests.pardot.many_assets import fill, statements, tables, tables_read_whole

__all__ = ["cookies", "super_user", "user"]

pytestmark = pytest.mark.django_db

PREFIX = "/api/v1/pardot/"
TODAY = timezone.now().date()
QUERIES = {
    "compare": f"?from={TODAY - timedelta(days=2)}&to={TODAY - timedelta(days=1)}",
    "goal": "?target=1",
    "search": "?q=form",
}
LARGE = tables(VisitorActivity, AssetActivityDay, CampaignMember, TaggedObject)


def paths(client: Client) -> list[str]:
    """Return the path of each Pardot ``GET`` in the OpenAPI document, with required parameters."""
    document = client.get("/api/v1/openapi.json").json()["paths"]
    paths_with_get = [
        path.removeprefix(PREFIX) for path, methods in document.items() if path.startswith(PREFIX) and "get" in methods
    ]
    return [path + QUERIES.get(path, "") for path in paths_with_get]


def test_no_endpoint_scans_a_large_table(super_user: Client) -> None:
    fill(120)
    for days in (1, 2):
        DailySnapshot.objects.create(day=TODAY - timedelta(days=days), tier=3, health_score=80)
    queries = {path: statements(super_user, path) for path in paths(super_user)}
    assert len(queries) >= 20
    scans = {path: tables_read_whole(of_path) & LARGE for path, of_path in queries.items()}
    assert {path: names for path, names in scans.items() if names} == {}


@pytest.mark.slow
def test_a_scan_of_the_activities_would_be_detected() -> None:
    fill(120)
    whole = VisitorActivity.objects.filter(type=4).values("id").query
    assert tables_read_whole([str(whole)]) == tables(VisitorActivity)
