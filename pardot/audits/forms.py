"""Forms: in a campaign that exists, filled in, and without errors."""

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
from pardot.models import ActivityType, AssetKind, Form

_SUBMISSIONS = activities_of(ActivityType.SUCCESS)
_ERRORS = activities_of(ActivityType.ERROR)

AUDIT = AssetAudit(
    area=Area.FORMS,
    model=Form,
    flags=(
        Flag("no_campaign", NO_CAMPAIGN),
        Flag("dormant", f"{_SUBMISSIONS} = 0", needs_activity=True),
        Flag("errors", f"{_ERRORS} > 0", needs_activity=True),
        Flag("orphan", ORPHAN, needs=("campaigns",)),
    ),
    figures=(
        Figure("activity_count", _SUBMISSIONS, needs_activity=True),
        Figure("error_count", _ERRORS, needs_activity=True),
    ),
    joins=activity_join(AssetKind.FORMS, "form_id"),
    summary=CHAIN,
    summary_needs=CHAIN_NEEDS,
)
