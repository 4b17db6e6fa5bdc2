"""Count the assets that belong to a campaign in Pardot, and through it to a Salesforce campaign."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pardot.audits.asset_audit import CHAIN
from pardot.domain.areas import Area
from pardot.models import AuditSummary

CONTENT = (Area.FORMS, Area.LANDING_PAGES, Area.LIST_EMAILS, Area.CUSTOM_REDIRECTS)


@dataclass(frozen=True)
class LinkCounts:
    """The numbers of assets of one type, or of all types with data; ``None``: no data."""

    total: int | None
    in_campaign: int | None
    in_sf_campaign: int | None
    """The number of assets in a campaign that is linked to Salesforce."""
    orphaned: int | None
    """The number of assets in a deleted campaign."""
    no_campaign: int | None


@dataclass(frozen=True)
class CampaignLinks:
    """The counts of all types of assets that belong to campaigns, and the numbers of campaigns and lists."""

    by_type: dict[Area, LinkCounts]
    totals: LinkCounts
    """The sums over the types that have data."""
    campaigns: int | None
    with_sf: int | None
    """The number of campaigns that are linked to Salesforce."""
    missing_sf: int | None
    """The number of campaigns that are not linked to Salesforce."""
    lists: int | None


def load_campaign_links() -> CampaignLinks:
    """Return the counts of the latest audits; one query."""
    summaries = {Area(row.area): row for row in AuditSummary.objects.filter(is_complete=True)}
    by_type = {area: _build_link_counts(summaries.get(area)) for area in CONTENT}
    campaigns, lists = summaries.get(Area.CAMPAIGNS), summaries.get(Area.LISTS)
    return CampaignLinks(
        by_type=by_type,
        totals=_sum_link_counts(by_type.values()),
        campaigns=campaigns.items if campaigns else None,
        with_sf=campaigns.figures.get("with_sf") if campaigns else None,
        missing_sf=campaigns.figures.get("missing_sf") if campaigns else None,
        lists=lists.items if lists else None,
    )


def _build_link_counts(summary: AuditSummary | None) -> LinkCounts:
    figures = summary.figures if summary else {}
    return LinkCounts(total=summary.items if summary else None, **{name: figures.get(name) for name in CHAIN})


def _sum_link_counts(by_type: Iterable[LinkCounts]) -> LinkCounts:
    types = list(by_type)
    return LinkCounts(**{name: _sum(getattr(counts, name) for counts in types) for name in ("total", *CHAIN)})


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
