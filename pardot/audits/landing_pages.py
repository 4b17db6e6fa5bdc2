"""Landing pages: in a campaign that exists, and seen."""

from __future__ import annotations

from pardot.areas import Area
from pardot.audits.asset_audit import (
    CHAIN,
    CHAIN_NEEDS,
    NO_CAMPAIGN,
    ORPHAN,
    AssetAudit,
    Figure,
    Flag,
    activities_of,
    activity_join,
)
from pardot.models import ActivityType, AssetKind, LandingPage

_VIEWS = activities_of(ActivityType.VIEW)

AUDIT = AssetAudit(
    area=Area.LANDING_PAGES,
    model=LandingPage,
    flags=(
        Flag("no_campaign", NO_CAMPAIGN),
        Flag("dormant", f"{_VIEWS} = 0", needs_activity=True),
        Flag("orphan", ORPHAN, needs=("campaigns",)),
    ),
    figures=(Figure("activity_count", _VIEWS, needs_activity=True),),
    joins=activity_join(AssetKind.LANDING_PAGES, "landing_page_id"),
    summary=CHAIN,
    summary_needs=CHAIN_NEEDS,
)
