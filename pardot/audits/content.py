"""The audit that all types of content share: forms, landing pages, list emails and custom redirects."""

from __future__ import annotations

from pardot.audits.asset_audit import (
    CHAIN,
    CHAIN_NEEDS,
    NO_CAMPAIGN,
    ORPHAN,
    AssetAudit,
    Figure,
    Flag,
    activities_of,
    build_activity_join,
)
from pardot.domain.areas import Area
from pardot.models import ActivityType, AssetKind
from pardot.models.audited import Audited


def build_content_audit(
    area: Area, model: type[Audited], *flags: Flag, figures: tuple[Figure, ...] = (), joins: str = ""
) -> AssetAudit:
    """Return the audit of one type of content.

    The audit flags assets without a campaign, and assets in a deleted campaign. It also sets the given ``flags``.
    """
    return AssetAudit(
        area=area,
        model=model,
        flags=(Flag("no_campaign", NO_CAMPAIGN), *flags, Flag("orphan", ORPHAN, needs=("campaigns",))),
        figures=figures,
        joins=joins,
        summary=CHAIN,
        summary_needs=CHAIN_NEEDS,
    )


def build_active_content_audit(
    area: Area,
    model: type[Audited],
    *flags: Flag,
    kind: AssetKind,
    column: str,
    used: tuple[ActivityType, ...],
    figures: tuple[Figure, ...] = (),
) -> AssetAudit:
    """Return the audit of a type of content that visitors use.

    An asset is ``dormant`` if it has no activity of a type in ``used`` within the look-back. The look-back is the
    ``activity_lookback_days`` before the last complete read of activities. The activities contain the asset's id in
    ``column``.
    """
    count = activities_of(*used)
    return build_content_audit(
        area,
        model,
        Flag("dormant", f"{count} = 0", needs_activity=True),
        *flags,
        figures=(Figure("activity_count", count, needs_activity=True), *figures),
        joins=build_activity_join(kind, column),
    )
