"""List e-mails: in a campaign that exists, with a subject."""

from __future__ import annotations

from pardot.areas import Area
from pardot.audits.asset_audit import CHAIN, CHAIN_NEEDS, NO_CAMPAIGN, ORPHAN, AssetAudit, Flag, blank
from pardot.models import ListEmail

AUDIT = AssetAudit(
    area=Area.LIST_EMAILS,
    model=ListEmail,
    flags=(
        Flag("no_campaign", NO_CAMPAIGN),
        Flag("no_subject", blank("a.subject")),
        Flag("orphan", ORPHAN, needs=("campaigns",)),
    ),
    summary=CHAIN,
    summary_needs=CHAIN_NEEDS,
)
