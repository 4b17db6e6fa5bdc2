"""Count how many assets reach a campaign, and through it a Salesforce campaign."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pardot.audits.asset_audit import CHAIN
from pardot.domain.areas import Area
from pardot.models import AuditSummary

CONTENT = (Area.FORMS, Area.LANDING_PAGES, Area.LIST_EMAILS, Area.CUSTOM_REDIRECTS)


@dataclass(frozen=True)
class Chain:
    """The number of assets that reach each link of the chain; ``None``: no data."""

    total: int | None
    in_campaign: int | None
    in_sf_campaign: int | None
    orphaned: int | None
    no_campaign: int | None


@dataclass(frozen=True)
class Gear:
    """The chains of all types, and the number of campaigns and lists."""

    chains: dict[Area, Chain]
    totals: Chain
    """The sums over the types that have data."""
    campaigns: int | None
    with_sf: int | None
    missing_sf: int | None
    lists: int | None


def gear() -> Gear:
    """Return the chains according to the latest audits; one query."""
    summaries = {Area(row.area): row for row in AuditSummary.objects.filter(is_complete=True)}
    chains = {area: _chain(summaries.get(area)) for area in CONTENT}
    campaigns, lists = summaries.get(Area.CAMPAIGNS), summaries.get(Area.LISTS)
    return Gear(
        chains=chains,
        totals=_total(chains.values()),
        campaigns=campaigns.items if campaigns else None,
        with_sf=campaigns.figures.get("with_sf") if campaigns else None,
        missing_sf=campaigns.figures.get("missing_sf") if campaigns else None,
        lists=lists.items if lists else None,
    )


def _chain(summary: AuditSummary | None) -> Chain:
    figures = summary.figures if summary else {}
    return Chain(total=summary.items if summary else None, **{name: figures.get(name) for name in CHAIN})


def _total(chains: Iterable[Chain]) -> Chain:
    known = list(chains)
    return Chain(**{name: _sum(getattr(chain, name) for chain in known) for name in ("total", *CHAIN)})


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
