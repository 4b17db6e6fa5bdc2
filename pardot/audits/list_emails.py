"""List e-mails: in a campaign that exists, with a subject."""

from __future__ import annotations

from pardot.areas import Area
from pardot.audits.asset_audit import CAMPAIGN_KNOWN, CHAIN, NO_CAMPAIGN, AssetAudit, Flag
from pardot.models import ListEmail

AUDIT = AssetAudit(
    area=Area.LIST_EMAILS,
    model=ListEmail,
    flags=(
        Flag("no_campaign", NO_CAMPAIGN),
        Flag("no_subject", "btrim(coalesce(a.subject, '')) = ''"),
        Flag("orphan", f"NOT ({NO_CAMPAIGN}) AND NOT {CAMPAIGN_KNOWN}", needs=("campaigns",)),
    ),
    summary=CHAIN,
)
