"""The asset endpoints send as many SQL statements for 120 campaigns as for 12.

No statement reads raw activities, or scans a large table.
"""

from __future__ import annotations

import pytest
from django.test import Client

from pardot.models import AssetActivityDay, CampaignMember, Prospect, ProspectEngagement, TaggedObject, VisitorActivity
from tests.pardot.asset_api import cookies, super_user, user
from tests.pardot.many_assets import empty_tables, fill, statements, tables, tables_read_whole

__all__ = ["cookies", "super_user", "user"]

pytestmark = pytest.mark.django_db

PATHS = (
    "assets",
    "asset-health",
    "assets/campaigns?issues=true",
    "assets/forms?sort=-campaign_name&q=form",
    "assets/forms?flag=orphan&exempt=true",
    "assets/landing_pages?sort=-activity_count",
    "assets/lists?sort=name",
    "assets/list_emails?issues=false",
    "assets/custom_redirects?campaign_id=3",
    "assets/list_emails?linked=false&tagged=true",
    "assets/tags?flag=unused",
    "gear-summary",
    "campaigns?sort=-asset_count",
    "campaigns?issues=true&has_assets=true&max_age_days=400",
    "campaigns/{sf_id}/members",
    "tags?sort=-usage",
)
MOST_STATEMENTS = 24


@pytest.mark.slow
def test_the_number_of_statements_does_not_grow_and_none_scans_a_large_table(super_user: Client) -> None:
    fill(12)
    few = {path: len(statements(super_user, path)) for path in PATHS}
    empty_tables()
    fill(120)
    large = tables(CampaignMember, TaggedObject, Prospect, ProspectEngagement, VisitorActivity, AssetActivityDay)
    many = {}
    for path in PATHS:
        queries = statements(super_user, path)
        many[path] = len(queries)
        assert not any("pardot_visitoractivity" in statement for statement in queries), path
        assert not tables_read_whole(queries) & large, path
    assert many == few
    assert max(many.values()) <= MOST_STATEMENTS
