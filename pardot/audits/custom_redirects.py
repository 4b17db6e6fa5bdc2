"""Custom redirects: in a campaign that exists, and clicked."""

from __future__ import annotations

from pardot.areas import Area
from pardot.audits.asset_audit import (
    CAMPAIGN_KNOWN,
    CHAIN,
    NO_CAMPAIGN,
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
        Flag("orphan", f"NOT ({NO_CAMPAIGN}) AND NOT {CAMPAIGN_KNOWN}", needs=("campaigns",)),
    ),
    figures=(Figure("activity_count", _CLICKS, needs_activity=True),),
    joins=activity_join(AssetKind.CUSTOM_REDIRECTS, "custom_redirect_id"),
    summary=CHAIN,
)
