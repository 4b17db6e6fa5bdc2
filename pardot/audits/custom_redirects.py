"""Custom redirects: in a campaign that exists, and clicked."""

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
from pardot.models import ActivityType, AssetKind, CustomRedirect

_CLICKS = activities_of(ActivityType.CLICK, ActivityType.CUSTOM_URL_CLICK)

AUDIT = AssetAudit(
    area=Area.CUSTOM_REDIRECTS,
    model=CustomRedirect,
    flags=(
        Flag("no_campaign", NO_CAMPAIGN),
        Flag("dormant", f"{_CLICKS} = 0", needs_activity=True),
        Flag("orphan", ORPHAN, needs=("campaigns",)),
    ),
    figures=(Figure("activity_count", _CLICKS, needs_activity=True),),
    joins=activity_join(AssetKind.CUSTOM_REDIRECTS, "custom_redirect_id"),
    summary=CHAIN,
    summary_needs=CHAIN_NEEDS,
)
